"""The solver's own process: a problem comes in on standard input, routes go out.

`python -m maillage_tours.adapters.solve`. It ends by itself when its parent is gone or when it has
used more CPU time than it may, so that nothing is left behind by a service that was killed.
"""

import pickle
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version

from pyvrp import Solution as Found
from pyvrp import solve

from maillage_tours.adapters.ladder import FIRST_SHARE, descended
from maillage_tours.adapters.pyvrp_model import Model, carried_over, model_of, visits_of
from maillage_tours.adapters.question import SOLUTION, Question
from maillage_tours.adapters.search import Enough, race
from maillage_tours.domain.insertion import insert_all
from maillage_tours.domain.problem import Probe, Problem, Solution, Visit
from maillage_tours.domain.proof import prove
from maillage_tours.domain.reassigning import reassigned
from maillage_tours.domain.resting import rested
from maillage_tours.domain.timeline import schedule

TRIED_SHARES = 0.3, 0.45, 0.6
"""After so much of its time, once all is carried, a search looks whether some crews work too long
without a rest: only then are there rests to search for, which make every step slower, and many
times slower where routes still break limits."""
RESTS_COST_MAX = 1.03
"""Where rests put into such routes make them dearer by less, no search has to know of rests."""

Routes = list[tuple[Visit, ...]]


@dataclass(frozen=True)
class _Searched:
    """Routes of each model that was searched, and when all was carried first."""

    tried: tuple[Routes, ...]
    first_feasible_s: float | None


def answer(question: Question) -> Solution:
    """Routes for the problem: found by search, mended, filled up by insertion, on fit vehicles."""
    began = time.monotonic()
    problem, enough = question.problem, Enough(question.search)
    searched = _Searched(([() for _ in problem.carriers],), None)
    if problem.demands and problem.carriers:
        searched = _searched(question, enough)
    most, *others = sorted(searched.tried, key=_carried, reverse=True)
    finished = [_finished(problem, most)]
    for tried in others:
        # What carries less than one that lacks nothing costs much to fill, and seldom is better.
        if finished[0][1] or _carried(tried) == _carried(most):
            finished.append(_finished(problem, tried))
    routes, left = min(finished, key=lambda one: (len(one[1]), prove(problem, *one).cost))
    return Solution(
        routes=routes,
        left=left,
        solver=f"pyvrp {version('pyvrp')}",
        iterations=enough.iterations,
        seconds=time.monotonic() - began,
        was_cut=enough.was_cut or enough.was_hurried,
        cpu_seconds=enough.cpu_seconds,
        first_feasible_s=searched.first_feasible_s or (None if left else enough.cpu_seconds),
    )


def _carried(routes: Routes) -> int:
    return sum(visit.is_pickup and not visit.is_rest for visits in routes for visit in visits)


def _finished(
    problem: Problem, routes: Routes
) -> tuple[tuple[tuple[Visit, ...], ...], dict[int, Probe | None]]:
    """Routes that keep all limits, with what still fits, on the vehicles fit for them."""
    for one, other in problem.twins:
        if routes[one] and routes[other]:
            routes[min(one, other, key=lambda twin: len(routes[twin]))] = ()
    sound = [mended(problem, carrier, visits) for carrier, visits in enumerate(routes)]
    filled, left = insert_all(problem, sound)
    return reassigned(problem, filled, left), left


def _searched(question: Question, enough: Enough) -> _Searched:
    problem = question.problem
    model = model_of(problem)
    if question.engine == "raw":
        found = solve(model.data, enough, seed=question.search.seed, collect_stats=False)
        return _Searched((_routes(problem, model, found.best),), None)
    walk = _Walk(question, model)
    may_tire = _may_tire(problem)
    if any(carrier.fixed_cost for carrier in problem.carriers):
        walk.go(enough, FIRST_SHARE)
        walk.spare(enough)
    for share in TRIED_SHARES if may_tire else (None,):
        walk.go(enough, share)
        if model.carries_all(walk.best):
            break
    tried = [_routes(problem, model, walk.best)]
    if may_tire:
        if tired := tuple(_tired(problem, tried[0])):
            with_rests, left = _finished(problem, tried[0])
            if left or _cost(problem, with_rests) > RESTS_COST_MAX * _cost(problem, tried[0]):
                unrested, model = model, model_of(problem, resting=tired)
                start = carried_over(unrested, walk.best, model)
                walk = _Walk(question, model, start, walk.first_feasible_s)
            tried = [list(with_rests)]
        walk.go(enough)
        tried.append(_routes(problem, model, walk.best))
    return _Searched(tuple(tried), walk.first_feasible_s)


def _cost(problem: Problem, routes: Sequence[tuple[Visit, ...]]) -> int:
    return prove(problem, routes).cost


class _Walk:
    """The search on one model; once all is carried, on one where all must be."""

    def __init__(
        self,
        question: Question,
        model: Model,
        start: Found | None = None,
        first_feasible_s: float | None = None,
    ) -> None:
        self._question = question
        self._model = model
        self._is_required = False
        self._bests = race(model.data, question.search.seed, question.history, start)
        self.first_feasible_s = first_feasible_s
        self.best = next(self._bests)

    def go(self, enough: Enough, until: float | None = None) -> None:
        """Search until it is enough, or until such a share of that is used."""
        while until is None or not enough.has_used(until):
            if not self._is_required and self._model.carries_all(self.best):
                self.first_feasible_s = self.first_feasible_s or enough.cpu_seconds
                self._require()
            if enough(0):
                return
            self.best = next(self._bests)

    def spare(self, enough: Enough) -> None:
        """Go on from routes with fewer vehicles, where that is cheaper."""
        if self._is_required:
            self.best = descended(self._question, self._model, self.best, enough)
            self._require()

    def _require(self) -> None:
        self._is_required = True
        search, model = self._question.search, self._model
        required = model_of(self._question.problem, is_required=True, resting=model.resting)
        self._bests = race(required.data, search.seed, self._question.history, self.best)


def _may_tire(problem: Problem) -> bool:
    """Whether some shift is longer than a crew may work without a rest."""
    return any(
        carrier.rest_after_s is not None
        and carrier.closes_s - carrier.opens_s > carrier.rest_after_s
        for carrier in problem.carriers
    )


def _tired(problem: Problem, routes: Routes) -> Iterator[int]:
    """The vehicles whose crews work too long without a rest."""
    for carrier, visits in enumerate(routes):
        if visits and schedule(problem, carrier, visits).unrested_s:
            yield carrier


def _routes(problem: Problem, model: Model, found: Found) -> Routes:
    routes: Routes = [() for _ in problem.carriers]
    for carrier, visits in visits_of(model, found).items():
        routes[carrier] = visits
    return routes


def mended(problem: Problem, carrier: int, visits: tuple[Visit, ...]) -> tuple[Visit, ...]:
    """The route without what breaks its limits: a search cut short may leave a breach."""
    visits = tuple(
        visit
        for visit in visits
        if visit.is_rest or carrier in problem.demands[visit.demand].carriers
    )
    visits = rested(problem, carrier, visits)
    while not (plan := schedule(problem, carrier, visits)).is_feasible:
        late = [
            one.visit.demand for one in plan.timed if _is_late(problem, one.visit, one.begins_s)
        ]
        carried = [visit.demand for visit in visits if not visit.is_rest]
        if not carried:
            return ()
        gone = (late or carried[-1:])[0]
        visits = tuple(visit for visit in visits if visit.demand != gone)
        visits = rested(problem, carrier, visits)
    return visits


def _is_late(problem: Problem, visit: Visit, begins_s: int) -> bool:
    return begins_s > problem.step(visit).closes_s


def main() -> int:
    """Answer one question."""
    question: Question = pickle.load(sys.stdin.buffer)  # noqa: S301 from the parent, on its pipe
    limit = question.cpu_seconds_max
    resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))  # told first, then killed
    sys.stdout.buffer.write(SOLUTION.dump_json(answer(question)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
