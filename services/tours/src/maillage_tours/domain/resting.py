"""Rests on a route: none that its crew does not need, and one where it works too long."""

from collections.abc import Iterator
from itertools import pairwise

from maillage_tours.domain.problem import Problem, Visit, rest_at
from maillage_tours.domain.timeline import schedule

PLACES_MAX = 3
"""Places to rest that are tried between two stops, the nearest first."""
RESTS_MAX = 2
"""More than two rests are longer than any shift."""


def rested(problem: Problem, carrier: int, visits: tuple[Visit, ...]) -> tuple[Visit, ...]:
    """The route with the rests it needs where they cost least, if there is a place for them."""
    if problem.carriers[carrier].rest_after_s is None:
        return visits

    def rank(route: tuple[Visit, ...]) -> tuple[bool, float, int]:
        plan = schedule(problem, carrier, route)
        short_s = plan.late_s + plan.overtime_s + plan.unrested_s + plan.beyond_m
        return not plan.is_feasible, short_s, plan.cost(problem.carriers[carrier])

    best = tuple(visit for visit in visits if not visit.is_rest)
    if not schedule(problem, carrier, best).unrested_s:
        return best
    found = [visits]
    for _ in range(RESTS_MAX):
        best = min(_places(problem, carrier, best), key=rank, default=best)
        found.append(best)
        if not schedule(problem, carrier, best).unrested_s:
            break
    return min(found, key=rank)


def _places(
    problem: Problem, carrier: int, visits: tuple[Visit, ...]
) -> Iterator[tuple[Visit, ...]]:
    """Every gap of the route with a rest near by."""
    vehicle = problem.carriers[carrier]
    seconds = problem.seconds[vehicle.profile]
    points = [vehicle.base, *(problem.point(visit, vehicle) for visit in visits), vehicle.base]
    rests = [(problem.point(rest_at(place), vehicle), place) for place in vehicle.rests]
    for gap, (here, there) in enumerate(pairwise(points)):
        near = sorted((seconds[here][at] + seconds[at][there], place) for at, place in rests)
        for _, place in near[:PLACES_MAX]:
            yield (*visits[:gap], rest_at(place), *visits[gap:])
