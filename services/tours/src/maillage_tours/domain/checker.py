"""The independent check of a plan: everything is computed again from orders, vehicles and travel.

It shares the words of the trade with the solver's path, and no calculation. A plan with one fault
is neither proposed nor published.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from decimal import Decimal
from itertools import pairwise

from maillage_contracts.vocabulary import (
    GeoPoint,
    Load,
    Money,
    OrderId,
    Place,
    TourId,
)
from maillage_tours.domain.access import AccessRule, Zone
from maillage_tours.domain.coverage import (
    Fault,
    coverage_faults,
    handovers,
    position_before,
    relay_faults,
    stamp,
    window_of,
)
from maillage_tours.domain.crew_check import (
    company_faults,
    crew_faults,
    overtime_eur,
    trailer_faults,
)
from maillage_tours.domain.day import FROM_HUB, TO_HUB, Day
from maillage_tours.domain.fleet import Vehicle
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.tour import Figures, Stop, Task, TaskStatus, Tour
from maillage_tours.domain.travel import Matrix, Travel, profile_of

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Verdict:
    """What the check found; a tour has figures only when nothing at all is wrong."""

    faults: tuple[Fault, ...]
    figures: Mapping[TourId, Figures]


def check_plan(
    tours: Sequence[Tour], left: Mapping[OrderId, str], day: Day, matrix: Matrix
) -> Verdict:
    """Check a whole plan: each tour, and that every order is on it once or left with a reason."""
    faults = [fault for tour in tours for fault in _tour_faults(tour, day)]
    faults += [fault for tour in tours for fault in _travel_faults(tour, matrix)]
    faults += relay_faults(tours, day)
    faults += coverage_faults(tours, left, day)
    return _verdict(tours, faults)


def check_tour(tour: Tour, day: Day) -> Verdict:
    """Check one tour again, with the travel it was planned with and the world as it is now."""
    return _verdict((tour,), [*_tour_faults(tour, day), *relay_faults((tour,), day)])


def _verdict(tours: Iterable[Tour], faults: list[Fault]) -> Verdict:
    figures = {} if faults else {tour.tour_id: figures_of(tour) for tour in tours}
    return Verdict(tuple(faults), figures)


def _tour_faults(tour: Tour, day: Day) -> Iterator[Fault]:
    if any(place.position not in tour.travel.place_of for place, _, _ in _halts(tour)):
        yield Fault("travel", f"no distances to a stop of {tour.vehicle.label}")
        return
    yield from _vehicle_faults(tour, day)
    yield from _clock_faults(tour, day)
    yield from _order_faults(tour, day)
    yield from _cleaning_faults(tour, day)
    yield from crew_faults(tour, day)
    yield from company_faults(tour, day)
    yield from _load_faults(tour, _dirty(day))
    yield from _zone_faults(tour, day)
    metres = sum(length for length, _ in _ways(tour))
    reach_km = tour.vehicle.range_km
    if reach_km is not None and metres > reach_km * 1000:
        yield Fault("range", f"{tour.vehicle.label} drives {metres} m, its range is {reach_km} km")


def _vehicle_faults(tour: Tour, day: Day) -> Iterator[Fault]:
    label = tour.vehicle.label
    declared = {vehicle.vehicle_id: vehicle for vehicle in day.vehicles}
    if tour.vehicle.pulls is not None:
        yield from trailer_faults(tour.vehicle, declared)
    elif declared.get(tour.vehicle.vehicle_id) != tour.vehicle or not tour.vehicle.in_service:
        yield Fault("vehicle", f"{label} is not in service as it was planned")
    if any(end.position != tour.vehicle.base for end in (tour.start, tour.end)):
        yield Fault("base", f"{label} does not start and end at its base")
    if tour.on != day.on:
        yield Fault("day", f"the tour of {label} is of another day")
    shift = tour.vehicle.shift.on(day.on, day.zone)
    if not (shift.contains(tour.starts_at) and shift.contains(tour.ends_at)):
        yield Fault("shift", f"{label} drives outside its shift")
    trailer = tour.vehicle.pulls
    busy = day.busy.get(tour.vehicle.vehicle_id, ())
    for taken in (*busy, *(day.busy.get(trailer, ()) if trailer is not None else ())):
        if stamp(tour.starts_at) < stamp(taken.end) and stamp(taken.start) < stamp(tour.ends_at):
            yield Fault("busy", f"{label} is on another tour at that time")


def _halts(tour: Tour) -> list[tuple[Place, datetime, datetime]]:
    """Places in order with arrival and departure, the base first and last."""
    return [
        (tour.start, tour.starts_at, tour.starts_at),
        *((stop.place, stop.arrives_at, stop.departs_at) for stop in tour.stops),
        (tour.end, tour.ends_at, tour.ends_at),
    ]


def _ways(tour: Tour) -> Iterator[tuple[int, int]]:
    """Metres and seconds from each halt to the next."""
    for (here, _, _), (there, _, _) in pairwise(_halts(tour)):
        yield tour.travel.between(here.position, there.position)


def _clock_faults(tour: Tour, day: Day) -> Iterator[Fault]:
    """Whether the vehicle can be where it says when it says, and has time for each handover."""
    ways = _ways(tour)
    for (here, _, departs), (there, arrives, _) in pairwise(_halts(tour)):
        _, seconds = next(ways)
        if stamp(arrives) - stamp(departs) < seconds:
            yield Fault("driving", f"{here.label} to {there.label} takes {seconds} s")
    orders = {order.order_id: order for order in day.orders}
    before: GeoPoint | None = None
    for number, stop in enumerate(tour.stops, 1):
        if stop.number != number:
            yield Fault("numbers", f"stop {stop.number} should be number {number}")
        yield from _stop_faults(stop, day, orders, has_moved=stop.place.position != before)
        before = position_before(stop)


def _stop_faults(
    stop: Stop, day: Day, orders: Mapping[OrderId, Order], *, has_moved: bool
) -> Iterator[Fault]:
    ready = stamp(stop.arrives_at)
    for task, begins, ready in handovers(stop, day, orders, has_moved=has_moved):  # noqa: B007
        window = window_of(task, orders.get(task.order_id), stop.place)
        if window is not None and begins > stamp(window.end):
            late_min = (begins - stamp(window.end)) / 60
            yield Fault("late", f"{task.action} at {stop.place.label}: {late_min:.0f} min late")
    if ready > stamp(stop.departs_at):
        yield Fault("handling", f"too little time at {stop.place.label}")


def _order_faults(tour: Tour, day: Day) -> Iterator[Fault]:
    """Whether each order is taken where it is, given where it goes, once, in that order."""
    orders = {order.order_id: order for order in day.orders}
    hubs = [hub.position for hub in day.hubs]
    onboard: set[OrderId] = set()
    done: set[OrderId] = set()
    for stop in tour.stops:
        for task in stop.handed:
            order = orders.get(task.order_id)
            if order is None:
                yield Fault("order", f"order {task.order_id} is not to be carried on this day")
                continue
            yield from _end_faults(stop.place, task, order, hubs)
            if task.action == "pickup":
                if task.order_id in onboard | done:
                    yield Fault("twice", f"order {task.order_id} is taken twice")
                onboard.add(task.order_id)
            elif task.order_id in onboard:
                onboard.remove(task.order_id)
                done.add(task.order_id)
            else:
                yield Fault("precedence", f"order {task.order_id} is given before it is taken")
    for order_id in sorted(onboard):
        yield Fault("kept", f"order {order_id} is taken and never given")


def _end_faults(
    place: Place, task: Task, order: Order, hubs: Sequence[GeoPoint]
) -> Iterator[Fault]:
    expected: list[Place | None] = [end.place for end in order.ends]
    if task.action == "pickup":
        expected = [order.held_at if task.leg == FROM_HUB else order.pickup]
    elif task.leg == TO_HUB:
        expected = [None]
    positions = [one.position for one in expected if one is not None]
    if not positions and place.position not in hubs:
        yield Fault("place", f"{place.label} is no hub")
    elif positions and place.position not in positions:
        yield Fault("place", f"order {order.order_id} has no business at {place.label}")
    is_open = task.status == TaskStatus.TODO and order.status != OrderStatus.IN_PROGRESS
    if is_open and task.load != _load(order):
        yield Fault("load", f"order {order.order_id} is planned with another load")


def _cleaning_faults(tour: Tour, day: Day) -> Iterator[Fault]:
    """Whether nothing clean is handled after dirt, until the vehicle is at its base.

    Dirt in a compartment of its own touches nothing.
    """
    if any(part.is_dirty for part in tour.vehicle.compartments):
        return
    dirty = _dirty(day)
    is_dirty = False
    for stop in tour.stops:
        if stop.place.position == tour.vehicle.base and not stop.is_rest:
            is_dirty = False
            continue
        for task in stop.handed:
            if is_dirty and task.order_id not in dirty:
                yield Fault("cleaning", f"{tour.vehicle.label} is not clean at {stop.place.label}")
            is_dirty = is_dirty or task.order_id in dirty


def _dirty(day: Day) -> frozenset[OrderId]:
    return frozenset(one.order_id for one in day.orders if one.is_waste or one.is_soiled)


def _load(order: Order) -> Load:
    """What there is to carry: at a hub, what was taken over when it came in."""
    if order.held_at is None:
        return order.load
    return order.load.model_copy(update={"mass_kg": order.taken_kg})


def _load_faults(tour: Tour, dirty: AbstractSet[OrderId]) -> Iterator[Fault]:
    """Whether everything has room at each stop, by compartment and in all."""
    apart = any(part.is_dirty for part in tour.vehicle.compartments)
    onboard: dict[OrderId, Load] = {}
    for stop in tour.stops:
        for task in stop.handed:
            if task.action == "pickup":
                onboard[task.order_id] = task.load
            else:
                onboard.pop(task.order_id, None)
            held = [(load, apart and one in dirty) for one, load in onboard.items()]
            yield from _room_faults(tour.vehicle, held, stop.place.label)
        mass_kg = sum((load.mass_kg for load in onboard.values()), Decimal(0))
        if mass_kg != stop.onboard_kg:
            yield Fault("onboard", f"{mass_kg} kg are on board after {stop.place.label}")


def _room_faults(
    vehicle: Vehicle, held: Sequence[tuple[Load, bool]], where: str
) -> Iterator[Fault]:
    """`held` is what is on board, and whether it must be in a dirty compartment."""
    if sum(load.mass_kg for load, _ in held) > vehicle.payload_kg:
        yield Fault("overload", f"{vehicle.label} is overloaded at {where}")
    for kind in sorted({(load.temperature, is_dirty) for load, is_dirty in held}):
        here = [load for load, is_dirty in held if (load.temperature, is_dirty) == kind]
        parts = [one for one in vehicle.compartments if (one.temperature, one.is_dirty) == kind]
        if (
            sum(load.mass_kg for load in here) > sum(part.payload_kg for part in parts)
            or sum(load.volume_m3 for load in here) > sum(part.volume_m3 for part in parts)
            or sum(load.crates for load in here) > sum(part.crates for part in parts)
        ):
            words = f"dirty {kind[0]}" if kind[1] else kind[0]
            yield Fault("compartment", f"no {words} room left on {vehicle.label} at {where}")


def _zone_faults(tour: Tour, day: Day) -> Iterator[Fault]:
    for stop in tour.stops:
        for zone in day.zones:
            if zone.area.contains(stop.place.position) and any(
                is_barred(zone, part, stop, day.zone) for part in tour.vehicle.parts
            ):
                yield Fault("zone", f"{tour.vehicle.label} may not be in {zone.name} then")


def is_barred(zone: Zone, vehicle: Vehicle, stop: Stop, tz: tzinfo) -> bool:
    """Whether the zone is closed to the vehicle at any second of its stay.

    What changes within the stay changes when a rule's hours begin or end: looking then, on
    arrival, and at the last second, is looking always.
    """
    arrives, departs = stop.arrives_at.astimezone(tz), stop.departs_at.astimezone(tz)
    rules = [rule for rule in zone.rules if _speaks_of(rule, vehicle, arrives)]
    edges = [
        datetime.combine(arrives.date(), hour, tz)
        for rule in rules
        if rule.hours is not None
        for hour in (rule.hours.start, rule.hours.end)
    ]
    looks = [edge for edge in edges if stamp(arrives) < stamp(edge) < stamp(departs)]
    last_second = max(arrives, departs - timedelta(seconds=1))
    return any(not _lets_in(rules, look) for look in (arrives, *looks, last_second))


def _speaks_of(rule: AccessRule, vehicle: Vehicle, at: datetime) -> bool:
    if vehicle.vehicle_class not in rule.vehicle_classes:
        return False
    if rule.energies and vehicle.energy not in rule.energies:
        return False
    ends = rule.valid_to or at.date()
    return rule.valid_from <= at.date() <= ends


def _lets_in(rules: Iterable[AccessRule], at: datetime) -> bool:
    permitted = forbidden = has_permission = False
    for rule in rules:
        now = rule.hours is None or rule.hours.start <= at.time() < rule.hours.end
        has_permission = has_permission or rule.allowed
        permitted = permitted or (rule.allowed and now)
        forbidden = forbidden or (not rule.allowed and now)
    return permitted or not (forbidden or has_permission)


def _travel_faults(tour: Tour, matrix: Matrix) -> Iterator[Fault]:
    """Whether the tour was drawn up with the distances of the matrix."""
    true = matrix.travel.get(profile_of(tour.vehicle))
    if true is None or tour.travel != _same_points(true, tour.travel.points):
        yield Fault("travel", f"the tour of {tour.vehicle.label} has distances of its own")
    if tour.matrix != matrix.source:
        yield Fault("travel", f"the distances are {matrix.source}, not {tour.matrix}")


def _same_points(true: Travel, points: Sequence[GeoPoint]) -> Travel | None:
    known = {point: number for number, point in enumerate(true.points)}
    if any(point not in known for point in points):
        return None
    rows = [known[point] for point in points]
    return Travel(
        points=tuple(points),
        metres=tuple(tuple(true.metres[row][column] for column in rows) for row in rows),
        seconds=tuple(tuple(true.seconds[row][column] for column in rows) for row in rows),
    )


def figures_of(tour: Tour) -> Figures:
    """What the tour takes: km, empty km, tonne-km carried of those possible, hours, euros."""
    metres = empty_m = 0
    carried = Decimal(0)
    onboard_kg = Decimal(0)
    for (length, _), after in zip(_ways(tour), (*tour.stops, None), strict=True):
        metres += length
        carried += onboard_kg * length
        empty_m += 0 if onboard_kg else length
        onboard_kg = after.onboard_kg if after is not None else onboard_kg
    hours = Decimal(round(stamp(tour.ends_at) - stamp(tour.starts_at))) / 3600
    km = Decimal(metres) / 1000
    possible = tour.vehicle.payload_kg * metres
    vehicle = tour.vehicle
    cost = km * vehicle.cost_eur_per_km + hours * vehicle.cost_eur_per_hour
    cost += overtime_eur(tour)
    return Figures(
        distance_km=km,
        empty_km=Decimal(empty_m) / 1000,
        load_factor=round(carried / possible, 4) if possible else Decimal(0),
        hours=round(hours, 4),
        cost=Money(amount=cost.quantize(CENT)),
    )
