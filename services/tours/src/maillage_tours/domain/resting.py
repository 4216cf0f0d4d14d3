"""Rests on a route: none that its crew does not need, and one where it works too long."""

from collections.abc import Iterator

from maillage_tours.domain.problem import Carrier, Problem, Visit, rest_at
from maillage_tours.domain.timeline import Schedule, schedule

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
    plan = schedule(problem, carrier, best)
    if not plan.unrested_s:
        return best
    found = [visits]
    for _ in range(RESTS_MAX):
        best = min(_places(problem, carrier, plan), key=rank, default=best)
        found.append(best)
        plan = schedule(problem, carrier, best)
        if not plan.unrested_s:
            break
    return min(found, key=rank)


def _places(problem: Problem, carrier: int, plan: Schedule) -> Iterator[tuple[Visit, ...]]:
    """The route with a rest near by in each gap where one helps."""
    vehicle = problem.carriers[carrier]
    visits = [one.visit for one in plan.timed]
    seconds = problem.seconds[vehicle.profile]
    points = [vehicle.base, *(problem.point(visit, vehicle) for visit in visits), vehicle.base]
    rests = [(problem.point(rest_at(place), vehicle), place) for place in vehicle.rests]
    for gap in _gaps(vehicle, plan):
        here, there = points[gap], points[gap + 1]
        near = sorted((seconds[here][at] + seconds[at][there], place) for at, place in rests)
        for _, place in near[:PLACES_MAX]:
            yield (*visits[:gap], rest_at(place), *visits[gap:])


def _gaps(vehicle: Carrier, plan: Schedule) -> Iterator[int]:
    """Those in too long a stretch of work where a rest comes neither too late nor too soon.

    With a rest it is driven at other hours: they may differ by as much as a rest takes.
    """
    after_s = vehicle.rest_after_s or 0
    begins, ends = [plan.starts_s], [plan.ends_s]
    for one in plan.timed:
        begins.append(one.ends_s if one.visit.is_rest else begins[-1])
    for one in reversed(plan.timed):
        ends.append(one.begins_s if one.visit.is_rest else ends[-1])
    left = [plan.starts_s, *(one.ends_s for one in plan.timed)]
    next_ = [*(one.begins_s for one in plan.timed), plan.ends_s]
    for gap, (began_s, ended_s) in enumerate(zip(begins, reversed(ends), strict=True)):
        is_in_time = left[gap] <= began_s + after_s + vehicle.rest_s
        one_will_do = ended_s - began_s <= 2 * after_s
        is_late_enough = next_[gap] >= ended_s - after_s - vehicle.rest_s
        if ended_s - began_s > after_s and is_in_time and (is_late_enough or not one_will_do):
            yield gap
