"""One day three ways: everybody alone, vans shared, and hubs with bikes and returns on the way."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from uuid import UUID

from maillage_contracts.vocabulary import (
    ActorId,
    Amount,
    Kilometres,
    Label,
    Money,
    OrderId,
    Positive,
    Share,
    TourId,
    Value,
    Word,
)
from maillage_tours.domain.alone import as_accepted, jobs_alone, owner_of, without_others
from maillage_tours.domain.day import Day, Job, whole
from maillage_tours.domain.emissions import kgco2e
from maillage_tours.domain.legs import SHORT_REACH, jobs_of
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.plan import Unplanned
from maillage_tours.domain.sharing_out import euros, split_cents
from maillage_tours.domain.tour import Figures, Tour
from maillage_tours.domain.travel import Matrix

BY_ALONE = (
    "Of the cost of the shared day, an actor bears: what its orders would cost alone, of the sum"
    " for all actors. So everybody saves the same part. Cents by largest remainder."
)
OF_THE_DAY = frozenset(OrderStatus) - {
    OrderStatus.REQUESTED,
    OrderStatus.SUSPENDED,
    OrderStatus.CANCELLED,
}


class Way(StrEnum):
    """How the same orders are carried."""

    AS_IS = "as_is"
    SHARED_VANS = "shared_vans"
    HUB_AND_BIKES = "hub_and_bikes"


class Fill(Value):
    """How full vehicles of one class are on one leg: `out` to where they turn, `back` from there.

    A tour turns at the stop that is farthest from its base.
    """

    vehicle_class: Word
    leg: Word
    distance_km: Kilometres
    empty_km: Kilometres
    load_factor: Share


class Outcome(Value):
    """What one way of carrying the day takes and yields; every tour of it was checked."""

    way: Way
    tours: int
    distance_km: Kilometres
    empty_km: Kilometres
    fills: tuple[Fill, ...]
    hours: Positive
    cost: Money
    kgco2e: Positive
    km_without_factor: Kilometres
    """Driven by vehicles of which nobody knows what they emit: not in `kgco2e`."""
    insertion_hours: Positive
    carried: int
    unserved: tuple[Unplanned, ...]
    solver: Label
    was_cut: bool


class Account(Value):
    """What the shared day costs one actor, beside what it would cost alone."""

    actor_id: ActorId
    orders: int
    unserved_alone: int
    """Of its orders, those that alone it could not have carried: they cost nothing there."""
    alone: Money
    share: Money
    saving: Amount
    """Euros; below zero for who pays more than alone."""


class Declared(Value):
    """The rounds that are driven on such a weekday, as those who drive them say."""

    rounds: int
    distance_km: Kilometres
    empty_km: Kilometres
    cost: Money
    without_cost: int


class Comparison(Value):
    """The same orders of one day, side by side. Nothing of it is published."""

    comparison_id: UUID
    on: date
    made_at: datetime
    orders: int
    matrix: Word
    seed: int
    outcomes: tuple[Outcome, ...]
    accounts: tuple[Account, ...]
    formula: str = BY_ALONE
    declared: Declared


@dataclass(frozen=True)
class Variant:
    """A day as one way of carrying sees it, and what jobs its orders are."""

    day: Day
    jobs: Callable[[Day, Matrix], Iterable[Job]]


def whole_day(day: Day, orders: Iterable[Order]) -> Day:
    """The day with all its orders as before any tour, and nothing driving yet."""
    fresh = [as_accepted(order) for order in orders if order.status in OF_THE_DAY]
    return replace(day, orders=fresh, busy={}, crates_at={})


def with_hub(day: Day) -> Variant:
    """All vehicles together, goods for a closed centre by a hub, returns on the way."""
    return Variant(day, jobs_of)


def vans_only(day: Day) -> Variant:
    """Vans shared by all, each order from door to door; no bikes, nothing changes vehicles."""
    vans = [one for one in day.vehicles if one.vehicle_class not in SHORT_REACH]
    return Variant(
        replace(day, vehicles=[one for one in vans if not one.is_trailer]), _door_to_door
    )


def as_is(day: Day, shared: Sequence[Tour]) -> Variant:
    """Each actor for itself; who has no vehicle drives ones like those of the shared tours."""
    return Variant(without_others(day, day.orders, shared).day, jobs_alone)


def _door_to_door(day: Day, matrix: Matrix) -> Iterator[Job]:
    del matrix
    for order in sorted(day.orders, key=lambda order: order.order_id):
        yield from whole(order)


@dataclass(frozen=True)
class Driven:
    """Checked tours with their figures, and what they leave."""

    tours: Sequence[Tour]
    figures: Mapping[TourId, Figures]
    left: Mapping[OrderId, str]
    solver: str
    was_cut: bool


def outcome_of(way: Way, driven: Driven, orders: int) -> Outcome:
    """The sums of one way."""
    took = [(tour, driven.figures[tour.tour_id]) for tour in driven.tours]
    emitted = [
        (one.distance_km, kgco2e(tour.vehicle.vehicle_class, tour.vehicle.energy, one.distance_km))
        for tour, one in took
    ]
    return Outcome(
        way=way,
        tours=len(took),
        distance_km=_sum(one.distance_km for _, one in took),
        empty_km=_sum(one.empty_km for _, one in took),
        fills=tuple(fills_of(driven.tours)),
        hours=_sum(one.hours for _, one in took),
        cost=Money(amount=_sum(one.cost.amount for _, one in took)),
        kgco2e=round(_sum(kg for _, kg in emitted if kg is not None), 3),
        km_without_factor=_sum(km for km, kg in emitted if kg is None),
        insertion_hours=_sum(one.hours for tour, one in took if tour.vehicle.is_insertion),
        carried=orders - len(driven.left),
        unserved=tuple(
            Unplanned(order_id=order_id, reason=reason)
            for order_id, reason in sorted(driven.left.items())
        ),
        solver=driven.solver,
        was_cut=driven.was_cut,
    )


def fills_of(tours: Iterable[Tour]) -> Iterator[Fill]:
    """Mass on board x metres, of payload x metres, by class of vehicle and leg."""
    ways: dict[tuple[str, str], list[tuple[int, Decimal, Decimal]]] = {}
    for tour in tours:
        for leg, metres, onboard_kg in _legs(tour):
            key = tour.vehicle.vehicle_class, leg
            ways.setdefault(key, []).append((metres, onboard_kg, tour.vehicle.payload_kg))
    for (vehicle_class, leg), some in sorted(ways.items(), key=lambda one: (one[0][0], one[0][1])):
        possible = _sum(metres * payload_kg for metres, _, payload_kg in some)
        moved = _sum(metres * onboard_kg for metres, onboard_kg, _ in some)
        yield Fill(
            vehicle_class=vehicle_class,
            leg=leg,
            distance_km=Decimal(sum(metres for metres, _, _ in some)) / 1000,
            empty_km=Decimal(sum(metres for metres, kg, _ in some if not kg)) / 1000,
            load_factor=round(moved / possible, 4) if possible else Decimal(0),
        )


def _legs(tour: Tour) -> Iterator[tuple[str, int, Decimal]]:
    """Each way of a tour: out or back, its metres, and what is on board."""
    points = [tour.start.position, *(stop.place.position for stop in tour.stops)]
    far_m = [tour.travel.between(tour.start.position, point)[0] for point in points]
    turn = far_m.index(max(far_m))
    onboard = [Decimal(0), *(stop.onboard_kg for stop in tour.stops)]
    for place, (here, there) in enumerate(pairwise([*points, tour.end.position])):
        metres, _ = tour.travel.between(here, there)
        yield ("out" if place < turn else "back"), metres, onboard[place]


def accounts_of(alone: Driven, shared_cost: Money, orders: Sequence[Order]) -> Iterator[Account]:
    """The shared cost by BY_ALONE, among those whose orders these are."""
    mine: dict[ActorId, list[OrderId]] = {}
    for order in orders:
        mine.setdefault(owner_of(order), []).append(order.order_id)
    alone_cents = dict.fromkeys(sorted(mine), 0)
    for tour in alone.tours:
        cost = alone.figures[tour.tour_id].cost.amount
        alone_cents[tour.vehicle.owner_id] += int(cost * 100)
    shares = split_cents(int(shared_cost.amount * 100), alone_cents)
    for actor, cents in alone_cents.items():
        yield Account(
            actor_id=actor,
            orders=len(mine[actor]),
            unserved_alone=sum(order_id in alone.left for order_id in mine[actor]),
            alone=euros(cents),
            share=euros(shares[actor]),
            saving=Decimal(cents - shares[actor]).scaleb(-2),
        )


def _sum(figures: Iterable[Decimal]) -> Decimal:
    return sum(figures, Decimal(0))
