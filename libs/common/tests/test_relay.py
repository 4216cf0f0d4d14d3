"""The relay: what was said reaches the bus, in order, and leaves the outbox only then."""

import asyncio

import pytest
from aiokafka import AIOKafkaProducer
from wired import Flaky, Wired, all_sent, say, sequences, terminate

from maillage_common import relay
from maillage_common.producer import Producer
from maillage_contracts.flows import FLOWS
from maillage_serving.testing import eventually

pytestmark = pytest.mark.integration


async def test_events_arrive_in_order_on_both_topics(wired: Wired) -> None:
    for number in range(30):
        await say(wired, f"flow-{number % 3}", times=10)
    async with wired.relaying():
        await all_sent(wired)
    facts = sequences(await wired.on(wired.flows))
    assert facts == sequences(await wired.on(FLOWS.state(wired.settings.territory)))
    assert len(facts) == 3
    assert all(numbers == list(range(1, 101)) for numbers in facts.values())
    kind = "org.maillage.flow.declared.v1"
    assert wired.metric("maillage_events_published_total", type=kind) == 300


async def test_a_key_goes_where_other_producers_put_it(wired: Wired) -> None:
    for number in range(20):
        await say(wired, f"flow-{number}")
    async with wired.relaying():
        await all_sent(wired)
    ours = {record.key: record.partition for record in await wired.on(wired.flows)}
    async with AIOKafkaProducer(bootstrap_servers=wired.settings.brokers) as producer:
        for key, partition in ours.items():
            told = await producer.send_and_wait(wired.flows, b"{}", key)
            assert told.partition == partition


async def test_a_notification_wakes_it(wired: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "SAFETY_POLL_S", 60.0)
    async with wired.relaying():
        await say(wired, "before")
        await all_sent(wired)
        await say(wired, "after")
        async with asyncio.timeout(10):
            await all_sent(wired)


async def test_what_no_notification_told_is_found(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(relay, "CHANNEL", "deaf")
    async with wired.relaying():
        await say(wired, "before it leads")
        await all_sent(wired)
        await say(wired, "unheard")
        await all_sent(wired)


async def test_the_largest_event_passes(wired: Wired) -> None:
    await say(wired, "x" * 100)
    async with wired.pool.acquire() as connection:
        await connection.execute("UPDATE event_log SET payload = $1", b" " * 512 * 1024)
        await connection.execute(
            "INSERT INTO event_log (event_id, topic, type, subject, key, headers, payload)"
            " SELECT gen_random_uuid(), topic, type, subject, key, headers, payload FROM event_log"
        )
        await connection.execute(
            "INSERT INTO outbox SELECT seq FROM event_log ON CONFLICT DO NOTHING"
        )
    async with wired.relaying():
        await all_sent(wired)
    assert len(await wired.on(wired.flows)) == 2


async def test_after_a_failure_only_what_was_acknowledged_is_gone(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In each partition the first batch passes and the second does not: nothing overtakes it."""
    monkeypatch.setattr(relay, "BATCH_BYTES", 4_000)
    Flaky.asked, Flaky.refused = 0, {2, 5, 6, 11}
    monkeypatch.setattr(relay, "Producer", Flaky)
    for name in ("a", "b", "c"):
        await say(wired, name, times=40)
    async with wired.relaying():
        await all_sent(wired)
    assert max(Flaky.refused) < Flaky.asked
    for numbers in sequences(await wired.on(wired.flows)).values():
        assert list(dict.fromkeys(numbers)) == list(range(1, 41))


async def test_a_failed_send_leaves_the_rows(wired: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever removed rows before the acknowledgement would have lost them here."""
    Flaky.asked, Flaky.refused = 0, set(range(1000))
    monkeypatch.setattr(relay, "Producer", Flaky)
    await say(wired, "a", times=5)
    async with wired.relaying():
        await eventually(lambda: Flaky.asked >= 3)
        assert await wired.unsent() == 5
    assert await wired.on(wired.flows) == []


async def test_one_leads_and_another_takes_over(wired: Wired) -> None:
    async with wired.relaying() as first, wired.relaying() as second:
        await say(wired, "a")
        await all_sent(wired)
        for round_ in range(3):
            assert await terminate(wired.settings.dsn, "maillage-flows-relay") >= 1
            await say(wired, f"after-{round_}", times=3)
            await all_sent(wired)
        assert not first.done()
        assert not second.done()
    for name, numbers in sequences(await wired.on(wired.flows)).items():
        assert list(dict.fromkeys(numbers)) == list(range(1, len(set(numbers)) + 1)), name


async def test_two_never_lead_at_once(wired: Wired) -> None:
    async with wired.relaying(), wired.relaying(), wired.relaying():
        await say(wired, "a")
        await all_sent(wired)
        leaders = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted"
        in_this = " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
        assert await wired.value(leaders + in_this) == 1


async def test_a_stop_ends_the_round_in_hand(wired: Wired) -> None:
    await say(wired, "a", times=500)
    async with wired.relaying():
        await eventually(lambda: wired.on(wired.flows))
    sent = len(await wired.on(wired.flows))
    assert await wired.unsent() == 500 - sent


async def test_unsent_events_are_measured(wired: Wired, monkeypatch: pytest.MonkeyPatch) -> None:
    Flaky.asked, Flaky.refused = 0, set(range(1000))
    monkeypatch.setattr(relay, "Producer", Flaky)
    await say(wired, "a", times=7)
    old = "UPDATE event_log SET recorded_at = now() - interval '1 hour' WHERE seq = 1 RETURNING seq"
    assert await wired.value(old) == 1
    async with wired.relaying():
        await eventually(lambda: wired.metric("maillage_outbox_unsent") == 7)
        assert wired.metric("maillage_outbox_oldest_seconds") >= 3600


async def test_calls_are_forgotten_after_a_week(wired: Wired) -> None:
    kept = """
        INSERT INTO idempotency (caller, key, fingerprint, called_at)
        SELECT 'someone', age::text, '', now() - age * interval '1 day'
        FROM generate_series(6, 8) AS age
    """
    await wired.value(kept)

    async def is_forgotten() -> bool:
        return await wired.value("SELECT array_agg(key) = '{6}' FROM idempotency")

    async with wired.relaying():
        await eventually(is_forgotten)


class Clinging(Producer):
    """A producer that does not end, as one whose bus is away."""

    async def drop(self) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await super().drop()


async def test_told_to_end_it_ends_though_its_producer_does_not(
    wired: Wired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It led again instead, and a process that had to be another one never ended."""
    monkeypatch.setattr(relay, "Producer", Clinging)
    monkeypatch.setattr(relay, "SEND_TIMEOUT_S", 1.0)
    async with wired.relaying() as relaying:
        await say(wired, "a")
        await all_sent(wired)
        relaying.cancel()
        async with asyncio.timeout(10):
            await asyncio.wait({relaying})
        assert relaying.cancelled()
