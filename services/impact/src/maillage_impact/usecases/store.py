"""What the ledger must keep, whatever keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from maillage_impact.domain.baseline import Baseline
from maillage_impact.domain.entry import Entry, Subject
from maillage_impact.domain.factors import FactorSet
from maillage_impact.domain.restate import Restatable
from maillage_impact.domain.seal import Head, Sealed
from maillage_impact.domain.statement import Scope
from maillage_impact.domain.sums import DayKey, Sum, Sums
from maillage_impact.domain.transport import Alone, DrivenTour, ReferenceRound


@dataclass(frozen=True)
class KnownSynergy:
    """What accounting needs of a synergy."""

    synergy_id: UUID
    title: str
    starts_on: date
    parties: tuple[tuple[UUID, Decimal], ...]
    """(actor, share); shares add up to 1."""
    spec: str | None = None
    route_after: str | None = None
    saving_eur: Decimal | None = None
    ended_on: date | None = None
    cause: UUID | None = None
    """The event it was agreed by."""


@dataclass(frozen=True)
class Delivery:
    """A weighed mass that arrived for a synergy."""

    order_id: UUID
    synergy_id: UUID
    tour_id: UUID
    accepted_kg: Decimal
    on: date
    cause: UUID


@dataclass(frozen=True)
class PlannedTour:
    """A published tour: which plan it is part of, and whether it was driven."""

    tour_id: UUID
    plan_id: UUID
    on: date
    driven: DrivenTour | None = None
    cause: UUID | None = None
    """The event that it was completed by."""


@dataclass(frozen=True)
class HubMove:
    """Goods that came into a hub (`received`) or left it (`dispatched`), by one event."""

    move_id: UUID
    hub_id: UUID
    temperature: str
    kind: str
    mass_kg: Decimal
    on: date


@dataclass(frozen=True)
class Restatement:
    """That the whole ledger was held against a factor set."""

    restatement_id: UUID
    version: str
    reason: str
    lines: int
    digest: bytes


@dataclass(frozen=True)
class EntryFilter:
    """Which lines of the ledger are asked for; None asks for all."""

    subject_kind: str | None = None
    subject_id: UUID | None = None
    indicator: str | None = None
    account: str | None = None
    known_at: datetime | None = None
    """Only what the ledger said at this time."""
    first: date | None = None
    last: date | None = None
    """Only lines whose period begins within these days."""
    with_reversals: bool = False


class Store(Protocol):
    """The ledger, its baselines, and copies of the facts it accounts for."""

    @property
    def factors(self) -> FactorSet:
        """The factor set of this territory."""
        ...

    @property
    def factor_sets(self) -> Mapping[str, FactorSet]:
        """Every set that lines may have been written with, by version."""
        ...

    async def save_actors(self, names: Sequence[tuple[UUID, int, str]]) -> None:
        """Keep (actor, sequence, name), unless a later one is there."""
        ...

    async def save_zones(self, zones: Sequence[tuple[UUID, int, Sequence[str]]]) -> None:
        """Keep (actor, sequence, zones) of actors that are known, beside their name."""
        ...

    async def zones(self) -> dict[str, frozenset[UUID]]:
        """Actors with a site in each zone."""
        ...

    async def active_actors(self, first: date, last: date) -> frozenset[UUID]:
        """Actors that lines of these days are about, or that bear a share of their synergy."""
        ...

    async def synergies_of(self, actor_ids: Sequence[UUID]) -> Sequence[KnownSynergy]:
        """Synergies that one of these actors is a party of."""
        ...

    async def sums(self, scope: Scope) -> Sums:
        """Sums of the whole territory over the days of a scope, by indicator."""
        ...

    async def days(self) -> dict[DayKey, Sum]:
        """Every sum of a day, as it is kept beside the lines."""
        ...

    async def actor_names(self, actor_ids: Sequence[UUID]) -> dict[UUID, str]:
        """Names of the actors that are known."""
        ...

    async def save_synergy(self, synergy: KnownSynergy) -> None:
        """Add or replace."""
        ...

    async def synergy(self, synergy_id: UUID) -> KnownSynergy | None:
        """The synergy, if its agreement was seen."""
        ...

    async def save_rounds(self, rounds: Sequence[tuple[int, ReferenceRound]]) -> None:
        """Keep (sequence, round), unless a later one is there."""
        ...

    async def rounds(self, round_ids: Sequence[UUID]) -> Sequence[ReferenceRound]:
        """Those of these rounds that are known."""
        ...

    async def save_deliveries(self, deliveries: Sequence[Delivery]) -> None:
        """Keep each order's delivery once."""
        ...

    async def deliveries(self, synergy_id: UUID) -> Sequence[Delivery]:
        """All deliveries of a synergy, oldest first."""
        ...

    async def save_tour(self, tour: PlannedTour) -> None:
        """Add or replace."""
        ...

    async def tour(self, tour_id: UUID) -> PlannedTour | None:
        """The tour, if it was published."""
        ...

    async def drop_tour(self, tour_id: UUID) -> None:
        """Forget a tour that will not be driven."""
        ...

    async def tours_of(self, plan_id: UUID) -> Sequence[PlannedTour]:
        """All published tours of a plan."""
        ...

    async def tours_of_to_change(self, plan_id: UUID) -> Sequence[PlannedTour]:
        """The same, locked, so that two tours coming home at once see one another."""
        ...

    async def save_alone(self, alone: Alone, sequence: int) -> None:
        """Keep it, unless a later one is there."""
        ...

    async def alone(self, plan_id: UUID) -> Alone | None:
        """What the planner said of a plan, if it was asked."""
        ...

    async def save_hub_moves(self, moves: Sequence[HubMove]) -> None:
        """Keep each once."""
        ...

    async def hub_moves(self, hub_id: UUID, first: date, last: date) -> Sequence[HubMove]:
        """What moved at a hub in these days, by day and identifier."""
        ...

    async def plans_between(self, first: date, last: date) -> Sequence[UUID]:
        """Plans with a published tour in these days, both included."""
        ...

    async def save_baseline(self, baseline: Baseline) -> None:
        """Add or replace."""
        ...

    async def baseline(self, baseline_id: UUID) -> Baseline:
        """Raises NotFound."""
        ...

    async def baselines(
        self, *, synergy_id: UUID | None = None, scope: str | None = None
    ) -> Sequence[Baseline]:
        """Baselines of a synergy or a scope, by first day and identifier."""
        ...

    async def append(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        """Add lines to the ledger; return those that were not there already.

        Each is sealed with the hash of the one before it. Raises Refused when a line corrects
        one that is corrected already, or claims what another one counts.
        """
        ...

    async def claimed(self, claims: Sequence[str]) -> dict[str, Entry]:
        """The lines in force that have these claims."""
        ...

    async def chain(self, after: int, limit: int) -> Sequence[Sealed]:
        """Lines by their place in the chain, reversals included."""
        ...

    async def head(self) -> Head:
        """The last line, as the ledger keeps it beside the lines."""
        ...

    async def unpaired(self) -> UUID | None:
        """A line that is corrected but not taken back."""
        ...

    async def restatable(self, after: int, limit: int) -> Sequence[Restatable]:
        """Lines that factors went into, by their place, with all differences so far."""
        ...

    async def save_differences(
        self, restatement_id: UUID, deltas: Sequence[tuple[UUID, Decimal]]
    ) -> None:
        """Keep (line, difference)."""
        ...

    async def save_restatement(self, restatement: Restatement) -> None:
        """Keep what it came to."""
        ...

    async def restatements(self) -> Sequence[Restatement]:
        """All of them, oldest first."""
        ...

    async def difference_of(self, entry_id: UUID) -> Decimal:
        """The sum of a line's differences."""
        ...

    async def entry(self, entry_id: UUID) -> Entry:
        """Raises NotFound."""
        ...

    async def correction_of(self, entry_id: UUID) -> UUID | None:
        """The line that corrects this one."""
        ...

    async def entries(
        self, asked: EntryFilter, *, after: int | None = None, limit: int | None = None
    ) -> Sequence[tuple[int, Entry]]:
        """(number, line) in the order of the ledger, those after a number."""
        ...

    async def in_force(self, subject: Subject, indicator: str) -> Entry | None:
        """The latest line of a subject and an indicator that nothing corrects."""
        ...
