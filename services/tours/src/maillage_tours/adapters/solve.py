"""The solver's own process: a problem comes in on standard input, routes go out, all in JSON.

`python -m maillage_tours.adapters.solve`. It ends by itself when its parent is gone or when it has
used more CPU time than it may, so that nothing is left behind by a service that was killed.
"""

import os
import resource
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version

from pydantic import TypeAdapter
from pyvrp import IteratedLocalSearchParams, PenaltyParams, SolveParams, solve

from maillage_tours.adapters.pyvrp_model import PENALTY_MAX, model_of, visits_of
from maillage_tours.domain.insertion import insert_all
from maillage_tours.domain.problem import Problem, Search, Solution, Visit
from maillage_tours.domain.timeline import schedule

HISTORY = 20
"""Length of late acceptance: with short searches 20 beats PyVRP's 300 (measured on Li & Lim)."""


@dataclass(frozen=True)
class Question:
    """What the parent asks."""

    problem: Problem
    search: Search
    cpu_seconds_max: int


QUESTION = TypeAdapter(Question)
SOLUTION = TypeAdapter(Solution)


class _Enough:
    """Stops after so many iterations, or so much time, or when the parent is gone."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.iterations = 0
        self.was_cut = False
        self._parent = os.getppid()
        self._until = time.monotonic() + search.seconds

    def __call__(self, best_cost: int) -> bool:  # noqa: ARG002 PyVRP gives it to every criterion
        if self.iterations >= self.search.iterations:
            return True
        self.was_cut = time.monotonic() > self._until or os.getppid() != self._parent
        self.iterations += not self.was_cut
        return self.was_cut


def answer(question: Question) -> Solution:
    """Routes for the problem: found by PyVRP, mended and filled up by insertion."""
    began = time.monotonic()
    problem, enough = question.problem, _Enough(question.search)
    routes: list[tuple[Visit, ...]] = [() for _ in problem.carriers]
    if problem.demands:
        model = model_of(problem)
        params = SolveParams(
            ils=IteratedLocalSearchParams(history_length=HISTORY),
            penalty=PenaltyParams(max_penalty=PENALTY_MAX),
        )
        found = solve(
            model.data, enough, seed=question.search.seed, collect_stats=False, params=params
        )
        for carrier, visits in visits_of(model, found.best).items():
            routes[carrier] = mended(problem, carrier, visits)
    filled, left = insert_all(problem, routes)
    return Solution(
        routes=tuple(filled),
        left=left,
        solver=f"pyvrp {version('pyvrp')}",
        iterations=enough.iterations,
        seconds=time.monotonic() - began,
        was_cut=enough.was_cut,
    )


def mended(problem: Problem, carrier: int, visits: tuple[Visit, ...]) -> tuple[Visit, ...]:
    """The route without what breaks its limits: a search cut short may leave a breach."""
    while not (plan := schedule(problem, carrier, visits)).is_feasible:
        late = [
            one.visit.demand for one in plan.timed if _is_late(problem, one.visit, one.begins_s)
        ]
        gone = (late or [visits[-1].demand])[0]
        visits = tuple(visit for visit in visits if visit.demand != gone)
    return visits


def _is_late(problem: Problem, visit: Visit, begins_s: int) -> bool:
    return begins_s > problem.step(visit).closes_s


def main() -> int:
    """Answer one question."""
    question = QUESTION.validate_json(sys.stdin.buffer.read())
    limit = question.cpu_seconds_max
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    sys.stdout.buffer.write(SOLUTION.dump_json(answer(question)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
