"""The Kafka door: what is not settled comes again, and what holds a consumer is seen outside."""

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

import pytest
from tally import Store, applied, given, handlers, hear_consent, withdrawn
from wired import Wired, all_acknowledged, all_applied, all_sent, running, terminate

from maillage_common import consumer, subscription
from maillage_common.consumer import BRAKE_LETTERS_MAX
from maillage_common.handlers import Handlers
from maillage_common.replay import discard
from maillage_contracts.envelope import Event, Received
from maillage_contracts.registry import ConsentGiven
from maillage_serving.testing import eventually

pytestmark = pytest.mark.integration


async def test_events_are_applied_and_acknowledged(wired: Wired) -> None:
    await wired.send(
        wired.record(given("a"), 1),
        wired.record(withdrawn("a"), 2),
        wired.record(given("b", "announce"), 1),
    )
    async with wired.consuming(), wired.relaying():
        await all_acknowledged(wired, 3)
        await eventually(lambda: wired.on(wired.flows))
    assert sorted(map(len, (await applied(wired.runner)).values())) == [1, 2]
    kind = "org.maillage.consent.given.v1"
    assert wired.metric("maillage_events_consumed_total", type=kind, outcome="applied") == 2
    assert wired.health.is_ready


async def test_a_batch_that_is_given_back_comes_again_whole(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "RETRY_S_MAX", 0.2)
    monkeypatch.setattr(subscription, "HOLD_S", 0.01)
    failures = [ConnectionResetError("the database is away")] * 12

    async def troubled(
        message: Received[ConsentGiven], store: Store, now: datetime
    ) -> Iterable[Event]:
        if failures and message.envelope.sequence == 7:
            raise failures.pop()
        return await hear_consent(message, store, now)

    menu = Handlers[Store]().each(ConsentGiven, run=troubled)
    await wired.send(*(wired.record(given("a"), n) for n in range(1, 11)))
    async with wired.consuming(menu):
        await eventually(lambda: len(failures) < 6)
        assert await wired.committed() == 0
        await all_acknowledged(wired, 10)
    assert list((await applied(wired.runner)).values()) == [list(range(1, 11))]
    assert await wired.letters() == {}


async def test_a_batch_that_fails_behind_another_comes_again(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer, "RETRY_S_MAX", 0.0)
    monkeypatch.setattr(subscription, "HOLD_S", 0.01)
    monkeypatch.setattr(subscription, "BATCH_EVENTS", 3)
    failures = [ConnectionResetError("the database is away")] * 3

    async def troubled(
        message: Received[ConsentGiven], store: Store, now: datetime
    ) -> Iterable[Event]:
        if failures and message.envelope.sequence in (5, 8):
            raise failures.pop()
        return await hear_consent(message, store, now)

    menu = Handlers[Store]().each(ConsentGiven, run=troubled)
    await wired.send(*(wired.record(given("a"), n) for n in range(1, 11)))
    async with wired.consuming(menu):
        await all_acknowledged(wired, 10)
    assert not failures
    assert list((await applied(wired.runner)).values()) == [list(range(1, 11))]


async def test_lost_database_connections_cost_nothing(wired: Wired) -> None:
    async with wired.consuming():
        for number in range(1, 6):
            await wired.send(*(wired.record(given(f"a{n}"), number) for n in range(20)))
            await terminate(wired.settings.dsn, "maillage-flows")
        await all_applied(wired, 100)
        await all_acknowledged(wired, 100)
    assert list((await applied(wired.runner)).values()) == [[1, 2, 3, 4, 5]] * 20


async def test_the_brake_holds_until_somebody_looks(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(subscription, "HOLD_S", 0.05)
    poison = [wired.record(given(f"p{n}", "poison")) for n in range(BRAKE_LETTERS_MAX + 20)]
    await wired.send(*poison, wired.record(given("good")))
    async with wired.consuming():
        await eventually(lambda: wired.metric("maillage_consumer_braked") == 1)
        assert not wired.health.is_ready
        assert await applied(wired.runner) == {}
        assert (await wired.letters())["ValueError"] == BRAKE_LETTERS_MAX + 1
        assert await wired.committed() == 0
        await discard(wired.runner, await wired.value("SELECT id FROM dead_letter LIMIT 1"))
        await all_acknowledged(wired, len(poison) + 1)
        assert wired.metric("maillage_consumer_braked") == 0
    assert len(await applied(wired.runner)) == 1
    assert (await wired.letters())["ValueError"] == len(poison) - 1


async def test_strangers_on_our_topics_are_counted_and_hold_nobody(wired: Wired) -> None:
    foreign = wired.record(given("a"))
    headers = tuple((n, b"marseille" if n == "ce_territory" else v) for n, v in foreign.headers)
    unknown = tuple(
        (n, b"org.maillage.consent.doubted.v1" if n == "ce_type" else v)
        for n, v in wired.record(given("a"), 1).headers
    )
    await wired.send(
        type(foreign)(foreign.key, foreign.value, headers),
        type(foreign)(foreign.key, foreign.value, unknown),
        wired.record(given("a"), 2),
    )
    async with wired.consuming():
        await all_acknowledged(wired, 3)
    assert list((await applied(wired.runner)).values()) == [[2]]
    assert await wired.letters() == {"foreign_territory": 1}
    ignored = {"type": "unknown", "outcome": "ignored"}
    assert wired.metric("maillage_events_consumed_total", **ignored) == 1
    assert wired.metric("maillage_sequence_gaps_total") == 0


async def test_a_record_as_large_as_can_be_blocks_neither_reader_nor_relay(wired: Wired) -> None:
    """A copy that the bus refuses would be tried for ever, ahead of all else that is said."""
    sound = wired.record(given("huge"))
    value = b" " * 1_040_000
    await wired.send(
        replace(sound, value=value, headers=()),
        replace(sound, value=value[:540_000], headers=(("ce_id", b"x" * 500_000),)),
        replace(sound, key=b" " * 1_048_200, headers=()),
    )
    await wired.send(wired.record(given("a")))
    async with wired.consuming(), wired.relaying():
        await all_acknowledged(wired, 4)
        await all_sent(wired)
    assert await wired.letters() == {"oversized": 3}
    mirrored = await wired.on(f"{wired.consents}.dlt")
    assert [(record.value, record.key) for record in mirrored] == [(b"", b"")] * 3
    assert await wired.value("SELECT max(length(payload)) FROM dead_letter") == len(value)
    assert await wired.value("SELECT max(length(key)) FROM dead_letter") == 1_048_200


async def test_how_far_behind_it_is_can_be_seen(wired: Wired) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    async def linger(
        message: Received[ConsentGiven], store: Store, now: datetime
    ) -> Iterable[Event]:
        began.set()
        await go_on.wait()
        return ()

    await wired.send(*(wired.record(given(f"a{n}")) for n in range(5)))
    async with wired.consuming(Handlers[Store]().each(ConsentGiven, run=linger)):
        await began.wait()
        await eventually(lambda: wired.metric("maillage_consumer_lag_seconds") > 0.2)
        go_on.set()
        await all_acknowledged(wired, 5)
        await eventually(lambda: wired.metric("maillage_consumer_lag_seconds") == 0)
        assert wired.metric("maillage_consumer_lag_messages") == 0


async def test_an_error_of_the_kernel_itself_loses_nothing(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever rises from a handler makes FastStream go on to the next batch."""

    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(consumer.Consumer, "settle", broken)
    await wired.send(wired.record(given("a")))
    with pytest.raises(subscription.Stuck, match="ZeroDivisionError"):
        async with wired.consuming() as consuming:
            await eventually(consuming.done)
    monkeypatch.undo()
    assert await wired.committed() == 0
    async with wired.consuming():
        await all_acknowledged(wired, 1)


async def test_a_service_that_hears_nothing_is_ready(wired: Wired) -> None:
    async with running(wired.subscription(Handlers[Store]()).run()) as part:
        await eventually(part.done)
    assert wired.health.is_ready
    assert handlers().topics
