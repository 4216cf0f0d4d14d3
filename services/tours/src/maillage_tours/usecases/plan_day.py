"""Computing a plan, outside of any transaction: distances, model, search, draft tours."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from maillage_contracts.vocabulary import GeoPoint, OrderId, PlanId
from maillage_tours.domain.day import Day, Job
from maillage_tours.domain.drafting import draft_tours
from maillage_tours.domain.legs import jobs_of
from maillage_tours.domain.plan import left_out
from maillage_tours.domain.posing import pose
from maillage_tours.domain.problem import Problem, Search, Solution
from maillage_tours.domain.tour import Tour
from maillage_tours.domain.travel import Matrix, Profile, Travel, profile_of


class Matrices(Protocol):
    """Where distances come from."""

    async def between(self, points: Sequence[GeoPoint], profiles: Sequence[Profile]) -> Matrix:
        """Travel between all points, for each profile."""
        ...

    async def extended(
        self, travel: Travel, points: Sequence[GeoPoint], profile: Profile
    ) -> Travel:
        """The same travel, with some points more."""
        ...


class Solver(Protocol):
    """What finds routes. It may be anything: its answer is checked before it is believed."""

    async def solve(self, problem: Problem, search: Search) -> Solution:
        """Routes for a problem; raises Refused when none was found in time."""
        ...


@dataclass(frozen=True)
class Draft:
    """A plan before its check: tours, orders left out with their reasons, and how it was made."""

    plan_id: PlanId
    day: Day
    matrix: Matrix
    tours: Sequence[Tour]
    left: Mapping[OrderId, str]
    search: Search
    solution: Solution


async def plan_day(
    plan_id: PlanId,
    day: Day,
    search: Search,
    *,
    matrices: Matrices,
    solver: Solver,
    jobs: Callable[[Day, Matrix], Iterable[Job]] = jobs_of,
) -> Draft:
    """A draft of the day's tours. Whatever no tour carries has a reason."""
    profiles = sorted(set(map(profile_of, day.fleet)), key=str)
    matrix = await matrices.between(_points(day), profiles)
    posed = await asyncio.to_thread(  # a second for 350 orders
        lambda: pose(day, list(jobs(day, matrix)), matrix)
    )
    solution = await solver.solve(posed.problem, search)
    return Draft(
        plan_id=plan_id,
        day=day,
        matrix=matrix,
        tours=list(draft_tours(plan_id, day, matrix, posed, solution)),
        left=left_out(posed, solution),
        search=search,
        solution=solution,
    )


def _points(day: Day) -> list[GeoPoint]:
    """Every place a vehicle may be at, in an order that does not depend on how they were read."""
    points = [hub.position for hub in day.hubs] + [vehicle.base for vehicle in day.vehicles]
    points += [place.position for place in day.rests]
    for order in day.orders:
        points += [order.pickup.position, *(end.place.position for end in order.ends)]
        points += [order.held_at.position] if order.held_at else []
    return sorted(set(points), key=lambda point: (point.lat, point.lon))
