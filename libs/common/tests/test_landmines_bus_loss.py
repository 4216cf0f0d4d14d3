"""A bus that lost its data answers as if nothing had happened: silent loss becomes a refusal."""

import asyncio
import json
from datetime import datetime
from typing import ClassVar

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import RecordMetadata
from tally import Declaration, applied, declare, given
from wired import (
    Flaky,
    Wired,
    all_acknowledged,
    all_applied,
    all_sent,
    running,
    say,
    sequences,
)

from maillage_common import postgres, relay
from maillage_common.kafka import administration
from maillage_common.outbox import republish
from maillage_common.producer import Producer
from maillage_common.topics import Bus, BusRefused, create_topics, look, misconfigured, misshapen
from maillage_contracts.flows import FLOWS
from maillage_contracts.samples import an_id
from maillage_serving.testing import context, eventually

pytestmark = pytest.mark.integration


async def delete(admin: AIOKafkaAdminClient, topic: str) -> None:
    await admin.delete_topics([topic])

    async def is_gone() -> bool:
        return topic not in (await look(admin)).partitions

    await eventually(is_gone)


async def remake(wired: Wired, topic: str, partitions: int) -> None:
    """Make a topic again with another number of partitions, as a consumer's question once did."""
    async with administration(wired.settings) as admin:
        await delete(admin, topic)
        await admin.create_topics([NewTopic(topic, partitions, 1)])
    await wired.guard.close()


async def test_asking_for_a_topic_does_not_make_it(wired: Wired) -> None:
    """A metadata request made one with 4 partitions instead of 6, and events went to no reader."""
    async with administration(wired.settings) as admin:
        await delete(admin, wired.consents)
        async with wired.relaying(), wired.consuming():
            await say(wired, "a")
            with pytest.raises(BusRefused):
                await wired.guard.confirm()
            await eventually(lambda: wired.metric("maillage_bus_refused") == 1)
        assert wired.consents not in (await look(admin)).partitions


async def test_a_topic_of_another_shape_is_not_written_to(wired: Wired) -> None:
    await remake(wired, wired.flows, partitions=4)
    await say(wired, "a")
    async with running(wired.guard.watch(wired.health)), wired.relaying():
        await eventually(lambda: "4 partitions instead of 6" in str(wired.health.parts.get("bus")))
        assert not wired.health.is_ready
        assert wired.metric("maillage_bus_refused") == 1
        assert await wired.unsent() == 1
    assert await wired.on(wired.flows) == []


async def test_a_topic_that_changes_shape_under_a_leading_relay_stops_it(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    refusals: list[BusRefused] = []
    honest = wired.guard.confirm

    async def noted(*accepted_at: datetime) -> None:
        try:
            await honest(*accepted_at)
        except BusRefused as refused:
            refusals.append(refused)
            raise

    monkeypatch.setattr(wired.guard, "confirm", noted)
    async with wired.relaying():
        await say(wired, "a")
        await all_sent(wired)
        async with administration(wired.settings) as admin:
            await admin.create_partitions({wired.flows: NewPartitions(8)})
            await eventually(lambda: _has(admin, wired.flows, partitions=8))
        # A look is good for a second: until it is over, events still leave.
        await eventually(lambda: _said_and_refused(wired, refusals))
        before = await wired.unsent()
        await eventually(lambda: len(refusals) >= 3)
        assert await wired.unsent() == before > 0
    assert "8 partitions" in str(refusals[0])


async def _said_and_refused(wired: Wired, refusals: list[BusRefused]) -> bool:
    await say(wired, "b")
    return bool(refusals)


async def test_a_topic_that_forgets_too_soon_is_refused(wired: Wired) -> None:
    async with administration(wired.settings) as admin:
        assert await misconfigured(admin, wired.specs) == []
        await delete(admin, wired.flows)
        await admin.create_topics(
            [NewTopic(wired.flows, 6, 1, topic_configs={"retention.ms": "60000"})]
        )
        await eventually(lambda: _has(admin, wired.flows))
        [complaint] = await misconfigured(admin, wired.specs)
    assert "retention.ms=60000" in complaint
    with pytest.raises(BusRefused, match="retention"):
        await wired.guard.confirm()


async def _has(admin: AIOKafkaAdminClient, topic: str, partitions: int = 6) -> bool:
    return (await look(admin)).partitions.get(topic) == partitions


async def test_a_topic_that_remembers_longer_is_welcome(wired: Wired) -> None:
    async with administration(wired.settings) as admin:
        await delete(admin, wired.flows)
        await admin.create_topics(
            [NewTopic(wired.flows, 6, 1, topic_configs={"retention.ms": "-1"})]
        )
        await eventually(lambda: _has(admin, wired.flows))
        assert await misconfigured(admin, wired.specs) == []


async def test_a_bus_that_was_made_anew_is_refused_until_all_is_published_again(
    wired: Wired,
) -> None:
    """Under its old identity too: operators give storage that was lost and formatted the same."""
    for number in range(3):
        await say(wired, f"flow-{number}", times=4)
    async with wired.relaying():
        await all_sent(wired)
    async with administration(wired.settings) as admin:
        await delete(admin, wired.flows)
        await create_topics(admin, wired.specs, replication=1)
        await eventually(lambda: _has(admin, wired.flows))
        bus = await look(admin)
        assert misshapen(bus, wired.specs) == []
    wired.__post_init__()
    await say(wired, "flow-0")
    async with wired.relaying():
        await eventually(lambda: wired.metric("maillage_bus_refused") == 1)
        with pytest.raises(BusRefused, match=r"outbox republish.*docs/operating"):
            await wired.guard.confirm()
        assert await wired.unsent() == 1
        async with wired.pool.acquire() as connection:
            assert await republish(connection, bus) == 12
        await all_sent(wired)
    found = sequences(await wired.on(wired.flows))
    assert sorted(map(len, found.values())) == [4, 4, 5]
    assert all(numbers == sorted(numbers) for numbers in found.values())
    assert wired.metric("maillage_bus_refused") == 0


class Noted(Producer):
    """A producer that says when it was given a batch."""

    has_some: ClassVar[asyncio.Event]

    async def send_batch(
        self, batch: BatchBuilder, topic: str, *, partition: int
    ) -> asyncio.Future[RecordMetadata]:
        acknowledged = await super().send_batch(batch, topic, partition=partition)
        self.has_some.set()
        return acknowledged


async def test_what_was_on_its_way_to_a_lost_bus_does_not_come_to_the_next(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An idempotent producer tries for ever: the second event came, before all was said again."""
    Noted.has_some = asyncio.Event()
    monkeypatch.setattr(relay, "Producer", Noted)
    honest, is_blind = wired.guard.confirm, asyncio.Event()

    async def confirm(*accepted_at: datetime) -> None:
        if not is_blind.is_set():
            await honest(*accepted_at)

    monkeypatch.setattr(wired.guard, "confirm", confirm)
    is_blind.set()
    async with wired.pool.acquire() as connection:
        before = json.dumps({wired.flows: "as it was before"})
        await connection.execute("INSERT INTO bus_identity VALUES (true, '', now(), $1)", before)
    watching = running(wired.guard.watch(wired.health))
    async with watching, wired.relaying(), administration(wired.settings) as admin:
        await say(wired, "a")
        await all_sent(wired)
        for topic in (wired.flows, FLOWS.state(wired.settings.territory)):
            await delete(admin, topic)
        Noted.has_some.clear()
        await say(wired, "a")
        await Noted.has_some.wait()
        is_blind.clear()
        await eventually(lambda: wired.metric("maillage_bus_refused") == 1)
        await create_topics(admin, wired.specs, replication=1)
        for topic in (wired.flows, FLOWS.state(wired.settings.territory)):
            await wired.send(wired.record(given("z")), topic=topic)  # as soon as it can be
        async with wired.pool.acquire() as connection:
            assert await republish(connection, await look(admin)) == 1
        await all_sent(wired)
    found = sequences(await wired.on(wired.flows))
    assert found == {str(an_id("a")): [1, 2], str(an_id("z")): [1]}


class Half(Producer):
    """A producer that is answered for one partition; under the others the bus dies."""

    answered: ClassVar[set[int]]
    is_dead: ClassVar[asyncio.Event]

    async def send_batch(
        self, batch: BatchBuilder, topic: str, *, partition: int
    ) -> asyncio.Future[RecordMetadata]:
        if not self.is_dead.is_set():
            self.answered.update(set() if self.answered else {partition})
            if partition not in self.answered:
                await self.is_dead.wait()
                raise KafkaError("the bus is gone")
        return await super().send_batch(batch, topic, partition=partition)


async def test_what_a_bus_acknowledged_before_it_was_lost_is_sent_again(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Queued again while others of its round were tried, it was removed as acknowledged.

    Also when the clock of the database was set back since a bus was accepted for the first time.
    """
    Half.answered, Half.is_dead = set(), asyncio.Event()
    monkeypatch.setattr(relay, "Producer", Half)
    await wired.guard.confirm()
    later = "UPDATE bus_identity SET adopted_at = now() + interval '2 hours' RETURNING 1"
    assert await wired.value(later) == 1
    for name in "abcdef":
        await say(wired, name)
    async with wired.relaying():
        await eventually(lambda: wired.on(wired.flows))
        before = sequences(await wired.on(wired.flows))
        async with administration(wired.settings) as admin, wired.pool.acquire() as connection:
            # They are all queued still.
            assert await republish(connection, await look(admin)) == 0
        Half.is_dead.set()
        await all_sent(wired)
    assert 0 < len(before) < 6
    after = sequences(await wired.on(wired.flows))
    assert after == {str(an_id(n)): [1, 1] if str(an_id(n)) in before else [1] for n in "abcdef"}


async def test_what_is_queued_for_another_bus_is_not_given_to_the_one_that_was(
    wired: Wired,
) -> None:
    """A leader that had not moved yet took the whole log for itself, and the new bus had none."""
    async with wired.relaying():
        await say(wired, "a")
        await all_sent(wired)
        moved = "UPDATE bus_identity SET topics = $1, adopted_at = now()"
        async with wired.pool.acquire() as connection:
            await connection.execute(moved, json.dumps({wired.flows: "as it is over there"}))
        await say(wired, "a")
        await eventually(lambda: wired.metric("maillage_bus_refused") == 1)
        assert await wired.unsent() == 1
    assert len(await wired.on(wired.flows)) == 1


async def test_what_was_sent_is_kept(wired: Wired) -> None:
    await say(wired, "a", times=3)
    async with wired.relaying():
        await all_sent(wired)
    assert await wired.value("SELECT count(*) FROM event_log") == 3
    async with administration(wired.settings) as admin, wired.pool.acquire() as connection:
        bus = await look(admin)
        assert await republish(connection, bus) == 3
        assert await republish(connection, bus) == 0


SLOW = """
DELETE FROM outbox;
CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
    'BEGIN PERFORM pg_sleep(1.2); RETURN NEW; END';
CREATE TRIGGER slow BEFORE INSERT ON outbox FOR EACH ROW EXECUTE FUNCTION slow();
"""


async def test_a_log_that_takes_long_to_queue_is_queued(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It took longer than any statement may: a new bus could not be given a log of years."""
    await say(wired, "a")
    monkeypatch.setattr(postgres, "COMMAND_TIMEOUT_S", 1.0)
    hurried = postgres.SERVER_SETTINGS | {"statement_timeout": "1s"}
    monkeypatch.setattr(postgres, "SERVER_SETTINGS", hurried)
    async with postgres.dedicated(wired.settings.dsn, "republish") as connection:
        await connection.execute(SLOW)
        assert await republish(connection, Bus("the-bus", {}, {})) == 1


async def test_a_hole_in_the_numbers_of_an_aggregate_is_counted(wired: Wired) -> None:
    await wired.send(
        wired.record(given("a"), 1), wired.record(given("a"), 4), wired.record(given("b"), 1)
    )
    async with wired.consuming():
        await all_acknowledged(wired, 3)
    assert wired.metric("maillage_sequence_gaps_total") == 2


async def test_an_unknown_error_of_the_broker_is_tried_again(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`[Error -1] UnknownError` came from a broker under two producers; it passed by itself."""
    Flaky.asked, Flaky.refused = 0, {1, 2}
    monkeypatch.setattr(relay, "Producer", Flaky)
    call = Declaration(name="a", times=3)
    async with wired.relaying() as relaying:
        await wired.runner.execute(declare, call, subject="a", context=context())
        await all_sent(wired)
        assert not relaying.done()


async def test_a_republished_bus_does_readers_nothing(wired: Wired) -> None:
    records = [wired.record(given("a"), number) for number in (1, 2, 3)]
    await wired.send(*records)
    async with wired.consuming():
        await all_applied(wired, 3)
        await wired.send(*records)
        await all_acknowledged(wired, 6)
    assert list((await applied(wired.runner)).values()) == [[1, 2, 3]]
    assert wired.metric("maillage_inbox_duplicates_total") == 3


async def test_a_refused_bus_is_read_by_a_new_client_once_it_is_accepted(wired: Wired) -> None:
    """The old one kept what it knew of topics that were gone: for minutes it was given none."""
    subscription = wired.subscription()

    def client() -> object:
        return vars(subscription)["_client"]

    async with running(wired.guard.watch(wired.health)), running(subscription.run()):
        await wired.send(wired.record(given("a"), 1))
        await all_applied(wired, 1)
        before = client()
        async with administration(wired.settings) as admin:
            await delete(admin, wired.flows)
            await eventually(lambda: client() is None)
            await create_topics(admin, wired.specs, replication=1)
            await eventually(lambda: _has(admin, wired.flows))
            async with wired.pool.acquire() as connection:
                await republish(connection, await look(admin))
        await wired.send(wired.record(given("a"), 2))
        await all_applied(wired, 2)
        assert client() not in (None, before)
