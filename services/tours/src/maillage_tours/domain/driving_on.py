"""Driving the rest of a tour in a given order of its stops: the hours, the cost, who is late."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from maillage_contracts.vocabulary import OrderId, TimeWindow
from maillage_tours.domain.checker import check_tour
from maillage_tours.domain.coverage import handovers, position_before, stamp, window_of
from maillage_tours.domain.day import FROM_HUB, TO_HUB, Day
from maillage_tours.domain.order import Order
from maillage_tours.domain.tour import Stop, Task, Tour

Orders = Mapping[OrderId, Order]


@dataclass(frozen=True)
class Drive:
    """Stops to come with their hours; `late_s` by order, `over_s` beyond the vehicle's shift."""

    stops: tuple[Stop, ...]
    starts_at: datetime
    ends_at: datetime
    late_s: Mapping[OrderId, float]
    over_s: float
    cost_eur: Decimal

    @property
    def late_s_in_all(self) -> float:
        """What an order of stops must not have, if another is without."""
        return sum(self.late_s.values()) + self.over_s

    @property
    def worth(self) -> tuple[float, Decimal]:
        """The less the better: being late first, then what it costs."""
        return self.late_s_in_all, self.cost_eur

    def tour(self, tour: Tour, locked: int) -> Tour:
        """The tour with these stops after its first ones."""
        stops: list[Stop] = []
        onboard_kg = Decimal(0)
        for number, stop in enumerate([*tour.stops[:locked], *self.stops], 1):
            onboard_kg += stop.moved_kg
            stops.append(stop.model_copy(update={"number": number, "onboard_kg": onboard_kg}))
        hours = {"starts_at": self.starts_at, "ends_at": self.ends_at}
        return tour.model_copy(update={"stops": tuple(stops), **hours})

    def orders_as_late(self, day: Day) -> list[Order]:
        """The day's orders, those known to be late with hours that are as late."""
        return [_later(order, self.late_s.get(order.order_id, 0)) for order in day.orders]


def drive(tour: Tour, day: Day, locked: int, stops: Sequence[Stop], free_at: datetime) -> Drive:
    """The stops in this order, each as soon as can be after the first `locked` ones."""
    orders = {order.order_id: order for order in day.orders}
    shift = tour.vehicle.shift.on(day.on, day.zone)
    is_out = locked > 0 or tour.started_at is not None
    here = tour.stops[locked - 1] if locked else None
    at = here.place.position if here else tour.start.position
    now = max(free_at, left(here) if here else (tour.starts_at if is_out else shift.start))
    before = position_before(here) if here else None
    metres, late_s = 0, dict[OrderId, float]()
    timed: list[Stop] = []
    leaves = now
    for stop in (_as_told(one, tour) for one in stops):
        way_m, way_s = tour.travel.between(at, stop.place.position)
        metres += way_m
        has_moved = stop.place.position != before
        told = _arriving(stop, now + timedelta(seconds=way_s), day, orders, has_moved=has_moved)
        if not timed and not is_out:
            leaves = told.arrives_at - timedelta(seconds=way_s)
        ends = stamp(told.arrives_at) + (tour.crew.rest_s if stop.is_rest else 0)
        for task, begins, ends in handovers(told, day, orders, has_moved=has_moved):  # noqa: B007
            late = begins - _latest(task, stop, orders)
            if late > 0:
                late_s[task.order_id] = max(late, late_s.get(task.order_id, 0))
        now = told.arrives_at + timedelta(seconds=ends - stamp(told.arrives_at))
        timed.append(told.model_copy(update={"departs_at": now}))
        at, before = stop.place.position, position_before(stop)
    way_m, way_s = tour.travel.between(at, tour.end.position)
    ends_at = now + timedelta(seconds=way_s)
    hours = Decimal(round(stamp(ends_at) - stamp(leaves))) / 3600
    cost_eur = Decimal(metres + way_m) / 1000 * tour.vehicle.cost_eur_per_km
    return Drive(
        stops=tuple(timed),
        starts_at=tour.starts_at if is_out else leaves,
        ends_at=ends_at,
        late_s=late_s,
        over_s=max(0.0, stamp(ends_at) - stamp(shift.end)),
        cost_eur=cost_eur + hours * tour.vehicle.cost_eur_per_hour,
    )


def _as_told(stop: Stop, tour: Tour) -> Stop:
    """With the hours that other tours count on, whatever it was tried with."""
    told = tour.stops[stop.number - 1]
    return stop.model_copy(update={"arrives_at": told.arrives_at, "departs_at": told.departs_at})


def passes(tour: Tour, day: Day, locked: int, tried: Drive) -> bool:
    """Whether nothing else is wrong with it than what it says itself: who is late."""
    known = {"shift", "hours"} if tried.over_s else set[str]()
    faults = check_tour(
        tried.tour(tour, locked), replace(day, orders=tried.orders_as_late(day))
    ).faults
    return all(fault.code in known for fault in faults)


def left(stop: Stop) -> datetime:
    """As was reported; who only told of arriving stays as long as was planned."""
    if stop.visited is not None:
        return stop.visited.completed_at
    if stop.arrived_at is None:
        return stop.departs_at
    return max(stop.departs_at, stop.arrived_at + (stop.departs_at - stop.arrives_at))


def _arriving(stop: Stop, soonest: datetime, day: Day, orders: Orders, *, has_moved: bool) -> Stop:
    """The stop no sooner than its first handover may begin, but for setting up."""
    at_hub = stop.place.position in day.hub_points
    setup = timedelta(seconds=day.pace.setup(at_hub=at_hub) if has_moved else 0)
    windows = (window_of(task, orders.get(task.order_id), stop.place) for task in stop.tasks[:1])
    opens = [window.start for window in windows if window is not None]
    opens += _brought(stop, day)
    return stop.model_copy(update={"arrives_at": max([soonest, *(one - setup for one in opens)])})


def _brought(stop: Stop, day: Day) -> Iterator[datetime]:
    """When what other tours bring can be taken here: as told, or later."""
    for task in stop.tasks:
        if task.leg == FROM_HUB and task.action == "pickup":
            yield max(stop.arrives_at, day.brought.get(task.order_id, stop.arrives_at))


def _latest(task: Task, stop: Stop, orders: Orders) -> float:
    """Until when the handover may begin: where another tour goes on with it, until as told."""
    if task.leg == TO_HUB and task.action == "dropoff":
        return stamp(stop.departs_at)
    window = window_of(task, orders.get(task.order_id), stop.place)
    return float("inf") if window is None else stamp(window.end)


def _later(order: Order, late_s: float) -> Order:
    if not late_s:
        return order
    more = timedelta(seconds=late_s + 1)
    changes = {
        name: TimeWindow(start=window.start, end=window.end + more)
        for name in ("pickup_window", "dropoff_window")
        for window in [getattr(order, name)]
    }
    ends = tuple(
        end.model_copy(
            update={"window": TimeWindow(start=end.window.start, end=end.window.end + more)}
        )
        for end in order.alternatives
    )
    return order.model_copy(update={**changes, "alternatives": ends})
