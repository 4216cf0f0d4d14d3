"""What tours keeps: its orders, plans and tours, and its own copy of what others say."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from maillage_contracts.flows import ExistingRound
from maillage_contracts.vocabulary import (
    ActorId,
    OrderId,
    Place,
    PlanId,
    SynergyId,
    TourId,
    VehicleId,
    Word,
)
from maillage_tours.domain.access import Zone
from maillage_tours.domain.agreement import Agreement
from maillage_tours.domain.fleet import Hub, RelayPoint, Vehicle
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.plan import Plan
from maillage_tours.domain.tour import Tour, TourStatus
from maillage_tours.usecases.comparison_store import ComparisonStore
from maillage_tours.usecases.goods_store import GoodsStore
from maillage_tours.usecases.standing_store import StandingStore

T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Told(Generic[T_co]):
    """What another service said of a thing; a lower sequence never replaces a higher one."""

    about: T_co
    sequence: int


@dataclass(frozen=True)
class KnownActor:
    """All that tours needs to know of an actor."""

    actor_id: ActorId
    is_closed: bool
    rests: tuple[Place, ...] = ()
    """Its sites where crews may rest."""
    relays: tuple[RelayPoint, ...] = ()


@dataclass(frozen=True)
class WantedOrders:
    """Which orders a list is about; None leaves it open."""

    on: date | None = None
    status: OrderStatus | None = None
    origin: str | None = None
    actor_id: ActorId | None = None


@dataclass(frozen=True)
class WantedTours:
    """Which tours a list is about; None leaves it open."""

    on: date | None = None
    status: TourStatus | None = None
    vehicle_id: VehicleId | None = None
    plan_id: PlanId | None = None


class Store(ComparisonStore, GoodsStore, StandingStore, Protocol):
    """Rows are locked by the methods that end in `to_change`: tours first, orders after, by id."""

    async def add_orders(self, orders: Sequence[Order]) -> AbstractSet[OrderId]:
        """Keep those that are new; return which were."""
        ...

    async def put_orders(self, orders: Sequence[Order]) -> None:
        """Keep orders that are known in their new version."""
        ...

    async def order(self, order_id: OrderId) -> Order:
        """One order; raises NotFound."""
        ...

    async def orders(
        self, wanted: WantedOrders, after: tuple[date, OrderId] | None, limit: int
    ) -> Sequence[Order]:
        """Orders by day and identifier."""
        ...

    async def orders_by_id(self, order_ids: AbstractSet[OrderId]) -> Sequence[Order]:
        """These orders, by identifier; those that are not known are left out."""
        ...

    async def orders_to_change(self, order_ids: AbstractSet[OrderId]) -> Sequence[Order]:
        """The same, locked."""
        ...

    async def orders_of_day(self, on: date) -> Sequence[Order]:
        """What is to be planned on a day: accepted, or waiting at a hub."""
        ...

    async def order_ids_of_origin(
        self, origin: Word, origin_id: UUID, since: date
    ) -> Sequence[OrderId]:
        """Orders of a synergy or the like from a day on, with goods on no vehicle yet."""
        ...

    async def order_ids_at(self, actor_id: ActorId) -> Sequence[OrderId]:
        """Orders that start or end at an actor and whose goods are on no vehicle yet."""
        ...

    async def orders_on_rounds_to_change(self, round_ids: AbstractSet[UUID]) -> Sequence[Order]:
        """Orders that ride on these rounds of others, or for which it was asked, locked, by id."""
        ...

    async def put_agreement(self, agreement: Agreement) -> None:
        """Keep what a synergy needs."""
        ...

    async def agreement_to_change(self, synergy_id: SynergyId) -> Agreement | None:
        """What a synergy needs, locked; None when nothing was heard of it."""
        ...

    async def agreements(self) -> Sequence[Agreement]:
        """All synergies that have not ended."""
        ...

    async def keep_actors(self, told: Sequence[Told[KnownActor]]) -> None: ...

    async def keep_vehicles(self, told: Sequence[Told[Vehicle]]) -> None: ...

    async def keep_hubs(self, told: Sequence[Told[Hub]]) -> None: ...

    async def keep_zones(self, told: Sequence[Told[Zone]]) -> None: ...

    async def keep_rounds(self, told: Sequence[Told[ExistingRound]]) -> None: ...

    async def closed_among(self, actor_ids: AbstractSet[ActorId]) -> AbstractSet[ActorId]:
        """Which of these actors have closed."""
        ...

    async def vehicles(self) -> Sequence[Vehicle]:
        """All vehicles that were ever declared, by identifier."""
        ...

    async def vehicle_to_change(self, vehicle_id: VehicleId) -> Vehicle | None:
        """One vehicle, locked, so that its tours are published one at a time."""
        ...

    async def hubs(self) -> Sequence[Hub]: ...

    async def rests(self) -> Sequence[Place]:
        """Where crews may rest at actors that have not closed."""
        ...

    async def relays(self) -> Sequence[RelayPoint]:
        """Where actors that have not closed have room for crates."""
        ...

    async def zones(self) -> Sequence[Zone]: ...

    async def rounds(self) -> Sequence[ExistingRound]: ...

    async def round_to_agree_on(self, round_id: UUID) -> ExistingRound | None:
        """One round of others, locked, so that its room is given away one order at a time."""
        ...

    async def keep_detour(self, factor: Decimal) -> None: ...

    async def detour(self) -> Decimal | None:
        """Road km per great-circle km, as it was learned last; None before any map was asked."""
        ...

    async def add_plan(self, plan: Plan) -> None: ...

    async def plan(self, plan_id: PlanId) -> Plan:
        """One plan; raises NotFound."""
        ...

    async def plans(
        self, on: date | None, after: tuple[date, PlanId] | None, limit: int
    ) -> Sequence[Plan]:
        """Plans by day and identifier, the latest first."""
        ...

    async def put_tours(self, tours: Sequence[Tour]) -> None:
        """Keep tours, new or changed."""
        ...

    async def tour(self, tour_id: TourId) -> Tour:
        """One tour; raises NotFound."""
        ...

    async def tours_by_id(self, tour_ids: AbstractSet[TourId]) -> Sequence[Tour]:
        """These tours, by identifier; those that are not known are left out."""
        ...

    async def tours(
        self, wanted: WantedTours, after: tuple[date, TourId] | None, limit: int
    ) -> Sequence[Tour]:
        """Tours by day and identifier, the latest first."""
        ...

    async def tour_to_change(self, tour_id: TourId) -> Tour:
        """One tour, locked; raises NotFound."""
        ...

    async def tours_of_plan_to_change(self, plan_id: PlanId) -> Sequence[Tour]:
        """The tours of a plan, locked, by identifier."""
        ...

    async def open_tours_with_to_change(self, order_ids: AbstractSet[OrderId]) -> Sequence[Tour]:
        """Tours that are neither completed nor cancelled and carry any of these orders, locked."""
        ...

    async def given_tours(self, on: date) -> Sequence[Tour]:
        """Tours of a day that are published or under way."""
        ...
