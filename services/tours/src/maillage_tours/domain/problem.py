"""One day's plan as whole numbers, for a solver: seconds since midnight, metres, grams."""

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from maillage_contracts.vocabulary import TemperatureClass

BASE = -1
"""As the point of a step: wherever the vehicle that takes it is based."""
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


@dataclass(frozen=True)
class Step:
    """One end of a demand: the handover begins between opening and closing."""

    point: int
    opens_s: int
    closes_s: int
    handling_s: int


@dataclass(frozen=True)
class Demand:
    """One job, the carriers that may do it, and the other leg of its order."""

    pickup: Step
    dropoff: Step
    amounts: tuple[int, ...]
    carriers: tuple[int, ...]
    partner: int | None = None
    kind: int = 0


@dataclass(frozen=True)
class Carrier:
    """One vehicle; costs in millionths of a euro.

    A tour lasts `duration_s_max` at most; its fixed cost is due when it leaves at all.
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


class Visit(NamedTuple):
    """One end of a demand on a route."""

    demand: int
    is_pickup: bool


@dataclass(frozen=True)
class Problem:
    """Everything a solver needs to know. `metres` and `seconds` are by profile, from and to.

    `apart` are pairs of kinds: on one trip, a door of the second never comes right after one of
    the first. At its base a vehicle is cleaned, and begins anew.
    """

    dimensions: tuple[Dimension, ...]
    setup_s: tuple[int, ...]
    hubs: tuple[bool, ...]
    demands: tuple[Demand, ...]
    carriers: tuple[Carrier, ...]
    metres: tuple[Ways, ...]
    seconds: tuple[Ways, ...]
    apart: frozenset[tuple[int, int]] = frozenset()

    def step(self, visit: Visit) -> Step:
        """The end of a demand that a visit is about."""
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
