"""Part of the independent check: hours and rests of crews, goods kept apart, trailers."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from maillage_contracts.vocabulary import OrderId, VehicleId
from maillage_tours.domain.coverage import Fault, stamp
from maillage_tours.domain.day import Day
from maillage_tours.domain.fleet import CARGO_BIKE, TRAILER, Vehicle
from maillage_tours.domain.order import Order
from maillage_tours.domain.tour import Tour


def crew_faults(tour: Tour, day: Day) -> Iterator[Fault]:
    """Whether the crew works no longer than it may, and rests in time where it can."""
    label, crew = tour.vehicle.label, day.crew
    if tour.crew != crew:
        yield Fault("crew", f"the tour of {label} was planned on other hours of work")
    takes_s = stamp(tour.ends_at) - stamp(tour.starts_at)
    if takes_s > crew.tour_s_max + crew.overtime_s_max:
        yield Fault("hours", f"the crew of {label} works for {takes_s / 3600:.1f} h")
    yield from _rest_faults(tour, day)


def _rest_faults(tour: Tour, day: Day) -> Iterator[Fault]:
    label, crew = tour.vehicle.label, day.crew
    restful = [tour.vehicle.base, *day.hub_points, *(place.position for place in day.rests)]
    since = stamp(tour.starts_at)
    for stop in tour.stops:
        if not stop.is_rest:
            continue
        if stop.place.position not in restful:
            yield Fault("rest", f"{stop.place.label} is no place to rest")
        if stamp(stop.departs_at) - stamp(stop.arrives_at) < crew.rest_s:
            yield Fault("rest", f"the rest at {stop.place.label} is too short")
        if stamp(stop.arrives_at) - since > crew.rest_after_s:
            yield Fault("rest", f"the crew of {label} rests too late")
        since = stamp(stop.departs_at)
    if stamp(tour.ends_at) - since > crew.rest_after_s:
        yield Fault("rest", f"the crew of {label} works too long without a rest")


def overtime_eur(tour: Tour) -> Decimal:
    """What its overtime costs on top."""
    over_s = stamp(tour.ends_at) - stamp(tour.starts_at) - tour.crew.tour_s_max
    dearer = tour.vehicle.cost_eur_per_hour * tour.crew.overtime_surcharge
    return Decimal(max(0, round(over_s))) / 3600 * dearer


def company_faults(tour: Tour, day: Day) -> Iterator[Fault]:
    """Whether goods that may not meet are never on board together."""
    apart = {frozenset(pair) for pair in day.incompatible}
    orders = {order.order_id: order for order in day.orders}
    onboard: dict[OrderId, Order] = {}
    for stop in tour.stops:
        for task in stop.handed:
            order = orders.get(task.order_id)
            if task.action == "dropoff" or order is None:
                onboard.pop(task.order_id, None)
                continue
            for other in onboard.values():
                if frozenset((str(order.goods), str(other.goods))) in apart:
                    said = f"{other.goods} and {order.goods} meet on {tour.vehicle.label}"
                    yield Fault("company", f"{said} at {stop.place.label}")
            onboard[task.order_id] = order


def trailer_faults(rig: Vehicle, declared: Mapping[VehicleId, Vehicle]) -> Iterator[Fault]:
    """Whether the bike and the trailer are there, belong together, and carry what both carry."""
    bike = declared.get(rig.vehicle_id)
    trailer = None if rig.pulls is None else declared.get(rig.pulls)
    if bike is None or trailer is None or not (bike.in_service and trailer.in_service):
        yield Fault("vehicle", f"{rig.label} is not in service as it was planned")
        return
    if (bike.vehicle_class, trailer.vehicle_class) != (CARGO_BIKE, TRAILER):
        yield Fault("trailer", f"{rig.label} is not a bike with a trailer")
    if (bike.owner_id, bike.base) != (trailer.owner_id, trailer.base):
        yield Fault("trailer", f"{trailer.label} is not where {bike.label} is")
    mine = (rig.payload_kg, rig.cost_eur_per_km, rig.cost_eur_per_hour)
    sums = (
        bike.payload_kg + trailer.payload_kg,
        bike.cost_eur_per_km + trailer.cost_eur_per_km,
        bike.cost_eur_per_hour + trailer.cost_eur_per_hour,
    )
    slowest = min(bike.speed_kmh, trailer.speed_kmh)
    parts = [*bike.compartments, *trailer.compartments]
    if mine != sums or list(rig.compartments) != parts or rig.speed_kmh != slowest:
        yield Fault("trailer", f"{rig.label} is not what both of them are together")
    kept = {"shift", "base", "range_km", "energy", "owner_id", "vehicle_class", "is_insertion"}
    if rig.model_dump(include=kept) != bike.model_dump(include=kept):
        yield Fault("vehicle", f"{rig.label} is not in service as it was planned")
