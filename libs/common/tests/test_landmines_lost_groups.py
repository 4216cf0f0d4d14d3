"""What readers acknowledged of a bus that was lost is of other records than those of the next."""

import asyncio
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.consumer.group_coordinator import GroupCoordinator
from tally import given
from wired import Wired, all_acknowledged, all_applied, running

from maillage_common import kafka
from maillage_common.kafka import administration, begin_anew, reach
from maillage_common.outbox import made_anew, republish
from maillage_common.topics import create_topics, look
from maillage_contracts.refusals import Refused
from maillage_serving.testing import eventually

pytestmark = pytest.mark.integration


async def accept(wired: Wired) -> None:
    """As `maillage outbox republish` does."""
    async with administration(wired.settings) as admin, wired.pool.acquire() as connection:
        bus = await look(admin)
        places = await made_anew(connection, bus)
        if places:
            await begin_anew(wired.settings, group_of(wired), places)
        await republish(connection, bus)


def group_of(wired: Wired) -> str:
    return f"{wired.settings.territory}.flows"


async def remake(admin: AIOKafkaAdminClient, wired: Wired) -> None:
    await admin.delete_topics([wired.consents])

    async def is_gone() -> bool:
        return wired.consents not in (await look(admin)).partitions

    await eventually(is_gone)
    await create_topics(admin, wired.specs, replication=1)


async def test_what_is_acknowledged_while_its_bus_is_lost_is_void_on_the_next(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A commit is tried again until it is taken: thirty events of the new bus were never read."""
    honest, is_held, may_go = GroupCoordinator.commit_offsets, asyncio.Event(), asyncio.Event()

    async def held(*what: Any) -> None:  # noqa: ANN401 as the method it stands before
        is_held.set()
        await may_go.wait()
        await honest(*what)

    monkeypatch.setattr(GroupCoordinator, "commit_offsets", held)
    async with wired.consuming(), administration(wired.settings) as admin:
        await wired.send(*(wired.record(given("a"), number) for number in (1, 2, 3)))
        await is_held.wait()
        await remake(admin, wired)
        may_go.set()
        await all_acknowledged(wired, 3)
        async with running(wired.guard.watch(wired.health)):
            await accept(wired)
            await wired.send(*(wired.record(given("b"), number) for number in (1, 2, 3, 4)))
            await all_applied(wired, 7)
    assert wired.metric("maillage_sequence_gaps_total") == 0


async def test_a_group_whose_readers_stay_is_not_set_back(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They may acknowledge once more: whoever accepts the bus is told, and it stays refused."""
    monkeypatch.setattr(kafka, "LEAVES_WITHIN_S", 2.0)
    async with wired.consuming():
        await wired.send(wired.record(given("a"), 1))
        await all_acknowledged(wired, 1)
        with pytest.raises(Refused, match="flows still has readers"):
            await begin_anew(wired.settings, group_of(wired), [TopicPartition(wired.consents, 0)])
        assert await wired.committed() == 1


async def test_readers_of_a_bus_that_was_not_lost_go_on(wired: Wired) -> None:
    place = TopicPartition(wired.consents, 0)
    await wired.guard.confirm()
    await wired.send(*(wired.record(given("a"), number) for number in (1, 2)))
    async with AIOKafkaConsumer(
        group_id=group_of(wired), enable_auto_commit=False, **reach(wired.settings)
    ) as reader:
        reader.assign([place])
        await reader.commit({place: 2})
    await accept(wired)
    assert await wired.committed() == 2
