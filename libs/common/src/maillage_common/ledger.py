"""What the kernel keeps beside a service's own rows, in the same transaction, and its words."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Literal, Protocol
from uuid import NAMESPACE_URL, UUID, uuid5

from maillage_contracts.envelope import Envelope, Event, Record
from maillage_contracts.vocabulary import Provenance

Lane = tuple[str, str]
"""A topic and a subject: whatever travels in one lane is handled in order."""


@dataclass(frozen=True)
class Idempotency:
    """A caller's promise that it asks the same thing again.

    `caller` is the subject of the token, `fingerprint` the SHA-256 of method, path and body.
    """

    key: str
    caller: str
    fingerprint: str


@dataclass(frozen=True)
class Published:
    """What is told to a caller of an event that was committed to the outbox."""

    id: UUID
    type: str
    subject: str
    sequence: int


@dataclass(frozen=True)
class Outcome:
    """What a command did; `replayed` when an earlier call with the same key had done it."""

    subject: str
    events: tuple[Published, ...]
    replayed: bool


@dataclass(frozen=True)
class Settled:
    """What the call with this key did."""

    call: Idempotency
    outcome: Outcome


@dataclass(frozen=True)
class Context:
    """What an event says of its origin beside its own data."""

    correlation_id: UUID
    causation_id: UUID | None = None
    provenance: Provenance = "human"
    traceparent: str | None = None


@dataclass(frozen=True)
class Outgoing:
    """A record for the outbox. It also goes to `state_topic`, compacted, where there is one."""

    event_id: UUID
    topic: str
    state_topic: str | None
    type: str
    subject: str
    record: Record


@dataclass(frozen=True)
class Origin:
    """Where on the bus a record was."""

    topic: str
    partition: int
    offset: int


@dataclass(frozen=True)
class Delivered:
    """A record that could be read. `event` is None when this service has no use for its type."""

    envelope: Envelope
    event: Event | None
    record: Record
    origin: Origin

    @property
    def id(self) -> UUID:
        """The identifier of the event."""
        return self.envelope.id

    @property
    def lane(self) -> Lane:
        """The lane it came by."""
        return self.origin.topic, self.envelope.subject


@dataclass(frozen=True)
class DeadLetter:
    """A record that was put aside, and why. While it is parked it holds its lane, if it has one."""

    consumer: str
    reason: str
    detail: str
    record: Record
    origin: Origin
    envelope: Envelope | None
    attempts: int
    parked_at: datetime

    @property
    def id(self) -> UUID:
        """The same for the same record, however often it is delivered."""
        if self.envelope is not None:
            return uuid5(NAMESPACE_URL, f"{self.consumer}/{self.envelope.id}")
        place = f"{self.origin.topic}/{self.origin.partition}/{self.origin.offset}"
        digest = sha256(self.record.value).hexdigest()  # a new bus counts its offsets from 0 again
        return uuid5(NAMESPACE_URL, f"{self.consumer}/{place}/{digest}")

    @property
    def lane(self) -> Lane | None:
        """The lane it holds. What has no envelope is nobody's next event and holds nothing."""
        if self.envelope is None:
            return None
        return self.origin.topic, self.envelope.subject


Closed = Literal["replayed", "discarded"]
"""How a parked letter ends."""


class Ledger(Protocol):
    """The kernel's own rows. No method makes a round trip for each item of a batch."""

    async def recall(self, call: Idempotency) -> tuple[str, Outcome] | None:
        """The fingerprint and the outcome of an earlier call with this key, of the last week."""
        ...

    async def take_numbers(self, counts: Mapping[Lane, int]) -> Mapping[Lane, int]:
        """Reserve so many sequence numbers for each (entity, subject); return the last of each.

        The aggregate stays locked until the transaction ends, so numbers follow commits.
        """
        ...

    async def append(self, outgoing: Sequence[Outgoing], settled: Settled | None = None) -> None:
        """Write to the event log, queue for the bus, and wake the relay after the commit.

        Raises when the key of what is `settled` is taken, once the call that has it is committed.
        """
        ...

    async def first_sight(self, consumer: str, event_ids: Sequence[UUID]) -> AbstractSet[UUID]:
        """Write down that these were received; return those that had not been."""
        ...

    async def advance(self, consumer: str, arrived: Sequence[tuple[Lane, int]]) -> int:
        """Write down the highest number seen in each lane; return how many were jumped over."""
        ...

    async def held(self, consumer: str, lanes: AbstractSet[Lane]) -> AbstractSet[Lane]:
        """Which of these lanes have a letter parked."""
        ...

    async def parked(self, consumer: str) -> int:
        """How many letters are parked."""
        ...

    async def park(self, letters: Sequence[DeadLetter]) -> AbstractSet[UUID]:
        """Keep letters that are not kept yet; return the identifiers of the new ones."""
        ...

    async def first_parked(self, consumer: str, letter_id: UUID) -> DeadLetter | None:
        """Lock and return the first parked letter of the lane of this one, or itself if in none."""
        ...

    async def close(self, letter_id: UUID, state: Closed) -> bool:
        """End a parked letter; False when it was not parked."""
        ...

    async def blame(self, letter_id: UUID, reason: str, detail: str) -> None:
        """Write down why another attempt at a letter failed."""
        ...
