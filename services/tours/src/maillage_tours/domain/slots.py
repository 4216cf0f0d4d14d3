"""Where one order more would fit on a tour: all pairs of gaps, by what is to spare at each stop."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from maillage_contracts.vocabulary import OrderId, Place, TimeWindow
from maillage_tours.domain.coverage import handovers, position_before, stamp, window_of
from maillage_tours.domain.day import Day
from maillage_tours.domain.order import Order
from maillage_tours.domain.tour import Stop, Tour
from maillage_tours.domain.travel import Travel

NEVER_S = 10**9


class Slot(NamedTuple):
    """After how many stops the order is taken and given, and euros more, before any check."""

    extra_eur: float
    taken: int
    given: int


@dataclass(frozen=True)
class _Halt:
    """A stop as was told, in seconds; the base is the first and the last of them."""

    place: int
    arrives_s: float
    departs_s: float
    waits_s: float
    """Between being ready and the first handover: a delay is made good here first."""
    spare_s: float
    """By how much the vehicle may arrive later for the windows of this stop."""


@dataclass(frozen=True)
class _End:
    place: int
    window: TimeWindow
    setup_s: int
    handling_s: int

    def leaves(self, arrives_s: float, *, is_there: bool) -> float | None:
        """When the vehicle leaves; None when it is too late."""
        ready_s = arrives_s + (0 if is_there else self.setup_s)
        begins_s = max(ready_s, stamp(self.window.start))
        return None if begins_s > stamp(self.window.end) else begins_s + self.handling_s


def slots(
    order: Order, tour: Tour, travel: Travel, day: Day, *, locked: int, now: datetime
) -> Iterator[Slot]:
    """All places that keep every window; rooms and zones are for the check to see."""
    halts = _halts(tour, travel, day, now)
    late_s = _late_allowed(halts, travel)
    pickup = _end(order.pickup, order.pickup_window, order, travel, day)
    dropoff = _end(order.dropoff, order.dropoff_window, order, travel, day)
    for taken in range(locked, len(halts) - 1):
        yield from _from(taken, halts, late_s, travel, tour, ends=(pickup, dropoff))


def _halts(tour: Tour, travel: Travel, day: Day, now: datetime) -> list[_Halt]:
    orders = {order.order_id: order for order in day.orders}
    shift = tour.vehicle.shift.on(day.on, day.zone)
    is_out = tour.started_at is not None or stamp(tour.starts_at) <= stamp(now)
    leaves_s = stamp(tour.starts_at) if is_out else max(stamp(shift.start), stamp(now))
    base, end = travel.place_of[tour.start.position], travel.place_of[tour.end.position]
    spare_s = stamp(shift.end) - stamp(tour.ends_at)
    halts = [_Halt(base, leaves_s, leaves_s, 0, NEVER_S)]
    before = None
    for stop in tour.stops:
        has_moved = stop.place.position != before
        halts.append(_halt(stop, travel, day, orders, has_moved=has_moved))
        before = position_before(stop)
    return [*halts, _Halt(end, stamp(tour.ends_at), stamp(tour.ends_at), 0, spare_s)]


def _halt(
    stop: Stop, travel: Travel, day: Day, orders: Mapping[OrderId, Order], *, has_moved: bool
) -> _Halt:
    setup_s = day.pace.setup(at_hub=stop.place.position in day.hub_points) if has_moved else 0
    spare_s, waits_s = float(NEVER_S), None
    for task, begins, _ in handovers(stop, day, orders, has_moved=has_moved):
        if waits_s is None:
            waits_s = begins - stamp(stop.arrives_at) - setup_s
        window = window_of(task, orders.get(task.order_id), stop.place)
        if window is not None:
            spare_s = min(spare_s, stamp(window.end) - begins)
    return _Halt(
        travel.place_of[stop.place.position],
        stamp(stop.arrives_at),
        stamp(stop.departs_at),
        waits_s or 0,
        spare_s + (waits_s or 0),
    )


def _late_allowed(halts: list[_Halt], travel: Travel) -> list[float]:
    """By how much each halt may be reached later, for its own windows and all that follow."""
    allowed = [halts[-1].spare_s]
    for here, after in zip(halts[-2::-1], halts[:0:-1], strict=True):
        way_s = travel.seconds[here.place][after.place]
        play_s = after.arrives_s - here.departs_s - way_s
        allowed.append(min(here.spare_s, here.waits_s + play_s + allowed[-1]))
    return allowed[::-1]


def _end(place: Place, window: TimeWindow, order: Order, travel: Travel, day: Day) -> _End:
    at_hub = place.position in day.hub_points
    handling_s = day.pace.handling(order.load, at_hub=at_hub)
    setup_s = day.pace.setup(at_hub=at_hub)
    return _End(travel.place_of[place.position], window, setup_s, handling_s)


def _from(
    taken: int,
    halts: list[_Halt],
    late_s: list[float],
    travel: Travel,
    tour: Tour,
    *,
    ends: tuple[_End, _End],
) -> Iterator[Slot]:
    """The slots in which the order is taken after a given number of stops."""
    (pickup, dropoff), metres, seconds = ends, travel.metres, travel.seconds
    here, after = halts[taken], halts[taken + 1]

    early_s = 0 if taken else _earlier_s(here, after, travel, ends)

    def euros(metres_more: int, delay_s: float) -> float:
        vehicle = tour.vehicle
        per_s = float(vehicle.cost_eur_per_hour) / 3600
        return metres_more * float(vehicle.cost_eur_per_km) / 1000 + delay_s * per_s

    def given(free_s: float, at: int, before: int, way_m: int) -> Iterator[Slot]:
        """The dropoff between two halts, the vehicle being free where it is `at`."""
        following = halts[before + 1]
        arrives_s = free_s + seconds[at][dropoff.place]
        leaves_s = dropoff.leaves(arrives_s, is_there=at == dropoff.place)
        if leaves_s is not None:
            delay_s = leaves_s + seconds[dropoff.place][following.place] - following.arrives_s
            if delay_s <= late_s[before + 1]:
                yield Slot(euros(way_m, max(0.0, delay_s) + early_s), taken, before)

    arrives_s = here.departs_s + seconds[here.place][pickup.place]
    free_s = pickup.leaves(arrives_s, is_there=here.place == pickup.place and taken > 0)
    if free_s is None:
        return
    to_m = metres[here.place][pickup.place] - metres[here.place][after.place]
    there_m = metres[pickup.place][dropoff.place] + metres[dropoff.place][after.place]
    yield from given(free_s, pickup.place, taken, to_m + there_m)
    delay_s = free_s + seconds[pickup.place][after.place] - after.arrives_s
    for place in range(taken + 1, len(halts) - 1):
        halt, following = halts[place], halts[place + 1]
        if delay_s > halt.spare_s:
            return
        leaves_s = halt.departs_s + max(0.0, max(0.0, delay_s) - halt.waits_s)
        second_m = metres[halt.place][dropoff.place] + metres[dropoff.place][following.place]
        second_m += metres[pickup.place][after.place] - metres[halt.place][following.place]
        yield from given(leaves_s, halt.place, place, to_m + second_m)
        delay_s = leaves_s + seconds[halt.place][following.place] - following.arrives_s


def _earlier_s(here: _Halt, after: _Halt, travel: Travel, ends: tuple[_End, _End]) -> int:
    """By how much a tour leaves earlier to take the order before its first stop."""
    pickup = ends[0]
    to_s = travel.seconds[here.place][pickup.place] + travel.seconds[pickup.place][after.place]
    served_s = pickup.setup_s + pickup.handling_s
    return to_s + served_s - travel.seconds[here.place][after.place]
