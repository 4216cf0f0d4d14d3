"""What remains of one tour in another order: to save, or to keep what it can after an incident."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from maillage_contracts.vocabulary import Amount, Money, OrderId, TourId, Value
from maillage_tours.domain.checker import CENT, check_tour
from maillage_tours.domain.coverage import stamp
from maillage_tours.domain.day import FROM_HUB, WHOLE, Day, weighed
from maillage_tours.domain.driving_on import Drive, drive, passes
from maillage_tours.domain.order import Order
from maillage_tours.domain.tour import Figures, Stop, TaskStatus, Tour

PASSES_MAX = 8
STOPS_MAX = 30
"""So many stops are put in another order; where more remain, they keep the one they have.

What is accepted is found again while its tour is locked: of 31 stops in no order at all that takes
0.9 s of processor, of 41 up to 8 s.
"""

REPORTED = frozenset({TaskStatus.DONE, TaskStatus.FAILED})


class Late(Value):
    """Goods that are on board, or promised to another tour, and come after their hours."""

    order_id: OrderId
    minutes: Amount


class Change(Value):
    """What another order of the stops brings, for a person to accept or not."""

    tour_id: TourId
    tour_version: int
    sequence: tuple[int, ...]
    """The stops to come in their new order, by the numbers that they have now."""
    moved_stops: int
    """Those that come after another stop than now."""
    saving: Money
    """Of what remains to be driven, against driving on as the tour is."""
    saving_per_moved_stop: Money
    minutes: Amount
    """Sooner at home than by driving on as the tour is; below zero: later."""
    freed: tuple[OrderId, ...]
    """Orders not fetched yet that it cannot keep: to be planned again."""
    late: tuple[Late, ...]


@dataclass(frozen=True)
class Replanned:
    """A checked tour, and what it changes."""

    tour: Tour
    figures: Figures
    change: Change


def replan(tour: Tour, day: Day, locked: int, free_at: datetime) -> Replanned | None:
    """The best order found for the stops after the first `locked`, driving on at `free_at`.

    An order whose goods were not fetched is freed when the tour cannot keep all hours; what another
    tour brings for it then stays at the hub. What is on board is delivered late rather than not at
    all. None when no way was found that passes the independent check. `day` has the tour's orders,
    and is not busy with the tour itself.
    """
    rest = to_come(tour, day, locked)
    if not rest:
        return None
    as_it_is = drive(tour, day, locked, rest, free_at)
    best = _improved(tour, day, locked, as_it_is, free_at)
    freed: list[OrderId] = []
    while best.late_s_in_all and (gone := _to_free(tour, day, locked, best, free_at)) is not None:
        freed.append(gone)
        rest = [kept for stop in best.stops if (kept := without(stop, gone)) is not None]
        if not rest:
            return None
        best = _improved(tour, day, locked, drive(tour, day, locked, rest, free_at), free_at)
    return _answer(tour, day, locked, (as_it_is, best), tuple(freed))


def to_come(tour: Tour, day: Day, locked: int) -> list[Stop]:
    """The stops after the first `locked`, without what was withdrawn, as weighed at the hub."""
    orders = {order.order_id: order for order in day.orders}
    given = (without(stop, TaskStatus.VOID) for stop in tour.stops[locked:])
    return [_as_held(stop, orders) for stop in given if stop is not None]


def without(stop: Stop, gone: OrderId | TaskStatus) -> Stop | None:
    """The stop without an order, or what was withdrawn; None when nothing remains to be done."""
    tasks = tuple(task for task in stop.tasks if gone not in {task.order_id, task.status})
    if stop.tasks and not tasks:
        return None
    return stop.model_copy(update={"tasks": tasks})


def _as_held(stop: Stop, orders: Mapping[OrderId, Order]) -> Stop:
    """What waits at a hub has the mass with which it came in."""
    tasks = tuple(
        task.model_copy(update={"load": weighed(task.load, order.taken_kg)})
        if task.leg == FROM_HUB and (order := orders.get(task.order_id)) and order.held_at
        else task
        for task in stop.tasks
    )
    return stop.model_copy(update={"tasks": tasks})


def locked_by(tour: Tour, now: datetime | None) -> int:
    """How many stops cannot be changed: reached ones, and with `now` those due by then."""
    fixed = [
        stop.number
        for stop in tour.stops
        if stop.visited is not None
        or stop.arrived_at is not None
        or any(task.status in REPORTED for task in stop.tasks)
        or (now is not None and stamp(stop.arrives_at) <= stamp(now))
    ]
    return max(fixed, default=0)


def _improved(tour: Tour, day: Day, locked: int, start: Drive, free_at: datetime) -> Drive:
    """Each stop is tried in each other place, until no move helps."""
    best = start
    if len(start.stops) > STOPS_MAX:
        return best
    for _ in range(PASSES_MAX):
        before = best
        for number in [stop.number for stop in best.stops]:
            best = _moved(tour, day, locked, best, number, free_at=free_at)
        if best is before:
            break
    return best


def _moved(
    tour: Tour, day: Day, locked: int, best: Drive, number: int, *, free_at: datetime
) -> Drive:
    """The best place for one stop, the others staying in their order."""
    stop = next(one for one in best.stops if one.number == number)
    others = [one for one in best.stops if one.number != number]
    found = best
    for place in range(len(others) + 1):
        stops = [*others[:place], stop, *others[place:]]
        if not _keeps_order(stops):
            continue
        if not best.late_s_in_all and _metres(tour, locked, stops) >= _metres(
            tour, locked, found.stops
        ):
            continue  # in time already: only what is shorter can be cheaper
        tried = drive(tour, day, locked, stops, free_at)
        if tried.worth < found.worth and passes(tour, day, locked, tried):
            found = tried
    return found


def _keeps_order(stops: Sequence[Stop]) -> bool:
    """Whether no order is given before it is taken."""
    given: set[OrderId] = set()
    for stop in stops:
        for task in stop.tasks:
            if task.action == "dropoff":
                given.add(task.order_id)
            elif task.order_id in given:
                return False
    return True


def _metres(tour: Tour, locked: int, stops: Sequence[Stop]) -> int:
    here = tour.stops[locked - 1].place if locked else tour.start
    places = [here, *(stop.place for stop in stops), tour.end]
    return sum(tour.travel.between(a.position, b.position)[0] for a, b in pairwise(places))


def _to_free(tour: Tour, day: Day, locked: int, best: Drive, free_at: datetime) -> OrderId | None:
    """The order to do without: of the lowest rank the one that helps most; None when none helps."""
    rank = {order.order_id: order.rank for order in day.orders}
    tried: list[tuple[int, float, OrderId]] = []
    for order_id in _not_fetched(best.stops):
        rest = [kept for stop in best.stops if (kept := without(stop, order_id)) is not None]
        late_s = drive(tour, day, locked, rest, free_at).late_s_in_all if rest else 0.0
        if late_s < best.late_s_in_all:
            tried.append((rank.get(order_id, 0), late_s, order_id))
    return min(tried)[2] if tried else None


def _not_fetched(stops: Sequence[Stop]) -> Iterator[OrderId]:
    """Orders no other tour goes on with, and whose goods this one has still to fetch."""
    for stop in stops:
        for task in stop.tasks:
            is_last = task.leg in {WHOLE, FROM_HUB} and task.status == TaskStatus.TODO
            if is_last and task.action == "pickup":
                yield task.order_id


def _answer(
    tour: Tour, day: Day, locked: int, drives: tuple[Drive, Drive], freed: tuple[OrderId, ...]
) -> Replanned | None:
    as_it_is, best = drives
    after = best.tour(tour, locked)
    verdict = check_tour(after, replace(day, orders=best.orders_as_late(day)))
    if verdict.faults:
        return None
    was = [locked, *(stop.number for stop in tour.stops[locked:])]
    came_after = {number: before for before, number in pairwise(was)}
    now = [locked, *(stop.number for stop in best.stops)]
    moved = sum(came_after[number] != before for before, number in pairwise(now))
    saving = (as_it_is.cost_eur - best.cost_eur).quantize(CENT)
    sooner = timedelta(seconds=stamp(as_it_is.ends_at) - stamp(best.ends_at))
    change = Change(
        tour_id=tour.tour_id,
        tour_version=tour.version,
        sequence=tuple(stop.number for stop in best.stops),
        moved_stops=moved,
        saving=Money(amount=saving),
        saving_per_moved_stop=Money(amount=(saving / max(1, moved)).quantize(CENT)),
        minutes=minutes_of(sooner.total_seconds()),
        freed=freed,
        late=tuple(
            Late(order_id=order_id, minutes=minutes_of(late_s))
            for order_id, late_s in sorted(best.late_s.items())
        ),
    )
    return Replanned(after, verdict.figures[tour.tour_id], change)


def minutes_of(seconds: float) -> Decimal:
    """To a tenth of a minute."""
    return round(Decimal(seconds) / 60, 1)
