"""A campaign against a hub: load, faults as planned, time to recover, and the verdict."""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace

from maillage_common.failures import is_transient
from maillage_hub.chaos.load import Load, write
from maillage_hub.chaos.looking import is_at_rest, look
from maillage_hub.chaos.plan import Blow
from maillage_hub.chaos.rig import Rig
from maillage_hub.chaos.verdict import CAUGHT_UP_WITHIN_S, Verdict, judge
from maillage_serving.testing import eventually

LOOKED_AT_EVERY_S = 0.2
WARM_UP_COMMANDS = 30
"""The first fault waits for so many, that there be something to lose."""
COMMANDS_BETWEEN, GOES_ON_WITHIN_S = 5, 3.0
"""The next fault waits for so many commands, that there be work for it to break."""
AT_ONCE = 6
"""So many faults may last at a time; a kill lasts until there is something to be killed."""
TOLD_AT_MOST = 20
"""How many of the faults of one kind that were found are told in words."""


@dataclass(frozen=True)
class Report:
    """What a campaign came to."""

    seed: int
    seconds: float
    faults: int
    kills: int
    acknowledged: int
    caught_up_seconds: float
    verdict: Verdict

    @property
    def document(self) -> dict[str, int | float]:
        """It as JSON has it."""
        return {
            "seed": self.seed,
            "seconds": round(self.seconds, 1),
            "faults": self.faults,
            "kills": self.kills,
            "acknowledged": self.acknowledged,
            **self.verdict.counts,
            "caught_up_seconds": round(self.caught_up_seconds, 1),
        }

    @property
    def findings(self) -> str:
        """What is wrong, in words; nothing when nothing is."""
        return "\n".join(
            f"{kind}: {sentence}"
            for kind, found in vars(self.verdict).items()
            for sentence in found[:TOLD_AT_MOST]
        )


async def attack(
    rig: Rig,
    blows: Iterable[Blow],
    *,
    seed: int,
    tell: Callable[[str], None],
    for_s: float = float("inf"),
) -> Report:
    """Strike while many write; for so long at most, or until the blows are all struck.

    A writer who is refused for ever, or for a reason that no fault explains, raises
    AssertionError.
    """
    load, began = Load(), time.monotonic()
    struck: set[asyncio.Task[None]] = set()
    faults = kills = 0

    def said(words: str) -> None:
        tell(f"{time.monotonic() - began:6.1f} s  {load.commands:6} commands  {words}")

    async with asyncio.TaskGroup() as tasks:
        writing = tasks.create_task(write(rig, load, seed))
        await eventually(lambda: writing.done() or load.commands >= WARM_UP_COMMANDS)
        for blow in blows:
            await asyncio.sleep(blow.after_s)
            await _goes_on(load)
            while len(struck) >= AT_ONCE:
                _, struck = await asyncio.wait(struck, return_when=asyncio.FIRST_COMPLETED)
            if time.monotonic() - began > for_s:
                break
            said(str(blow.fault))
            struck.add(tasks.create_task(blow.fault.strike(rig)))
            faults, kills = faults + 1, kills + blow.fault.kills
        if struck:
            await asyncio.wait(struck)
        ended = time.monotonic()
        load.is_over = True
        said("the last fault is over")
    caught_up_s, verdict = await recover(rig, load, ended, said)
    return Report(
        seed=seed,
        seconds=time.monotonic() - began,
        faults=faults,
        kills=kills,
        acknowledged=load.commands,
        caught_up_seconds=caught_up_s,
        verdict=verdict,
    )


async def _goes_on(load: Load) -> None:
    """Wait for some commands to come through, though not for ever."""
    wanted = load.commands + COMMANDS_BETWEEN
    with suppress(AssertionError):
        await eventually(lambda: load.commands >= wanted, deadline_s=GOES_ON_WITHIN_S)


async def recover(
    rig: Rig, load: Load, ended: float, said: Callable[[str], None]
) -> tuple[float, Verdict]:
    """How many seconds after the last fault, which ended then, all was at rest; and the verdict.

    The load is over.
    """
    caught_up_s = await _caught_up(rig, ended, said)
    verdict = judge(replace(await look(rig, load), caught_up_s=caught_up_s))
    said("all is well" if verdict.holds else "NOT well")
    return caught_up_s, verdict


async def _caught_up(rig: Rig, ended: float, said: Callable[[str], None]) -> float:
    left_s = ended + CAUGHT_UP_WITHIN_S - time.monotonic()

    async def rests() -> bool:
        try:
            return await is_at_rest(rig)
        except Exception as error:  # it may still be coming up
            if not is_transient(error):
                raise
            raise AssertionError(repr(error)) from error

    try:
        await eventually(rests, deadline_s=left_s, every_s=LOOKED_AT_EVERY_S)
    except AssertionError as not_yet:
        said(f"NOT at rest: {not_yet}")  # the verdict names each thing that is stuck
    return time.monotonic() - ended
