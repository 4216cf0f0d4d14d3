"""The five services under load while all they stand on fails: nothing acknowledged suffers."""

import asyncio
import os
import time
from collections import Counter
from collections.abc import AsyncGenerator, Iterable, Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from maillage_contracts.catalogue import SERVICES
from maillage_hub.chaos.campaign import Report, attack, recover
from maillage_hub.chaos.faults import CUTS, FULL_DISKS, KILLS, PAUSES, TURNED_CLOCKS
from maillage_hub.chaos.load import Load, write
from maillage_hub.chaos.plan import Blow, each_once, so_many
from maillage_hub.chaos.rig import Rig
from maillage_hub.testing_bus import counted
from maillage_serving.testing import eventually

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(600),
    pytest.mark.asyncio(loop_scope="module"),
]

SEED_SETTING = "MAILLAGE_CHAOS_SEED"
SEED = int(os.environ.get(SEED_SETTING, "7"))
KILLED = 40
PACE_S = 1.0
REFUSED_WITHIN_S = 60.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rig() -> AsyncGenerator[Rig]:
    """A hub that these tests break one after the other."""
    rig = Rig("marseille")
    try:
        async with rig.up():
            yield rig
        await eventually(lambda: not rig.commands.processes())
        assert [line for line in _said(rig) if '"event": "broken"' in line] == []
    finally:
        rig.commands.end()
        rig.remove()


async def keeps_its_word(rig: Rig, blows: Iterable[Blow]) -> Report:
    """Strike; fail unless all that was acknowledged is everywhere, once, in order, in time."""
    report = await attack(rig, blows, seed=SEED, tell=print)
    assert report.verdict.holds, f"{report.findings}\nagain with {SEED_SETTING}={SEED}"
    return report


async def test_kill_9_of_every_part(rig: Rig) -> None:
    blows = so_many(SEED, KILLS, KILLED)
    times = Counter(blow.fault for blow in blows)
    assert set(times) == set(KILLS)
    report = await keeps_its_word(rig, blows)
    assert report.kills == KILLED


async def test_pauses_longer_than_a_session_and_a_network_in_trouble(rig: Rig) -> None:
    await keeps_its_word(rig, each_once(SEED, PAUSES + CUTS, PACE_S))


async def test_disks_that_are_full(rig: Rig) -> None:
    if not rig.disks:
        pytest.skip("this account may not mount a disk in memory")
    await keeps_its_word(rig, each_once(SEED, FULL_DISKS, PACE_S))
    for server in ("postgres", "kafka-1"):
        assert "No space left on device" in (rig.folder.logs / f"{server}.log").read_text()


async def test_clocks_two_hours_wrong(rig: Rig) -> None:
    if not rig.clocks:
        pytest.skip("libfaketime is not installed here")
    await keeps_its_word(rig, each_once(SEED, TURNED_CLOCKS, PACE_S))


async def test_a_bus_that_lost_everything_is_refused_until_all_is_said_again(rig: Rig) -> None:
    load = Load()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(write(rig, load, SEED))
        await eventually(lambda: load.commands >= 40)
        refusals = {service: _refusals(rig, service) for service in SERVICES}
        await rig.lose_bus()
        for service in SERVICES:
            await _refuses(rig, service, "is missing: run `maillage topics create`")
        await rig.maillage("topics", "create", "--json")
        for service in SERVICES:
            await _refuses(rig, service, "run `maillage outbox republish`")
            assert _refusals(rig, service) > refusals[service]
        before = load.commands
        await eventually(lambda: load.commands > before)  # doors stay open
        await rig.maillage("outbox", "republish", "--json")
        ended = time.monotonic()
        load.is_over = True
    _, verdict = await recover(rig, load, ended, print)
    assert verdict.counts == {"lost": 0, "twice": 0, "disorder": 0, "stuck": 0}, verdict


async def _refuses(rig: Rig, service: str, why: str) -> None:
    """Wait until a service is not ready because of the bus, and counts so."""

    async def does() -> bool:
        async with rig.door(service, None) as door:
            try:
                told: dict[str, Any] = (await door.get("/readyz")).json()
                assert why in str(told["parts"]["bus"]), told
                return await counted(door, "maillage_bus_refused") == 1
            except httpx.TransportError:  # it is being started again
                return False

    await eventually(does, deadline_s=REFUSED_WITHIN_S, every_s=0.2)


def _said(rig: Rig) -> Iterator[str]:
    """Every line of every log. `broken` is an error that nobody expects of any fault."""
    for log in rig.folder.logs.glob("*.log"):
        yield from log.read_text(errors="replace").splitlines()


def _refusals(rig: Rig, service: str) -> int:
    """How often its log says so."""
    return (rig.folder.logs / f"{service}.log").read_text().count('"event": "bus_refused"')
