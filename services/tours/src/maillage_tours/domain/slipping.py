"""When the tour of a first leg is late: who waits for its goods at the hub, and for how long."""

from collections.abc import Iterator
from datetime import datetime

from maillage_contracts.vocabulary import Amount, OrderId, TourId, Value
from maillage_tours.domain.coverage import stamp
from maillage_tours.domain.day import FROM_HUB, TO_HUB, Day
from maillage_tours.domain.driving_on import left
from maillage_tours.domain.replanning import Change, minutes_of
from maillage_tours.domain.tour import TaskStatus, Tour
from maillage_tours.domain.under_way import Given


class Slip(Value):
    """A stop at a hub that a tour would leave before goods of another tour are there."""

    tour_id: TourId
    vehicle: str
    stop: int
    order_ids: tuple[OrderId, ...]
    told_at: datetime
    """When it was to leave the hub."""
    brought_at: datetime
    """When the last of these goods is there, by what was reported and told."""
    minutes: Amount
    free_at: datetime
    """The moment for which the change was found: to be sent with its sequence."""
    change: Change | None = None
    """What to drive instead; None when nothing was found, and the tour is to be cancelled."""


_COMES = frozenset({TaskStatus.TODO, TaskStatus.DONE})


def brought_by(tour: Tour, day: Day) -> Iterator[tuple[OrderId, datetime]]:
    """When goods for a second leg are at the hub: as told, or as late as reports make it.

    Whoever reported nothing may be offline, and counts as being in time.
    """
    given = Given(tour, day, tour.starts_at, free_at=tour.starts_at)
    for stop in (*tour.stops[: given.locked], *given.as_it_is.stops):
        for task in stop.tasks:
            if task.leg == TO_HUB and task.action == "dropoff" and task.status in _COMES:
                yield task.order_id, max(left(stop), tour.stops[stop.number - 1].departs_at)


def slip_of(given: Given) -> Slip | None:
    """The first stop that the tour would leave too soon, if there is one."""
    tour, brought = given.tour, given.day.brought
    for stop in tour.stops:
        late = {
            task.order_id: brought[task.order_id]
            for task in stop.tasks
            if (task.leg, task.action, task.status) == (FROM_HUB, "pickup", TaskStatus.TODO)
            and stamp(brought.get(task.order_id, stop.departs_at)) > stamp(stop.departs_at)
        }
        if late:
            until = max(late.values(), key=stamp)
            return Slip(
                tour_id=tour.tour_id,
                vehicle=tour.vehicle.label,
                stop=stop.number,
                order_ids=tuple(sorted(late)),
                told_at=stop.departs_at,
                brought_at=until,
                minutes=minutes_of(stamp(until) - stamp(stop.departs_at)),
                free_at=given.now,
            )
    return None
