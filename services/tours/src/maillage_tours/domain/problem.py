"""One day's plan as whole numbers, for a solver: seconds since midnight, metres, grams."""

from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from maillage_contracts.vocabulary import TemperatureClass

BASE = -1
"""As the point of a step: wherever the vehicle that takes it is based."""
NEVER_S = 10**9
"""Closing time of what never closes."""
START = -1
"""As a kind: what comes before the first door of a trip."""


Ways = Sequence[Sequence[int]]
"""From each point to each; rows are arrays, for a thousand points are a million figures."""


def ways_of(rows: Iterable[Iterable[int]]) -> Ways:
    """The same figures in four bytes each."""
    return tuple(array("i", row) for row in rows)


class Dimension(NamedTuple):
    """Something of which a vehicle has only so much room, at one temperature or in all."""

    unit: str
    temperature: TemperatureClass | None
    is_dirty: bool | None = None
    """Only what is dirty, only what is clean, or both together."""


@dataclass(frozen=True)
class Step:
    """One end of a demand: the handover begins between opening and closing."""

    point: int
    opens_s: int
    closes_s: int
    handling_s: int


@dataclass(frozen=True)
class Demand:
    """One job, the carriers that may do it, and the other leg of its order.

    Of demands with the same `choice` one is done, at one of several places. A higher `rank` comes
    first where not all can be carried. `family` is what its goods are, where that matters.
    """

    pickup: Step
    dropoff: Step
    amounts: tuple[int, ...]
    carriers: tuple[int, ...]
    partner: int | None = None
    kind: int = 0
    choice: int | None = None
    rank: int = 0
    family: int = 0


@dataclass(frozen=True)
class Carrier:
    """One vehicle; costs in millionths of a euro.

    A tour lasts `duration_s_max` at most, and `overtime_s_max` more at a cost more for each second;
    its fixed cost is due when it leaves at all. After `rest_after_s` its crew must have begun to
    rest for `rest_s`.
    """

    base: int
    opens_s: int
    closes_s: int
    room: tuple[int, ...]
    range_m: int | None
    cost_per_m: int
    cost_per_s: int
    profile: int
    fixed_cost: int = 0
    duration_s_max: int | None = None
    trips_max: int | None = None
    overtime_s_max: int = 0
    overtime_cost_per_s: int = 0
    rest_after_s: int | None = None
    rest_s: int = 0
    rests: tuple[int, ...] = ()
    """Those of the problem's places to rest that it may stand at."""
    keeps_apart: bool = False
    """Whether kinds that are `apart` never touch in it, and may follow one another."""

    def overtime_cost(self, takes_s: int) -> int:
        """What so long a route costs more for being long."""
        if self.duration_s_max is None:
            return 0
        return max(0, takes_s - self.duration_s_max) * self.overtime_cost_per_s


class Visit(NamedTuple):
    """One end of a demand on a route, or a rest of its crew: then `demand` is below zero."""

    demand: int
    is_pickup: bool

    @property
    def is_rest(self) -> bool:
        """Whether nothing is handed over, and the crew rests."""
        return self.demand < 0


def rest_at(place: int) -> Visit:
    """A rest at one of the problem's places to rest."""
    return Visit(-1 - place, is_pickup=True)


@dataclass(frozen=True)
class Problem:
    """Everything a solver needs to know. `metres` and `seconds` are by profile, from and to.

    `apart` are pairs of kinds: on one trip, a door of the second never comes right after one of
    the first, but for carriers that keep them apart. At its base a vehicle is cleaned, and begins
    anew. `foes` are pairs of families that are never on board together. Of `twins`, pairs of
    carriers, only one drives: they are the same vehicle, with and without a trailer. `rests` are
    the points where a crew may rest.
    """

    dimensions: tuple[Dimension, ...]
    setup_s: tuple[int, ...]
    hubs: tuple[bool, ...]
    demands: tuple[Demand, ...]
    carriers: tuple[Carrier, ...]
    metres: tuple[Ways, ...]
    seconds: tuple[Ways, ...]
    apart: frozenset[tuple[int, int]] = frozenset()
    foes: frozenset[tuple[int, int]] = frozenset()
    twins: tuple[tuple[int, int], ...] = ()
    rests: tuple[int, ...] = ()

    @cached_property
    def twin_of(self) -> Mapping[int, int]:
        """The carrier that may not drive when this one does."""
        return dict(self.twins) | {other: one for one, other in self.twins}

    @cached_property
    def choices(self) -> Mapping[int, tuple[int, ...]]:
        """The demands of each choice."""
        found: dict[int, tuple[int, ...]] = {}
        for number, demand in enumerate(self.demands):
            if demand.choice is not None:
                found[demand.choice] = (*found.get(demand.choice, ()), number)
        return found

    @cached_property
    def taken(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """What each demand takes: the dimension and how much, of those that it takes any of."""
        return tuple(
            tuple((place, amount) for place, amount in enumerate(demand.amounts) if amount)
            for demand in self.demands
        )

    def options(self, demand: int) -> tuple[int, ...]:
        """The demands one of which is done: this one, and those of the same choice."""
        choice = self.demands[demand].choice
        return (demand,) if choice is None else self.choices[choice]

    def step(self, visit: Visit) -> Step:
        """The end of a demand that a visit is about, or a rest."""
        if visit.is_rest:
            return Step(self.rests[-1 - visit.demand], 0, NEVER_S, 0)
        demand = self.demands[visit.demand]
        return demand.pickup if visit.is_pickup else demand.dropoff

    def point(self, visit: Visit, carrier: Carrier) -> int:
        """Where a vehicle makes a visit."""
        point = self.step(visit).point
        return carrier.base if point == BASE else point


@dataclass(frozen=True)
class Search:
    """How long to look for a better plan. The same seed and iterations give the same plan.

    `cpu_seconds` is time of the process, that of a machine with nothing else to do.
    """

    seed: int
    iterations: int
    seconds: float
    cpu_seconds: float | None = None


@dataclass(frozen=True)
class Probe:
    """The best place for a demand that fits nowhere, and what is short there."""

    carrier: int
    late_s: int
    overtime_s: int
    excess: tuple[int, ...]
    beyond_m: int
    clashes: int = 0
    mixed: int = 0
    unrested_s: int = 0


@dataclass(frozen=True)
class Solution:
    """Visits by carrier, and for every demand left out, why; None for one whose other leg is."""

    routes: tuple[tuple[Visit, ...], ...]
    left: dict[int, Probe | None]
    solver: str
    iterations: int
    seconds: float
    was_cut: bool
    """Whether time ended the search, and not the number of iterations."""
    cpu_seconds: float = 0.0
    first_feasible_s: float | None = None
    """Process time until the first routes that keep all limits and carry all that was asked."""
