"""One message is one transaction: nothing else begins, commits or rolls back."""

from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Generic, Literal, Protocol, TypeVar
from uuid import UUID

from maillage_common.dead_letters import BEHIND, HELD, letter_of, mirrored
from maillage_common.handlers import Handlers
from maillage_common.identifiers import uuid7
from maillage_common.ledger import (
    Context,
    DeadLetter,
    Delivered,
    Idempotency,
    Ledger,
    Outcome,
    Outgoing,
    Published,
    Settled,
)
from maillage_common.reading import RECORD_BYTES_MAX, Reader
from maillage_contracts.envelope import Envelope, Event, Received, Unreadable, encode
from maillage_contracts.refusals import Invalid, Refused

__all__ = ["Context", "Idempotency", "Outcome", "Published", "Runner", "utc_now"]

S = TypeVar("S")
S_co = TypeVar("S_co", covariant=True)
M = TypeVar("M")
T = TypeVar("T")

UseCase = Callable[[M, S, datetime], Awaitable[Iterable[Event]]]


def utc_now() -> datetime:
    """The one clock of a process."""
    return datetime.now(UTC)


Fate = Literal["applied", "parked", "duplicate", "ignored"]


@dataclass(frozen=True)
class BatchOutcome:
    """What became of a batch of events, and what was published because of it."""

    applied: frozenset[UUID] = frozenset()
    parked: frozenset[UUID] = frozenset()
    duplicates: int = 0
    gaps: int = 0
    events: tuple[Published, ...] = ()

    def fate(self, delivered: Delivered) -> Fate:
        """What became of one event of the batch."""
        if delivered.event is None:
            return "ignored"
        if delivered.id in self.applied:
            return "applied"
        return "parked" if delivered.id in self.parked else "duplicate"


class Database(Protocol[S_co]):
    """A service's store and the kernel's ledger, changed together or not at all."""

    def transaction(
        self, *, read_only: bool = False
    ) -> AbstractAsyncContextManager[tuple[S_co, Ledger]]:
        """Commit when the block ends, roll back when it raises."""
        ...


class Runner(Generic[S]):
    """Runs use cases: each message in one transaction, its events in the outbox of the same."""

    def __init__(
        self,
        database: Database[S],
        *,
        service: str,
        territory: str,
        clock: Callable[[], datetime] = utc_now,
    ) -> None:
        self.database = database
        self.service = service
        self.territory = territory
        self.clock = clock

    async def execute(
        self,
        use_case: UseCase[M, S],
        command: M,
        *,
        subject: str,
        context: Context,
        idempotency: Idempotency | None = None,
    ) -> Outcome:
        """Run a command about `subject`. A refusal of the use case rises, with nothing kept.

        When an earlier call had the same key nothing is kept either: its outcome is returned.
        """
        try:
            async with self.database.transaction() as (store, ledger):
                now = self.clock()
                caused = [(event, context) for event in await use_case(command, store, now)]
                outgoing, published = await self._prepare(ledger, caused, now)
                outcome = Outcome(subject, published, replayed=False)
                await ledger.append(outgoing, idempotency and Settled(idempotency, outcome))
                return outcome
        except Exception:
            # To look for the key first would cost every call a round trip, for one in a thousand.
            if idempotency is None or (earlier := await self._recall(idempotency)) is None:
                raise
            return earlier

    async def execute_batch(
        self, consumer: str, batch: Sequence[Delivered], handlers: Handlers[S]
    ) -> BatchOutcome:
        """Handle events in their order, each only once whatever the bus repeats.

        Events behind a parked one of their lane are parked too. An error of a use case rises.
        """
        async with self.database.transaction() as (store, ledger):
            now = self.clock()
            gaps = await ledger.advance(consumer, [(d.lane, d.envelope.sequence) for d in batch])
            wanted: dict[UUID, Delivered] = {}
            for d in batch:
                if d.event is not None:
                    wanted.setdefault(d.id, d)
            new = await ledger.first_sight(consumer, list(wanted))
            fresh = [d for event_id, d in wanted.items() if event_id in new]
            held = await ledger.held(consumer, {d.lane for d in fresh})
            stuck = [letter_of(d, consumer, BEHIND, HELD, now) for d in fresh if d.lane in held]
            await _park(ledger, stuck)
            free = [Received(d.envelope, d.event) for d in fresh if d.event and d.lane not in held]
            published = await self._react(store, ledger, free, handlers, now)
            return BatchOutcome(
                applied=frozenset(message.envelope.id for message in free),
                parked=frozenset(d.id for d in fresh if d.lane in held),
                duplicates=sum(d.event is not None for d in batch) - len(fresh),
                gaps=gaps,
                events=published,
            )

    async def park(self, letter: DeadLetter) -> BatchOutcome:
        """Put a record aside until it is replayed or discarded; the bus is told too.

        Nothing is parked when its event was settled before, by whoever could read it.
        """
        async with self.database.transaction() as (_, ledger):
            gaps = 0
            if letter.envelope is not None and letter.lane is not None:
                if not await ledger.first_sight(letter.consumer, [letter.envelope.id]):
                    return BatchOutcome()
                arrived = [(letter.lane, letter.envelope.sequence)]
                gaps = await ledger.advance(letter.consumer, arrived)
            return BatchOutcome(parked=await _park(ledger, [letter]), gaps=gaps)

    async def replay_first(
        self, consumer: str, letter_id: UUID, handlers: Handlers[S]
    ) -> DeadLetter | None:
        """Try again the first parked letter of the lane of this one; return it, None if none is.

        An error of a use case rises, and the letter stays parked. So does one that is read no
        better than before: raises Unreadable.
        """
        async with self.database.transaction() as (store, ledger):
            letter = await ledger.first_parked(consumer, letter_id)
            if letter is None:
                return None
            now = self.clock()
            reader = Reader(consumer=consumer, territory=self.territory, known=handlers.known)
            again = reader.read(letter.record, letter.origin, now)
            if isinstance(again, DeadLetter):
                raise Unreadable(again.reason, again.detail)
            new = await ledger.first_sight(consumer, [again.id])
            if again.event is not None and (letter.envelope is not None or new):
                message = Received(again.envelope, again.event)
                await self._react(store, ledger, [message], handlers, now)
            await ledger.close(letter.id, "replayed")
            return letter

    async def read(self, query: Callable[[S], Awaitable[T]]) -> T:
        """Answer a question from one consistent state of the store."""
        async with self.database.transaction(read_only=True) as (store, _):
            return await query(store)

    async def _recall(self, call: Idempotency) -> Outcome | None:
        async with self.database.transaction(read_only=True) as (_, ledger):
            earlier = await ledger.recall(call)
        if earlier is None:
            return None
        fingerprint, outcome = earlier
        if fingerprint != call.fingerprint:
            why = "this key was used for another request: make a new one"
            raise Invalid("Idempotency-Key", why)
        return replace(outcome, replayed=True)

    async def _react(
        self,
        store: S,
        ledger: Ledger,
        messages: Sequence[Received[Event]],
        handlers: Handlers[S],
        now: datetime,
    ) -> tuple[Published, ...]:
        caused = [
            (event, _caused_by(cause.envelope))
            for event, cause in await handlers.apply(messages, store, now)
        ]
        outgoing, published = await self._prepare(ledger, caused, now)
        await ledger.append(outgoing)
        return published

    async def _prepare(
        self, ledger: Ledger, caused: Sequence[tuple[Event, Context]], now: datetime
    ) -> tuple[Sequence[Outgoing], tuple[Published, ...]]:
        if not caused:
            return (), ()
        lanes = [(event.TOPIC.entity, event.subject) for event, _ in caused]
        counts = Counter(lanes)
        last = await ledger.take_numbers(counts)
        numbers = {lane: last[lane] - count for lane, count in counts.items()}
        outgoing: list[Outgoing] = []
        published: list[Published] = []
        for (event, context), lane in zip(caused, lanes, strict=True):
            numbers[lane] += 1
            envelope = self._envelope(event, context, lane[1], numbers[lane], now)
            outgoing.append(self._outgoing(envelope, event))
            published.append(Published(envelope.id, event.TYPE, lane[1], numbers[lane]))
        return outgoing, tuple(published)

    def _envelope(
        self, event: Event, context: Context, subject: str, number: int, now: datetime
    ) -> Envelope:
        return Envelope(
            id=uuid7(),
            source=f"/{self.territory}/{self.service}",
            type=event.TYPE,
            subject=subject,
            time=now,
            territory=self.territory,
            sequence=number,
            correlation_id=context.correlation_id,
            causation_id=context.causation_id,
            traceparent=context.traceparent,
            visibility=event.visibility,
            provenance=context.provenance,
        )

    def _outgoing(self, envelope: Envelope, event: Event) -> Outgoing:
        topic = event.TOPIC
        if topic.service != self.service:
            raise ValueError(f"{envelope.type} is published by {topic.service} alone")
        record = encode(envelope, event)
        if len(record.value) > RECORD_BYTES_MAX:
            raise Refused(f"this takes {len(record.value)} bytes to tell; {RECORD_BYTES_MAX} fit")
        return Outgoing(
            event_id=envelope.id,
            topic=topic.facts(self.territory),
            state_topic=topic.state(self.territory) if topic.has_state else None,
            type=envelope.type,
            subject=envelope.subject,
            record=record,
        )


async def _park(ledger: Ledger, letters: Sequence[DeadLetter]) -> frozenset[UUID]:
    if not letters:
        return frozenset()
    new = frozenset(await ledger.park(letters))
    await ledger.append([mirrored(letter) for letter in letters if letter.id in new])
    return new


def _caused_by(envelope: Envelope) -> Context:
    return Context(envelope.correlation_id, envelope.id, "engine", envelope.traceparent)
