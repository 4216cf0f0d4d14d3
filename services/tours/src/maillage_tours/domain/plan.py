"""A plan of one day: what was computed, how, and which orders it leaves out."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from maillage_contracts.vocabulary import Label, OrderId, PlanId, TourId, Value, Word
from maillage_tours.domain.day import Job
from maillage_tours.domain.posing import PER_UNIT, Posed
from maillage_tours.domain.problem import Solution
from maillage_tours.domain.reasons import OTHER_LEG, soft_reason


class Unplanned(Value):
    """An order of the day that no tour carries, and why, in words."""

    order_id: OrderId
    reason: str


class Plan(Value):
    """How the tours of a day were found. It never changes: its tours live their own lives."""

    plan_id: PlanId
    on: date
    made_at: datetime
    matrix: Word
    solver: Label
    seed: int
    iterations: int
    seconds: Decimal
    was_cut: bool
    """Time ended the search: the same input may give another plan."""
    tour_ids: tuple[TourId, ...]
    unplanned: tuple[Unplanned, ...]


def left_out(posed: Posed, solution: Solution) -> dict[OrderId, str]:
    """The reason of every order that no route carries."""
    labels = [vehicle.label for vehicle in posed.vehicles]
    soft = (
        (posed.jobs[demand], soft_reason(probe, labels, posed.problem.dimensions, PER_UNIT))
        for demand, probe in solution.left.items()
    )
    return _by_order(posed.reasons) | _by_order(dict(soft))


def _by_order(reasons: Mapping[Job, str]) -> dict[OrderId, str]:
    """One reason for an order: that of the leg that could not be, for the place asked for."""
    found: dict[OrderId, str] = {}
    for job, reason in _telling_last(reasons):
        found[job.order_id] = reason
    return found


def _telling_last(reasons: Mapping[Job, str]) -> Iterable[tuple[Job, str]]:
    return sorted(reasons.items(), key=lambda one: (one[1] != OTHER_LEG, -one[0].option))
