"""What really happens on a tour: stops done, weighed, refused, failed, and the tour's end."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise

from pydantic import Field

from maillage_contracts.refusals import Invalid, NotFound, Refused
from maillage_contracts.vocabulary import (
    Count,
    Kilograms,
    Kilometres,
    OrderId,
    Positive,
    UnitId,
    Value,
    Word,
)
from maillage_tours.domain.access import Zone
from maillage_tours.domain.low_emission import inside_km
from maillage_tours.domain.tour import Action, Stop, Task, TaskStatus, Tour, TourStatus, Visited

CLOCKS_DIFFER = timedelta(minutes=5)
"""A phone's clock may be ahead of ours by so much."""
LATEST_AFTER_END = timedelta(hours=12)
"""A tour rehearsed before its day is reported with the hours of its day, and no later."""
AROUND_TOUR = timedelta(days=3)
"""What is told to have happened further from the planned hours was told by a clock set wrong.

The report itself may come much later: phones keep it while they are offline.
"""


class Handed(Value):
    """What the crew says of one handover."""

    order_id: OrderId
    action: Action
    accepted_kg: Kilograms
    refused_kg: Kilograms = Decimal(0)
    reason: Word | None = None
    crates: Count | None = None
    unit_ids: tuple[UnitId, ...] = Field(default=(), max_length=500)
    """Containers for reuse that were scanned."""


class Driven(Value):
    """What a tour took in the end. `direct_km` is by order: pickup to dropoff without detour."""

    distance_km: Kilometres
    distance_source: Word
    empty_km: Kilometres
    low_emission_km: Kilometres | None
    moved_tkm: Positive
    """What was on board x each way."""
    hours: Positive
    carried_kg: dict[OrderId, Kilograms]
    direct_km: dict[OrderId, Kilometres]


def stop_of(tour: Tour, number: int) -> Stop:
    """A stop by its number; raises NotFound."""
    if not 1 <= number <= len(tour.stops):
        raise NotFound(f"tour {tour.tour_id} has stops 1 to {len(tour.stops)}")
    return tour.stops[number - 1]


def start(tour: Tour, started_at: datetime | None, now: datetime) -> Tour:
    """The tour under way since this moment, or since now; over or under way, it is left as it is.

    Raises Invalid, or Refused when it is not published.
    """
    if started_at is not None:
        _of_its_day(tour, "started_at", started_at, now)
    if tour.status in {TourStatus.STARTED, TourStatus.COMPLETED}:
        return tour
    return tour.become(TourStatus.STARTED, started_at=started_at or now)


def complete_stop(
    tour: Tour, number: int, visited: Visited, handed: Sequence[Handed], now: datetime
) -> Tour:
    """The tour with this stop done. The same report again changes nothing.

    A phone that was offline sends what it kept in any order: a stop that is reported before the
    start of its tour starts it.

    Raises NotFound, Invalid when the report does not fit the stop, Refused when the tour is not
    under way or the stop was reported otherwise.
    """
    stop = stop_of(tour, number)
    _plausible(tour, visited, now)
    tasks = tuple(_done(task, handed) for task in stop.tasks)
    if not stop.is_open and stop.visited is None:
        return tour  # all of it was withdrawn while the phone was offline
    if not stop.is_open:
        if visited == stop.visited and list(map(_told, tasks)) == list(map(_told, stop.tasks)):
            return tour
        raise Refused(f"stop {number} was reported otherwise before: nothing was changed")
    _fits(tour, stop, handed)
    told = {"tasks": tasks, "visited": visited, "received_at": now}
    return _with(_under_way(tour, visited.arrived_at), stop.model_copy(update=told))


def arrive(tour: Tour, number: int, arrived_at: datetime, now: datetime) -> Tour:
    """The tour with its crew at this stop. Told after the stop was reported, it is nothing new."""
    stop = stop_of(tour, number)
    _of_its_day(tour, "arrived_at", arrived_at, now)
    if stop.visited is not None or stop.arrived_at == arrived_at:
        return tour
    if stop.arrived_at is not None:
        raise Refused(f"the crew arrived at stop {number} at {stop.arrived_at.isoformat()}")
    there = stop.model_copy(update={"arrived_at": arrived_at})
    return _with(_under_way(tour, arrived_at), there)


def fail_stop(tour: Tour, number: int, visited: Visited, reason: Word, now: datetime) -> Tour:
    """The tour with nothing handed over at this stop. The same report again changes nothing."""
    stop = stop_of(tour, number)
    _plausible(tour, visited, now)
    if not stop.is_open:
        failed = (t for t in stop.tasks if t.status == TaskStatus.FAILED and t.reason == reason)
        if any(failed) and stop.visited == visited:
            return tour
        raise Refused(f"stop {number} was reported otherwise before: nothing was changed")
    gone = {"status": TaskStatus.FAILED, "reason": reason, "waits": True}
    tasks = tuple(
        task.model_copy(update=gone) if task.status == TaskStatus.TODO else task
        for task in stop.tasks
    )
    told = {"tasks": tasks, "visited": visited, "received_at": now}
    return _with(_under_way(tour, visited.arrived_at), stop.model_copy(update=told))


def _with(tour: Tour, stop: Stop) -> Tour:
    place = stop.number - 1
    return tour.changed(stops=(*tour.stops[:place], stop, *tour.stops[place + 1 :]))


def _under_way(tour: Tour, since: datetime) -> Tour:
    """The tour, started; raises Refused when it was not given to a crew, or is over."""
    if tour.status == TourStatus.PUBLISHED:
        return tour.become(TourStatus.STARTED, started_at=since)
    if tour.status != TourStatus.STARTED:
        raise Refused(f"tour {tour.tour_id} is {tour.status}: only a started tour has stops done")
    return tour


def _plausible(tour: Tour, visited: Visited, now: datetime) -> None:
    if visited.completed_at < visited.arrived_at:
        raise Invalid("completed_at", "a stop is completed after arriving at it")
    _of_its_day(tour, "arrived_at", visited.arrived_at, now)
    _of_its_day(tour, "completed_at", visited.completed_at, now)


def _of_its_day(tour: Tour, field: str, moment: datetime, now: datetime) -> None:
    if moment > max(now + CLOCKS_DIFFER, tour.ends_at + LATEST_AFTER_END):
        raise Invalid(field, "this moment is still to come: check the clock of the phone")
    if not tour.starts_at - AROUND_TOUR <= moment <= tour.ends_at + AROUND_TOUR:
        day = tour.starts_at.date()
        raise Invalid(field, f"this tour is of {day}: check the clock of the phone, or the year")


def must_have_been(at: datetime, now: datetime) -> None:
    """Raise Invalid for a moment that is not even that of a tour that is rehearsed."""
    if at > now + AROUND_TOUR:
        raise Invalid("at", "this moment is still to come: check the date")


def _told(task: Task) -> Task:
    """The task as it was reported, whether its order knows yet or not."""
    return task.model_copy(update={"waits": False})


def _done(task: Task, handed: Sequence[Handed]) -> Task:
    """The task as it was reported; void and unreported ones stay as they are."""
    if task.status == TaskStatus.VOID:
        return task
    for one in handed:
        if (one.order_id, one.action) == (task.order_id, task.action):
            return task.model_copy(
                update={
                    "status": TaskStatus.DONE,
                    "accepted_kg": one.accepted_kg,
                    "refused_kg": one.refused_kg,
                    "reason": one.reason,
                    "crates": one.crates,
                    "unit_ids": one.unit_ids,
                    "waits": True,
                }
            )
    return task


def _fits(tour: Tour, stop: Stop, handed: Sequence[Handed]) -> None:
    expected = {
        (task.order_id, task.action) for task in stop.tasks if task.status == TaskStatus.TODO
    }
    reported = [(one.order_id, one.action) for one in handed]
    for order_id, action in expected.difference(reported):
        raise Invalid("handovers", f"the {action} of order {order_id} is missing")
    withdrawn = {(t.order_id, t.action) for t in stop.tasks if t.status == TaskStatus.VOID}
    for order_id, action in reported:
        if (order_id, action) not in expected | withdrawn:
            raise Invalid("handovers", f"no {action} of order {order_id} is to be done here")
    if len(reported) > len(set(reported)):
        raise Invalid("handovers", "each handover is reported once")
    for one in handed:
        if one.accepted_kg > tour.vehicle.payload_kg:
            raise Invalid("handovers", f"{tour.vehicle.label} carries less: check the unit")
        if one.refused_kg and one.reason is None:
            raise Invalid("handovers", f"say why {one.refused_kg:f} kg were refused (reason)")


def is_done(tour: Tour) -> bool:
    """Whether nothing remains to be done on a tour under way, nor to be heard of its orders."""
    nothing_left = not any(task.status == TaskStatus.TODO or task.waits for task in tour.tasks)
    return tour.status == TourStatus.STARTED and nothing_left


def last_moment(tour: Tour) -> datetime | None:
    """When the last stop was reported done or failed."""
    told = [stop.visited.completed_at for stop in tour.stops if stop.visited is not None]
    return max(told, default=tour.started_at)


def driven(tour: Tour, zones: Iterable[Zone] = ()) -> Driven:
    """The distances and hours of a tour whose stops are all done, in a territory of these zones.

    By the trip meter when the crew read it, plus the planned way from there; else as planned.
    Stops at which nothing was left to do were not driven to. The way back is counted as planned.
    """
    stops = [stop for stop in tour.stops if any(t.status != TaskStatus.VOID for t in stop.tasks)]
    ways = list(_ways(tour, stops))
    planned_m = sum(metres for metres, _, _ in ways)
    empty_m = sum(metres for metres, _, onboard_kg in ways if not onboard_kg)
    read = [(number, stop.visited.odometer_km) for number, stop in enumerate(stops) if stop.visited]
    readings = [(number, km) for number, km in read if km is not None]
    distance_km, source = Decimal(planned_m) / 1000, "planned"
    if readings:
        number, km = readings[-1]
        rest_m = sum(metres for metres, _, _ in ways[number + 1 :])
        distance_km, source = km + Decimal(rest_m) / 1000, "odometer"
    empty_share = Decimal(empty_m) / planned_m if planned_m else Decimal(0)
    moved_kg_m = sum((onboard_kg * metres for metres, _, onboard_kg in ways), Decimal(0))
    mean_kg = moved_kg_m / planned_m if planned_m else Decimal(0)
    carried = {t.order_id: t.accepted_kg for t in tour.tasks if _was_taken(t)}
    return Driven(
        distance_km=round(distance_km, 3),
        distance_source=source,
        empty_km=round(distance_km * empty_share, 3),
        low_emission_km=inside_km(tour, stops, distance_km, zones),
        moved_tkm=round(distance_km * mean_kg / 1000, 6),
        hours=_hours(stops, ways),
        carried_kg=carried,
        direct_km={order_id: _direct_km(tour, order_id) for order_id in carried},
    )


def _was_taken(task: Task) -> bool:
    return task.action == "pickup" and task.accepted_kg > 0


def _ways(tour: Tour, stops: Sequence[Stop]) -> Iterator[tuple[int, int, Decimal]]:
    """Metres, seconds and load of each way that was driven; what was refused stays on board."""
    onboard_kg = Decimal(0)
    places = [tour.start, *(stop.place for stop in stops), tour.end]
    for (here, there), after in zip(pairwise(places), (*stops, None), strict=True):
        metres, seconds = tour.travel.between(here.position, there.position)
        yield metres, seconds, onboard_kg
        for task in after.tasks if after else ():
            onboard_kg += task.accepted_kg if task.action == "pickup" else -task.accepted_kg
        onboard_kg = max(onboard_kg, Decimal(0))


def _hours(stops: Sequence[Stop], ways: Sequence[tuple[int, int, Decimal]]) -> Decimal:
    """From the first arrival to the last departure, plus the planned ways from and to the base.

    Not from the start: a crew may press that long before it sets off.
    """
    told = [stop.visited for stop in stops if stop.visited is not None]
    if not told:
        return Decimal(0)
    began = min(one.arrived_at for one in told)
    ended = max(one.completed_at for one in told)
    ends_s = ways[0][1] + ways[-1][1]
    return round((Decimal(str((ended - began).total_seconds())) + ends_s) / 3600, 4)


def _direct_km(tour: Tour, order_id: OrderId) -> Decimal:
    ends = [
        stop.place.position
        for stop in tour.stops
        for task in stop.tasks
        if task.order_id == order_id
    ]
    metres, _ = tour.travel.between(ends[0], ends[-1])
    return Decimal(metres) / 1000
