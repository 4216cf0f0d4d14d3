"""What remains of one tour in another order: to save, or to keep what it can after an incident."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from heapq import nsmallest
from itertools import pairwise

from maillage_contracts.vocabulary import Amount, Money, OrderId, TourId, Value
from maillage_tours.domain.checker import CENT, check_tour
from maillage_tours.domain.coverage import stamp
from maillage_tours.domain.day import FROM_HUB, WHOLE
from maillage_tours.domain.driving_on import Drive, passes
from maillage_tours.domain.joining import CHECKED_MAX
from maillage_tours.domain.tour import Action, Figures, Stop, TaskStatus, Tour
from maillage_tours.domain.under_way import Given, without

PASSES_MAX = 8
STOPS_MAX = 30
"""So many stops are put in another order; where more remain, they keep the one they have.

What is accepted is found again while its tour is locked: of 30 stops in no order at all that takes
0.5 s of processor; where most of them would come too late as well, and every place is driven, 6 s.
"""


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


def replan(given: Given) -> Replanned | None:
    """The best order found for the stops to come; one that is being driven to stays the first.

    An order whose goods were not fetched is freed when the tour cannot keep all hours; what another
    tour brings for it then stays at the hub. What is on board is delivered late rather than not at
    all. None when no way was found that passes the independent check.
    """
    if not given.rest:
        return None
    best = _improved(given, given.as_it_is)
    freed: list[OrderId] = []
    while best.late_s_in_all and (gone := _to_free(given, best)) is not None:
        freed.append(gone)
        if not (rest := _less(best.stops, gone)):
            return None
        best = _improved(given, given.driven(rest))
    return _answer(given, best, tuple(freed))


def _improved(given: Given, start: Drive) -> Drive:
    """Each stop is tried in each other place, until no move helps."""
    best = start
    if len(start.stops) > STOPS_MAX:
        return best
    for _ in range(PASSES_MAX):
        before = best
        for number in [stop.number for stop in best.stops if stop.number > given.fixed]:
            best = _moved(given, best, number)
        if best is before:
            break
    return best


def _moved(given: Given, best: Drive, number: int) -> Drive:
    """The best place for one stop, the others staying in their order."""
    was = next(place for place, one in enumerate(best.stops) if one.number == number)
    stop, others = best.stops[was], [*best.stops[:was], *best.stops[was + 1 :]]
    detours_m = _detours_m(given, stop, others)
    tried: list[Drive] = []
    for place in _places(given, stop, others):
        if not best.late_s_in_all and detours_m[place] >= detours_m[was]:
            continue  # in time already: only what is shorter can be cheaper
        one = given.driven([*others[:place], stop, *others[place:]])
        if one.worth < best.worth:
            tried.append(one)
    cheapest = nsmallest(CHECKED_MAX, tried, key=lambda one: one.worth)
    sound = (one for one in cheapest if passes(given.tour, given.day, given.locked, one))
    return next(sound, best)


def _detours_m(given: Given, stop: Stop, others: Iterable[Stop]) -> list[int]:
    """Metres more for the stop, in each place among the others."""
    metres, place_of = given.tour.travel.metres, given.tour.travel.place_of
    places = [given.here, *(other.place for other in others), given.tour.end]
    at, rows = place_of[stop.place.position], [place_of[place.position] for place in places]
    return [metres[a][at] + metres[at][b] - metres[a][b] for a, b in pairwise(rows)]


def _places(given: Given, stop: Stop, others: Sequence[Stop]) -> range:
    """Where it may come: after what it gives was taken, and before what it takes is given."""
    first, last = _stay(given, others), len(others)
    taken, brought = _orders(stop, "pickup"), _orders(stop, "dropoff")
    for place, other in enumerate(others):
        if brought & _orders(other, "pickup"):
            first = place + 1
        if taken & _orders(other, "dropoff"):
            last = min(last, place)
    return range(first, last + 1)


def _orders(stop: Stop, action: Action) -> set[OrderId]:
    return {task.order_id for task in stop.tasks if task.action == action}


def _stay(given: Given, stops: Iterable[Stop]) -> int:
    """How many of these stops stay first: one, if the vehicle is driving to it."""
    return sum(stop.number <= given.fixed for stop in stops)


def _to_free(given: Given, best: Drive) -> OrderId | None:
    """The order to do without: of the lowest rank the one that helps most; None when none helps."""
    rank = {order.order_id: order.rank for order in given.day.orders}
    tried: list[tuple[int, float, OrderId]] = []
    for order_id in _not_fetched(best.stops):
        rest = _less(best.stops, order_id)
        if given.free_at is None and _stay(given, rest) < _stay(given, best.stops):
            continue  # nothing has happened that would call it back
        late_s = given.driven(rest).late_s_in_all if rest else 0.0
        if late_s < best.late_s_in_all:
            tried.append((rank.get(order_id, 0), late_s, order_id))
    return min(tried)[2] if tried else None


def _less(stops: Iterable[Stop], gone: OrderId) -> list[Stop]:
    return [kept for stop in stops if (kept := without(stop, gone)) is not None]


def _not_fetched(stops: Sequence[Stop]) -> Iterator[OrderId]:
    """Orders no other tour goes on with, and whose goods this one has still to fetch."""
    for stop in stops:
        for task in stop.tasks:
            is_last = task.leg in {WHOLE, FROM_HUB} and task.status == TaskStatus.TODO
            if is_last and task.action == "pickup":
                yield task.order_id


def _answer(given: Given, best: Drive, freed: tuple[OrderId, ...]) -> Replanned | None:
    tour, day, as_it_is = given.tour, given.day, given.as_it_is
    after = best.tour(tour, given.locked)
    verdict = check_tour(after, replace(day, orders=best.orders_as_late(day)))
    if verdict.faults:
        return None
    was = [given.locked, *(stop.number for stop in given.rest)]
    came_after = {number: before for before, number in pairwise(was)}
    now = [given.locked, *(stop.number for stop in best.stops)]
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
