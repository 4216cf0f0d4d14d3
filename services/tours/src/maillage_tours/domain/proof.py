"""What is wrong with a solver's routes, and what they cost: computed again from the problem alone.

It shares no calculation with the search: hours come from sums of ways, not from a walk in time.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import accumulate, pairwise

from maillage_tours.domain.problem import BASE, NEVER_S, START, Carrier, Problem, Visit


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
    known = range(-len(problem.rests), len(problem.demands))
    unknown = {visit.demand for route in routes for visit in route} - set(known)
    if unknown or len(routes) != len(problem.carriers):
        said = f"{len(routes)} routes for {len(problem.carriers)} vehicles"
        return Proof((f"{said}, unknown demands: {sorted(unknown)}",), 0)
    faults = list(_served(problem, routes, frozenset(left)))
    faults += _twice(problem, routes)
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
        cost += carrier.overtime_cost(takes_s)
    return Proof(tuple(faults), cost)


def _served(
    problem: Problem, routes: Sequence[Sequence[Visit]], left: frozenset[int]
) -> Iterator[str]:
    ends = Counter(visit for route in routes for visit in route)
    for number, demand in enumerate(problem.demands):
        pickups, dropoffs = (ends[Visit(number, is_pickup)] for is_pickup in (True, False))
        wanted = min(pickups, 1) if demand.choice is not None else int(number not in left)
        for met, what in ((pickups, "pickups"), (dropoffs, "dropoffs")):
            if met != wanted:
                yield f"demand {number}: {met} {what}"
    for options in problem.choices.values():
        done = sum(ends[Visit(number, is_pickup=True)] for number in options)
        if (done, left.intersection(options)) not in {(1, frozenset()), (0, frozenset(options))}:
            yield f"of the demands {options} one is done, or all are left out"
    for number, route in enumerate(routes):
        demands = {visit.demand for visit in route if visit.demand >= 0}
        for demand in demands:
            yield from _carried(problem, demand, number, demands, left)


def _twice(problem: Problem, routes: Sequence[Sequence[Visit]]) -> Iterator[str]:
    for one, other in problem.twins:
        if routes[one] and routes[other]:
            yield f"vehicles {one} and {other} are the same"


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
    if visit.demand < 0:
        point = problem.rests[-1 - visit.demand]
        return _Halt(visit, carrier.base if point == BASE else point, 0, NEVER_S, carrier.rest_s)
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
    longest_s = carrier.duration_s_max
    if longest_s is not None and takes_s > longest_s + carrier.overtime_s_max:
        yield f"on the road for {takes_s} s"
    yield from _rests(problem, carrier, halts)
    metres = sum(problem.metres[carrier.profile][a][b] for a, b in _ways(carrier, halts))
    if carrier.range_m is not None and metres > carrier.range_m:
        yield f"{metres} m are beyond its range"
    yield from _loads(problem, carrier, halts)
    yield from _trips(problem, carrier, halts)


def _rests(problem: Problem, carrier: Carrier, halts: Sequence[_Halt]) -> Iterator[str]:
    """Whether the crew rests early enough: between two rests it works so long at most."""
    if carrier.rest_after_s is None:
        return
    before, _ = _without_waiting(problem, carrier, halts)
    _, takes_s, ends_s = _hours(problem, carrier, halts)
    opens = accumulate((halt.opens_s - b for halt, b in zip(halts, before, strict=True)), max)
    since_s = ends_s - takes_s
    waits = [max(since_s, opened) for opened in opens]
    for halt, start_s, next_s, b in zip(halts, waits, [*waits[1:], waits[-1]], before, strict=True):
        if halt.visit.demand < 0:
            # What is waited for the next stop may as well be waited before the rest.
            begins_s = min(next_s + b, max(start_s + b, since_s + carrier.rest_after_s))
            if -1 - halt.visit.demand not in carrier.rests:
                yield f"it may not stand at point {halt.point} to rest"
            if begins_s - since_s > carrier.rest_after_s:
                yield f"{begins_s - since_s} s of work before a rest"
            since_s = begins_s + carrier.rest_s
    if ends_s - since_s > carrier.rest_after_s:
        yield f"{ends_s - since_s} s of work without a rest"


def _without_waiting(
    problem: Problem, carrier: Carrier, halts: Sequence[_Halt]
) -> tuple[list[int], int]:
    """After how many seconds each halt would begin, and the route end, were no window closed."""
    seconds = problem.seconds[carrier.profile]
    before: list[int] = []
    since_s, here, at = 0, carrier.base, None
    for halt in halts:
        is_rest = halt.visit.demand < 0
        since_s += seconds[here][halt.point]
        since_s += 0 if is_rest or halt.point == at else problem.setup_s[halt.point]
        before.append(since_s)
        since_s, here, at = since_s + halt.handling_s, halt.point, None if is_rest else halt.point
    return before, since_s + seconds[here][carrier.base]


def _hours(problem: Problem, carrier: Carrier, halts: Sequence[_Halt]) -> tuple[int, int, int]:
    """By how much the latest handover is late, the shortest duration, and the end of the route.

    Were nothing to be waited for, handover i would begin `before[i]` seconds after the start. Then
    no window closes too early if the start is early enough, and the wait is that for the window
    which opens last, counted back to the start.
    """
    before, whole_s = _without_waiting(problem, carrier, halts)
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
        if demand < 0:
            continue
        if is_pickup:
            yield from _foes(problem, demand, onboard)
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


def _foes(problem: Problem, demand: int, onboard: Iterable[int]) -> Iterator[str]:
    family = problem.demands[demand].family
    for other in onboard:
        pair = {family, problem.demands[other].family}
        if any(pair == {*foes} for foes in problem.foes):
            yield f"demands {demand} and {other} may not be on board together"


def _trips(problem: Problem, carrier: Carrier, halts: Sequence[_Halt]) -> Iterator[str]:
    stops = [halt for halt in halts if halt.visit.demand >= 0]
    doors = [None, *(halt if halt.point != carrier.base else None for halt in stops), None]
    trips = 0
    for before, here in pairwise(doors):
        if here is None:
            continue
        kind = START if before is None else problem.demands[before.visit.demand].kind
        trips += before is None
        pair = kind, problem.demands[here.visit.demand].kind
        if pair in problem.apart and not carrier.keeps_apart:
            yield f"demand {here.visit.demand} may not come right after what is before it"
    if carrier.trips_max is not None and trips > carrier.trips_max:
        yield f"{trips} trips"
