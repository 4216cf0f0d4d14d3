"""The solver's own process: a problem comes in on standard input, routes go out.

`python -m maillage_tours.adapters.solve`. It ends by itself when its parent is gone or when it has
used more CPU time than it may, so that nothing is left behind by a service that was killed.
"""

import pickle
import resource
import sys
import time
from dataclasses import dataclass
from importlib.metadata import version
from typing import Literal

from pydantic import TypeAdapter
from pyvrp import Solution as Found
from pyvrp import solve

from maillage_tours.adapters.pyvrp_model import Model, model_of, visits_of
from maillage_tours.adapters.search import Enough, race
from maillage_tours.domain.insertion import insert_all
from maillage_tours.domain.problem import Problem, Search, Solution, Visit
from maillage_tours.domain.reassigning import reassigned
from maillage_tours.domain.timeline import schedule

HISTORY = 20
"""Length of late acceptance: with short searches 20 beats PyVRP's 300 (measured on Li & Lim)."""

Routes = list[tuple[Visit, ...]]


@dataclass(frozen=True)
class Question:
    """What the parent asks. `raw` is PyVRP as it comes, for comparison."""

    problem: Problem
    search: Search
    cpu_seconds_max: int = 60
    history: int = HISTORY
    engine: Literal["maillage", "raw"] = "maillage"


SOLUTION = TypeAdapter(Solution)


@dataclass(frozen=True)
class _Searched:
    routes: Routes
    first_feasible_s: float | None


def answer(question: Question) -> Solution:
    """Routes for the problem: found by search, mended, filled up by insertion, on fit vehicles."""
    began = time.monotonic()
    problem, enough = question.problem, Enough(question.search)
    searched = _Searched([() for _ in problem.carriers], None)
    if problem.demands and problem.carriers:
        searched = _searched(question, enough)
    routes = searched.routes
    for carrier, visits in enumerate(routes):
        routes[carrier] = mended(problem, carrier, visits)
    filled, left = insert_all(problem, routes)
    final = reassigned(problem, filled, left)
    return Solution(
        routes=tuple(final),
        left=left,
        solver=f"pyvrp {version('pyvrp')}",
        iterations=enough.iterations,
        seconds=time.monotonic() - began,
        was_cut=enough.was_cut,
        cpu_seconds=enough.cpu_seconds,
        first_feasible_s=searched.first_feasible_s or (None if left else enough.cpu_seconds),
    )


def _searched(question: Question, enough: Enough) -> _Searched:
    model = model_of(question.problem)
    if question.engine == "raw":
        found = solve(model.data, enough, seed=question.search.seed, collect_stats=False)
        return _Searched(_routes(question.problem, model, found.best), None)
    bests = race(model.data, question.search.seed, question.history)
    best = next(bests)
    first_feasible_s = None
    while True:
        if first_feasible_s is None and best.is_feasible() and not best.unplanned():
            first_feasible_s = enough.cpu_seconds
            required = model_of(question.problem, is_required=True).data
            bests = race(required, question.search.seed, question.history, best)
        if enough(0):
            break
        best = next(bests)
    return _Searched(_routes(question.problem, model, best), first_feasible_s)


def _routes(problem: Problem, model: Model, found: Found) -> Routes:
    routes: Routes = [() for _ in problem.carriers]
    for carrier, visits in visits_of(model, found).items():
        routes[carrier] = visits
    return routes


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
    question: Question = pickle.load(sys.stdin.buffer)  # noqa: S301 from the parent, on its pipe
    limit = question.cpu_seconds_max
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
    sys.stdout.buffer.write(SOLUTION.dump_json(answer(question)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
