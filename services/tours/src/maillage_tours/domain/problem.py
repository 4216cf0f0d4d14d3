"""One day's plan as whole numbers, for a solver: seconds since midnight, metres, grams."""

from dataclasses import dataclass
from typing import NamedTuple

from maillage_contracts.vocabulary import TemperatureClass


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


@dataclass(frozen=True)
class Carrier:
    """One vehicle; costs in millionths of a euro."""

    base: int
    opens_s: int
    closes_s: int
    room: tuple[int, ...]
    range_m: int | None
    cost_per_m: int
    cost_per_s: int
    profile: int


class Visit(NamedTuple):
    """One end of a demand on a route."""

    demand: int
    is_pickup: bool


@dataclass(frozen=True)
class Problem:
    """Everything a solver needs to know. `metres` and `seconds` are by profile, from and to."""

    dimensions: tuple[Dimension, ...]
    setup_s: tuple[int, ...]
    hubs: tuple[bool, ...]
    demands: tuple[Demand, ...]
    carriers: tuple[Carrier, ...]
    metres: tuple[tuple[tuple[int, ...], ...], ...]
    seconds: tuple[tuple[tuple[int, ...], ...], ...]

    def step(self, visit: Visit) -> Step:
        """The end of a demand that a visit is about."""
        demand = self.demands[visit.demand]
        return demand.pickup if visit.is_pickup else demand.dropoff


@dataclass(frozen=True)
class Search:
    """How long to look for a better plan. The same seed and iterations give the same plan."""

    seed: int
    iterations: int
    seconds: float


@dataclass(frozen=True)
class Probe:
    """The best place for a demand that fits nowhere, and what is short there."""

    carrier: int
    late_s: int
    overtime_s: int
    excess: tuple[int, ...]
    beyond_m: int


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
