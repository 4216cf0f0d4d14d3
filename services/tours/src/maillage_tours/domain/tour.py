"""A tour and its life: drawn up, proposed, published, driven."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, Self

from pydantic import Field

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import (
    Amount,
    Kilograms,
    Kilometres,
    Label,
    Load,
    Moment,
    Money,
    OrderId,
    Place,
    PlanId,
    Positive,
    Share,
    Text,
    TourId,
    UnitId,
    Value,
    Word,
)
from maillage_tours.domain.crew import Crew
from maillage_tours.domain.fleet import Rig, Vehicle
from maillage_tours.domain.travel import Travel

Action = Literal["pickup", "dropoff"]


class TourStatus(StrEnum):
    """Where a tour is in its life."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    PUBLISHED = "published"
    STARTED = "started"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


_S = TourStatus

NEXT: dict[TourStatus, frozenset[TourStatus]] = {
    _S.DRAFT: frozenset({_S.PROPOSED}),
    _S.PROPOSED: frozenset({_S.PUBLISHED, _S.CANCELLED}),
    _S.PUBLISHED: frozenset({_S.STARTED, _S.CANCELLED}),
    # What was driven cannot be undone: the stops that remain are failed, with a reason.
    _S.STARTED: frozenset({_S.COMPLETED}),
    _S.COMPLETED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""The whole life of a tour. Only the independent check makes a draft proposed."""


class TaskStatus(StrEnum):
    """What became of one handover."""

    TODO = "todo"
    DONE = "done"
    FAILED = "failed"
    VOID = "void"
    """Its order was withdrawn: there is nothing to do any more."""


class Task(Value):
    """One order to take over or to hand over at a stop."""

    order_id: OrderId
    leg: int
    action: Action
    load: Load
    status: TaskStatus = TaskStatus.TODO
    accepted_kg: Kilograms = Decimal(0)
    refused_kg: Kilograms = Decimal(0)
    reason: Word | None = None
    crates: int | None = None
    """Counted at the handover; None when nobody counted."""
    unit_ids: tuple[UnitId, ...] = ()
    waits: bool = False
    """It was reported before something that must come before it: its order does not know yet."""

    @property
    def is_off(self) -> bool:
        """Whether its goods are not on board by it: withdrawn, or a pickup that failed."""
        failed = self.status == TaskStatus.FAILED and self.action == "pickup"
        return failed or self.status == TaskStatus.VOID


TRIP_KM_MAX = 1500
"""More than a day's drive: that would be the whole odometer."""


class Visited(Value):
    """What the crew told of a stop."""

    arrived_at: Moment
    completed_at: Moment
    temperature_c: Amount | None = Field(default=None, ge=-60, le=120)
    proof: Label | None = None
    note: Text | None = None
    odometer_km: Kilometres | None = Field(default=None, le=TRIP_KM_MAX)
    """The trip meter: km since the start of the tour."""


class Stop(Value):
    """A halt at one place, with its planned hours; the window is about the handovers."""

    number: int
    place: Place
    arrives_at: datetime
    departs_at: datetime
    onboard_kg: Kilograms
    tasks: tuple[Task, ...]
    arrived_at: datetime | None = None
    """Told by the crew when it arrived, before it reported the stop."""
    visited: Visited | None = None
    received_at: datetime | None = None
    """When we heard of the stop, by our clock; what the crew told is by its phone's."""

    @property
    def kind(self) -> Word:
        """Whether goods are taken, given, or both, or the crew rests."""
        if self.is_rest:
            return "rest"
        actions = {task.action for task in self.tasks}
        return actions.pop() if len(actions) == 1 else "mixed"

    @property
    def is_rest(self) -> bool:
        """Whether nothing is handed over here: the crew rests."""
        return not self.tasks

    @property
    def handed(self) -> tuple[Task, ...]:
        """What is or was handed over: not what was withdrawn, nor what could not be fetched."""
        return tuple(task for task in self.tasks if not task.is_off)

    @property
    def moved_kg(self) -> Decimal:
        """By how much what is on board grows here, as planned."""
        signed = (
            task.load.mass_kg if task.action == "pickup" else -task.load.mass_kg
            for task in self.handed
        )
        return sum(signed, Decimal(0))

    @property
    def is_open(self) -> bool:
        """Whether something remains to be done here."""
        return any(task.status == TaskStatus.TODO for task in self.tasks)


class Figures(Value):
    """What a tour takes and yields, as the independent check computed it."""

    distance_km: Kilometres
    empty_km: Kilometres
    load_factor: Share
    hours: Positive
    cost: Money


class Tour(Value):
    """A round of one vehicle on one day."""

    tour_id: TourId
    plan_id: PlanId
    on: date
    vehicle: Rig | Vehicle
    start: Place
    end: Place
    starts_at: datetime
    ends_at: datetime
    stops: tuple[Stop, ...]
    travel: Travel
    """Distances and times among its places, so that it can be checked again as it was planned."""
    matrix: Word
    solver: Label
    crew: Crew = Crew()
    """On whose hours it was planned."""
    figures: Figures | None = None
    status: TourStatus = TourStatus.DRAFT
    reason: Word | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None
    version: int = 1

    def become(self, status: TourStatus, **changes: object) -> Self:
        """The tour one step further in its life; raises Refused when that step is not in NEXT."""
        if status not in NEXT[self.status]:
            raise Refused(f"tour {self.tour_id} is {self.status}: it cannot become {status}")
        return self.changed(**changes, status=status)

    def changed(self, **changes: object) -> Self:
        """The tour with these fields changed, one version on."""
        return self.model_copy(update={**changes, "version": self.version + 1})

    @property
    def tasks(self) -> Iterator[Task]:
        """All handovers, in the order of the stops."""
        return (task for stop in self.stops for task in stop.tasks)

    @property
    def order_ids(self) -> frozenset[OrderId]:
        """The orders that it still is to carry or has carried."""
        return frozenset(task.order_id for task in self.tasks if task.status != TaskStatus.VOID)

    def legs_of(self, order_id: OrderId) -> frozenset[int]:
        """Which legs of an order it carries."""
        return frozenset(task.leg for task in self.tasks if task.order_id == order_id)

    def voided(self, order_ids: frozenset[OrderId], reason: Word) -> Self:
        """The tour without what is still to do for these orders; its stops stay where they are."""
        gone = {"status": TaskStatus.VOID, "reason": reason}
        stops = tuple(
            stop.model_copy(
                update={
                    "tasks": tuple(
                        task.model_copy(update=gone)
                        if task.order_id in order_ids and task.status == TaskStatus.TODO
                        else task
                        for task in stop.tasks
                    )
                }
            )
            for stop in self.stops
        )
        return self.changed(stops=stops)
