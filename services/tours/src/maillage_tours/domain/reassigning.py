"""The vehicle that each route is driven with, found anew: a solver keeps the one it began with."""

from collections.abc import Collection, Iterator, Sequence

from maillage_tours.domain.problem import Problem, Visit
from maillage_tours.domain.proof import prove
from maillage_tours.domain.timeline import schedule

Route = tuple[Visit, ...]
STEPS_MAX = 50
"""Vehicles change places so often at most."""


def reassigned(
    problem: Problem, routes: Sequence[Route], left: Collection[int]
) -> tuple[Route, ...]:
    """The same routes on cheaper vehicles, two of which change places at each step.

    A step is made only if the routes as a whole still are proved and cost less.
    """
    best, costs = tuple(routes), _Costs(problem)
    for _ in range(STEPS_MAX):
        swaps = (_swapped(best, *swap) for swap in _gains(best, costs))
        better = next((one for one in swaps if not prove(problem, one, left).faults), None)
        if better is None:
            break
        best = better
    return best


class _Costs:
    """What a route costs with each kind of vehicle, computed once."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        teams = {demand.carriers: frozenset(demand.carriers) for demand in problem.demands}
        kinds: dict[object, int] = {}
        self.kind_of: list[int] = []
        for number, carrier in enumerate(problem.carriers):
            likeness = carrier, tuple(number in team for team in teams.values())
            self.kind_of.append(kinds.setdefault(likeness, number))
        self._kept: dict[tuple[int, Route], float] = {}

    def of(self, carrier: int, route: Route) -> float:
        """Millionths of a euro; infinite for a vehicle that may not, or cannot, drive it."""
        key = self.kind_of[carrier], route
        if key not in self._kept:
            self._kept[key] = self._cost(carrier, route)
        return self._kept[key]

    def _cost(self, carrier: int, route: Route) -> float:
        if not all(self._may(carrier, visit) for visit in route):
            return float("inf")
        plan = schedule(self._problem, carrier, route)
        cost = plan.cost(self._problem.carriers[carrier]) if route else 0
        return cost if plan.is_feasible else float("inf")

    def _may(self, carrier: int, visit: Visit) -> bool:
        if visit.is_rest:
            return -1 - visit.demand in self._problem.carriers[carrier].rests
        return carrier in self._problem.demands[visit.demand].carriers


def _gains(routes: Sequence[Route], costs: _Costs) -> Iterator[tuple[int, int]]:
    """Pairs of unlike vehicles that would drive each other's routes for less, idle ones too."""
    used = [number for number, route in enumerate(routes) if route]
    idle = {costs.kind_of[number]: number for number, route in enumerate(routes) if not route}
    for place, one in enumerate(used):
        for other in [*idle.values(), *used[place + 1 :]]:
            if costs.kind_of[one] == costs.kind_of[other]:
                continue
            now = costs.of(one, routes[one]) + costs.of(other, routes[other])
            if costs.of(other, routes[one]) + costs.of(one, routes[other]) < now:
                yield one, other


def _swapped(routes: Sequence[Route], one: int, other: int) -> tuple[Route, ...]:
    changed = list(routes)
    changed[one], changed[other] = changed[other], changed[one]
    return tuple(changed)
