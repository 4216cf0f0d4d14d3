"""When a vehicle is where, if it makes these visits in this order."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import NamedTuple

from maillage_tours.domain.problem import BASE, START, Carrier, Probe, Problem, Step, Visit


class Timed(NamedTuple):
    """One visit with its hours, in seconds since midnight.

    Who is early waits before arriving, not at the door: a zone may not be open yet.
    """

    visit: Visit
    arrives_s: int
    begins_s: int
    ends_s: int
    waited_s: int


@dataclass(frozen=True)
class Schedule:
    """A route with its hours, and by how much it breaks its limits."""

    starts_s: int
    ends_s: int
    metres: int
    timed: tuple[Timed, ...]
    late_s: int
    overtime_s: int
    excess: tuple[int, ...]
    beyond_m: int
    clashes: int
    mixed: int = 0
    unrested_s: int = 0

    @property
    def is_feasible(self) -> bool:
        """Whether it keeps all its limits."""
        over = self.late_s or self.overtime_s or self.beyond_m or self.clashes or self.mixed
        return not (over or self.unrested_s or any(self.excess))

    def cost(self, carrier: Carrier) -> int:
        """Millionths of a euro."""
        driven_s = self.ends_s - self.starts_s
        way = self.metres * carrier.cost_per_m + driven_s * carrier.cost_per_s
        fixed = carrier.fixed_cost if self.timed else 0
        return way + carrier.overtime_cost(driven_s) + fixed

    def probe(self, carrier: int) -> Probe:
        """What is short on this route."""
        short = self.late_s, self.overtime_s, self.excess, self.beyond_m
        breaches = {"mixed": self.mixed, "unrested_s": self.unrested_s}
        return Probe(carrier, *short, clashes=self.clashes, **breaches)


def schedule(problem: Problem, carrier: int, visits: Sequence[Visit]) -> Schedule:
    """The hours of a route that leaves as late as it can without coming home later."""
    vehicle = problem.carriers[carrier]
    steps = [problem.step(visit) for visit in visits]
    closes_s = [step.closes_s for step in steps]
    points = [vehicle.base if step.point == BASE else step.point for step in steps]
    doors = list(zip(visits, steps, points, strict=True))
    timed = _forward(problem, vehicle, doors, vehicle.opens_s)
    starts_s = vehicle.opens_s + _delay(timed, closes_s)
    if starts_s > vehicle.opens_s:
        timed = _forward(problem, vehicle, doors, starts_s)
    timed = _resting_late(vehicle, timed, starts_s)
    metres, seconds = problem.metres[vehicle.profile], problem.seconds[vehicle.profile]
    points = [vehicle.base, *points, vehicle.base]
    last_s = timed[-1].ends_s if timed else starts_s
    ends_s = last_s + seconds[points[-2]][points[-1]]
    way_m = sum(metres[a][b] for a, b in pairwise(points))
    return Schedule(
        starts_s=starts_s,
        ends_s=ends_s,
        metres=way_m,
        timed=timed,
        late_s=max([0, *(one.begins_s - by_s for one, by_s in zip(timed, closes_s, strict=True))]),
        overtime_s=max(0, ends_s - vehicle.closes_s, _too_long(vehicle, ends_s - starts_s)),
        excess=_excess(problem, vehicle, visits),
        beyond_m=0 if vehicle.range_m is None else max(0, way_m - vehicle.range_m),
        clashes=_clashes(problem, vehicle, visits),
        mixed=_mixed(problem, visits) if problem.foes else 0,
        unrested_s=_unrested_s(vehicle, timed, starts_s, ends_s),
    )


def _too_long(vehicle: Carrier, takes_s: int) -> int:
    if vehicle.duration_s_max is None:
        return 0
    return takes_s - vehicle.duration_s_max - vehicle.overtime_s_max


def _unrested_s(vehicle: Carrier, timed: Sequence[Timed], starts_s: int, ends_s: int) -> int:
    """By how much stretches of work without a rest are too long, all together."""
    if vehicle.rest_after_s is None or ends_s - starts_s <= vehicle.rest_after_s:
        return 0
    rests = [one for one in timed if one.visit.is_rest]
    begins = [starts_s, *(one.ends_s for one in rests)]
    ends = [*(one.begins_s for one in rests), ends_s]
    stretches = (end - begin for begin, end in zip(begins, ends, strict=True))
    return sum(max(0, stretch - vehicle.rest_after_s) for stretch in stretches)


def _mixed(problem: Problem, visits: Sequence[Visit]) -> int:
    """How often goods come on board that may not be there together with what is."""
    onboard: set[int] = set()
    count = 0
    for demand, is_pickup in visits:
        if demand >= 0 and is_pickup:
            family = problem.demands[demand].family
            others = {problem.demands[other].family for other in onboard}
            count += sum(are_foes(problem.foes, family, other) for other in others)
            onboard.add(demand)
        elif demand >= 0:
            onboard.discard(demand)
    return count


def are_foes(foes: Collection[tuple[int, int]], one: int, other: int) -> bool:
    """Whether two families may not be on board together, in whichever order they are named."""
    return (one, other) in foes or (other, one) in foes


def _clashes(problem: Problem, vehicle: Carrier, visits: Sequence[Visit]) -> int:
    """How often a door comes right after one that it may not follow, and trips too many."""
    apart = frozenset[tuple[int, int]]() if vehicle.keeps_apart else problem.apart
    if not apart and vehicle.trips_max is None:
        return 0
    count, trips, before = 0, 0, START
    for visit in visits:
        if visit.is_rest:
            continue
        at_base = problem.point(visit, vehicle) == vehicle.base
        kind = START if at_base else problem.demands[visit.demand].kind
        trips += before == START and not at_base
        count += not at_base and (before, kind) in apart
        before = kind
    return count + (0 if vehicle.trips_max is None else max(0, trips - vehicle.trips_max))


def _forward(
    problem: Problem, vehicle: Carrier, doors: Sequence[tuple[Visit, Step, int]], starts_s: int
) -> tuple[Timed, ...]:
    """Hours of visits, each with its step and its point."""
    seconds = problem.seconds[vehicle.profile]
    timed: list[Timed] = []
    now, here = starts_s, vehicle.base
    is_set_up = False
    for visit, step, there in doors:
        is_rest = visit.is_rest
        is_there = is_rest or (is_set_up and there == here)
        setup_s = 0 if is_there else problem.setup_s[there]
        ready = now + seconds[here][there] + setup_s
        begins = max(ready, step.opens_s)
        takes_s = vehicle.rest_s if is_rest else step.handling_s
        now, here, is_set_up = begins + takes_s, there, not is_rest
        timed.append(Timed(visit, begins - setup_s, begins, now, begins - ready))
    return tuple(timed)


def _resting_late(vehicle: Carrier, timed: tuple[Timed, ...], starts_s: int) -> tuple[Timed, ...]:
    """The same hours, each rest put off as far as the next stop would have to be waited for.

    Before a rest it waits no longer than its crew may work: the sooner it rests, the sooner the
    next rest is due.
    """
    if vehicle.rest_after_s is None or not any(one.visit.is_rest for one in timed):
        return timed
    found = list(timed)
    since_s = starts_s
    for place, one in enumerate(timed):
        if one.visit.is_rest:
            to_wait_s = timed[place + 1].waited_s if place + 1 < len(timed) else 0
            due_s = since_s + vehicle.rest_after_s
            later_s = max(0, min(to_wait_s, due_s - one.begins_s))
            begins_s = one.begins_s + later_s
            since_s = begins_s + vehicle.rest_s
            found[place] = Timed(one.visit, begins_s, begins_s, since_s, one.waited_s + later_s)
    return tuple(found)


def _delay(timed: Sequence[Timed], closes_s: Sequence[int]) -> int:
    """By how much the start can be put off: what is waited anyway, while no window closes."""
    waited = list(accumulate(one.waited_s for one in timed))
    slack = [
        so_far + max(0, by_s - one.begins_s)
        for so_far, one, by_s in zip(waited, timed, closes_s, strict=True)
    ]
    return min([sum(one.waited_s for one in timed), *slack])


def _excess(problem: Problem, vehicle: Carrier, visits: Sequence[Visit]) -> tuple[int, ...]:
    """By how much each dimension is overfull at its worst moment."""
    worst = [0] * len(problem.dimensions)
    onboard = [0] * len(problem.dimensions)
    for visit in visits:
        if visit.is_rest:
            continue
        for place, amount in problem.taken[visit.demand]:
            if visit.is_pickup:
                onboard[place] += amount
                worst[place] = max(worst[place], onboard[place] - vehicle.room[place])
            else:
                onboard[place] -= amount
    return tuple(worst)
