"""What a whole hub takes while nothing happens: memory, and processor time.

All its processes: supervisor, broker, database server with its connections, five services. RSS
counts the database's shared memory once for each process that touched it; PSS shares it out.
"""

import asyncio
from collections.abc import Iterable
from pathlib import Path

import psutil
import uvloop

import hubs
from maillage_hub.testing_hub import WholeHub
from record import Asked, Figure

SETTLE_S = 20.0
DURATION_S = 40.0
GIB = 2**30


def processes(hub: WholeHub) -> list[psutil.Process]:
    """Every process of a hub."""
    supervisor = psutil.Process(hub.state.pid)
    return [supervisor, *supervisor.children(recursive=True)]


def processor_s(found: Iterable[psutil.Process]) -> dict[int, float]:
    """Processor time spent so far by each that is still there."""
    times = {one.pid: one.cpu_times() for one in found if one.is_running()}
    return {pid: spent.user + spent.system for pid, spent in times.items()}


def rss_bytes(found: Iterable[psutil.Process]) -> int:
    """Resident memory of all."""
    return sum(one.memory_info().rss for one in found)


async def _measure(seconds: float) -> Iterable[Figure]:
    async with hubs.whole_hub() as hub:
        broker = await hubs.broker_of(hub)
        await asyncio.sleep(SETTLE_S)
        before = processor_s(processes(hub))
        await asyncio.sleep(seconds)
        found = processes(hub)
        after = processor_s(found)
        spent_s = sum(after.values()) - sum(before.get(pid, 0.0) for pid in after)
        _tell(found, before, after, seconds)
        memory, shared_out = rss_bytes(found) / GIB, sum(map(_pss_bytes, found)) / GIB
    return (
        Figure(
            name="whole hub idle, memory (RSS)",
            value=memory,
            unit="GiB",
            must="value <= 1.3",
            goal="value <= 1.0",
            broker=broker,
        ),
        Figure(name="whole hub idle, memory (PSS)", value=shared_out, unit="GiB", broker=broker),
        Figure(
            name="whole hub idle, processor",
            value=spent_s / seconds * 100,
            unit="% of a core",
            must="value <= 8",
            goal="value <= 4",
            broker=broker,
        ),
    )


def _pss_bytes(process: psutil.Process) -> int:
    for line in Path(f"/proc/{process.pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def _tell(
    found: Iterable[psutil.Process],
    before: dict[int, float],
    after: dict[int, float],
    seconds: float,
) -> None:
    for one in found:
        name = " ".join(one.cmdline()[:4])[-48:]
        percent = (after.get(one.pid, 0.0) - before.get(one.pid, 0.0)) / seconds * 100
        print(f"    {percent:5.2f} %  {one.memory_info().rss / 2**20:7.1f} MiB  {name}")


def measure(asked: Asked) -> Iterable[Figure]:
    """Measure a hub at rest."""
    return uvloop.run(_measure(asked.duration_s or DURATION_S))
