"""When a vehicle is where, if it makes these visits in this order."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from maillage_tours.domain.problem import Carrier, Probe, Problem, Visit


@dataclass(frozen=True)
class Timed:
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

    @property
    def is_feasible(self) -> bool:
        """Whether it keeps all its limits."""
        return not (self.late_s or self.overtime_s or self.beyond_m or any(self.excess))

    def cost(self, carrier: Carrier) -> int:
        """Millionths of a euro."""
        driven_s = self.ends_s - self.starts_s
        return self.metres * carrier.cost_per_m + driven_s * carrier.cost_per_s

    def probe(self, carrier: int) -> Probe:
        """What is short on this route."""
        return Probe(carrier, self.late_s, self.overtime_s, self.excess, self.beyond_m)


def schedule(problem: Problem, carrier: int, visits: Sequence[Visit]) -> Schedule:
    """The hours of a route that leaves as late as it can without coming home later."""
    vehicle = problem.carriers[carrier]
    timed = _forward(problem, vehicle, visits, vehicle.opens_s)
    starts_s = vehicle.opens_s + _delay(problem, timed)
    if starts_s > vehicle.opens_s:
        timed = _forward(problem, vehicle, visits, starts_s)
    metres, seconds = problem.metres[vehicle.profile], problem.seconds[vehicle.profile]
    points = [vehicle.base, *(problem.step(visit).point for visit in visits), vehicle.base]
    last_s = timed[-1].ends_s if timed else starts_s
    ends_s = last_s + seconds[points[-2]][points[-1]]
    way_m = sum(metres[a][b] for a, b in pairwise(points))
    return Schedule(
        starts_s=starts_s,
        ends_s=ends_s,
        metres=way_m,
        timed=timed,
        late_s=max([0, *(one.begins_s - problem.step(one.visit).closes_s for one in timed)]),
        overtime_s=max(0, ends_s - vehicle.closes_s),
        excess=_excess(problem, vehicle, visits),
        beyond_m=0 if vehicle.range_m is None else max(0, way_m - vehicle.range_m),
    )


def _forward(
    problem: Problem, vehicle: Carrier, visits: Sequence[Visit], starts_s: int
) -> tuple[Timed, ...]:
    seconds = problem.seconds[vehicle.profile]
    timed: list[Timed] = []
    now, here = starts_s, vehicle.base
    for visit in visits:
        step = problem.step(visit)
        has_moved = step.point != here or not timed
        setup_s = problem.setup_s[step.point] if has_moved else 0
        ready = now + seconds[here][step.point] + setup_s
        begins = max(ready, step.opens_s)
        now, here = begins + step.handling_s, step.point
        timed.append(Timed(visit, begins - setup_s, begins, now, begins - ready))
    return tuple(timed)


def _delay(problem: Problem, timed: Sequence[Timed]) -> int:
    """By how much the start can be put off: what is waited anyway, while no window closes."""
    waited = list(accumulate(one.waited_s for one in timed))
    slack = [
        so_far + max(0, problem.step(one.visit).closes_s - one.begins_s)
        for so_far, one in zip(waited, timed, strict=True)
    ]
    return min([sum(one.waited_s for one in timed), *slack])


def _excess(problem: Problem, vehicle: Carrier, visits: Sequence[Visit]) -> tuple[int, ...]:
    """By how much each dimension is overfull at its worst moment."""
    worst = [0] * len(problem.dimensions)
    onboard = [0] * len(problem.dimensions)
    for visit in visits:
        sign = 1 if visit.is_pickup else -1
        for place, amount in enumerate(problem.demands[visit.demand].amounts):
            onboard[place] += sign * amount
            worst[place] = max(worst[place], onboard[place] - vehicle.room[place])
    return tuple(worst)
