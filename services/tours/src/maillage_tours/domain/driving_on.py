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


@dataclass(frozen=True)
class Drive:
    """Stops to come with their hours; `late_s` by order, `over_s` beyond the vehicle's shift."""

    stops: tuple[Stop, ...]
    starts_at: datetime
    ends_at: datetime
    late_s: Mapping[OrderId, float]
    over_s: float
    cost_eur: Decimal
    """Of what remains, with the overtime to which it leads."""

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


@dataclass(frozen=True)
class _Run:
    """One way to drive the stops, and how many seconds later it may as well begin."""

    stops: tuple[Stop, ...]
    leaves: datetime
    ends_at: datetime
    metres: int
    late_s: Mapping[OrderId, float]
    later_s: int


def drive(tour: Tour, day: Day, locked: int, stops: Sequence[Stop], free_at: datetime) -> Drive:
    """The stops in this order, each as soon as can be after the first `locked` ones.

    Who has not left yet leaves as late as it can without coming home later.
    """
    is_out = _is_out(tour, locked)
    run = _run(tour, day, locked, stops, free_at)
    if not is_out and run.later_s > 0:
        later = run.leaves + timedelta(seconds=run.later_s)
        run = _run(tour, day, locked, stops, later)
    starts_at = tour.starts_at if is_out else run.leaves
    overtime_s = tour.crew.overtime_s(round(stamp(run.ends_at) - stamp(starts_at)))
    rest_s = round(stamp(run.ends_at) - stamp(run.leaves))
    paid_s = rest_s + overtime_s * tour.crew.overtime_surcharge
    cost_eur = Decimal(run.metres) / 1000 * tour.vehicle.cost_eur_per_km
    shift = tour.vehicle.shift.on(day.on, day.zone)
    return Drive(
        stops=run.stops,
        starts_at=starts_at,
        ends_at=run.ends_at,
        late_s=run.late_s,
        over_s=max(0.0, stamp(run.ends_at) - stamp(shift.end)),
        cost_eur=cost_eur + paid_s / 3600 * tour.vehicle.cost_eur_per_hour,
    )


def _run(tour: Tour, day: Day, locked: int, stops: Sequence[Stop], free_at: datetime) -> _Run:
    is_out = _is_out(tour, locked)
    here = tour.stops[locked - 1] if locked else None
    at, before = (
        (here.place.position, position_before(here)) if here else (tour.start.position, None)
    )
    leaves = now = max(free_at, left(here) if here else _opens(tour, day))
    metres, waited_s, later_s = 0, 0.0, float("inf")
    late_s: dict[OrderId, float] = {}
    timed: list[Stop] = []
    for stop in stops:
        told = tour.stops[stop.number - 1]  # with the hours that other tours count on
        way_m, way_s = tour.travel.between(at, stop.place.position)
        metres += way_m
        has_moved = stop.place.position != before
        soonest = now + timedelta(seconds=way_s)
        there = stop.model_copy(
            update={"arrives_at": _arrival(stop, told, soonest, day, has_moved=has_moved)}
        )
        if not timed and not is_out:
            leaves = there.arrives_at - timedelta(seconds=way_s)
        else:
            waited_s += stamp(there.arrives_at) - stamp(soonest)
        ends = stamp(there.arrives_at) + (tour.crew.rest_s if stop.is_rest else 0)
        for task, begins, ends in handovers(there, day, day.by_id, has_moved=has_moved):  # noqa: B007
            late = begins - _latest(task, told, day)
            later_s = min(later_s, waited_s - late)
            if late > 0:
                late_s[task.order_id] = max(late, late_s.get(task.order_id, 0))
        now = there.arrives_at + timedelta(seconds=ends - stamp(there.arrives_at))
        timed.append(there.model_copy(update={"departs_at": now}))
        at, before = stop.place.position, position_before(stop)
    way_m, way_s = tour.travel.between(at, tour.end.position)
    ends_at = now + timedelta(seconds=way_s)
    spare_s = int(min(waited_s, later_s))
    return _Run(tuple(timed), leaves, ends_at, metres + way_m, late_s, spare_s)


def _is_out(tour: Tour, locked: int) -> bool:
    return locked > 0 or tour.started_at is not None


def _opens(tour: Tour, day: Day) -> datetime:
    """When it left, or the first moment when it can."""
    is_out = tour.started_at is not None
    return tour.starts_at if is_out else tour.vehicle.shift.on(day.on, day.zone).start


def passes(tour: Tour, day: Day, locked: int, tried: Drive) -> bool:
    """Whether nothing else is wrong with it than what it says itself: who is late."""
    known = {"shift", "hours"} if tried.over_s else set[str]()
    if tried.late_s:
        day = replace(day, orders=tried.orders_as_late(day))
    faults = check_tour(tried.tour(tour, locked), day).faults
    return all(fault.code in known for fault in faults)


def left(stop: Stop) -> datetime:
    """As was reported; who only told of arriving stays as long as was planned."""
    if stop.visited is not None:
        return stop.visited.completed_at
    if stop.arrived_at is None:
        return stop.departs_at
    return max(stop.departs_at, stop.arrived_at + (stop.departs_at - stop.arrives_at))


def _arrival(stop: Stop, told: Stop, soonest: datetime, day: Day, *, has_moved: bool) -> datetime:
    """No sooner than the first handover may begin, but for setting up."""
    at_hub = stop.place.position in day.hub_points
    setup = timedelta(seconds=day.pace.setup(at_hub=at_hub) if has_moved else 0)
    windows = (window_of(task, day.by_id.get(task.order_id), stop.place) for task in stop.tasks[:1])
    opens = [window.start for window in windows if window is not None]
    opens += _brought(stop, told, day)
    return max([soonest, *(one - setup for one in opens)])


def _brought(stop: Stop, told: Stop, day: Day) -> Iterator[datetime]:
    """When what other tours bring can be taken here: as told, or later."""
    for task in stop.tasks:
        if task.leg == FROM_HUB and task.action == "pickup":
            yield max(told.arrives_at, day.brought.get(task.order_id, told.arrives_at))


def _latest(task: Task, told: Stop, day: Day) -> float:
    """Until when the handover may begin: where another tour goes on with it, until as told."""
    if task.leg == TO_HUB and task.action == "dropoff":
        return stamp(told.departs_at)
    window = window_of(task, day.by_id.get(task.order_id), told.place)
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
