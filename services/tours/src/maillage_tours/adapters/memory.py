"""The store in dictionaries, for tests."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

from maillage_contracts.flows import ExistingRound
from maillage_contracts.refusals import NotFound
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
from maillage_tours.adapters.comparison_memory import ComparisonMemory
from maillage_tours.adapters.goods_memory import GoodsMemory
from maillage_tours.adapters.standing_memory import StandingMemory
from maillage_tours.domain.access import Zone
from maillage_tours.domain.agreement import Agreement
from maillage_tours.domain.fleet import Hub, RelayPoint, Vehicle
from maillage_tours.domain.order import NOT_YET_LOADED, Order, OrderStatus
from maillage_tours.domain.plan import Plan
from maillage_tours.domain.tour import Tour, TourStatus
from maillage_tours.usecases.store import KnownActor, Told, WantedOrders, WantedTours

T = TypeVar("T")

TO_PLAN = frozenset({OrderStatus.ACCEPTED, OrderStatus.AT_HUB})
MAY_RIDE = frozenset({OrderStatus.ACCEPTED, OrderStatus.RIDING})
GIVEN = frozenset({TourStatus.PUBLISHED, TourStatus.STARTED})
OPEN = GIVEN | {TourStatus.PROPOSED}


@dataclass
class MemoryStore(ComparisonMemory, GoodsMemory, StandingMemory):
    """See the protocol for what each method promises. Locks are not needed: one at a time."""

    _orders: dict[OrderId, Order] = field(default_factory=dict[OrderId, Order])
    _agreements: dict[SynergyId, Agreement] = field(default_factory=dict[SynergyId, Agreement])
    _plans: dict[PlanId, Plan] = field(default_factory=dict[PlanId, Plan])
    _tours: dict[TourId, Tour] = field(default_factory=dict[TourId, Tour])
    _told: dict[str, dict[UUID, Told[Any]]] = field(
        default_factory=dict[str, dict[UUID, Told[Any]]]
    )
    _detour: Decimal | None = None

    async def add_orders(self, orders: Sequence[Order]) -> AbstractSet[OrderId]:
        new = {order.order_id: order for order in orders if order.order_id not in self._orders}
        self._orders.update(new)
        return new.keys()

    async def put_orders(self, orders: Sequence[Order]) -> None:
        self._orders.update({order.order_id: order for order in orders})

    async def order(self, order_id: OrderId) -> Order:
        return _found(self._orders, order_id, "order")

    async def orders(
        self, wanted: WantedOrders, after: tuple[date, OrderId] | None, limit: int
    ) -> Sequence[Order]:
        chosen = [order for order in self._orders.values() if _is_wanted(order, wanted)]
        rows = sorted(chosen, key=lambda order: (order.on, order.order_id))
        if after is not None:
            rows = [order for order in rows if (order.on, order.order_id) > after]
        return rows[:limit]

    async def orders_by_id(self, order_ids: AbstractSet[OrderId]) -> Sequence[Order]:
        return [self._orders[one] for one in sorted(order_ids) if one in self._orders]

    orders_to_change = orders_by_id

    async def orders_of_day(self, on: date) -> Sequence[Order]:
        chosen = (o for o in self._orders.values() if o.on == on and o.status in TO_PLAN)
        return sorted(chosen, key=lambda order: order.order_id)

    async def order_ids_of_origin(
        self, origin: Word, origin_id: UUID, since: date
    ) -> Sequence[OrderId]:
        return sorted(
            order.order_id
            for order in self._orders.values()
            if order.origin == origin
            and order.origin_id == origin_id
            and order.on >= since
            and order.status in NOT_YET_LOADED
        )

    async def order_ids_at(self, actor_id: ActorId) -> Sequence[OrderId]:
        return sorted(
            order.order_id
            for order in self._orders.values()
            if actor_id in order.actors and order.status in NOT_YET_LOADED
        )

    async def orders_on_rounds_to_change(self, round_ids: AbstractSet[UUID]) -> Sequence[Order]:
        asked = (o for o in self._orders.values() if o.ride and o.ride.round_id in round_ids)
        chosen = (order for order in asked if order.status in MAY_RIDE)
        return sorted(chosen, key=lambda order: order.order_id)

    async def put_agreement(self, agreement: Agreement) -> None:
        self._agreements[agreement.synergy_id] = agreement

    async def agreement_to_change(self, synergy_id: SynergyId) -> Agreement | None:
        return self._agreements.get(synergy_id)

    async def agreements(self) -> Sequence[Agreement]:
        running = (one for one in self._agreements.values() if one.ended_on is None)
        return sorted(running, key=lambda one: one.synergy_id)

    async def keep_actors(self, told: Sequence[Told[KnownActor]]) -> None:
        self._keep("actor", {one.about.actor_id: one for one in _newest(told)})

    async def keep_vehicles(self, told: Sequence[Told[Vehicle]]) -> None:
        self._keep("vehicle", {one.about.vehicle_id: one for one in _newest(told)})

    async def keep_hubs(self, told: Sequence[Told[Hub]]) -> None:
        self._keep("hub", {one.about.hub_id: one for one in _newest(told)})

    async def keep_zones(self, told: Sequence[Told[Zone]]) -> None:
        self._keep("zone", {one.about.zone_id: one for one in _newest(told)})

    async def keep_rounds(self, told: Sequence[Told[ExistingRound]]) -> None:
        self._keep("round", {one.about.round_id: one for one in _newest(told)})

    def _keep(self, kind: str, told: Mapping[UUID, Told[Any]]) -> None:
        kept = self._told.setdefault(kind, {})
        for identifier, one in told.items():
            if identifier not in kept or kept[identifier].sequence < one.sequence:
                kept[identifier] = one

    def _known(self, kind: str) -> list[Any]:
        return [one.about for _, one in sorted(self._told.get(kind, {}).items())]

    async def closed_among(self, actor_ids: AbstractSet[ActorId]) -> AbstractSet[ActorId]:
        actors: list[KnownActor] = self._known("actor")
        return {actor.actor_id for actor in actors if actor.is_closed} & actor_ids

    async def vehicles(self) -> Sequence[Vehicle]:
        return self._known("vehicle")

    async def vehicle_to_change(self, vehicle_id: VehicleId) -> Vehicle | None:
        kept = self._told.get("vehicle", {}).get(vehicle_id)
        return kept.about if kept else None

    async def rests(self) -> Sequence[Place]:
        actors: list[KnownActor] = self._known("actor")
        return [place for actor in actors if not actor.is_closed for place in actor.rests]

    async def relays(self) -> Sequence[RelayPoint]:
        actors: list[KnownActor] = self._known("actor")
        return [relay for actor in actors if not actor.is_closed for relay in actor.relays]

    async def hubs(self) -> Sequence[Hub]:
        return self._known("hub")

    async def zones(self) -> Sequence[Zone]:
        return self._known("zone")

    async def rounds(self) -> Sequence[ExistingRound]:
        return self._known("round")

    async def round_to_agree_on(self, round_id: UUID) -> ExistingRound | None:
        kept = self._told.get("round", {}).get(round_id)
        return kept.about if kept else None

    async def keep_detour(self, factor: Decimal) -> None:
        self._detour = factor

    async def detour(self) -> Decimal | None:
        return self._detour

    async def add_plan(self, plan: Plan) -> None:
        self._plans[plan.plan_id] = plan

    async def plan(self, plan_id: PlanId) -> Plan:
        return _found(self._plans, plan_id, "plan")

    async def plans(
        self, on: date | None, after: tuple[date, PlanId] | None, limit: int
    ) -> Sequence[Plan]:
        chosen = (plan for plan in self._plans.values() if on in {None, plan.on})
        rows = sorted(chosen, key=lambda plan: (plan.on, plan.plan_id), reverse=True)
        if after is not None:
            rows = [plan for plan in rows if (plan.on, plan.plan_id) < after]
        return rows[:limit]

    async def put_tours(self, tours: Sequence[Tour]) -> None:
        self._tours.update({tour.tour_id: tour for tour in tours})

    async def tour(self, tour_id: TourId) -> Tour:
        return _found(self._tours, tour_id, "tour")

    async def tours_by_id(self, tour_ids: AbstractSet[TourId]) -> Sequence[Tour]:
        return [self._tours[one] for one in sorted(tour_ids) if one in self._tours]

    async def tours(
        self, wanted: WantedTours, after: tuple[date, TourId] | None, limit: int
    ) -> Sequence[Tour]:
        chosen = (
            tour
            for tour in self._tours.values()
            if wanted.on in {None, tour.on}
            and wanted.status in {None, tour.status}
            and wanted.vehicle_id in {None, tour.vehicle.vehicle_id}
            and wanted.plan_id in {None, tour.plan_id}
        )
        rows = sorted(chosen, key=lambda tour: (tour.on, tour.tour_id), reverse=True)
        if after is not None:
            rows = [tour for tour in rows if (tour.on, tour.tour_id) < after]
        return rows[:limit]

    async def tour_to_change(self, tour_id: TourId) -> Tour:
        return _found(self._tours, tour_id, "tour")

    async def tours_of_plan_to_change(self, plan_id: PlanId) -> Sequence[Tour]:
        return self._sorted_tours(tour for tour in self._tours.values() if tour.plan_id == plan_id)

    async def open_tours_with_to_change(self, order_ids: AbstractSet[OrderId]) -> Sequence[Tour]:
        return self._sorted_tours(
            tour
            for tour in self._tours.values()
            if tour.status in OPEN and tour.order_ids & order_ids
        )

    async def given_tours(self, on: date) -> Sequence[Tour]:
        return self._sorted_tours(
            tour for tour in self._tours.values() if tour.on == on and tour.status in GIVEN
        )

    def _sorted_tours(self, tours: Iterable[Tour]) -> list[Tour]:
        return sorted(tours, key=lambda tour: tour.tour_id)


def _found(kept: Mapping[Any, T], identifier: UUID, noun: str) -> T:
    if identifier not in kept:
        raise NotFound(f"no {noun} {identifier} here")
    return kept[identifier]


def _newest(told: Sequence[Told[T]]) -> Sequence[Told[T]]:
    """Oldest first, so that the newest of each thing is the one that stays."""
    return sorted(told, key=lambda one: one.sequence)


def _is_wanted(order: Order, wanted: WantedOrders) -> bool:
    return (
        wanted.on in {None, order.on}
        and wanted.status in {None, order.status}
        and wanted.origin in {None, order.origin}
        and (wanted.actor_id is None or wanted.actor_id in order.actors)
    )
