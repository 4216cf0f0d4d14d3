"""A solver in the same process, so that a test can plan a day in one line."""

from collections.abc import Awaitable, Callable

import pytest

from maillage_contracts.vocabulary import PlanId
from maillage_tours.adapters.estimated import EstimatedMatrices
from maillage_tours.adapters.question import Question
from maillage_tours.adapters.solve import answer
from maillage_tours.domain.day import Day
from maillage_tours.domain.problem import Problem, Search, Solution
from maillage_tours.domain.samples import TERMS, an_id
from maillage_tours.usecases.plan_day import Draft, Solver, plan_day


class SameProcess:
    """The solver without its process."""

    async def solve(self, problem: Problem, search: Search) -> Solution:
        return answer(Question(problem, search, cpu_seconds_max=60))


@pytest.fixture
def same_process() -> Solver:
    return SameProcess()


@pytest.fixture
def plan() -> Callable[[Day], Awaitable[Draft]]:
    async def planned(day: Day) -> Draft:
        return await plan_day(
            PlanId(an_id("plan")),
            day,
            Search(seed=1, iterations=30, seconds=20),
            matrices=EstimatedMatrices(TERMS.detour_factor),
            solver=SameProcess(),
        )

    return planned
