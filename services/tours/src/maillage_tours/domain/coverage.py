"""Second half of the independent check: all orders of a day, against all tours of a plan."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from maillage_contracts.vocabulary import GeoPoint, Load, OrderId, Place, TimeWindow
from maillage_tours.domain.day import FROM_HUB, TO_HUB, WHOLE, Day
from maillage_tours.domain.fleet import RelayPoint
from maillage_tours.domain.order import Order
from maillage_tours.domain.tour import Stop, Task, TaskStatus, Tour


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a plan."""

    code: str
    words: str


@dataclass(frozen=True)
class _Met:
    """One handover of a plan: where, when at the earliest, and when the vehicle leaves."""

    stop: Stop
    begins: float
    ends: float


_Ends = Mapping[tuple[OrderId, int, str], Sequence[_Met]]


def coverage_faults(
    tours: Sequence[Tour], left: Mapping[OrderId, str], day: Day
) -> Iterator[Fault]:
    """Whether each order is carried once, whole or by both legs, or left out with a reason."""
    yield from _vehicles_twice(tours)
    ends = _handovers_of(tours, day)
    for order in day.orders:
        yield from _order_faults(order, ends, left.get(order.order_id))
    yield from _rank_faults(ends, left, day)
    for order_id in left.keys() - {order.order_id for order in day.orders}:
        yield Fault("order", f"order {order_id} is not of this day")


def relay_faults(tours: Sequence[Tour], day: Day) -> Iterator[Fault]:
    """Whether relay points have room for what these tours bring, beside what others do."""
    mine = {tour.tour_id for tour in tours}
    for relay in day.relays:
        others = day.crates_at.get(relay.site_id, {})
        crates = sum(count for tour_id, count in others.items() if tour_id not in mine)
        crates += sum(crates_given(tour, relay) for tour in tours)
        if crates > relay.crates_max:
            yield Fault("relay", f"{crates} crates at {relay.label}, {relay.crates_max} at most")


def crates_given(tour: Tour, relay: RelayPoint) -> int:
    """How many crates a tour brings to a relay point, or brought there."""
    return sum(
        task.load.crates if task.crates is None else task.crates
        for stop in tour.stops
        if relay.is_at(stop.place)
        for task in stop.handed
        if task.action == "dropoff" and task.status != TaskStatus.FAILED
    )


def _vehicles_twice(tours: Sequence[Tour]) -> Iterator[Fault]:
    for number, tour in enumerate(tours):
        before = [other.vehicle for other in tours[:number]]
        if any(other.vehicle_id == tour.vehicle.vehicle_id for other in before):
            yield Fault("busy", f"{tour.vehicle.label} has two tours in this plan")
        trailer = tour.vehicle.pulls
        if trailer is not None and any(other.pulls == trailer for other in before):
            yield Fault("trailer", f"the trailer of {tour.vehicle.label} has two tours")


def _handovers_of(tours: Sequence[Tour], day: Day) -> _Ends:
    orders = {order.order_id: order for order in day.orders}
    ends: dict[tuple[OrderId, int, str], list[_Met]] = {}
    for tour in tours:
        before = None
        for stop in tour.stops:
            has_moved = stop.place.position != before
            for task, begins, ends_at in handovers(stop, day, orders, has_moved=has_moved):
                key = task.order_id, task.leg, task.action
                ends.setdefault(key, []).append(_Met(stop, begins, ends_at))
            before = position_before(stop)
    return ends


def _order_faults(order: Order, ends: _Ends, reason: str | None) -> Iterator[Fault]:
    order_id = order.order_id
    taken = {leg: ends.get((order_id, leg, "pickup"), ()) for leg in (WHOLE, TO_HUB, FROM_HUB)}
    legs = [leg for leg, met in taken.items() if met]
    if any(len(met) > 1 for met in taken.values()):
        yield Fault("twice", f"order {order_id} is on two tours")
    allowed = [[FROM_HUB]] if order.held_at is not None else [[WHOLE], [TO_HUB, FROM_HUB]]
    if legs and legs not in allowed:
        yield Fault("legs", f"order {order_id} is carried only part of its way")
    elif legs == [TO_HUB, FROM_HUB]:
        brought = ends.get((order_id, TO_HUB, "dropoff"), ())
        yield from _transfer_faults(order_id, brought, taken[FROM_HUB])
    if bool(legs) == bool(reason):
        yield Fault("lost", f"order {order_id} must be planned, or left with a reason")


def _transfer_faults(
    order_id: OrderId, brought: Sequence[_Met], fetched: Sequence[_Met]
) -> Iterator[Fault]:
    """Whether the second leg begins where and after the first has ended."""
    for first, second in zip(brought, fetched, strict=False):
        if first.stop.place.position != second.stop.place.position:
            yield Fault("legs", f"order {order_id} waits at another hub")
        if first.ends > stamp(second.stop.departs_at):
            yield Fault("legs", f"order {order_id} leaves the hub before it is there")


def _rank_faults(ends: _Ends, left: Mapping[OrderId, str], day: Day) -> Iterator[Fault]:
    """Whether an order is left out though it could have gone in the very place of a lower one."""
    for order in day.orders:
        if order.order_id not in left:
            continue
        for other in day.orders:
            if other.rank < order.rank and _could_go_for(order, other, ends):
                said = f"order {order.order_id} ranks before order {other.order_id}"
                yield Fault("rank", f"{said}, which is carried in its stead")


def _could_go_for(order: Order, other: Order, ends: _Ends) -> bool:
    """Same doors, same kind of goods, no more of them, and handed over when it may be, too."""
    taken, given = (ends.get((other.order_id, WHOLE, end), ()) for end in ("pickup", "dropoff"))
    likeness = order.is_dirty, order.goods, order.load.temperature
    if not (taken and given) or order.held_at is not None:
        return False
    if likeness != (other.is_dirty, other.goods, other.load.temperature):
        return False
    return (
        _no_more(order.load, other.load)
        and order.pickup.position == taken[0].stop.place.position
        and _within(taken[0].begins, order.pickup_window)
        and any(
            end.place.position == given[0].stop.place.position
            and _within(given[0].begins, end.window)
            for end in order.ends
        )
    )


def _no_more(load: Load, than: Load) -> bool:
    return (
        load.mass_kg <= than.mass_kg
        and load.volume_m3 <= than.volume_m3
        and load.crates <= than.crates
    )


def _within(moment: float, window: TimeWindow) -> bool:
    return stamp(window.start) <= moment <= stamp(window.end)


def stamp(moment: datetime) -> float:
    """Seconds since 1970: moments of one zone compare by the clock on the wall, these do not."""
    return moment.timestamp()


def handovers(
    stop: Stop, day: Day, orders: Mapping[OrderId, Order], *, has_moved: bool
) -> Iterator[tuple[Task, float, float]]:
    """Each task of a stop with the earliest beginning and end of its handover, as timestamps."""
    pace = day.pace
    at_hub = stop.place.position in day.hub_points
    ready = stamp(stop.arrives_at)
    if has_moved:
        ready += pace.hub_visit_s if at_hub else pace.setup_s
    for task in stop.handed:
        window = window_of(task, orders.get(task.order_id), stop.place)
        begins = ready if window is None else max(ready, stamp(window.start))
        per_kg_s = Decimal(pace.handling_s_per_100kg) / 100
        takes_s = 0 if at_hub else pace.handling_s + round(task.load.mass_kg * per_kg_s)
        ready = begins + takes_s
        yield task, begins, ready


def position_before(stop: Stop) -> GeoPoint | None:
    """Where who comes from this stop need not set up again: nowhere after a rest."""
    return None if stop.is_rest else stop.place.position


def window_of(task: Task, order: Order | None, place: Place) -> TimeWindow | None:
    """The customer's window for this end, if it is a customer's door and not a hub's."""
    if order is None:
        return None
    if task.action == "pickup":
        return None if task.leg == FROM_HUB else order.pickup_window
    if task.leg == TO_HUB:
        return None
    if not order.alternatives:
        return order.dropoff_window
    windows = (end.window for end in order.ends if end.place.position == place.position)
    return next(windows, order.dropoff_window)
