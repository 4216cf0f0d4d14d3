"""A tour that a crew has, at one moment: what of it stays as it is, and how it goes on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from maillage_contracts.vocabulary import OrderId, Place
from maillage_tours.domain.checker import figures_of
from maillage_tours.domain.coverage import stamp
from maillage_tours.domain.day import FROM_HUB, Day, weighed
from maillage_tours.domain.driving_on import Drive, drive
from maillage_tours.domain.order import Order
from maillage_tours.domain.tour import Stop, TaskStatus, Tour

REPORTED = frozenset({TaskStatus.DONE, TaskStatus.FAILED})


@dataclass(frozen=True)
class Given:
    """A tour at a moment; `day` has its orders, and is not busy with the tour itself."""

    tour: Tour
    day: Day
    now: datetime
    free_at: datetime | None = None
    """Until when its vehicle stands or waits, if it does."""

    @cached_property
    def since(self) -> datetime:
        """From when on it may be driven otherwise than was told."""
        return self.now if self.free_at is None else max(self.now, self.free_at)

    @cached_property
    def locked(self) -> int:
        """How many of its stops are as they are: reached ones, and those that are due by now.

        Of a vehicle that stands only what was reported is known.
        """
        fixed = [
            stop.number
            for stop in self.tour.stops
            if stop.visited is not None
            or stop.arrived_at is not None
            or any(task.status in REPORTED for task in stop.tasks)
            or (self.free_at is None and stamp(stop.arrives_at) <= stamp(self.now))
        ]
        return max(fixed, default=0)

    @cached_property
    def fixed(self) -> int:
        """How many of its stops nothing comes before: also the one that it is driving to.

        A vehicle that stands may go elsewhere.
        """
        is_standing = stamp(self.since) > stamp(self.now)
        if is_standing or not self._has_left:
            return self.locked
        ahead = filter(_is_driven_to, self.tour.stops[self.locked :])
        return next((stop.number for stop in ahead), self.locked)

    @property
    def here(self) -> Place:
        """From where it goes on."""
        return self.tour.stops[self.locked - 1].place if self.locked else self.tour.start

    @property
    def _has_left(self) -> bool:
        """Whether it is between two stops, as was reported or else as was told."""
        behind = [stop for stop in self.tour.stops[: self.locked] if _is_driven_to(stop)]
        if not behind:
            is_due = stamp(self.tour.starts_at) <= stamp(self.now)
            return self.tour.started_at is not None or is_due
        here = behind[-1]
        if here.visited is not None or here.arrived_at is not None:
            return here.visited is not None
        return stamp(here.departs_at) <= stamp(self.now)

    @cached_property
    def rest(self) -> list[Stop]:
        """Its stops to come, without what was withdrawn, as weighed at the hub."""
        ahead = (without(stop, TaskStatus.VOID) for stop in self.tour.stops[self.locked :])
        return [_as_held(stop, self.day.by_id) for stop in ahead if stop is not None]

    @cached_property
    def as_it_is(self) -> Drive:
        """Driving on with nothing changed."""
        return self.driven(self.rest)

    @cached_property
    def as_driven(self) -> Tour:
        """The tour as it is driven with nothing changed."""
        return with_figures(self.as_it_is.tour(self.tour, self.locked))

    def driven(self, stops: Sequence[Stop]) -> Drive:
        """Driving on with these stops."""
        since = self.since
        if self.tour.started_at and stops and self.locked < stops[0].number == self.fixed:
            _, way_s = self.tour.travel.between(self.here.position, stops[0].place.position)
            since -= timedelta(seconds=way_s)  # it is on this way already
        return drive(self.tour, self.day, self.locked, stops, since)


def with_figures(tour: Tour) -> Tour:
    """The tour with what it takes as it is now."""
    return tour.model_copy(update={"figures": figures_of(tour)})


def without(stop: Stop, gone: OrderId | TaskStatus) -> Stop | None:
    """The stop without an order, or what was withdrawn; None when nothing remains to be done."""
    tasks = tuple(task for task in stop.tasks if gone not in {task.order_id, task.status})
    if stop.tasks and not tasks:
        return None
    return stop.model_copy(update={"tasks": tasks})


def _is_driven_to(stop: Stop) -> bool:
    return not stop.tasks or any(task.status != TaskStatus.VOID for task in stop.tasks)


def _as_held(stop: Stop, orders: Mapping[OrderId, Order]) -> Stop:
    """What waits at a hub has the mass with which it came in."""
    tasks = tuple(
        task.model_copy(update={"load": weighed(task.load, order.taken_kg)})
        if task.leg == FROM_HUB and (order := orders.get(task.order_id)) and order.held_at
        else task
        for task in stop.tasks
    )
    return stop.model_copy(update={"tasks": tasks})
