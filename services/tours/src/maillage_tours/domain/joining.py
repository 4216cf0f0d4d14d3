"""One order more on a tour that was given to its crew: no stop changes its place in the round."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import nsmallest
from itertools import pairwise

from maillage_contracts.vocabulary import Amount, Kilometres, Money, OrderId, Place, TourId, Value
from maillage_tours.domain.checker import CENT, check_tour
from maillage_tours.domain.coverage import handovers, position_before, stamp, window_of
from maillage_tours.domain.crew_check import overtime_eur
from maillage_tours.domain.day import WHOLE, Day
from maillage_tours.domain.order import Order
from maillage_tours.domain.reasons import obstacle_of
from maillage_tours.domain.slots import Slot, slots
from maillage_tours.domain.tour import Action, Figures, Stop, Task, Tour
from maillage_tours.domain.travel import Travel
from maillage_tours.domain.under_way import Given

CHECKED_MAX = 6
"""Places of a tour that are put to the independent check, cheapest first."""
OFFERS_MAX = 5

Orders = Mapping[OrderId, Order]


class Offer(Value):
    """What it takes to carry an order on one tour, in words a dispatcher can weigh."""

    tour_id: TourId
    tour_version: int
    vehicle: str
    pickup_stop: int
    dropoff_stop: int
    detour_km: Kilometres
    minutes: Amount
    extra_cost: Money
    delayed_stops: int
    """Stops that are reached later than was told."""


@dataclass(frozen=True)
class Joined:
    """A tour with one order more, checked, and what it takes."""

    tour: Tour
    figures: Figures
    offer: Offer


def join(order: Order, tour: Tour, travel: Travel, day: Day, now: datetime) -> Joined | None:
    """The cheapest way to carry the order on this tour, or None when it cannot.

    `day` has the orders of the tour and this one, and is not busy with the tour itself. Nothing
    comes before what was visited, should have been by now, or is being driven to.
    """
    found = best_slots(order, tour, travel, day, now)
    checked = (join_at(slot, order, tour, travel, day, now=now) for slot in found)
    return next((one for one in checked if one is not None), None)


def best_slots(order: Order, tour: Tour, travel: Travel, day: Day, now: datetime) -> list[Slot]:
    """The few cheapest places on this tour, before their check."""
    if obstacle_of(order.load, tour.vehicle, is_dirty=order.is_dirty) is not None:
        return []
    found = slots(order, tour, travel, day, locked=Given(tour, day, now).fixed, now=now)
    return nsmallest(CHECKED_MAX, found)


def join_at(
    slot: Slot, order: Order, tour: Tour, travel: Travel, day: Day, *, now: datetime
) -> Joined | None:
    """The tour with the order in that place, if it passes the independent check."""
    orders = {one.order_id: one for one in day.orders}
    longer = _retimed(_with(order, tour, travel, slot), day, orders, now)
    if longer is None or (verdict := check_tour(longer, day)).faults:
        return None
    return Joined(longer, verdict.figures[tour.tour_id], _offer(order, tour, longer))


def _with(order: Order, tour: Tour, travel: Travel, slot: Slot) -> Tour:
    """The tour with two stops more, their hours still to be found."""
    _, taken, given = slot
    stops = [
        *tour.stops[:taken],
        _stop(order, tour, "pickup"),
        *tour.stops[taken:given],
        _stop(order, tour, "dropoff"),
        *tour.stops[given:],
    ]
    return tour.model_copy(update={"stops": tuple(stops), "travel": travel})


def _stop(order: Order, tour: Tour, action: Action) -> Stop:
    place = order.pickup if action == "pickup" else order.dropoff
    task = Task(order_id=order.order_id, leg=WHOLE, action=action, load=order.load)
    return Stop.model_construct(
        number=0,
        place=place,
        arrives_at=tour.starts_at,
        departs_at=tour.starts_at,
        onboard_kg=Decimal(0),
        tasks=(task,),
        visited=None,
    )


def _retimed(tour: Tour, day: Day, orders: Orders, now: datetime) -> Tour | None:
    """The tour with its hours: each stop as it was told, or as soon as can be; None when late."""
    shift = tour.vehicle.shift.on(day.on, day.zone)
    is_out = tour.started_at is not None or stamp(tour.starts_at) <= stamp(now)
    before = _stop_at(tour.start, tour.starts_at if is_out else max(shift.start, now))
    stops: list[Stop] = []
    onboard_kg = Decimal(0)
    for stop in tour.stops:
        onboard_kg += stop.moved_kg
        arrives_at = _arrival(tour, stop, before, orders, day, now=now)
        told = stop.model_copy(update={"arrives_at": arrives_at, "onboard_kg": onboard_kg})
        has_moved = not stops or before.is_rest or stop.place.position != before.place.position
        ends = stamp(arrives_at) + (tour.crew.rest_s if stop.is_rest else 0)
        for task, begins, ends in handovers(told, day, orders, has_moved=has_moved):  # noqa: B007
            window = window_of(task, orders.get(task.order_id), stop.place)
            if window is not None and begins > stamp(window.end) and stop.visited is None:
                return None
        late = timedelta(seconds=max(0.0, ends - stamp(stop.departs_at)))
        before = told.model_copy(update={"departs_at": stop.departs_at + late})
        stops.append(before)
    if not is_out:
        stops = _leaving_late(stops, tour, orders, day)
    _, out_s = tour.travel.between(tour.start.position, stops[0].place.position)
    _, back_s = tour.travel.between(before.place.position, tour.end.position)
    starts_at = tour.starts_at if is_out else stops[0].arrives_at - timedelta(seconds=out_s)
    ends_at = before.departs_at + timedelta(seconds=back_s)
    if stamp(ends_at) > stamp(shift.end) or stamp(starts_at) < stamp(shift.start):
        return None
    numbered = tuple(stop.model_copy(update={"number": n}) for n, stop in enumerate(stops, 1))
    changes = {"stops": numbered, "starts_at": starts_at, "ends_at": ends_at}
    return tour.model_copy(update=changes)


def _leaving_late(stops: list[Stop], tour: Tour, orders: Orders, day: Day) -> list[Stop]:
    """The same stops, the new ones before the first old one as late as they may be."""
    new = next((place for place, stop in enumerate(stops) if stop.number), 0)
    if new == 0:
        return stops
    last, first_old = stops[new - 1], stops[new]
    _, way_s = tour.travel.between(last.place.position, first_old.place.position)
    spare_s = [stamp(first_old.arrives_at) - stamp(last.departs_at) - way_s]
    before = None
    for stop in stops[:new]:
        has_moved = stop.place.position != before
        for task, begins, _ in handovers(stop, day, orders, has_moved=has_moved):
            window = window_of(task, orders.get(task.order_id), stop.place)
            spare_s += [] if window is None else [stamp(window.end) - begins]
        before = position_before(stop)
    later = timedelta(seconds=max(0.0, min(spare_s)))
    moved = [
        stop.model_copy(
            update={"arrives_at": stop.arrives_at + later, "departs_at": stop.departs_at + later}
        )
        for stop in stops[:new]
    ]
    return [*moved, *stops[new:]]


def _stop_at(place: Place, moment: datetime) -> Stop:
    """The base, as the stop before the first."""
    return Stop.model_construct(number=0, place=place, departs_at=moment, tasks=())


def _arrival(
    tour: Tour, stop: Stop, before: Stop, orders: Orders, day: Day, *, now: datetime
) -> datetime:
    """As was told, or as soon as can be; at a new stop not before its window is near."""
    _, way_s = tour.travel.between(before.place.position, stop.place.position)
    soonest = before.departs_at + timedelta(seconds=way_s)
    if stop.number or stop.visited is not None:
        return max(stop.arrives_at, soonest) if stop.visited is None else stop.arrives_at
    window = window_of(stop.tasks[0], orders.get(stop.tasks[0].order_id), stop.place)
    soonest = max(before.departs_at, now) + timedelta(seconds=way_s)
    setup_s = day.pace.setup(at_hub=stop.place.position in day.hub_points)
    return soonest if window is None else max(soonest, window.start - timedelta(seconds=setup_s))


def _metres_of(tour: Tour) -> int:
    places = [tour.start, *(stop.place for stop in tour.stops), tour.end]
    return sum(tour.travel.between(a.position, b.position)[0] for a, b in pairwise(places))


def _cost(tour: Tour) -> Decimal:
    hours = Decimal(round(stamp(tour.ends_at) - stamp(tour.starts_at))) / 3600
    vehicle = tour.vehicle
    way = Decimal(_metres_of(tour)) / 1000 * vehicle.cost_eur_per_km
    return way + hours * vehicle.cost_eur_per_hour + overtime_eur(tour)


def _offer(order: Order, before: Tour, after: Tour) -> Offer:
    told = {stop.tasks[:1]: stop.arrives_at for stop in before.stops}
    taken, given = (
        stop.number
        for stop in after.stops
        if any(task.order_id == order.order_id for task in stop.tasks)
    )
    seconds = (after.ends_at - after.starts_at) - (before.ends_at - before.starts_at)
    return Offer(
        tour_id=before.tour_id,
        tour_version=before.version,
        vehicle=before.vehicle.label,
        pickup_stop=taken,
        dropoff_stop=given,
        detour_km=Decimal(max(0, _metres_of(after) - _metres_of(before))) / 1000,
        minutes=round(Decimal(seconds.total_seconds()) / 60, 1),
        extra_cost=Money(amount=max(Decimal(0), _cost(after) - _cost(before)).quantize(CENT)),
        delayed_stops=sum(
            1 for stop in after.stops if told.get(stop.tasks[:1], stop.arrives_at) < stop.arrives_at
        ),
    )
