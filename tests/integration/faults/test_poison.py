"""Every form of poison on a real bus, good records between: four services put aside what is bad.

The stall is not asserted in seconds, for other tests may keep the machine busy: all services must
apply each wave of good records before a deadline, while the poison among them is on the same
partitions. How long the longest stall was is told (`--junitxml`, property `poison_stall_s`).
"""

from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaProducer

from maillage_common.ledger import DeadLetter, Delivered, Origin
from maillage_common.reading import Reader
from maillage_common.replay import replay
from maillage_contracts.envelope import Record, encode, unwrap
from maillage_contracts.registry import ACTORS
from maillage_contracts.samples import an_actor, an_actor_registered, an_envelope
from maillage_hub.testing_bus import a_producer, everything_on
from maillage_hub.testing_poison import HARMLESS, Form, forms
from maillage_hub.testing_readers import Listener, all_listeners
from maillage_serving.testing import NOON, eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

WAVE = 11
"""Forms sent at once."""
GOOD_FOR_EACH = 12
"""Good records for each bad one: more bad ones than one in ten, and the brake comes on."""
FIRST_WAVE_WITHIN_S = 60.0
"""The groups form first."""
WAVE_WITHIN_S = 15.0
"""Far more than a second only because the machine may be busy; what it took is told."""
TABLES = {"flows": "actor", "matching": "actor", "tours": "known_actor", "impact": "actor"}
"""Where each service keeps the actors it heard of."""


@dataclass(frozen=True)
class Told:
    """A record as it was meant, and as it is sent."""

    subject: UUID
    sound: Record
    sent: Record
    form: Form | None = None


@pytest.fixture
async def listeners(
    postgres_dsn: str, kafka_bootstrap: str, territory: str, tmp_path: Path
) -> AsyncGenerator[list[Listener]]:
    async with all_listeners(postgres_dsn, kafka_bootstrap, territory, tmp_path) as found:
        yield found


def a_good_one(territory: str) -> Told:
    """That somebody is registered whom no other event is about."""
    event = an_actor_registered(actor=an_actor(name="Somebody", actor_id=uuid4()))
    record = encode(
        an_envelope(event, id=uuid4(), territory=territory, source=f"/{territory}/registry"), event
    )
    return Told(UUID(event.subject), record, record)


def a_bad_one(territory: str, form: Form) -> Told:
    good = a_good_one(territory)
    return replace(good, sent=form.spoil(good.sound), form=form)


def waves(territory: str) -> Iterator[list[Told]]:
    """All forms, some at a time, each after good records and harmless ones."""
    left = iter(forms())
    while some := list(islice(left, WAVE)):
        wave: list[Told] = []
        for form in some:
            wave += [a_good_one(territory) for _ in range(GOOD_FOR_EACH)]
            wave.append(a_bad_one(territory, form))
        for spoil in HARMLESS.values():
            odd = a_good_one(territory)
            wave.append(replace(odd, sent=spoil(odd.sound)))
        yield wave


async def send(producer: AIOKafkaProducer, topic: str, records: Sequence[Record]) -> None:
    """Send records as strangers do, null for what is empty, and wait for the bus."""
    for record in records:
        headers = [(name, value or None) for name, value in record.headers]
        await producer.send(
            topic,
            record.value or None,
            record.key or (None if record.value else b""),  # the client wants one of them
            headers=headers,  # pyright: ignore[reportArgumentType] null is what some send
        )
    await producer.flush()


async def all_know(listeners: Sequence[Listener], told: Sequence[Told], deadline_s: float) -> None:
    """Wait until each service has applied each of these."""
    wanted = [one.subject for one in told]
    for one in listeners:
        table = TABLES[one.service]
        sql = f"SELECT count(*) FROM {table} WHERE actor_id = ANY($1::uuid[])"  # noqa: S608 our own words

        async def has_all(one: Listener = one, sql: str = sql) -> bool:
            (row,) = await one.rows(sql, wanted)
            assert row[0] == len(wanted), f"{one.service} knows {row[0]} of {len(wanted)}"
            return True

        await eventually(has_all, deadline_s=deadline_s)


async def test_each_is_put_aside_while_the_others_flow_on(
    listeners: list[Listener],
    kafka_bootstrap: str,
    territory: str,
    monkeypatch: pytest.MonkeyPatch,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    topic = ACTORS.facts(territory)
    heard: list[list[Told]] = []
    async with AsyncExitStack() as stack:
        producer = await stack.enter_async_context(a_producer(kafka_bootstrap))
        for one in listeners:
            await stack.enter_async_context(one.listening())
        for number, wave in enumerate(waves(territory)):
            await send(producer, topic, [one.sent for one in wave])
            good = [one for one in wave if one.form is None]
            await all_know(listeners, good, WAVE_WITHIN_S if number else FIRST_WAVE_WITHIN_S)
            heard.append(wave)
        told = [one for wave in heard for one in wave]
        await _are_put_aside(listeners, told, kafka_bootstrap, topic)
        record_testsuite_property("poison_stall_s", await _longest_stall_s(listeners, heard[1:]))
        await _are_replayed_once(listeners, told, monkeypatch)
        await send(producer, topic, [one.sound for one in told])
        await _are_known_already(listeners, told)


async def _are_put_aside(
    listeners: Sequence[Listener], told: Sequence[Told], kafka: str, topic: str
) -> None:
    bad = [one.form for one in told if one.form]
    assert len(bad) >= 60
    reasons = Counter(form.reason for form in bad if form.reason)
    unknown = sum(form.reason is None for form in bad)
    for one in listeners:

        async def all_aside(one: Listener = one) -> bool:
            assert await one.letters() == reasons
            return True

        await eventually(all_aside)
        counted = {r: one.metric("maillage_dead_letters_total", reason=r) for r in reasons}
        assert counted == reasons
        ignored = {"type": "unknown", "outcome": "ignored"}
        assert one.metric("maillage_events_consumed_total", **ignored) == unknown
        assert one.health.is_ready
        assert one.metric("maillage_consumer_braked") == 0
    owed = {one.service: reasons for one in listeners}

    async def are_mirrored() -> bool:
        found: dict[str, Counter[str]] = {one.service: Counter() for one in listeners}
        for mirror in await everything_on(kafka, f"{topic}.dlt"):
            found[mirror.headers["dlt_consumer"]][mirror.headers["dlt_reason"]] += 1
        assert found == owed
        return True

    await eventually(are_mirrored)


async def _longest_stall_s(listeners: Sequence[Listener], heard: Sequence[Sequence[Told]]) -> float:
    """The longest time for which a service applied none of the good records of a wave."""
    longest = 0.0
    for wave in heard:
        ids = [unwrap(one.sound.headers, b"")[0].id for one in wave if one.form is None]
        for one in listeners:
            (row,) = await one.rows(
                "SELECT extract(epoch FROM max(waited)) FROM (SELECT received_at"
                " - lag(received_at) OVER (ORDER BY received_at) AS waited FROM inbox"
                " WHERE event_id = ANY($1::uuid[])) AS good",
                ids,
            )
            longest = max(longest, float(row[0]))
    return longest


async def _are_replayed_once(
    listeners: Sequence[Listener], told: Sequence[Told], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let a later release understand what was meant: then each letter is an event, once."""
    meant = {_fingerprint(one.sent): one for one in told if one.form}
    unmended = Reader.read

    def mended(self: Reader, record: Record, origin: Origin, now: object) -> Delivered | DeadLetter:
        one = meant.get(_fingerprint(record))
        return unmended(self, one.sound if one else record, origin, NOON)

    for one in listeners:
        letters = [row[0] for row in await one.rows("SELECT id FROM dead_letter")]
        refused = await replay(one.runner, letters[0], one.menu)
        assert (refused.replayed, refused.stopped_at) == ((), letters[0])
        with monkeypatch.context() as release:
            release.setattr(Reader, "read", mended)
            for letter_id in letters:
                done = await replay(one.runner, letter_id, one.menu)
                assert done.replayed == (letter_id,), done.why
        assert await one.letters() == Counter()
    await all_know(listeners, [t for t in told if not t.form or t.form.reason], WAVE_WITHIN_S)


def _fingerprint(record: Record) -> tuple[bytes, bytes, frozenset[tuple[str, bytes]]]:
    return record.key, record.value, frozenset((name, value) for name, value in record.headers)


async def _are_known_already(listeners: Sequence[Listener], told: Sequence[Told]) -> None:
    """What comes once more changes nothing; what nobody had understood is an event now."""
    new = sum(one.form is not None and one.form.reason is None for one in told)
    for one in listeners:
        before = await one.projections()
        repeated = len(told) - new

        async def all_heard(one: Listener = one, repeated: int = repeated) -> bool:
            assert one.metric("maillage_inbox_duplicates_total") == repeated
            return True

        await eventually(all_heard)
        assert set(before.splitlines()) <= set((await one.projections()).splitlines())
        (row,) = await one.rows(f"SELECT count(*) FROM {TABLES[one.service]}")  # noqa: S608 our own words
        assert row[0] == len(told)
        assert await one.letters() == Counter()
