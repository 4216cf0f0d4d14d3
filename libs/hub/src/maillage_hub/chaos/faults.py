"""What is done to a hub: each fault is a small value, and ends by itself."""

import asyncio
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import psutil

from maillage_common.kafka import REQUEST_TIMEOUT_MS
from maillage_contracts.catalogue import SERVICES
from maillage_hub.chaos.links import TROUBLES, Trouble
from maillage_hub.chaos.rig import Rig

SESSION_S = 10.0
"""After so long without a heartbeat, the bus gives the partitions of a reader to another."""
PAUSE_S = SESSION_S + 2.0
CUT_S = 4.0
LONG_CUT_S = REQUEST_TIMEOUT_MS / 1000 + 2.0
"""Longer than any client waits for an answer."""
FULL_S = 6.0
TURNED_S = 4.0


class Fault(Protocol):
    """Something that goes wrong once."""

    @property
    def kills(self) -> int:
        """How many processes it kills."""
        ...

    async def strike(self, rig: Rig) -> None:
        """Let it happen; returns when it is over, though not yet mended."""
        ...


@dataclass(frozen=True)
class Kill:
    """A process dies without a word, as by kill -9; its supervisor starts another."""

    victim: str

    kills = 1

    async def strike(self, rig: Rig) -> None:
        while True:
            process = await rig.process(self.victim)
            with suppress(psutil.NoSuchProcess):
                process.kill()
                return

    def __str__(self) -> str:
        return f"kill -9 of {self.victim}"


@dataclass(frozen=True)
class Together:
    """Several faults at the same moment."""

    faults: tuple[Fault, ...]

    @property
    def kills(self) -> int:
        return sum(fault.kills for fault in self.faults)

    async def strike(self, rig: Rig) -> None:
        async with asyncio.TaskGroup() as tasks:
            for fault in self.faults:
                tasks.create_task(fault.strike(rig))

    def __str__(self) -> str:
        return ", ".join(map(str, self.faults))


@dataclass(frozen=True)
class Pause:
    """A process stands still for longer than its session lasts, and goes on as if nothing were."""

    victim: str
    for_s: float = PAUSE_S

    kills = 0

    async def strike(self, rig: Rig) -> None:
        process = await rig.process(self.victim)
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGSTOP)
        try:
            await asyncio.sleep(self.for_s)
        finally:
            with suppress(ProcessLookupError):  # it may have been killed meanwhile
                os.kill(process.pid, signal.SIGCONT)

    def __str__(self) -> str:
        return f"{self.for_s:g} s pause of {self.victim}"


@dataclass(frozen=True)
class Cut:
    """The network between all services and a server is in trouble."""

    server: str
    trouble: Trouble
    for_s: float

    kills = 0

    async def strike(self, rig: Rig) -> None:
        async with rig.turns[f"network of {self.server}"]:
            with rig.links[self.server].troubled(self.trouble):
                await asyncio.sleep(self.for_s)

    def __str__(self) -> str:
        return f"{self.for_s:g} s {self.trouble}: network of {self.server}"


@dataclass(frozen=True)
class Full:
    """The disk of a server has no room left."""

    server: str
    for_s: float = FULL_S

    kills = 0

    async def strike(self, rig: Rig) -> None:
        async with rig.turns[f"disk of {self.server}"]:
            with rig.disks[self.server].full():
                await asyncio.sleep(self.for_s)

    def __str__(self) -> str:
        return f"{self.for_s:g} s full disk of {self.server}"


@dataclass(frozen=True)
class Turn:
    """The clock of a service jumps, and later jumps back."""

    service: str
    hours: int
    for_s: float = TURNED_S

    kills = 0

    async def strike(self, rig: Rig) -> None:
        async with rig.turns[f"clock of {self.service}"]:
            with rig.clocks[self.service].turned(self.hours):
                await asyncio.sleep(self.for_s)

    def __str__(self) -> str:
        return f"{self.for_s:g} s clock of {self.service} {self.hours:+d} h"


SERVERS = ("postgres", "kafka-1")
KILLS: tuple[Fault, ...] = (
    *map(Kill, SERVICES),
    *(Kill("second registry"), Kill("relay of registry")),
    *(Kill("postgres"), Kill("postgres child"), Kill("kafka-1")),
)
PAUSES: tuple[Fault, ...] = tuple(map(Pause, (*SERVICES, "second flows")))
CUTS: tuple[Fault, ...] = tuple(
    Cut(server, trouble, LONG_CUT_S if trouble == "black hole" else CUT_S)
    for trouble in TROUBLES
    for server in SERVERS
)
FULL_DISKS: tuple[Fault, ...] = (Full("postgres"), Full("kafka"))
TURNED_CLOCKS: tuple[Fault, ...] = tuple(
    Turn(service, hours) for service in SERVICES for hours in (2, -2)
)


def possible(rig: Rig) -> list[Fault]:
    """Every fault but kills that this rig, on this machine, can have."""
    return [
        *(PAUSES + CUTS),
        *(fault for fault in FULL_DISKS if rig.disks),
        *(fault for fault in TURNED_CLOCKS if rig.clocks),
    ]
