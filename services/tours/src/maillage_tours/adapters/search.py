"""The search itself: PyVRP's local search, walked by a late acceptance of our own.

PyVRP's own walk begins with penalties of 50,000 for each second late and each gram too much, which
a short search never gets rid of: it sees nothing beyond what keeps all limits. That is best where
windows leave no choice. Elsewhere it is better to let a breach cost what it saves, and penalties
follow what is found. Which is which shows soon: both walk, and the one that is ahead goes on.
"""

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from pyvrp import (
    CostEvaluator,
    PenaltyManager,
    PenaltyParams,
    ProblemData,
    RandomNumberGenerator,
    Solution,
)
from pyvrp.search import OPERATORS, LocalSearch

from maillage_tours.adapters.neighbours import Near, Neighbours, neighbours
from maillage_tours.domain.problem import Search

PENALTY_MAX = 1e9
"""Per unit of any broken limit, and above every prize: PyVRP's own 1e5 would sell small breaches
for large prizes, and return a plan that breaks them (seen with 0.14.1)."""
TRIAL = 500
"""Iterations of each of two walks before the better one goes on alone."""
SOLUTIONS_BETWEEN_UPDATES = 100
TARGET_FEASIBLE = 0.9
LATE_WAYS = 20
"""A second late costs at first as much as so many seconds of driving."""


class Enough:
    """Stops after so many iterations, so much time, or when the parent is gone."""

    def __init__(self, search: Search) -> None:
        self.search = search
        self.iterations = 0
        self.was_cut = False
        self.was_hurried = False
        self._parent = os.getppid()
        self._until = time.monotonic() + search.seconds
        self._since_cpu = time.process_time()

    @property
    def cpu_seconds(self) -> float:
        """Process time since the search began."""
        return time.process_time() - self._since_cpu

    def has_used(self, share: float) -> bool:
        """Whether such a share of the iterations is used up, or of the time: then time decided."""
        if self.iterations >= share * self.search.iterations:
            return True
        used_s = self.search.seconds - (self._until - time.monotonic())
        cpu_max = self.search.cpu_seconds
        by_time = used_s > share * self.search.seconds or (
            cpu_max is not None and self.cpu_seconds > share * cpu_max
        )
        self.was_hurried = self.was_hurried or by_time
        return by_time

    def __call__(self, best_cost: int) -> bool:  # noqa: ARG002 PyVRP gives it to every criterion
        if self.iterations >= self.search.iterations:
            return True
        cpu_max = self.search.cpu_seconds
        self.was_cut = (
            time.monotonic() > self._until
            or os.getppid() != self._parent
            or (cpu_max is not None and self.cpu_seconds > cpu_max)
        )
        self.iterations += not self.was_cut
        return self.was_cut


@dataclass
class Walk:
    """One walk through solutions; what it accepts lies in the worst of its last `history`."""

    data: ProblemData
    seed: int
    history: int
    near: Near
    is_strict: bool = False

    def __post_init__(self) -> None:
        """Set up the local search."""
        self._rng = RandomNumberGenerator(self.seed)
        self._search = self._among(self.near.few)
        self._penalties = strict(self.data) if self.is_strict else gentle(self.data)
        self._late: list[Solution | None] = [None] * self.history

    @property
    def costs(self) -> CostEvaluator:
        """What solutions cost: of one that breaks a limit, more than of any that does not."""
        return self._penalties.cost_evaluator()

    def first(self, routes: Solution | None = None) -> Solution:
        """A first solution: in routes or from none, what fits is inserted, and all is improved.

        From a random one, of a day of 430 jobs from door to door, limits stay broken, and mending
        takes longer than any search. PyVRP's own neighbours are all looked at: among fewer, many
        orders find no place.
        """
        search = self._among(self.near.usual)
        begin = Solution(self.data, []) if routes is None else routes
        return search(begin, self._penalties.max_cost_evaluator(), exhaustive=True)

    def bests(self, start: Solution) -> Iterator[Solution]:
        """The best solution after each iteration, without end."""
        best = current = start
        for place in _places(self.history):
            costs = self._penalties.cost_evaluator()
            found = self._search(current, costs, exhaustive=False)
            self._penalties.register(found)
            if costs.cost(found) < costs.cost(best):
                best = found
                found = self._search(found, costs, exhaustive=True)
                best = found if costs.cost(found) < costs.cost(best) else best
            current = self._accepted(found, current, start, costs, place)
            yield best

    def _among(self, near: Neighbours) -> LocalSearch:
        """A local search with all operators that suit the problem."""
        search = LocalSearch(self.data, self._rng, near)
        for operator in OPERATORS:
            if operator.supports(self.data):
                search.add_operator(operator(self.data))
        return search

    def _accepted(
        self, found: Solution, current: Solution, start: Solution, costs: CostEvaluator, place: int
    ) -> Solution:
        """What the walk goes on from (late acceptance of Burke and Bykov, 2017)."""
        before = self._late[place]
        late = costs.penalised_cost(start if before is None else before)
        cost = costs.penalised_cost(found)
        current_cost = costs.penalised_cost(current)
        if cost < current_cost or cost < late:
            current, current_cost = found, cost
        if current_cost < late or before is None:
            self._late[place] = current
        return current


def race(
    data: ProblemData, seed: int, history: int, start: Solution | None = None
) -> Iterator[Solution]:
    """The best solution so far, first and after each iteration, without end.

    To routes that it starts with is added what they lack.
    """
    near = neighbours(data)
    easy = Walk(data, seed, history, near)
    if start is None or not start.is_complete():
        start = easy.first(start)
    best = start
    yield best
    costs = easy.costs
    walks = [easy, Walk(data, seed, history, near, is_strict=True)]
    ahead: list[tuple[int, Iterator[Solution]]] = []
    for walk in walks:
        bests, reached = walk.bests(start), start
        for reached in islice(bests, TRIAL):
            best = min(best, reached, key=costs.cost)
            yield best
        ahead.append((costs.cost(reached), bests))
    _, goes_on = min(ahead, key=lambda one: one[0])
    for reached in goes_on:
        best = min(best, reached, key=costs.cost)
        yield best


def _places(length: int) -> Iterator[int]:
    while True:
        yield from range(length)


def strict(data: ProblemData) -> PenaltyManager:
    """PyVRP's own penalties, of which hardly any breach is worth its price."""
    params = PenaltyParams(max_penalty=PENALTY_MAX)
    _, late, far = PenaltyParams().midpoint_penalties(data)
    loads = [max(late, load) for load in _for_loads(data)]
    scale = max(_late(data) / LATE_WAYS, 1.0)
    return PenaltyManager((loads, late * scale, far * scale), params)


def gentle(data: ProblemData) -> PenaltyManager:
    """Penalties that begin near what a breach saves: of time, ways; of room, orders."""
    late = _late(data)
    far = LATE_WAYS * max(kind.unit_distance_cost for kind in data.vehicle_types())
    loads = _for_loads(data)
    params = PenaltyParams(
        solutions_between_updates=SOLUTIONS_BETWEEN_UPDATES,
        target_feasible=TARGET_FEASIBLE,
        min_penalty=min([late, *loads]),
        max_penalty=PENALTY_MAX,
    )
    return PenaltyManager((loads, late, far), params)


def _late(data: ProblemData) -> float:
    """Per second: so many seconds on the way."""
    return LATE_WAYS * max(
        kind.unit_distance_cost * _pace(data, kind.profile) + kind.unit_duration_cost
        for kind in data.vehicle_types()
    )


def _pace(data: ProblemData, profile: int) -> float:
    """Metres per second, stops included."""
    seconds = float(np.mean(data.duration_matrix(profile)))
    return float(np.mean(data.distance_matrix(profile))) / seconds if seconds else 1.0


def _for_loads(data: ProblemData) -> list[float]:
    """Per unit of each room: a usual order too many costs twice its prize, or four long ways."""
    ways = [
        kind.unit_distance_cost * 4 * float(np.median(data.distance_matrix(kind.profile)))
        + kind.unit_duration_cost * 4 * float(np.median(data.duration_matrix(kind.profile)))
        for kind in data.vehicle_types()
    ]
    prizes = (one.prize for one in [*data.clients(), *data.shipments()])
    prize = max([1, *prizes, *ways])
    amounts = np.array(
        [
            *(np.maximum(client.delivery, client.pickup) for client in data.clients()),
            *(shipment.amount for shipment in data.shipments()),
        ],
        dtype=np.float64,
    ).reshape(-1, data.num_load_dimensions)
    usual = [float(np.median(of[of > 0])) if (of > 0).any() else 1.0 for of in amounts.T]
    return [2 * prize / amount for amount in usual]
