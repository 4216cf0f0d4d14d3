"""A ledger built again from events: facts stay in memory, lines go to PostgreSQL in bulk.

The use cases are those of every day, so what they write is the same; only round trips are saved.
It starts from an empty ledger and keeps the baselines that people approved.
"""

from asyncio import Task, create_task, sleep
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from uuid import UUID

from maillage_common.handlers import Handlers
from maillage_contracts.envelope import Event, Received
from maillage_contracts.refusals import NotFound, Refused
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.adapters.postgres import PostgresStore
from maillage_impact.adapters.postgres_sums import add_days
from maillage_impact.domain.baseline import Baseline
from maillage_impact.domain.entry import Entry, Subject
from maillage_impact.domain.seal import Head
from maillage_impact.domain.sums import DayKey, Sum, add_by_day
from maillage_impact.usecases.store import Delivery, PlannedTour, Store

LINES_AT_ONCE = 10_000
LINES_A_TURN = 250
"""The database waits no longer than it takes to compute so many for its next command."""
EVENTS_AT_ONCE = 5_000


@dataclass
class RebuildingStore(MemoryStore):
    """See `usecases.store.Store`; call `flush` at the end."""

    target: PostgresStore | None = None
    by_synergy: dict[UUID, list[Delivery]] = field(
        default_factory=lambda: defaultdict[UUID, list[Delivery]](list)
    )
    by_plan: dict[UUID, set[UUID]] = field(
        default_factory=lambda: defaultdict[UUID, set[UUID]](set)
    )
    by_scope: dict[object, list[Baseline]] = field(
        default_factory=lambda: defaultdict[object, list[Baseline]](list)
    )
    pending: list[Entry] = field(default_factory=list[Entry])
    writing: Task[None] | None = None
    """Lines that the database is busy with, while the next ones are computed."""
    summed: dict[DayKey, Sum] = field(default_factory=dict[DayKey, Sum])
    written: set[int] = field(default_factory=set[int])
    """Identifiers of all lines so far."""
    counted: set[int] = field(default_factory=set[int])
    """Hashes of all claims so far: what is not in it was certainly not counted."""
    new_tours: dict[UUID, PlannedTour] = field(default_factory=dict[UUID, PlannedTour])
    new_deliveries: list[Delivery] = field(default_factory=list[Delivery])

    @property
    def _db(self) -> PostgresStore:
        if self.target is None:
            raise Refused("a ledger is rebuilt into a database: none was given")
        return self.target

    async def begin(self) -> None:
        """Read the baselines; raises Refused when the ledger has lines already."""
        if (await self._db.head()).place:
            raise Refused("the ledger has lines: rebuild it into an empty database")
        for baseline in await self._db.baselines():
            self.by_scope[baseline.synergy_id or baseline.scope].append(baseline)

    async def save_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            if delivery.order_id not in self.known_deliveries:
                self.known_deliveries[delivery.order_id] = delivery
                self.by_synergy[delivery.synergy_id].append(delivery)
                self.new_deliveries.append(delivery)

    async def deliveries(self, synergy_id: UUID) -> Sequence[Delivery]:
        return sorted(self.by_synergy[synergy_id], key=lambda d: (d.on, d.order_id))

    async def save_tour(self, tour: PlannedTour) -> None:
        self.tours[tour.tour_id] = tour
        self.new_tours[tour.tour_id] = tour
        self.by_plan[tour.plan_id].add(tour.tour_id)

    async def drop_tour(self, tour_id: UUID) -> None:
        await self.flush()
        await self._db.drop_tour(tour_id)
        if tour := self.tours.pop(tour_id, None):
            self.by_plan[tour.plan_id].discard(tour_id)

    async def tours_of(self, plan_id: UUID) -> Sequence[PlannedTour]:
        return [self.tours[tour_id] for tour_id in sorted(self.by_plan[plan_id])]

    async def plans_between(self, first: date, last: date) -> Sequence[UUID]:
        return await self._db.plans_between(first, last)

    async def baselines(
        self, *, synergy_id: UUID | None = None, scope: str | None = None
    ) -> Sequence[Baseline]:
        found = self.by_scope.get(synergy_id or scope, [])
        return [baseline for baseline in found if scope in {None, baseline.scope}]

    async def baseline(self, baseline_id: UUID) -> Baseline:
        return await self._db.baseline(baseline_id)

    async def append(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Returns nothing: what a rebuilt ledger says was told before."""
        new = [entry for entry in entries if entry.entry_id.int not in self.written]
        for entry in new:
            self.written.add(entry.entry_id.int)
            if entry.claim:
                self.counted.add(hash(entry.claim))
        self.pending += new
        if len(self.pending) >= LINES_AT_ONCE:
            await self.begin_writing()
        elif len(self.pending) % LINES_A_TURN < len(new):
            await sleep(0)  # so that what is being written goes on
        return ()

    async def claimed(self, claims: Sequence[str]) -> dict[str, Entry]:
        perhaps = [claim for claim in claims if hash(claim) in self.counted]
        if not perhaps:
            return {}
        await self.flush()
        return await self._db.claimed(perhaps)

    async def in_force(self, subject: Subject, indicator: str) -> Entry | None:
        """None: every line of a rebuilt ledger has a claim."""
        del subject, indicator

    async def entry(self, entry_id: UUID) -> Entry:
        if entry_id.int not in self.written:
            raise NotFound(f"no line {entry_id} in the ledger")
        await self.flush()
        return await self._db.entry(entry_id)

    async def follow(
        self, messages: Iterable[Received[Event]], handlers: Handlers[Store], now: datetime
    ) -> int:
        """Run the use cases over events, in their order; returns how many there were."""
        source, events = iter(messages), 0
        while some := list(islice(source, EVENTS_AT_ONCE)):
            await handlers.apply(some, self, now)
            events += len(some)
        return events

    async def begin_writing(self) -> None:
        """Hand what waits to the database, which is busy with it while the next is computed."""
        await self.written_out()
        self.writing = create_task(
            self._write(self.new_deliveries, list(self.new_tours.values()), self.pending)
        )
        self.new_deliveries, self.new_tours, self.pending = [], {}, []
        await sleep(0)  # so that it begins

    async def _write(
        self, deliveries: Sequence[Delivery], tours: Sequence[PlannedTour], lines: Sequence[Entry]
    ) -> None:
        """Facts first, then lines in their order."""
        if deliveries:
            await self._db.save_deliveries(deliveries)
        if tours:
            await self._db.save_tours(tours)
        if lines:
            add_by_day(self.summed, lines)
            await self._db.stage(lines)
            await self._db.append_staged()

    async def written_out(self) -> None:
        """Wait until the database has what it was handed."""
        if self.writing is not None:
            await self.writing
            self.writing = None

    async def flush(self) -> None:
        """Write what waits, and wait for it."""
        await self.begin_writing()
        await self.written_out()

    async def head(self) -> Head:
        return await self._db.head()

    async def finish(self) -> None:
        """Write all that is left: lines and their days, synergies, rounds and names."""
        await self.flush()
        await add_days(self._db.db, self.summed)
        for synergy in self.known_synergies.values():
            await self._db.save_synergy(synergy)
        for sequence, alone in self.known_alone.values():
            await self._db.save_alone(alone, sequence)
        await self._db.save_hub_moves(list(self.known_moves.values()))
        await self._db.save_rounds(list(self.known_rounds.values()))
        await self._db.save_actors([(id_, n, name) for id_, (n, name) in self.actors.items()])
        await self._db.save_zones([(id_, n, zones) for id_, (n, zones) in self.known_zones.items()])
