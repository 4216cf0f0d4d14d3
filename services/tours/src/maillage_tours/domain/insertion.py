"""The cheapest place for a demand on a route, and what is short where it fits nowhere."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from itertools import pairwise

from maillage_tours.domain.problem import BASE, Demand, Probe, Problem, Visit
from maillage_tours.domain.resting import rested
from maillage_tours.domain.timeline import Schedule, schedule

GAPS_MAX = 8
"""Gaps of a route that are tried for each end of a demand, by their detour alone."""
PLACES_MAX = 12
"""Pairs of gaps that are timed in full."""
EXCHANGES_MAX = 50
"""So many orders at most take the place of others that rank lower."""
EXCHANGED_MAX = 20
"""Of those left out, so many at a time look for such a place."""

Routes = list[tuple[Visit, ...]]


@dataclass(frozen=True)
class Insertion:
    """A route with one demand more."""

    carrier: int
    visits: tuple[Visit, ...]
    schedule: Schedule
    extra_cost: int


class _Bests:
    """The best insertion of each demand on each carrier, tried again when that route changes."""

    def __init__(self, problem: Problem, routes: Routes) -> None:
        self.problem = problem
        self.routes = routes
        self._kept: dict[tuple[int, int], Insertion | None] = {}

    def put(self, insertion: Insertion) -> None:
        """Change one route; the twin of who drives it stays at home."""
        twin = self.problem.twin_of.get(insertion.carrier)
        self.routes[insertion.carrier] = insertion.visits
        if twin is not None:
            self.routes[twin] = ()
        touched = {insertion.carrier, twin}
        self._kept = {key: one for key, one in self._kept.items() if key[1] not in touched}

    def of(self, demand: int) -> Insertion | None:
        """The insertion with the least broken limits, then the least cost."""
        carriers = self.problem.demands[demand].carriers
        found = (self._on(demand, carrier) for carrier in carriers)
        return min((one for one in found if one is not None), key=self._rank, default=None)

    def route_of(self, carrier: int) -> tuple[Visit, ...] | None:
        """What it drives, or would drive in its twin's stead; None when it may not."""
        twin = self.problem.twin_of.get(carrier)
        if twin is None or not self.routes[twin]:
            return self.routes[carrier]
        demands = (self.problem.demands[v.demand] for v in self.routes[twin] if not v.is_rest)
        return self.routes[twin] if all(carrier in one.carriers for one in demands) else None

    def best(self, carrier: int, route: tuple[Visit, ...], demand: int) -> Insertion | None:
        """The best insertion in one route, with a rest on it if one is needed for that."""
        tried = insertions(self.problem, carrier, route, demand)
        best = min(tried, key=self._rank, default=None)
        return best and with_rest(self.problem, best)

    def _on(self, demand: int, carrier: int) -> Insertion | None:
        if (demand, carrier) not in self._kept:
            route = self.route_of(carrier)
            best = None if route is None else self.best(carrier, route, demand)
            self._kept[demand, carrier] = best
        return self._kept[demand, carrier]

    def _rank(self, one: Insertion) -> tuple[float, int]:
        return shortage(self.problem, one.carrier, one.schedule), one.extra_cost


def with_rest(problem: Problem, one: Insertion) -> Insertion:
    """The same with the rests it needs, if no more than time is short."""
    plan = one.schedule
    if not plan.unrested_s or any(plan.excess) or plan.clashes or plan.mixed or plan.beyond_m:
        return one
    visits = rested(problem, one.carrier, one.visits)
    plan, carrier = schedule(problem, one.carrier, visits), problem.carriers[one.carrier]
    more = plan.cost(carrier) - one.schedule.cost(carrier)
    return Insertion(one.carrier, visits, plan, one.extra_cost + more)


def insert_all(problem: Problem, routes: Routes) -> tuple[Routes, dict[int, Probe | None]]:
    """Insert what still fits, what ranks higher and then the cheapest first.

    What ranks higher and still fits nowhere takes the place of what ranks lower. Of an order in two
    legs, both are carried or none; they never share a vehicle. Returns the routes, and what is
    short for those that are left.
    """
    halves = set(_halves(problem, routes))
    bests = _Bests(problem, [_without(route, halves) for route in routes])
    left = _left(problem, bests.routes)
    _fill(bests, left)
    for _ in range(EXCHANGES_MAX):
        exchange = next(_exchanges(bests, left), None)
        if exchange is None:
            break
        bests.put(exchange)
        left = _left(problem, bests.routes)
        _fill(bests, left)
    return bests.routes, {demand: _probe(bests, demand) for demand in sorted(left)}


def _left(problem: Problem, routes: Routes) -> set[int]:
    """What is on no route, and could be: of one choice all or none."""
    served = _served(routes)
    done = {option for demand in served for option in problem.options(demand)}
    return set(range(len(problem.demands))) - done


def _fill(bests: _Bests, left: set[int]) -> None:
    """Insert what fits of what is left: at each look over all of it, the cheapest for each route.

    One for all routes together would be cheaper by little, and look over all of it for each order.
    """
    problem, demands = bests.problem, bests.problem.demands
    while fitting := [found for unit in _units(problem, left) if (found := _fit(bests, unit))]:
        first = max(demands[demand].rank for found in fitting for demand in found)
        ranked = [found for found in fitting if any(demands[d].rank == first for d in found)]
        ranked.sort(key=lambda found: sum(one.extra_cost for one in found.values()))
        touched: set[int] = set()
        for found in ranked:
            carriers = {one.carrier for one in found.values()}
            if touched & carriers or not left.issuperset(found):
                continue
            for demand, insertion in found.items():
                bests.put(insertion)
                left.difference_update(problem.options(demand))
            touched |= {problem.twin_of.get(one, one) for one in carriers} | carriers


def _exchanges(bests: _Bests, left: set[int]) -> Iterator[Insertion]:
    """Routes on which what is left takes the place of one demand that ranks lower."""
    demands = bests.problem.demands
    waiting = [demand for demand in left if demands[demand].partner is None]
    for demand in sorted(waiting, key=lambda one: (-demands[one].rank, one))[:EXCHANGED_MAX]:
        for carrier in demands[demand].carriers:
            route = bests.route_of(carrier) or ()
            lower = {
                (demands[visit.demand].rank, visit.demand)
                for visit in route
                if not visit.is_rest
                and demands[visit.demand].rank < demands[demand].rank
                and demands[visit.demand].partner is None
            }
            for _, other in sorted(lower):
                yield from _in_place_of(bests, carrier, route, other, demand)


def _in_place_of(
    bests: _Bests, carrier: int, route: tuple[Visit, ...], other: int, demand: int
) -> Iterator[Insertion]:
    """The demand where the other was, or else where it fits best without it, if it does."""
    problem = bests.problem
    there = tuple(v._replace(demand=demand) if v.demand == other else v for v in route)
    plan = schedule(problem, carrier, there)
    found = with_rest(problem, Insertion(carrier, there, plan, 0))
    if found.schedule.is_feasible:
        yield found
        return
    best = bests.best(carrier, _without(route, {other}), demand)
    if best is not None and best.schedule.is_feasible:
        yield best


def _served(routes: Routes) -> set[int]:
    return {visit.demand for route in routes for visit in route if not visit.is_rest}


def _halves(problem: Problem, routes: Routes) -> Iterator[int]:
    """Demands on a route whose partner is on none."""
    served = _served(routes)
    for demand in served:
        partner = problem.demands[demand].partner
        if partner is not None and partner not in served:
            yield demand


def _without(route: Sequence[Visit], gone: set[int]) -> tuple[Visit, ...]:
    return tuple(visit for visit in route if visit.demand not in gone)


def _units(problem: Problem, left: set[int]) -> Iterator[tuple[int, ...]]:
    """What is inserted together: a demand, or both legs of an order."""
    for demand in sorted(left):
        partner = problem.demands[demand].partner
        if partner is None:
            yield (demand,)
        elif demand < partner:
            yield demand, partner


def _fit(bests: _Bests, unit: tuple[int, ...]) -> dict[int, Insertion]:
    """Where all of the unit fits; empty when it does not."""
    found = {demand: bests.of(demand) for demand in unit}
    fitting = {d: one for d, one in found.items() if one and one.schedule.is_feasible}
    return fitting if len(fitting) == len(unit) else {}


def _probe(bests: _Bests, demand: int) -> Probe | None:
    best = bests.of(demand)
    if best is None or best.schedule.is_feasible:
        return None
    return best.schedule.probe(best.carrier)


def shortage(problem: Problem, carrier: int, plan: Schedule) -> float:
    """How badly a route breaks its limits: minutes, and shares of room counted as hours."""
    rooms = problem.carriers[carrier].room
    overfull = sum(excess / max(1, room) for excess, room in zip(plan.excess, rooms, strict=True))
    late_s = plan.late_s + plan.overtime_s + 3600 * (plan.clashes + plan.mixed)
    late_s += plan.unrested_s
    return late_s + 3600 * overfull + plan.beyond_m / 10


def insertions(
    problem: Problem, carrier: int, route: Sequence[Visit], demand: int
) -> Iterator[Insertion]:
    """The most promising ways to insert a demand in a route, whether limits hold or not."""
    before = schedule(problem, carrier, route).cost(problem.carriers[carrier]) if route else 0
    for first, second in _gaps(problem, carrier, route, problem.demands[demand]):
        visits = (
            *route[:first],
            Visit(demand, is_pickup=True),
            *route[first:second],
            Visit(demand, is_pickup=False),
            *route[second:],
        )
        plan = schedule(problem, carrier, visits)
        yield Insertion(carrier, visits, plan, plan.cost(problem.carriers[carrier]) - before)


def _gaps(
    problem: Problem, carrier: int, route: Sequence[Visit], demand: Demand
) -> list[tuple[int, int]]:
    """Pairs of gaps for both ends, by the metres they add.

    Among them some that go straight from one end to the other, and one after all the rest: a full
    vehicle has no other.
    """
    metres = problem.metres[problem.carriers[carrier].profile]
    vehicle = problem.carriers[carrier]
    base = vehicle.base
    here, there = (base if at == BASE else at for at in (demand.pickup.point, demand.dropoff.point))
    points = [base, *(problem.point(visit, vehicle) for visit in route), base]
    arcs = list(pairwise(points))
    first = [metres[a][here] + metres[here][b] - metres[a][b] for a, b in arcs]
    second = [metres[a][there] + metres[there][b] - metres[a][b] for a, b in arcs]
    both = [
        metres[a][here] + metres[here][there] + metres[there][b] - metres[a][b] for a, b in arcs
    ]
    straight = [(both[gap], gap, gap) for gap in range(len(arcs))]
    pairs = [
        (first[one] + second[two], one, two)
        for one in nsmallest(GAPS_MAX, range(len(arcs)), key=first.__getitem__)
        for two in nsmallest(GAPS_MAX, range(len(arcs)), key=second.__getitem__)
        if one < two
    ]
    promising = nsmallest(PLACES_MAX, pairs) + nsmallest(GAPS_MAX, straight) + straight[-1:]
    return list(dict.fromkeys((one, two) for _, one, two in promising))
