"""Sabotage the kernel on purpose, on a copy: the tests must turn red for each way of doing it.

`make drills` runs all, ARGS='--only inbox' those whose name has that word; ARGS=--histories has
those that random histories can see found by them alone. A sabotage that the tests let pass is
said, and the exit code is 1.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KERNEL = "libs/common/src/maillage_common"
TESTS = "libs/common/tests"
SIMULATION = "tests/integration/faults/test_simulation.py"
COPIED = ("conftest.py", "pyproject.toml", "libs", "services", "tests", "territories", "tools")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*", "node_modules", "*.egg-info")
RED = 1
"""What pytest exits with when a test failed, and neither when none ran nor when it could not."""
DRILL_S_MAX = 300


@dataclass(frozen=True)
class Sabotage:
    """Words of a file in the place of others, and the tests that must not bear it."""

    name: str
    file: str
    words: str
    instead: str
    tests: tuple[str, ...]
    marks: str = "not integration"
    in_histories: bool = False
    """Whether the random histories of the simulation find it too."""

    def spoil(self, text: str) -> str:
        """The file with the sabotage in it; raises ValueError where the words are not once."""
        if text.count(self.words) != 1:
            raise ValueError(f"{self.name}: {self.file} has {self.words!r} not exactly once")
        return text.replace(self.words, self.instead)


SABOTAGES = (
    Sabotage(
        "no inbox: an event counts each time it comes",
        f"{KERNEL}/transaction.py",
        "fresh = [d for event_id, d in wanted.items() if event_id in new]",
        "fresh = [d for d in batch if d.event is not None]",
        (f"{TESTS}/test_batches.py",),
        in_histories=True,
    ),
    Sabotage(
        "an event leaves the outbox before the bus has acknowledged it",
        f"{KERNEL}/relay.py",
        "        acknowledged = await producer.send_batch(batch, topic, partition=partition)\n"
        "        await acknowledged\n"
        "        waiting.subtract(taken)\n",
        "        waiting.subtract(taken)\n"
        "        acknowledged = await producer.send_batch(batch, topic, partition=partition)\n"
        "        await acknowledged\n",
        (f"{TESTS}/test_delivery.py",),
        in_histories=True,
    ),
    Sabotage(
        "what was not even asked to be sent leaves the outbox",
        f"{KERNEL}/relay.py",
        "        for row in rows:\n"
        '            for topic in filter(None, (row["topic"], row["state_topic"])):\n',
        "        waiting.clear()\n"
        "        for row in rows:\n"
        '            for topic in filter(None, (row["topic"], row["state_topic"])):\n'
        '                waiting[row["seq"]] += 1\n',
        (f"{TESTS}/test_delivery.py",),
        in_histories=True,
    ),
    Sabotage(
        "offsets are committed before the transaction",
        f"{KERNEL}/subscription.py",
        "        self._oldest_ms = min(record.timestamp for record in records)\n",
        "        self._oldest_ms = min(record.timestamp for record in records)\n"
        "        await self._acknowledge(message)\n",
        (f"{TESTS}/test_delivery.py",),
        in_histories=True,
    ),
    Sabotage(
        "what cannot be settled now is passed over",
        f"{KERNEL}/subscription.py",
        "            _rewind(client, records)\n",
        "            await self._acknowledge(message)\n",
        (f"{TESTS}/test_delivery.py",),
        in_histories=True,
    ),
    Sabotage(
        "topics are not compared with the catalogue",
        f"{KERNEL}/bus_guard.py",
        "complaints = [*misshapen(bus, self._specs), *await self._stranger(bus)]",
        "complaints = [*await self._stranger(bus)]",
        (f"{TESTS}/test_bus_guard.py",),
    ),
    Sabotage(
        "the identity of the bus is ignored",
        f"{KERNEL}/bus_guard.py",
        "complaints = [*misshapen(bus, self._specs), *await self._stranger(bus)]",
        "complaints = [*misshapen(bus, self._specs)]",
        (f"{TESTS}/test_bus_guard.py",),
    ),
    Sabotage(
        "what was on its way to a lost bus comes to the next",
        f"{KERNEL}/relay.py",
        "await producer.drop()",
        "await producer.stop()",
        (f"{TESTS}/test_relay_lead.py",),
    ),
    Sabotage(
        "events of another territory are taken in",
        f"{KERNEL}/reading.py",
        "if envelope.territory != self._territory:",
        "if not envelope.territory:",
        (f"{TESTS}/test_reading.py",),
    ),
    Sabotage(
        "events behind a parked one of their lane are not held",
        f"{KERNEL}/transaction.py",
        "held = await ledger.held(consumer, {d.lane for d in fresh})",
        "held = await ledger.held(consumer, set())",
        (f"{TESTS}/test_batches.py",),
        in_histories=True,
    ),
    Sabotage(
        "a relay does not wait for its turn to lead",
        f"{KERNEL}/relay.py",
        "                    await take_lead(connection, RELAY_LOCK)\n",
        "",
        (f"{TESTS}/test_relay_lead.py",),
    ),
    Sabotage(
        "a dead letter is swallowed",
        f"{KERNEL}/consumer.py",
        "await self._park(letter_of(batch[0], self.name, type(error).__name__, why, now))",
        "log.error('dead_letter', reason=type(error).__name__)",
        (f"{TESTS}/test_consumer.py",),
        in_histories=True,
    ),
    Sabotage(
        "an event that counted is put aside when it comes again unreadable",
        f"{KERNEL}/transaction.py",
        "                if not await ledger.first_sight(letter.consumer, [letter.envelope.id]):\n"
        "                    return BatchOutcome()\n",
        "                await ledger.first_sight(letter.consumer, [letter.envelope.id])\n",
        (f"{TESTS}/test_batches.py",),
    ),
    Sabotage(
        "what is queued for another bus is given to the one that was",
        f"{KERNEL}/bus_guard.py",
        "if accepted_at not in (None, self._accepted_at):",
        "if accepted_at is self:",
        (f"{TESTS}/test_bus_guard.py",),
    ),
    Sabotage(
        "a command with the key of an earlier one acts again",
        f"{KERNEL}/transaction.py",
        "await ledger.append(outgoing, idempotency and Settled(idempotency, outcome))",
        "await ledger.append(outgoing)",
        (f"{TESTS}/test_commands.py",),
        in_histories=True,
    ),
    Sabotage(
        "an older event undoes a newer one in a projection",
        "services/matching/src/maillage_matching/adapters/memory.py",
        "            row = self.actor_rows.get(actor.actor_id)\n"
        "            if row is None or row[1] < sequence:\n",
        "            row = self.actor_rows.get(actor.actor_id)\n"
        "            if row is None or row[1] != sequence:\n",
        ("services/matching/tests/store/test_flows_and_pairings.py",),
    ),
    Sabotage(
        "a passing failure is taken for a fault of the event",
        f"{KERNEL}/failures.py",
        "    OSError,  # TimeoutError and ConnectionError among them\n",
        "",
        (f"{TESTS}/test_consumer.py",),
    ),
    Sabotage(
        "the same in the SQL of a projection",
        "services/matching/src/maillage_matching/adapters/postgres.py",
        "sequence = excluded.sequence, doc = excluded.doc, scopes = excluded.scopes\n"
        "            WHERE kept.sequence < excluded.sequence\n",
        "sequence = excluded.sequence, doc = excluded.doc, scopes = excluded.scopes\n",
        ("services/matching/tests/store/test_flows_and_pairings.py",),
        marks="integration",
    ),
    Sabotage(
        "two events of one aggregate have the same number",
        f"{KERNEL}/transaction.py",
        "            numbers[lane] += 1\n",
        "            numbers[lane] = last[lane]\n",
        (f"{TESTS}/test_commands.py",),
    ),
)


def survives(sabotage: Sabotage, tree: Path) -> str | None:
    """Spoil the copy, run the tests, mend it again; why they did not turn red, None if so."""
    file = tree / sabotage.file
    sound = file.read_text()
    file.write_text(sabotage.spoil(sound))
    try:
        code, said = _run(sabotage.tests, sabotage.marks, tree)
    finally:
        file.write_text(sound)
    if code == RED:
        return None
    return "all tests passed" if code == 0 else f"pytest exited {code}:\n{said}"


@contextmanager
def a_copy(root: Path) -> Generator[Path]:
    """The checkout once more, elsewhere: what is sabotaged is never what one works on."""
    with tempfile.TemporaryDirectory(prefix="maillage-drill-") as folder:
        tree = Path(folder)
        for name in COPIED:
            if (root / name).is_dir():
                shutil.copytree(root / name, tree / name, ignore=LEFT_OUT, symlinks=True)
            else:
                shutil.copy(root / name, tree / name)
        yield tree


def _run(tests: Sequence[str], marks: str, tree: Path) -> tuple[int, str]:
    """Run tests on the copy; the exit code, and the last that was said."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *tests, *("-q", "-x", "-m", marks)],
        cwd=tree,
        env=_environment(tree),
        capture_output=True,
        text=True,
        timeout=DRILL_S_MAX,
        check=False,
    )
    return done.returncode, "\n".join((done.stdout + done.stderr).splitlines()[-20:])


def _environment(tree: Path) -> Mapping[str, str]:
    """The copy's packages before those that are installed, and few histories at random."""
    sources = sorted(str(path) for path in tree.glob("*/*/src"))
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(sources),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HISTORIES": "1000",
    }


def main(argv: Sequence[str] | None = None, sabotages: Sequence[Sabotage] = SABOTAGES) -> int:
    """Run the drills; 1 if a sabotage survives, or if the tests are red without any."""
    parser = argparse.ArgumentParser(description="Sabotage a copy of the kernel.")
    parser.add_argument("--only", default="", metavar="WORD", help="those whose name has it")
    parser.add_argument("--histories", action="store_true", help="found by random histories alone")
    asked = parser.parse_args(argv)
    chosen = [sabotage for sabotage in sabotages if asked.only in sabotage.name]
    if asked.histories:
        chosen = [replace(one, tests=(SIMULATION,)) for one in chosen if one.in_histories]
    survivors = 0
    with a_copy(ROOT) as tree:
        code, said = _run(sorted({test for one in chosen for test in one.tests}), "", tree)
        if code:
            print(f"the tests do not pass as they are: pytest exited {code}\n{said}")
            return 1
        for sabotage in chosen:
            began = time.monotonic()
            why = survives(sabotage, tree)
            survivors += why is not None
            took_s = time.monotonic() - began
            print(f"{'red' if why is None else 'SURVIVES':8} {took_s:5.1f} s  {sabotage.name}")
            print(f"{'':18}{' '.join(sabotage.tests)}{'' if why is None else f': {why}'}")
    print(f"{len(chosen)} sabotages, {survivors} survived")
    return 1 if survivors or not chosen else 0


if __name__ == "__main__":
    sys.exit(main())
