"""Which orders go from door to door, and which change from a van to a bike at a hub."""

from collections.abc import Iterator
from datetime import timedelta

from maillage_contracts.vocabulary import Place, TimeWindow
from maillage_tours.domain.access import gate
from maillage_tours.domain.day import FROM_HUB, TO_HUB, Day, Job, weighed, whole
from maillage_tours.domain.fleet import CARGO_BIKE, Hub, Vehicle
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.tour import Tour
from maillage_tours.domain.travel import Matrix, profile_of

SHORT_REACH = frozenset({CARGO_BIKE})
"""Classes that serve a centre, and would spend their day on the way to a far pickup."""


def jobs_of(day: Day, matrix: Matrix) -> Iterator[Job]:
    """The jobs of the day's orders: whole orders, pairs of legs, or what waits at a hub."""
    for order in sorted(day.orders, key=lambda order: order.order_id):
        if order.status == OrderStatus.AT_HUB and order.held_at is not None:
            yield from _second_legs(order, order.held_at, order.pickup_window)
        else:
            yield from _split(order, day, matrix) or whole(order)


def freed(order: Order, tour: Tour) -> Order:
    """The order off this tour, to be planned again: from its start, or from the hub.

    Its other leg, on another tour, makes no sense without the first.
    """
    if tour.legs_of(order.order_id) == frozenset([FROM_HUB]):
        rest = tuple(one for one in order.carriages if one.tour_id != tour.tour_id)
        return order.changed(carriages=rest)
    return order.become(OrderStatus.ACCEPTED, carriages=())


def _second_legs(order: Order, hub: Place, pickup_window: TimeWindow) -> Iterator[Job]:
    """From the hub to each place where the order may go."""
    for option, end in enumerate(order.ends):
        until = max(pickup_window.end, end.window.end)
        yield Job(
            order_id=order.order_id,
            leg=FROM_HUB,
            load=weighed(order.load, order.taken_kg or order.load.mass_kg),
            pickup=hub,
            dropoff=end.place,
            pickup_window=TimeWindow(start=pickup_window.start, end=until),
            dropoff_window=end.window,
            is_dirty=order.is_dirty,
            rank=order.rank,
            goods=order.goods,
            option=option,
        )


def _split(order: Order, day: Day, matrix: Matrix) -> tuple[Job, ...] | None:
    """Both legs of an order, or None when it is better carried by one vehicle.

    The transfer has one fixed moment between the two legs, so that each can be planned alone: the
    first must have been handed over by then, the second may be loaded from then on. An order that
    may go to another place instead is not split: it has a way around the zone.
    """
    is_in_zone = any(zone.area.contains(order.dropoff.position) for zone in day.zones)
    if order.alternatives or not is_in_zone:
        return None
    vans, bikes = _by_access(order, day)
    if not vans or not bikes or any(bike.vehicle_class not in SHORT_REACH for bike in bikes):
        return None
    van, bike = vans[0], bikes[0]
    metres, _ = matrix.travel[profile_of(bike)].between(
        order.pickup.position, order.dropoff.position
    )
    hub = _best_hub(order, day, matrix, van)
    if hub is None or metres <= day.direct_km_max * 1000:
        return None
    transfer = _transfer(order, hub, day, matrix, (van, bike))
    if transfer is None:
        return None
    first = Job(
        order_id=order.order_id,
        leg=TO_HUB,
        load=order.load,
        pickup=order.pickup,
        dropoff=hub.place,
        pickup_window=order.pickup_window,
        dropoff_window=TimeWindow(start=order.pickup_window.start, end=transfer.start),
        is_dirty=order.is_dirty,
        rank=order.rank,
        goods=order.goods,
        barred=frozenset(one.vehicle_id for one in bikes),
    )
    return first, *_second_legs(order, hub.place, transfer)


def _by_access(order: Order, day: Day) -> tuple[list[Vehicle], list[Vehicle]]:
    """Vehicles that may not deliver the order at its hour, and those that may; slowest first."""
    barred: list[Vehicle] = []
    free: list[Vehicle] = []
    for vehicle in sorted(day.fleet, key=lambda v: (v.speed_kmh, v.vehicle_id)):
        open_ = gate(order.dropoff.position, vehicle, day.zones, day.on, day.zone).windows
        window = order.dropoff_window
        meets = any(one.start < window.end and window.start < one.end for one in open_)
        (free if meets else barred).append(vehicle)
    return barred, free


def _best_hub(order: Order, day: Day, matrix: Matrix, van: Vehicle) -> Hub | None:
    """The hub on the shortest way; None when none lets vans in, or the order begins at one."""
    if order.pickup.position in day.hub_points or order.dropoff.position in day.hub_points:
        return None
    travel = matrix.travel[profile_of(van)]

    def way_m(hub: Hub) -> int:
        first, _ = travel.between(order.pickup.position, hub.position)
        second, _ = travel.between(hub.position, order.dropoff.position)
        return first + second

    return min((hub for hub in day.hubs if hub.van_access), key=way_m, default=None)


def _transfer(
    order: Order, hub: Hub, day: Day, matrix: Matrix, vehicles: tuple[Vehicle, Vehicle]
) -> TimeWindow | None:
    """From the moment between the legs to the latest departure; None when there is no time."""
    van, bike = vehicles
    _, first_s = matrix.travel[profile_of(van)].between(order.pickup.position, hub.position)
    _, second_s = matrix.travel[profile_of(bike)].between(hub.position, order.dropoff.position)
    pace = day.pace
    earliest = order.pickup_window.start + timedelta(
        seconds=pace.setup_s + pace.handling(order.load, at_hub=False) + first_s + pace.hub_visit_s
    )
    latest = order.dropoff_window.end - timedelta(seconds=second_s + pace.setup_s)
    if latest <= earliest:
        return None
    middle = earliest + (latest - earliest) / 2
    return TimeWindow(start=middle.replace(microsecond=0), end=latest)
