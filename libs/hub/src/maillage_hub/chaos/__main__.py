"""`make chaos`: break a hub of this machine for so long, and say whether it kept its word."""

import argparse
import asyncio
import json
import secrets
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from maillage_hub.chaos.campaign import Report, attack
from maillage_hub.chaos.faults import KILLS, possible
from maillage_hub.chaos.plan import endless
from maillage_hub.chaos.rig import Rig
from maillage_hub.runtime.failures import HubFailure

TERRITORY = "marseille"
DURATION_S, DURATION_S_MIN, DURATION_S_MAX = 120, 10, 24 * 3600
SEED_MAX = 2**31
BROKEN, INTERRUPTED = 1, 130


def main(arguments: list[str] | None = None) -> int:
    """0 when nothing was lost, doubled, disordered or stuck; 1 when something was, or broke."""
    asked = _parser().parse_args(arguments)
    if asked.json is not None:
        asked.json.unlink(missing_ok=True)  # a run that breaks leaves no verdict of an earlier one
    print(f"seed {asked.seed}, {asked.duration} s; starting a hub in a folder of its own ...")
    try:
        report, kept = asyncio.run(_run(asked.seed, asked.duration))
    except (KeyboardInterrupt, asyncio.CancelledError):
        print("interrupted: everything is stopped")
        return INTERRUPTED
    except (HubFailure, BaseExceptionGroup) as failure:
        print(*_reasons(failure), sep="\n", file=sys.stderr)
        return BROKEN
    code = tell_report(report, asked.json, kept)
    if code:
        print(f"again: make chaos DURATION={asked.duration} SEED={asked.seed}")
    return code


def tell_report(report: Report, file: Path | None, kept: Path | None) -> int:
    """Say it, and write it to the file; returns what the process is to exit with."""
    told = json.dumps(report.document)
    if file is not None:
        file.write_text(f"{told}\n")
    print(told)
    if report.verdict.holds:
        return 0
    print(f"{report.findings}\nlogs: {kept}")
    return BROKEN


async def _run(seed: int, duration_s: int) -> tuple[Report, Path | None]:
    """The report, and where the logs are if something is wrong."""
    # Like Ctrl-C, which asyncio makes a cancellation of this task.
    this = asyncio.current_task()
    assert this is not None  # noqa: S101 for the type checker: we are in one
    for told in (signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(told, this.cancel)
    rig, kept = Rig(TERRITORY), None
    try:
        async with rig.up():
            blows = endless(seed, KILLS, possible(rig))
            try:
                report = await attack(rig, blows, seed=seed, tell=_tell, for_s=duration_s)
            except ExceptionGroup:  # a writer gave up
                _tell(f"logs: {rig.keep_logs()}")
                raise
        if not report.verdict.holds:
            kept = rig.keep_logs()
        return report, kept
    finally:
        rig.remove()


def _reasons(failure: BaseException) -> Iterator[str]:
    """What went wrong, and not that it did so in a group of tasks."""
    if isinstance(failure, BaseExceptionGroup):
        for each in cast("BaseExceptionGroup[BaseException]", failure).exceptions:
            yield from _reasons(each)
    else:
        yield f"{type(failure).__name__}: {failure}"


def _tell(line: str) -> None:
    print(line, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="make chaos",
        description="Break a whole hub at random, while many write to it, and look what is left.",
    )
    parser.add_argument("--duration", type=_duration, default=DURATION_S, metavar="SECONDS")
    parser.add_argument("--seed", type=_seed, default=secrets.randbelow(SEED_MAX), metavar="NUMBER")
    parser.add_argument("--json", type=_file, metavar="FILE", help="where the verdict is written")
    return parser


def _duration(text: str) -> int:
    return _number(text, "DURATION", DURATION_S_MIN, DURATION_S_MAX)


def _seed(text: str) -> int:
    return _number(text, "SEED", 0, SEED_MAX)


def _number(text: str, name: str, least: int, most: int) -> int:
    if not text.isdecimal() or not least <= int(text) <= most:
        raise argparse.ArgumentTypeError(
            f"{name}={text!r}: a whole number from {least} to {most} is wanted"
        )
    return int(text)


def _file(text: str) -> Path:
    path = Path(text)
    if path.is_dir() or not path.parent.is_dir():
        raise argparse.ArgumentTypeError(f"JSON={text!r}: a file in a folder that exists is wanted")
    return path


if __name__ == "__main__":
    sys.exit(main())
