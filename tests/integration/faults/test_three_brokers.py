"""Three brokers, each event on two of them at least: one may die, and two; nothing is lost."""

import asyncio
import time

import pytest

from maillage_contracts.catalogue import SERVICES
from maillage_hub.chaos.campaign import recover
from maillage_hub.chaos.faults import Kill, Together
from maillage_hub.chaos.load import Load, write
from maillage_hub.chaos.rig import Rig
from maillage_serving.testing import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(600)]

BROKERS = ("kafka-1", "kafka-2", "kafka-3")
COMMANDS = 30
GOES_ON_WITHIN_S = 60.0


async def test_brokers_die_under_load() -> None:
    rig, load = Rig("marseille", brokers=3), Load()
    try:
        async with rig.up():
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(write(rig, load, seed=1))
                await _goes_on(load)
                await Kill("kafka-1").strike(rig)
                await _goes_on(load)
                await rig.process("kafka-1")

                await Together((Kill("kafka-2"), Kill("kafka-3"))).strike(rig)
                await eventually(lambda: _is_waiting(rig), deadline_s=GOES_ON_WITHIN_S)
                for broker in BROKERS:
                    await rig.process(broker)
                ended = time.monotonic()
                await _goes_on(load)
                load.is_over = True
            _, verdict = await recover(rig, load, ended, print)
            assert verdict.counts == {"lost": 0, "twice": 0, "disorder": 0, "stuck": 0}, verdict
    finally:
        rig.commands.end()
        rig.remove()


async def _goes_on(load: Load) -> None:
    wanted = load.commands + COMMANDS
    await eventually(lambda: load.commands >= wanted, deadline_s=GOES_ON_WITHIN_S)


async def _is_waiting(rig: Rig) -> bool:
    """Whether something was said that no bus takes, for two of its brokers are down."""
    is_down = [rig.pid(broker) is None for broker in BROKERS]
    unsent = 0
    for service in SERVICES:
        database = await rig.database(service)
        try:
            unsent += await database.fetchval("SELECT count(*) FROM outbox")
        finally:
            await database.close()
    return is_down.count(True) >= 2 and unsent > 0
