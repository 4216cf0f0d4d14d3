"""Goods of one tour that a crew has, on the tour of another, where both cost less in all."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from heapq import nlargest, nsmallest

from maillage_contracts.vocabulary import Amount, Label, Money, OrderId, TourId, Value, VehicleId
from maillage_tours.domain.checker import CENT, check_tour
from maillage_tours.domain.coverage import stamp
from maillage_tours.domain.day import WHOLE
from maillage_tours.domain.joining import CHECKED_MAX
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.replanning import minutes_of
from maillage_tours.domain.slots import slots
from maillage_tours.domain.tour import Action, Stop, TaskStatus, Tour
from maillage_tours.domain.travel import Travel
from maillage_tours.domain.under_way import Given, with_figures, without

PARCELS_MAX = 20
"""So many are looked at on other tours: those without which their own saves most."""
SAVING_EUR_MIN = Decimal("0.50")
"""A move that saves less is not worth a word to two crews: a choice of ours, not a standard."""


class Move(Value):
    """What another crew would fetch and bring instead, for a person to accept or not."""

    order_ids: tuple[OrderId, ...]
    from_tour: TourId
    from_version: int
    from_vehicle: Label
    to_tour: TourId
    to_version: int
    to_vehicle: Label
    pickup_after: int
    """The stop of the other tour after which they are taken; 0: before its first."""
    dropoff_after: int
    saving: Money
    """Of what both cost, against driving on as they are."""
    moved_stops: int
    """Places where the other crew halts and would not have been."""
    saving_per_moved_stop: Money
    minutes: Amount
    """Less work for both crews together; below zero: more."""


@dataclass(frozen=True)
class Parcel:
    """Orders that a tour takes at one stop and gives at another, and the tour without them."""

    given: Given
    orders: tuple[Order, ...]
    ends: tuple[Stop, Stop]
    without: Tour

    @property
    def order_ids(self) -> tuple[OrderId, ...]:
        """Its orders, in the order of their identifiers."""
        return tuple(order.order_id for order in self.orders)

    @property
    def first(self) -> Order:
        """One of its orders, as if the place it is carried to were the only one."""
        order, place = self.orders[0], self.ends[1].place
        windows = (one.window for one in order.ends if one.place.position == place.position)
        window = next(windows, order.dropoff_window)
        return order.model_copy(update={"dropoff": place, "dropoff_window": window})

    @cached_property
    def spared_eur(self) -> Decimal:
        """What its tour costs less without it."""
        return _cost(self.given.as_driven) - _cost(self.without)


@dataclass(frozen=True)
class Moved:
    """A move, and both tours after it, checked: first the one that gives."""

    move: Move
    tours: tuple[Tour, Tour]


def parcels(given: Given) -> Iterator[Parcel]:
    """What the tour could do without and still have something to do.

    Nothing of a tour that is late already: it is replanned by itself first.
    """
    if given.as_it_is.late_s_in_all:
        return
    movable = [stop for stop in given.rest if stop.number > given.fixed]
    for order_ids, ends in _loads(movable):
        some = tuple(given.day.by_id[order_id] for order_id in order_ids)
        stops = [kept for stop in given.rest if (kept := _less(stop, order_ids)) is not None]
        is_planned = all(order.status == OrderStatus.PLANNED for order in some)
        if is_planned and any(not stop.is_rest for stop in stops):
            after = given.driven(stops).tour(given.tour, given.locked)
            yield Parcel(given, some, ends, with_figures(after))


def _loads(stops: Sequence[Stop]) -> Iterator[tuple[list[OrderId], tuple[Stop, Stop]]]:
    """Whole orders by the two stops between which they are on board, with just their tasks."""
    found: dict[OrderId, dict[Action, Stop]] = {}
    for stop in stops:
        for task in stop.tasks:
            if task.status == TaskStatus.TODO and task.leg == WHOLE:
                found.setdefault(task.order_id, {})[task.action] = stop
    loads: dict[tuple[int, int], list[OrderId]] = {}
    for order_id, ends in sorted(found.items()):
        if {"pickup", "dropoff"} <= ends.keys():  # else it is on board, or stays with its stop
            key = ends["pickup"].number, ends["dropoff"].number
            loads.setdefault(key, []).append(order_id)
    for order_ids in loads.values():
        ends = found[order_ids[0]]
        yield order_ids, (_only(ends["pickup"], order_ids), _only(ends["dropoff"], order_ids))


def _only(stop: Stop, order_ids: Sequence[OrderId]) -> Stop:
    tasks = tuple(task for task in stop.tasks if task.order_id in order_ids)
    return stop.model_copy(update={"tasks": tasks})


def _less(stop: Stop, order_ids: Sequence[OrderId]) -> Stop | None:
    kept: Stop | None = stop
    for order_id in order_ids:
        kept = kept and without(kept, order_id)
    return kept


def dearest(givens: Iterable[Given]) -> list[Parcel]:
    """The few without which tours save most."""
    found = (parcel for given in givens for parcel in parcels(given))
    worth = [parcel for parcel in found if parcel.spared_eur >= SAVING_EUR_MIN]
    return nlargest(PARCELS_MAX, worth, key=lambda parcel: parcel.spared_eur)


def best_moves(
    some: Sequence[Parcel], givens: Sequence[Given], travels: Mapping[TourId, Travel]
) -> list[Move]:
    """Those that save most for each stop that moves, one of each tour: each stands by itself.

    `travels` has, for each tour, the ways among its places and those of all the parcels.
    """
    found = [
        moved.move
        for parcel in some
        for given in givens
        for moved in _moves(parcel, given, travels[given.tour.tour_id])
    ]
    best: list[Move] = []
    touched: set[TourId] = set()
    for one in sorted(found, key=_worth, reverse=True):
        if not touched & {one.from_tour, one.to_tour}:
            touched |= {one.from_tour, one.to_tour}
            best.append(one)
    return best


def _vehicles(tour: Tour) -> set[VehicleId]:
    """What tours may not both change that drive it: each is checked with the other as told."""
    return {one for one in (tour.vehicle.vehicle_id, tour.vehicle.pulls) if one is not None}


def _worth(one: Move) -> tuple[Decimal, tuple[OrderId, ...], TourId]:
    return one.saving_per_moved_stop.amount, one.order_ids, one.to_tour


def _moves(parcel: Parcel, to: Given, travel: Travel) -> Iterator[Moved]:
    """The parcel in the places of a tour that are cheapest for its first order."""
    found = slots(parcel.first, to.tour, travel, to.day, locked=to.fixed, now=to.now)
    for slot in nsmallest(CHECKED_MAX, found):
        if Decimal(slot.extra_eur) < parcel.spared_eur:
            moved = move(parcel, to, travel, after=(slot.taken, slot.given))
            if moved is not None:
                yield moved


def move(parcel: Parcel, to: Given, travel: Travel, *, after: tuple[int, int]) -> Moved | None:
    """The parcel taken and given after these stops of the other tour.

    None where that saves too little, makes anything late, comes before what stays as it is, where
    either tour fails its check, or where one vehicle drives both.
    """
    if _vehicles(to.tour) & _vehicles(parcel.given.tour):
        return None
    if to.as_it_is.late_s_in_all or not to.fixed <= after[0] <= after[1] <= len(to.tour.stops):
        return None
    longer, stops = _with(parcel, to, travel, after)
    driven = longer.driven(stops)
    if driven.late_s_in_all:
        return None
    here, there = parcel.without, with_figures(driven.tour(longer.tour, to.locked))
    moved = _moved(parcel, to, there, after)
    if moved.saving_per_moved_stop.amount < SAVING_EUR_MIN:
        return None
    if check_tour(here, parcel.given.day).faults or check_tour(there, longer.day).faults:
        return None
    return Moved(moved, (here, there))


def _with(
    parcel: Parcel, to: Given, travel: Travel, after: tuple[int, int]
) -> tuple[Given, list[Stop]]:
    """The tour with the parcel's stops, numbered as its last, and its rest in the new order."""
    last = len(to.tour.stops)
    new = [stop.model_copy(update={"number": last + n}) for n, stop in enumerate(parcel.ends, 1)]
    tour = to.tour.model_copy(update={"stops": (*to.tour.stops, *new), "travel": travel})
    day = replace(to.day, orders=[*to.day.orders, *parcel.orders])
    placed = [(stop.number, 0, stop) for stop in to.rest]
    placed += [(place, 1, stop) for place, stop in zip(after, new, strict=True)]
    placed.sort(key=lambda one: one[:2])
    return replace(to, tour=tour, day=day), [stop for _, _, stop in placed]


def _moved(parcel: Parcel, to: Given, there: Tour, after: tuple[int, int]) -> Move:
    here, before = parcel.given, (parcel.given.as_driven, to.as_driven)
    saving = sum(map(_cost, before), Decimal(0)) - _cost(parcel.without) - _cost(there)
    work_s = sum(map(_work_s, before)) - _work_s(parcel.without) - _work_s(there)
    stops = _halts_more(there, frozenset(parcel.order_ids))
    return Move(
        order_ids=parcel.order_ids,
        from_tour=here.tour.tour_id,
        from_version=here.tour.version,
        from_vehicle=here.tour.vehicle.label,
        to_tour=to.tour.tour_id,
        to_version=to.tour.version,
        to_vehicle=to.tour.vehicle.label,
        pickup_after=after[0],
        dropoff_after=after[1],
        saving=Money(amount=saving),
        moved_stops=stops,
        saving_per_moved_stop=Money(amount=(saving / stops).quantize(CENT)),
        minutes=minutes_of(work_s),
    )


def _halts_more(tour: Tour, order_ids: frozenset[OrderId]) -> int:
    """Where the crew would have been anyway, right before or after, it halts no more."""
    places = [tour.start, *(stop.place for stop in tour.stops), tour.end]
    more = [
        place.position not in (before.position, after.position)
        for stop, before, place, after in zip(
            tour.stops, places, places[1:], places[2:], strict=False
        )
        if any(task.order_id in order_ids for task in stop.tasks)
    ]
    return max(1, sum(more))


def _work_s(tour: Tour) -> float:
    return stamp(tour.ends_at) - stamp(tour.starts_at)


def _cost(tour: Tour) -> Decimal:
    return tour.figures.cost.amount if tour.figures else Decimal(0)
