"""What is wrong with a solver's routes, and what they cost: computed again from the problem alone.

It shares no calculation with the search: hours come from sums of ways, not from a walk in time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import accumulate, pairwise

from maillage_tours.domain.problem import BASE, START, Carrier, Problem, Visit


@dataclass(frozen=True)
class Proof:
    """All faults of some routes in words, and their cost in millionths of a euro."""

    faults: tuple[str, ...]
    cost: int


@dataclass(frozen=True)
class _Halt:
    """One visit: where, in which hours it may begin, and for how long."""

    visit: Visit
    point: int
    opens_s: int
    closes_s: int
    handling_s: int


def prove(problem: Problem, routes: Sequence[Sequence[Visit]], left: Iterable[int] = ()) -> Proof:
    """Check the routes, by carrier; a demand that is in `left` is on none of them."""
    unknown = {visit.demand for route in routes for visit in route} - set(
        range(len(problem.demands))
    )
    if unknown or len(routes) != len(problem.carriers):
        said = f"{len(routes)} routes for {len(problem.carriers)} vehicles"
        return Proof((f"{said}, unknown demands: {sorted(unknown)}",), 0)
    faults = list(_served(problem, routes, frozenset(left)))
    cost = 0
    for number, route in enumerate(routes):
        if not route:
            continue
        carrier = problem.carriers[number]
        halts = [_halt(problem, carrier, visit) for visit in route]
        faults += (f"vehicle {number}: {fault}" for fault in _route(problem, number, halts))
        takes_s = _hours(problem, carrier, halts)[1]
        metres = sum(problem.metres[carrier.profile][a][b] for a, b in _ways(carrier, halts))
        cost += carrier.fixed_cost + metres * carrier.cost_per_m + takes_s * carrier.cost_per_s
    return Proof(tuple(faults), cost)


def _served(
    problem: Problem, routes: Sequence[Sequence[Visit]], left: frozenset[int]
) -> Iterator[str]:
    ends = Counter(visit for route in routes for visit in route)
    for demand in range(len(problem.demands)):
        wanted = 0 if demand in left else 1
        for is_pickup in (True, False):
            met = ends.pop(Visit(demand, is_pickup), 0)
            if met != wanted:
                yield f"demand {demand}: {met} {'pickups' if is_pickup else 'dropoffs'}"
    for number, route in enumerate(routes):
        demands = {visit.demand for visit in route}
        for demand in demands:
            yield from _carried(problem, demand, number, demands, left)


def _carried(
    problem: Problem, demand: int, number: int, others: AbstractSet[int], left: frozenset[int]
) -> Iterator[str]:
    partner = problem.demands[demand].partner
    if number not in problem.demands[demand].carriers:
        yield f"demand {demand} may not be on vehicle {number}"
    if partner is not None and partner in others:
        yield f"both legs of demand {demand} are on vehicle {number}"
    if partner is not None and partner in left:
        yield f"demand {demand} goes without its other leg"


def _halt(problem: Problem, carrier: Carrier, visit: Visit) -> _Halt:
    demand = problem.demands[visit.demand]
    step = demand.pickup if visit.is_pickup else demand.dropoff
    point = carrier.base if step.point == BASE else step.point
    return _Halt(visit, point, step.opens_s, step.closes_s, step.handling_s)


def _ways(carrier: Carrier, halts: Sequence[_Halt]) -> Iterator[tuple[int, int]]:
    return pairwise([carrier.base, *(halt.point for halt in halts), carrier.base])


def _route(problem: Problem, number: int, halts: Sequence[_Halt]) -> Iterator[str]:
    carrier = problem.carriers[number]
    late_s, takes_s, ends_s = _hours(problem, carrier, halts)
    if late_s > 0:
        yield f"{late_s} s late"
    if ends_s > carrier.closes_s:
        yield f"home {ends_s - carrier.closes_s} s after its shift"
    if carrier.duration_s_max is not None and takes_s > carrier.duration_s_max:
        yield f"on the road for {takes_s} s"
    metres = sum(problem.metres[carrier.profile][a][b] for a, b in _ways(carrier, halts))
    if carrier.range_m is not None and metres > carrier.range_m:
        yield f"{metres} m are beyond its range"
    yield from _loads(problem, carrier, halts)
    yield from _trips(problem, carrier, halts)


def _hours(problem: Problem, carrier: Carrier, halts: Sequence[_Halt]) -> tuple[int, int, int]:
    """By how much the latest handover is late, the shortest duration, and the end of the route.

    Were nothing to be waited for, handover i would begin `before[i]` seconds after the start. Then
    no window closes too early if the start is early enough, and the wait is that for the window
    which opens last, counted back to the start.
    """
    seconds = problem.seconds[carrier.profile]
    before: list[int] = []
    since_s, here = 0, carrier.base
    for place, halt in enumerate(halts):
        setup_s = problem.setup_s[halt.point] if halt.point != here or not place else 0
        since_s += seconds[here][halt.point] + setup_s
        before.append(since_s)
        since_s, here = since_s + halt.handling_s, halt.point
    whole_s = since_s + seconds[here][carrier.base]
    opens = list(accumulate((halt.opens_s - b for halt, b in zip(halts, before, strict=True)), max))
    late_s = max(
        max(carrier.opens_s, opened) + b - halt.closes_s
        for opened, b, halt in zip(opens, before, halts, strict=True)
    )
    start_s = min(halt.closes_s - b for halt, b in zip(halts, before, strict=True))
    start_s = max(carrier.opens_s, min(start_s, opens[-1]))
    ends_s = max(start_s, opens[-1]) + whole_s
    return late_s, ends_s - start_s, ends_s


def _loads(problem: Problem, carrier: Carrier, halts: Sequence[_Halt]) -> Iterator[str]:
    onboard: dict[int, tuple[int, ...]] = {}
    for halt in halts:
        demand, is_pickup = halt.visit
        if is_pickup:
            onboard[demand] = problem.demands[demand].amounts
        elif onboard.pop(demand, None) is None:
            yield f"demand {demand} is handed over before it is taken"
        for room, dimension, amounts in zip(
            carrier.room, problem.dimensions, zip(*onboard.values(), strict=True), strict=False
        ):
            if sum(amounts) > room:
                yield f"{sum(amounts) - room} too much ({dimension.unit}) at point {halt.point}"
    if onboard:
        yield f"still on board at the end: {sorted(onboard)}"


def _trips(problem: Problem, carrier: Carrier, halts: Sequence[_Halt]) -> Iterator[str]:
    doors = [None, *(halt if halt.point != carrier.base else None for halt in halts), None]
    trips = 0
    for before, here in pairwise(doors):
        if here is None:
            continue
        kind = START if before is None else problem.demands[before.visit.demand].kind
        trips += before is None
        if (kind, problem.demands[here.visit.demand].kind) in problem.apart:
            yield f"demand {here.visit.demand} may not come right after what is before it"
    if carrier.trips_max is not None and trips > carrier.trips_max:
        yield f"{trips} trips"
