"""The transaction in memory, for tests: work on a deep copy, swap it in on success."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from copy import copy, deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

from maillage_common.ledger import (
    Closed,
    DeadLetter,
    Idempotency,
    Lane,
    Ledger,
    Outcome,
    Outgoing,
    Settled,
)

S = TypeVar("S")


@dataclass
class MemoryLedger:
    """The kernel's rows in dictionaries. `log` is all that was published, in order."""

    log: list[Outgoing] = field(default_factory=list[Outgoing])
    letters: dict[UUID, DeadLetter] = field(default_factory=dict[UUID, DeadLetter])
    closed: dict[UUID, Closed] = field(default_factory=dict[UUID, Closed])
    _calls: dict[tuple[str, str], tuple[str, Outcome]] = field(
        default_factory=dict[tuple[str, str], tuple[str, Outcome]]
    )
    _numbers: dict[Lane, int] = field(default_factory=lambda: defaultdict[Lane, int](int))
    _inbox: set[tuple[str, UUID]] = field(default_factory=set[tuple[str, UUID]])
    _progress: dict[tuple[str, Lane], int] = field(
        default_factory=lambda: defaultdict[tuple[str, Lane], int](int)
    )

    def __deepcopy__(self, _memo: dict[int, Any]) -> "MemoryLedger":
        """Only what changes is copied: each call, event and letter is a frozen value."""
        return replace(self, **{name: copy(rows) for name, rows in vars(self).items()})

    async def recall(self, call: Idempotency) -> tuple[str, Outcome] | None:
        return self._calls.get((call.caller, call.key))

    async def take_numbers(self, counts: Mapping[Lane, int]) -> Mapping[Lane, int]:
        for lane, count in counts.items():
            self._numbers[lane] += count
        return {lane: self._numbers[lane] for lane in counts}

    async def append(self, outgoing: Sequence[Outgoing], settled: Settled | None = None) -> None:
        self.log.extend(outgoing)
        if settled is not None:
            call, kept = settled.call, (settled.call.fingerprint, settled.outcome)
            if self._calls.setdefault((call.caller, call.key), kept) is not kept:
                raise ValueError(f"the key {call.key} is taken")

    async def first_sight(self, consumer: str, event_ids: Sequence[UUID]) -> AbstractSet[UUID]:
        new = {event_id for event_id in event_ids if (consumer, event_id) not in self._inbox}
        self._inbox.update((consumer, event_id) for event_id in new)
        return new

    async def advance(self, consumer: str, arrived: Sequence[tuple[Lane, int]]) -> int:
        gaps = 0
        for lane in {lane for lane, _ in arrived}:
            last = self._progress[consumer, lane]
            beyond = {number for other, number in arrived if other == lane and number > last}
            if beyond:
                gaps += max(beyond) - last - len(beyond)
                self._progress[consumer, lane] = max(beyond)
        return gaps

    async def held(self, consumer: str, lanes: AbstractSet[Lane]) -> AbstractSet[Lane]:
        return lanes & {letter.lane for letter in self._parked(consumer) if letter.lane}

    async def parked(self, consumer: str) -> int:
        return len(list(self._parked(consumer)))

    async def park(self, letters: Sequence[DeadLetter]) -> AbstractSet[UUID]:
        new = {letter.id: letter for letter in letters if letter.id not in self.letters}
        self.letters.update(new)
        return new.keys()

    async def first_parked(self, consumer: str, letter_id: UUID) -> DeadLetter | None:
        one = self.letters.get(letter_id)
        mine = [
            letter
            for letter in self._parked(consumer)
            if letter.id == letter_id or (one and one.lane and letter.lane == one.lane)
        ]
        return min(mine, key=_in_order, default=None)

    async def close(self, letter_id: UUID, state: Closed) -> bool:
        if letter_id not in self.letters or letter_id in self.closed:
            return False
        self.closed[letter_id] = state
        return True

    async def blame(self, letter_id: UUID, reason: str, detail: str) -> None:
        letter = self.letters[letter_id]
        self.letters[letter_id] = replace(
            letter, reason=reason, detail=detail, attempts=letter.attempts + 1
        )

    def _parked(self, consumer: str) -> Iterable[DeadLetter]:
        return (
            letter
            for letter in self.letters.values()
            if letter.consumer == consumer and letter.id not in self.closed
        )


def _in_order(letter: DeadLetter) -> tuple[int, datetime]:
    return letter.envelope.sequence if letter.envelope else 0, letter.parked_at


class MemoryDatabase(Generic[S]):
    """A store and a ledger in memory. One transaction at a time; readers see the last commit."""

    def __init__(self, store: S) -> None:
        self.store = store
        self.ledger = MemoryLedger()
        self._one_at_a_time = asyncio.Lock()

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncGenerator[tuple[S, Ledger]]:
        if read_only:
            yield deepcopy(self.store), deepcopy(self.ledger)
            return
        async with self._one_at_a_time:
            store, ledger = deepcopy(self.store), deepcopy(self.ledger)
            yield store, ledger
            self.store, self.ledger = store, ledger
