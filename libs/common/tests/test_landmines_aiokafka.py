"""What aiokafka 0.14 does when brokers or groups go away, and what we do about it."""

import asyncio
import logging
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage
from tally import applied, given
from wired import Wired, all_acknowledged, all_applied

from maillage_common import relay, subscription
from maillage_common.producer import Producer
from maillage_common.subscription import Stuck
from maillage_serving.logging import STORM_LINES_MAX, StormFilter
from maillage_serving.testing import eventually

integration = pytest.mark.integration


@integration
async def test_a_commit_that_is_never_answered_ends_the_process(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`commit()` tries for ever, and silently, when the group's coordinator or a topic is gone."""
    monkeypatch.setattr(subscription, "ACK_TIMEOUT_S", 0.5)
    never = asyncio.Event()

    async def hang(self: KafkaAckableMessage) -> None:
        await never.wait()

    monkeypatch.setattr(KafkaAckableMessage, "ack", hang)
    await wired.send(wired.record(given("a")))
    with pytest.raises(Stuck, match="commit"):
        async with wired.consuming() as consuming:
            await eventually(consuming.done)
    assert len(await applied(wired.runner)) == 1


@integration
async def test_a_commit_that_is_refused_is_not_the_end(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest, refusals = KafkaAckableMessage.ack, [CommitFailedError(), CommitFailedError()]

    async def refuse(self: KafkaAckableMessage) -> None:
        if refusals:
            raise refusals.pop()
        await honest(self)

    monkeypatch.setattr(KafkaAckableMessage, "ack", refuse)
    async with wired.consuming() as consuming:
        for number in range(4):
            await wired.send(wired.record(given("a"), number + 1))
            await all_applied(wired, number + 1)
        await all_acknowledged(wired, 4)
        assert not consuming.done()
    assert not refusals


class Deaf:
    """A client that is alive and assigned, and of which nothing is heard any more."""

    heard_at: int | None = 1

    def assignment(self) -> set[TopicPartition]:
        return {TopicPartition("t", 0)}

    def last_poll_timestamp(self, _place: TopicPartition) -> int | None:
        return self.heard_at


@integration
async def test_a_client_that_is_alive_but_deaf_is_found(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen after a restart of brokers: assigned, no error, and no fetch ever again."""
    now = 1000.0
    monkeypatch.setattr("maillage_common.subscription.time.monotonic", lambda: now)
    watched: Any = wired.subscription()
    client = watched._client = Deaf()
    wired.health.report("bus", None)
    for _ in range(3):
        assert watched.stuck() is None
        now += 50
        client.heard_at = int(now)
    assert watched.stuck() is None
    now += 61
    assert "1 partitions" in watched.stuck()
    wired.health.report("bus", "away")
    assert watched.stuck() is None  # a bus that is away makes unready, it restarts nobody
    wired.health.report("bus", None)
    now += 30
    assert watched.stuck() is None
    now += 31
    assert watched.stuck()


@integration
async def test_a_client_that_never_comes_into_its_group_is_found(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seen where a broker died twelve times in ten minutes: no error, and no place, for minutes."""
    begun, comes_in = asyncio.Event(), asyncio.Event()

    async def start(_: KafkaBroker) -> None:
        begun.set()
        await comes_in.wait()

    monkeypatch.setattr(KafkaBroker, "start", start)
    watched: Any = wired.subscription()
    joining = asyncio.create_task(watched.run())
    await asyncio.wait_for(begun.wait(), 30)
    wired.health.report("bus", None)
    assert watched.stuck() is None
    watched._moved_at -= 61
    assert "0 partitions" in watched.stuck()
    wired.health.report("bus", "away")
    assert watched.stuck() is None
    wired.health.report("bus", None)
    comes_in.set()
    joining.cancel()
    await asyncio.wait({joining})
    watched._moved_at -= 61
    assert watched.stuck() is None  # who is not in a group, and need not be, waits for nothing


@integration
async def test_processes_that_come_and_go_lose_and_repeat_nothing(wired: Wired) -> None:
    """Every assignor is eager: each arrival and departure stops the whole group for a while."""
    async with wired.consuming():
        await wired.send(*(wired.record(given(f"a{n}")) for n in range(50)))
        async with wired.consuming():
            await wired.send(*(wired.record(given(f"b{n}")) for n in range(50)))
            await all_applied(wired, 60)
        await wired.send(*(wired.record(given(f"c{n}")) for n in range(50)))
        await all_applied(wired, 150)
        await all_acknowledged(wired, 150)
    assert set(map(len, (await applied(wired.runner)).values())) == {1}


@integration
async def test_the_relay_asks_for_what_is_off_by_default(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Idempotence is off and acks is 1 unless asked; since 0.14 a linger delays every batch."""
    asked: dict[str, object] = {}

    class Recorded(Producer):
        def __init__(self, **arguments: Any) -> None:  # noqa: ANN401 as the class it stands for
            asked.update(arguments)
            super().__init__(**arguments)

    monkeypatch.setattr(relay, "Producer", Recorded)
    async with wired.relaying():
        await eventually(lambda: asked)
    assert (asked["enable_idempotence"], asked["acks"], asked["linger_ms"]) == (True, "all", 0)


def test_a_storm_of_log_lines_is_kept_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """While its brokers are away the client writes some fifty warnings a second."""
    now = 0.0
    monkeypatch.setattr("maillage_serving.logging.time.monotonic", lambda: now)
    storm = StormFilter()
    passed: list[str] = []
    for _ in range(1000):
        record = logging.LogRecord("aiokafka", logging.WARNING, "", 0, "no %s", ("broker",), None)
        if storm.filter(record):
            passed.append(record.getMessage())
        now += 1 / 32
    assert len(passed) == 4 * STORM_LINES_MAX
    assert passed[STORM_LINES_MAX] == "no broker (315 lines were kept back)"
