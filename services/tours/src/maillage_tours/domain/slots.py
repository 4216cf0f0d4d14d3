"""Where one order more would fit on a tour: all pairs of gaps, by what is to spare at each stop."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from maillage_contracts.vocabulary import OrderId, Place, TemperatureClass, TimeWindow
from maillage_tours.domain.coverage import handovers, position_before, stamp, window_of
from maillage_tours.domain.day import Day
from maillage_tours.domain.fleet import Vehicle
from maillage_tours.domain.order import Order
from maillage_tours.domain.tour import Stop, Task, Tour
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
    opens_s: float
    closes_s: float
    setup_s: int
    handling_s: int

    def leaves(self, arrives_s: float, *, is_there: bool) -> float | None:
        """When the vehicle leaves; None when it is too late."""
        ready_s = arrives_s if is_there else arrives_s + self.setup_s
        if ready_s > self.closes_s:
            return None
        return max(ready_s, self.opens_s) + self.handling_s


@dataclass(frozen=True)
class _Trial:
    """A tour as it was told, and an order that it may carry as well."""

    halts: Sequence[_Halt]
    late_s: Sequence[float]
    """By how much each halt may be reached later, for its own windows and all that follow."""
    has_room: Sequence[bool]
    """Whether the order has room beside what is on board, after so many stops."""
    travel: Travel
    eur_per_m: float
    eur_per_s: float
    pickup: _End
    dropoff: _End


def slots(
    order: Order, tour: Tour, travel: Travel, day: Day, *, locked: int, now: datetime
) -> Iterator[Slot]:
    """All places that have room and keep every window; zones and crews are for the check to see."""
    orders = {one.order_id: one for one in day.orders}
    halts = _halts(tour, travel, day, orders, now)
    trial = _Trial(
        halts,
        _late_allowed(halts, travel),
        _rooms(order, tour, orders),
        travel,
        float(tour.vehicle.cost_eur_per_km) / 1000,
        float(tour.vehicle.cost_eur_per_hour) / 3600,
        _end(order.pickup, order.pickup_window, order, travel, day),
        _end(order.dropoff, order.dropoff_window, order, travel, day),
    )
    for taken in range(locked, len(halts) - 1):
        if trial.has_room[taken]:
            yield from _from(taken, trial)


def _rooms(order: Order, tour: Tour, orders: Mapping[OrderId, Order]) -> list[bool]:
    """Whether the order has room beside what is on board, after none of the stops, one, and so on.

    By mass in all, and by mass, volume and crates among the goods of its kind.
    """
    vehicle, load = tour.vehicle, order.load
    kind = load.temperature, order.is_dirty and vehicle.keeps_dirt_apart
    room = vehicle.room(load.temperature, is_dirty=order.is_dirty)
    all_kg = vehicle.payload_kg - load.mass_kg
    kg, m3 = room.mass_kg - load.mass_kg, room.volume_m3 - load.volume_m3
    crates = room.crates - load.crates
    fits = [min(all_kg, kg, m3, crates) >= 0]
    for stop in tour.stops:
        for task in stop.handed:
            sign = -1 if task.action == "pickup" else 1
            all_kg += sign * task.load.mass_kg
            if kind == _kind(task, vehicle, orders):
                kg += sign * task.load.mass_kg
                m3 += sign * task.load.volume_m3
                crates += sign * task.load.crates
        fits.append(min(all_kg, kg, m3, crates) >= 0)
    return fits


def _kind(
    task: Task, vehicle: Vehicle, orders: Mapping[OrderId, Order]
) -> tuple[TemperatureClass, bool]:
    """Which goods share their room with these."""
    order = orders.get(task.order_id)
    is_dirty = vehicle.keeps_dirt_apart and order is not None and order.is_dirty
    return task.load.temperature, is_dirty


def _halts(
    tour: Tour, travel: Travel, day: Day, orders: Mapping[OrderId, Order], now: datetime
) -> list[_Halt]:
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
    opens_s, closes_s = stamp(window.start), stamp(window.end)
    return _End(travel.place_of[place.position], opens_s, closes_s, setup_s, handling_s)


def _from(taken: int, trial: _Trial) -> Iterator[Slot]:
    """The slots in which the order is taken after a given number of stops."""
    halts, pickup, dropoff = trial.halts, trial.pickup, trial.dropoff
    metres, seconds = trial.travel.metres, trial.travel.seconds
    here, after = halts[taken], halts[taken + 1]
    early_s = 0 if taken else _earlier_s(here, after, trial)

    def given(free_s: float, at: int, before: int, way_m: int) -> Iterator[Slot]:
        """The dropoff between two halts, the vehicle being free where it is `at`."""
        following = halts[before + 1]
        arrives_s = free_s + seconds[at][dropoff.place]
        leaves_s = dropoff.leaves(arrives_s, is_there=at == dropoff.place)
        if leaves_s is not None:
            delay_s = leaves_s + seconds[dropoff.place][following.place] - following.arrives_s
            if delay_s <= trial.late_s[before + 1]:
                more_s = max(0.0, delay_s) + early_s
                yield Slot(way_m * trial.eur_per_m + more_s * trial.eur_per_s, taken, before)

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
        if delay_s > halt.spare_s or not trial.has_room[place]:
            return
        leaves_s = halt.departs_s + max(0.0, max(0.0, delay_s) - halt.waits_s)
        second_m = metres[halt.place][dropoff.place] + metres[dropoff.place][following.place]
        second_m += metres[pickup.place][after.place] - metres[halt.place][following.place]
        yield from given(leaves_s, halt.place, place, to_m + second_m)
        delay_s = leaves_s + seconds[halt.place][following.place] - following.arrives_s


def _earlier_s(here: _Halt, after: _Halt, trial: _Trial) -> int:
    """By how much a tour leaves earlier to take the order before its first stop."""
    pickup, seconds = trial.pickup, trial.travel.seconds
    to_s = seconds[here.place][pickup.place] + seconds[pickup.place][after.place]
    served_s = pickup.setup_s + pickup.handling_s
    return to_s + served_s - seconds[here.place][after.place]
