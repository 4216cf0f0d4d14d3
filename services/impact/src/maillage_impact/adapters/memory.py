"""The ledger in dictionaries: for tests."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

from maillage_contracts.refusals import NotFound, Refused
from maillage_impact.adapters.factor_files import ShippedFactors
from maillage_impact.domain.baseline import Baseline
from maillage_impact.domain.entry import Entry, Subject
from maillage_impact.domain.indicators import INDICATORS, STOCKS
from maillage_impact.domain.restate import Restatable
from maillage_impact.domain.seal import EMPTY, Head, Sealed, seal_all
from maillage_impact.domain.statement import Scope
from maillage_impact.domain.sums import DayKey, Sum, Sums, add_by_day, sums_of
from maillage_impact.domain.transport import Alone, ReferenceRound
from maillage_impact.usecases.store import (
    Delivery,
    EntryFilter,
    HubMove,
    KnownSynergy,
    PlannedTour,
    Restatement,
)


@dataclass
class MemoryStore(ShippedFactors):
    """See `usecases.store.Store`."""

    actors: dict[UUID, tuple[int, str]] = field(default_factory=dict[UUID, tuple[int, str]])
    known_zones: dict[UUID, tuple[int, tuple[str, ...]]] = field(
        default_factory=dict[UUID, tuple[int, tuple[str, ...]]]
    )
    known_synergies: dict[UUID, KnownSynergy] = field(default_factory=dict[UUID, KnownSynergy])
    known_rounds: dict[UUID, tuple[int, ReferenceRound]] = field(
        default_factory=dict[UUID, tuple[int, ReferenceRound]]
    )
    known_deliveries: dict[UUID, Delivery] = field(default_factory=dict[UUID, Delivery])
    tours: dict[UUID, PlannedTour] = field(default_factory=dict[UUID, PlannedTour])
    known_baselines: dict[UUID, Baseline] = field(default_factory=dict[UUID, Baseline])
    sealed: list[Sealed] = field(default_factory=list[Sealed])
    differences: list[tuple[UUID, UUID, Decimal]] = field(
        default_factory=list[tuple[UUID, UUID, Decimal]]
    )
    known_alone: dict[UUID, tuple[int, Alone]] = field(
        default_factory=dict[UUID, tuple[int, Alone]]
    )
    known_moves: dict[UUID, HubMove] = field(default_factory=dict[UUID, HubMove])
    known_restatements: list[Restatement] = field(default_factory=list[Restatement])

    @property
    def ledger(self) -> list[Entry]:
        return [replace(line.entry, recorded_at=line.recorded_at) for line in self.sealed]

    async def save_actors(self, names: Sequence[tuple[UUID, int, str]]) -> None:
        for actor_id, sequence, name in names:
            if sequence > self.actors.get(actor_id, (0, ""))[0]:
                self.actors[actor_id] = (sequence, name)

    async def save_zones(self, zones: Sequence[tuple[UUID, int, Sequence[str]]]) -> None:
        for actor_id, sequence, names in zones:
            if sequence >= self.known_zones.get(actor_id, (0, ()))[0]:
                self.known_zones[actor_id] = (sequence, tuple(names))

    async def zones(self) -> dict[str, frozenset[UUID]]:
        names = {name for _, zones in self.known_zones.values() for name in zones}
        return {
            name: frozenset(id_ for id_, (_, zones) in self.known_zones.items() if name in zones)
            for name in names
        }

    async def active_actors(self, first: date, last: date) -> frozenset[UUID]:
        told = {e.subject for e in self.ledger if first <= e.period_start <= last}
        parties = (
            id_
            for synergy in self.known_synergies.values()
            if Subject("synergy", synergy.synergy_id) in told
            for id_, share in synergy.parties
            if share
        )
        return frozenset([*parties, *(one.id for one in told if one.kind == "actor")])

    async def synergies_of(self, actor_ids: Sequence[UUID]) -> Sequence[KnownSynergy]:
        asked = set(actor_ids)
        found = [s for s in self.known_synergies.values() if asked & {id_ for id_, _ in s.parties}]
        return sorted(found, key=lambda synergy: synergy.synergy_id)

    async def sums(self, scope: Scope) -> Sums:
        asked = EntryFilter(last=scope.last, known_at=scope.known_at, with_reversals=True)
        entries = [entry for _, entry in await self.entries(asked)]
        return sums_of(
            entry
            for entry in entries
            if entry.subject.kind != "restatement"
            and (entry.period_start >= scope.first or entry.indicator in STOCKS)
        )

    async def days(self) -> dict[DayKey, Sum]:
        return add_by_day({}, self.ledger)

    async def actor_names(self, actor_ids: Sequence[UUID]) -> dict[UUID, str]:
        return {id_: self.actors[id_][1] for id_ in actor_ids if id_ in self.actors}

    async def save_synergy(self, synergy: KnownSynergy) -> None:
        self.known_synergies[synergy.synergy_id] = synergy

    async def synergy(self, synergy_id: UUID) -> KnownSynergy | None:
        return self.known_synergies.get(synergy_id)

    async def save_rounds(self, rounds: Sequence[tuple[int, ReferenceRound]]) -> None:
        for sequence, round_ in rounds:
            known = self.known_rounds.get(round_.round_id)
            if known is None or sequence > known[0]:
                self.known_rounds[round_.round_id] = (sequence, round_)

    async def rounds(self, round_ids: Sequence[UUID]) -> Sequence[ReferenceRound]:
        return [self.known_rounds[id_][1] for id_ in sorted(round_ids) if id_ in self.known_rounds]

    async def save_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            self.known_deliveries.setdefault(delivery.order_id, delivery)

    async def deliveries(self, synergy_id: UUID) -> Sequence[Delivery]:
        found = [d for d in self.known_deliveries.values() if d.synergy_id == synergy_id]
        return sorted(found, key=lambda d: (d.on, d.order_id))

    async def save_tour(self, tour: PlannedTour) -> None:
        self.tours[tour.tour_id] = tour

    async def tour(self, tour_id: UUID) -> PlannedTour | None:
        return self.tours.get(tour_id)

    async def drop_tour(self, tour_id: UUID) -> None:
        self.tours.pop(tour_id, None)

    async def tours_of(self, plan_id: UUID) -> Sequence[PlannedTour]:
        found = [tour for tour in self.tours.values() if tour.plan_id == plan_id]
        return sorted(found, key=lambda tour: tour.tour_id)

    async def tours_of_to_change(self, plan_id: UUID) -> Sequence[PlannedTour]:
        return await self.tours_of(plan_id)

    async def save_alone(self, alone: Alone, sequence: int) -> None:
        if sequence > self.known_alone.get(alone.plan_id, (0, None))[0]:
            self.known_alone[alone.plan_id] = (sequence, alone)

    async def alone(self, plan_id: UUID) -> Alone | None:
        return self.known_alone[plan_id][1] if plan_id in self.known_alone else None

    async def save_hub_moves(self, moves: Sequence[HubMove]) -> None:
        for move in moves:
            self.known_moves.setdefault(move.move_id, move)

    async def hub_moves(self, hub_id: UUID, first: date, last: date) -> Sequence[HubMove]:
        found = [
            move
            for move in self.known_moves.values()
            if move.hub_id == hub_id and first <= move.on <= last
        ]
        return sorted(found, key=lambda move: (move.on, move.move_id))

    async def plans_between(self, first: date, last: date) -> Sequence[UUID]:
        return sorted({t.plan_id for t in self.tours.values() if first <= t.on <= last})

    async def save_baseline(self, baseline: Baseline) -> None:
        self.known_baselines[baseline.baseline_id] = baseline

    async def baseline(self, baseline_id: UUID) -> Baseline:
        if baseline_id not in self.known_baselines:
            raise NotFound(f"no baseline {baseline_id}")
        return self.known_baselines[baseline_id]

    async def baselines(
        self, *, synergy_id: UUID | None = None, scope: str | None = None
    ) -> Sequence[Baseline]:
        found = [
            baseline
            for baseline in self.known_baselines.values()
            if synergy_id in {None, baseline.synergy_id} and scope in {None, baseline.scope}
        ]
        return sorted(found, key=lambda baseline: (baseline.valid_from, baseline.baseline_id))

    async def append(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        written: list[Entry] = []
        known = {entry.entry_id for entry in self.ledger}
        corrected = {entry.correction.corrects for entry in self.ledger if entry.correction}
        claimed = {(entry.claim, entry.revision) for entry in self.ledger if entry.claim}
        for entry in entries:
            if entry.entry_id in known:
                continue
            if entry.correction and entry.correction.corrects in corrected:
                raise Refused(f"line {entry.correction.corrects} is corrected already")
            if (entry.claim, entry.revision) in claimed:
                raise Refused(f"{entry.claim} is counted already")
            known.add(entry.entry_id)
            written.append(entry)
        self.sealed += seal_all(written, await self.head(), datetime.now(UTC))
        return written

    async def claimed(self, claims: Sequence[str]) -> dict[str, Entry]:
        corrected = {entry.correction.corrects for entry in self.ledger if entry.correction}
        return {
            entry.claim: entry
            for entry in self.ledger
            if entry.claim and entry.claim in claims and entry.entry_id not in corrected
        }

    async def chain(self, after: int, limit: int) -> Sequence[Sealed]:
        return self.sealed[after : after + limit]

    async def head(self) -> Head:
        return Head(self.sealed[-1].place, self.sealed[-1].hash) if self.sealed else EMPTY

    async def unpaired(self) -> UUID | None:
        back = {entry.reversal.reverses for entry in self.ledger if entry.reversal}
        corrected = [entry.correction.corrects for entry in self.ledger if entry.correction]
        return next((entry_id for entry_id in corrected if entry_id not in back), None)

    async def restatable(self, after: int, limit: int) -> Sequence[Restatable]:
        found: list[Restatable] = []
        for line in self.sealed[after:]:
            entry = line.entry
            if entry.terms:
                current = entry.value + await self.difference_of(entry.entry_id)
                found.append(
                    Restatable(
                        line.place,
                        entry.entry_id,
                        entry.indicator,
                        current,
                        entry.terms,
                        entry.period_start,
                        entry.period_end,
                    )
                )
        return found[:limit]

    async def save_differences(
        self, restatement_id: UUID, deltas: Sequence[tuple[UUID, Decimal]]
    ) -> None:
        self.differences += [(restatement_id, entry_id, delta) for entry_id, delta in deltas]

    async def save_restatement(self, restatement: Restatement) -> None:
        self.known_restatements.append(restatement)

    async def restatements(self) -> Sequence[Restatement]:
        return self.known_restatements

    async def difference_of(self, entry_id: UUID) -> Decimal:
        return sum((delta for _, id_, delta in self.differences if id_ == entry_id), Decimal(0))

    async def entry(self, entry_id: UUID) -> Entry:
        for entry in self.ledger:
            if entry.entry_id == entry_id:
                return entry
        raise NotFound(f"no line {entry_id} in the ledger")

    async def correction_of(self, entry_id: UUID) -> UUID | None:
        for entry in self.ledger:
            if entry.correction and entry.correction.corrects == entry_id:
                return entry.entry_id
        return None

    async def entries(
        self, asked: EntryFilter, *, after: int | None = None, limit: int | None = None
    ) -> Sequence[tuple[int, Entry]]:
        found = [
            (number, entry)
            for number, entry in enumerate(self.ledger, 1)
            if number > (after or 0) and _is_asked(entry, asked)
        ]
        return found[:limit]

    async def in_force(self, subject: Subject, indicator: str) -> Entry | None:
        corrected = {entry.correction.corrects for entry in self.ledger if entry.correction}
        for entry in reversed(self.ledger):
            same = (entry.subject, entry.indicator) == (subject, indicator)
            if same and entry.reversal is None and entry.entry_id not in corrected:
                return entry
        return None


def _is_asked(entry: Entry, asked: EntryFilter) -> bool:
    return (
        asked.subject_kind in {None, entry.subject.kind}
        and asked.subject_id in {None, entry.subject.id}
        and asked.indicator in {None, entry.indicator}
        and asked.account in {None, INDICATORS[entry.indicator].account}
        and (asked.with_reversals or entry.reversal is None)
        and (asked.known_at is None or (entry.recorded_at or asked.known_at) <= asked.known_at)
        and (asked.first is None or entry.period_start >= asked.first)
        and (asked.last is None or entry.period_start <= asked.last)
    )
