"""One day three ways: everybody alone, vans shared, and hubs with bikes and returns on the way."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise
from math import lcm
from uuid import UUID

from pydantic import computed_field

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
    "Of the cost of the shared day, an actor bears: its orders carried that day x what one of its"
    " orders costs alone, of the sum for all actors; who alone could have carried none counts with"
    " what one costs alone on average. Cents by largest remainder."
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


class PerOrder(Value):
    """What a way takes for each order carried: ways that carry fewer look cheap by their sums."""

    cost: Positive
    """Euros."""
    distance_km: Kilometres
    hours: Positive
    kgco2e: Positive


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
    """Whether the clock ended its search, before the iterations or the processor time that it may
    take: beside ways that were not cut it looks worse than it is."""

    @computed_field
    @property
    def per_order(self) -> PerOrder | None:
        """Its sums by order carried, to the fourth place; None when nothing was carried."""
        if not self.carried:
            return None
        return PerOrder(
            cost=round(self.cost.amount / self.carried, 4),
            distance_km=round(self.distance_km / self.carried, 4),
            hours=round(self.hours / self.carried, 4),
            kgco2e=round(self.kgco2e / self.carried, 4),
        )


class Account(Value):
    """What the shared day costs one actor, beside what it would cost alone."""

    actor_id: ActorId
    orders: int
    unserved_alone: int
    """Of its orders, those that alone it could not have carried: they cost nothing there."""
    unserved_shared: int = 0
    """Of its orders, those that the shared day leaves: it bears nothing for them."""
    alone: Money
    share: Money
    saving: Amount | None
    """Euros; below zero for who pays more than alone. None where alone or shared leaves some of its
    orders: then the two sums are not for the same service."""


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
    cpu_seconds: Positive | None = None
    """Processor time that each way could take; None of days compared by the clock."""
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
    """Whether the clock ended the search."""


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


def accounts_of(alone: Driven, shared: Driven, orders: Iterable[Order]) -> Iterator[Account]:
    """The cost of the shared day by BY_ALONE, among those whose orders these are."""
    mine: dict[ActorId, list[OrderId]] = {}
    for order in orders:
        mine.setdefault(owner_of(order), []).append(order.order_id)
    alone_cents = dict.fromkeys(sorted(mine), 0)
    for tour in alone.tours:
        alone_cents[tour.vehicle.owner_id] += _cents(alone, tour)
    carried_alone = {actor: _carried(alone, mine[actor]) for actor in alone_cents}
    carried_shared = {actor: _carried(shared, mine[actor]) for actor in alone_cents}
    weights = _by_alone(alone_cents, carried_alone, carried_shared)
    shares = split_cents(sum(_cents(shared, tour) for tour in shared.tours), weights)
    for actor, cents in alone_cents.items():
        count = len(mine[actor])
        is_alike = carried_alone[actor] == carried_shared[actor] == count
        yield Account(
            actor_id=actor,
            orders=count,
            unserved_alone=count - carried_alone[actor],
            unserved_shared=count - carried_shared[actor],
            alone=euros(cents),
            share=euros(shares[actor]),
            saving=euros(cents - shares[actor]).amount if is_alike else None,
        )


def _by_alone(
    cents: Mapping[ActorId, int],
    carried_alone: Mapping[ActorId, int],
    carried_shared: Mapping[ActorId, int],
) -> dict[ActorId, int]:
    """What the orders carried together would cost alone, in parts of a cent so that all are whole.

    What its owner could not carry alone counts as well: it is not carried for nothing.
    """
    count = sum(carried_alone.values())
    usual = Fraction(sum(cents.values()), count) if count else Fraction(1)
    costs = {
        actor: carried_shared[actor] * (Fraction(cents[actor], mine) if mine else usual)
        for actor, mine in carried_alone.items()
    }
    parts = lcm(*(cost.denominator for cost in costs.values()))
    return {actor: int(cost * parts) for actor, cost in costs.items()}


def _cents(driven: Driven, tour: Tour) -> int:
    return int(driven.figures[tour.tour_id].cost.amount * 100)


def _carried(driven: Driven, orders: Iterable[OrderId]) -> int:
    return sum(order_id not in driven.left for order_id in orders)


def _sum(figures: Iterable[Decimal]) -> Decimal:
    return sum(figures, Decimal(0))
