"""Settling a batch: only the guilty event is put aside; what passes by itself is waited for."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Literal

import asyncpg
import pytest
from tally import MemoryTally, Store, applied, given, handlers
from wired import running

from maillage_common import consumer as consumer_module
from maillage_common.consumer import BRAKE_LETTERS_MAX, Brake, Consumer, NotNow
from maillage_common.handlers import Handlers
from maillage_common.health import Health
from maillage_common.ledger import DeadLetter, Delivered, Ledger, Origin
from maillage_common.metrics import Metrics
from maillage_common.replay import discard, replay
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event, Received, Record
from maillage_contracts.refusals import NotFound
from maillage_contracts.registry import ConsentGiven
from maillage_contracts.samples import TERRITORY, an_id
from maillage_serving.memory import MemoryDatabase
from maillage_serving.testing import NOON, FixedClock, delivered, eventually, received

TOPIC = "jourdies.registry.consent.v1"


class Kitchen:
    """A consumer over memory, with everything a test looks at."""

    def __init__(self) -> None:
        store: Store = MemoryTally()
        self.database = Trapped(store)
        self.runner = Runner(
            self.database, service="flows", territory=TERRITORY, clock=FixedClock()
        )
        self.metrics = Metrics(territory=TERRITORY, service="flows")
        self.health = Health("consumer")
        self.consumer = Consumer(self.runner, handlers(), metrics=self.metrics, health=self.health)

    async def settle(self, *events: Event | DeadLetter, first: int = 1) -> None:
        """Settle these events, each the next of its subject counted from `first`."""
        items: list[Delivered | DeadLetter] = []
        numbers: dict[str, int] = {}
        for event in events:
            if isinstance(event, DeadLetter):
                items.append(event)
                continue
            number = numbers[event.subject] = numbers.get(event.subject, first - 1) + 1
            items += delivered(received(event, number))
        await self.consumer.settle(items)

    @property
    def letters(self) -> list[tuple[str, str]]:
        """Reasons and subjects of what is parked."""
        ledger = self.database.ledger
        return [
            (letter.reason, letter.envelope.subject if letter.envelope else "")
            for letter in ledger.letters.values()
            if letter.id not in ledger.closed
        ]

    def metric(self, name: str, **labels: str) -> float:
        common = {"territory": TERRITORY, "service": "flows"}
        return self.metrics.registry.get_sample_value(name, common | labels) or 0.0


class Trapped(MemoryDatabase[Store]):
    """A database whose next transactions fail as told, and that counts them."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.failures: list[Exception] = []
        self.transactions = 0

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncGenerator[tuple[Store, Ledger]]:
        self.transactions += 1
        async with super().transaction(read_only=read_only) as both:
            yield both
            if self.failures:
                raise self.failures.pop(0)


@pytest.fixture
def kitchen(monkeypatch: pytest.MonkeyPatch) -> Kitchen:
    monkeypatch.setattr(consumer_module, "backoff_s", hardly)
    return Kitchen()


def hardly(failures: int) -> float:
    return 0.001 * failures


def for_a_minute(_failures: int) -> float:
    return 60.0


def subject(name: str) -> str:
    return str(an_id(name))


async def test_only_the_guilty_event_is_put_aside(kitchen: Kitchen) -> None:
    events = [given(f"actor-{n}", "poison" if n == 37 else "matching") for n in range(100)]
    await kitchen.settle(*events)
    assert kitchen.letters == [("ValueError", subject("actor-37"))]
    assert len(await applied(kitchen.runner)) == 99
    # Halves down to one: a hundred events need seven levels, not a hundred transactions.
    assert kitchen.database.transactions < 20


async def test_each_of_several_guilty_events_is_found(kitchen: Kitchen) -> None:
    await kitchen.settle(
        given("a", "poison"), given("b"), given("c", "refused"), given("d"), given("e", "poison")
    )
    assert kitchen.letters == [
        ("ValueError", subject("a")),
        ("Refused", subject("c")),
        ("ValueError", subject("e")),
    ]
    assert set(await applied(kitchen.runner)) == {subject("b"), subject("d")}
    reason = kitchen.metric("maillage_dead_letters_total", reason="ValueError")
    assert reason == 2


async def test_what_follows_a_poison_of_its_lane_waits(kitchen: Kitchen) -> None:
    await kitchen.settle(
        given("a"), given("a", "poison"), given("b"), given("a"), given("b"), given("a")
    )
    assert [reason for reason, _ in kitchen.letters] == ["ValueError", "behind", "behind"]
    assert await applied(kitchen.runner) == {subject("a"): [1], subject("b"): [1, 2]}
    assert kitchen.metric("maillage_dead_letters_total", reason="behind") == 2


async def test_what_came_before_an_unreadable_record_is_not_held(kitchen: Kitchen) -> None:
    broken = delivered(received(given("a"), 2))[0]
    unreadable = DeadLetter(
        "flows", "data", "why", broken.record, broken.origin, broken.envelope, 1, NOON
    )
    await kitchen.consumer.settle(
        [*delivered(received(given("a"), 1)), unreadable, *delivered(received(given("a"), 3))]
    )
    assert await applied(kitchen.runner) == {subject("a"): [1]}
    assert [reason for reason, _ in kitchen.letters] == ["data", "behind"]


@pytest.mark.parametrize(
    "passing",
    [
        ConnectionResetError("gone"),
        TimeoutError(),
        asyncpg.DeadlockDetectedError("ring"),
        asyncpg.SerializationError("again"),
        asyncpg.TooManyConnectionsError("full"),
        asyncpg.AdminShutdownError("bye"),
        asyncpg.CannotConnectNowError("starting up"),
        asyncpg.DiskFullError("no space"),
        asyncpg.LockNotAvailableError("busy"),
        asyncpg.QueryCanceledError("slow"),
        asyncpg.IdleInTransactionSessionTimeoutError("idle"),
        asyncpg.InterfaceError("connection is closed"),
        # A client that was idle when the server ended it, and had not read so yet.
        asyncpg.InternalClientError(
            "cannot switch to state 15; another operation (2) is in progress"
        ),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_passes_by_itself_parks_nothing(kitchen: Kitchen, passing: Exception) -> None:
    kitchen.database.failures = [passing] * 3
    await kitchen.settle(given("a"), given("b"))
    assert kitchen.letters == []
    assert len(await applied(kitchen.runner)) == 2
    assert kitchen.metric("maillage_consumer_retries_total") == 3
    assert kitchen.health.is_ready


async def test_wrong_arguments_do_not_pass_by_themselves(kitchen: Kitchen) -> None:
    wrong = asyncpg.InterfaceError("the server expects 2 arguments for this query, 1 was passed")
    kitchen.database.failures = [wrong]
    await kitchen.settle(given("a"))
    assert [reason for reason, _ in kitchen.letters] == ["InterfaceError"]


async def test_after_long_enough_the_batch_must_come_again(
    kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(consumer_module, "RETRY_S_MAX", 0.05)
    kitchen.database.failures = [ConnectionResetError()] * 10_000
    with pytest.raises(NotNow):
        await kitchen.settle(given("a"))
    assert not kitchen.health.is_ready
    kitchen.database.failures = []
    await kitchen.settle(given("a"))
    assert await applied(kitchen.runner) == {subject("a"): [1]}


async def test_a_stop_ends_the_waiting(kitchen: Kitchen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(consumer_module, "backoff_s", for_a_minute)
    kitchen.database.failures = [ConnectionResetError()] * 10

    async def settle() -> None:
        with pytest.raises(NotNow):
            await kitchen.settle(given("a"))

    async with running(settle()) as settling:
        await eventually(lambda: kitchen.database.transactions == 1)
        kitchen.consumer.stopping.set()
        await eventually(settling.done, deadline_s=5)


async def test_the_brake_stops_before_the_topic_is_emptied(kitchen: Kitchen) -> None:
    events = [given(f"actor-{n}", "poison") for n in range(200)]
    with pytest.raises(NotNow):
        await kitchen.settle(*events)
    assert len(kitchen.letters) == BRAKE_LETTERS_MAX + 1
    assert kitchen.metric("maillage_consumer_braked") == 1
    assert "dead letters" in str(kitchen.health.parts["consumer"])
    with pytest.raises(NotNow):
        await kitchen.settle(given("innocent"))
    assert await applied(kitchen.runner) == {}


async def test_a_discard_releases_the_brake(kitchen: Kitchen) -> None:
    events = [given(f"actor-{n}", "poison") for n in range(BRAKE_LETTERS_MAX + 1)]
    with pytest.raises(NotNow):
        await kitchen.settle(*events)
    await kitchen.consumer.hold(0.001)
    assert kitchen.consumer.brake.is_on
    await discard(kitchen.runner, next(iter(kitchen.database.ledger.letters)))
    await kitchen.consumer.hold(0.001)
    assert not kitchen.consumer.brake.is_on
    await kitchen.settle(given("innocent"))
    assert kitchen.health.is_ready
    assert kitchen.metric("maillage_consumer_braked") == 0


async def test_a_few_letters_among_many_events_are_no_reason_to_brake() -> None:
    brake = Brake()
    for _ in range(30):
        brake.count(letters=10)
        brake.count(settled=500)
    assert not brake.is_on
    brake.count(letters=BRAKE_LETTERS_MAX)
    assert not brake.is_on
    brake.count(letters=1)
    assert brake.is_on
    brake.release()
    assert not brake.is_on


async def test_letters_that_come_again_do_not_count_again(kitchen: Kitchen) -> None:
    nobodys = DeadLetter(
        "flows", "json", "why", Record(b"k", b"{", ()), Origin(TOPIC, 0, 7), None, 1, NOON
    )
    for _ in range(BRAKE_LETTERS_MAX * 2):
        await kitchen.settle(nobodys)
    assert kitchen.letters == [("json", "")]
    assert not kitchen.consumer.brake.is_on


async def write_down(message: Received[ConsentGiven], store: Store, now: datetime) -> list[Event]:
    await store.add([(message.envelope.subject, message.envelope.sequence)])
    return []


def forgiving() -> Handlers[Store]:
    """The menu after the fix: no purpose troubles it any more."""
    return Handlers[Store]().each(ConsentGiven, run=write_down)


async def test_a_lane_is_replayed_after_the_fix(kitchen: Kitchen) -> None:
    await kitchen.settle(given("a", "poison"), given("a"), given("b", "poison"))
    letter_id = next(iter(kitchen.database.ledger.letters))
    failed = await replay(kitchen.runner, letter_id, handlers())
    assert (failed.replayed, failed.stopped_at) == ((), letter_id)
    assert kitchen.database.ledger.letters[letter_id].attempts == 2
    fixed = await replay(kitchen.runner, letter_id, forgiving())
    assert len(fixed.replayed) == 2
    assert await applied(kitchen.runner) == {subject("a"): [1, 2]}
    assert kitchen.letters == [("ValueError", subject("b"))]
    with pytest.raises(NotFound):
        await replay(kitchen.runner, letter_id, forgiving())


async def test_what_is_seen_is_counted(kitchen: Kitchen) -> None:
    await kitchen.settle(given("a"), given("b"))
    await kitchen.settle(given("a"), given("b"))
    await kitchen.settle(given("a"), first=5)
    kind = "org.maillage.consent.given.v1"
    consumed = "maillage_events_consumed_total"
    assert kitchen.metric(consumed, type=kind, outcome="applied") == 3
    assert kitchen.metric(consumed, type=kind, outcome="duplicate") == 2
    assert kitchen.metric("maillage_inbox_duplicates_total") == 2
    assert kitchen.metric("maillage_sequence_gaps_total") == 3


class Waited(asyncio.Event):
    """Knows whether anybody waits for it."""

    is_waited_for = False

    async def wait(self) -> Literal[True]:
        self.is_waited_for = True
        return await super().wait()


async def test_who_is_told_to_stop_and_to_end_at_once_ends() -> None:
    consumer = Kitchen().consumer
    consumer.stopping = stopping = Waited()
    holding = asyncio.create_task(consumer.hold(600))
    await eventually(lambda: stopping.is_waited_for)
    stopping.set()
    holding.cancel()
    await asyncio.wait({holding})
    assert holding.cancelled()
