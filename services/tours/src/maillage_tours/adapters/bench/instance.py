"""An instance as the planner sees it, and the lines of a file with their numbers."""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from maillage_tours.domain.problem import (
    BASE,
    Carrier,
    Demand,
    Dimension,
    Problem,
    Solution,
    Step,
    Ways,
    ways_of,
)

EXACT, TENTHS, UNITS = "exact", "tenths", "units"
"""How distances become whole: thousandths rounded, tenths cut off (DIMACS), units rounded."""
_SCALE = {EXACT: 1000, TENTHS: 10, UNITS: 1}
REST_DOORS_MAX = 12
COUNT_MAX = 10_000
"""Places, or vehicles: what is beyond is a mistake, or more than memory holds."""
DAY_MAX = 10**8
"""Time of an instance without hours."""
COST_PARTS = 100
"""Costs of vehicles have two decimals at most."""
FIXED_COST_MAX = 10**8
"""What is dearer than that, in parts of an instance's costs, is more than an order is worth."""


class Unreadable(Exception):
    """A file is not what its format says; the message names the file and the line."""


@dataclass(frozen=True)
class Line:
    """One line of a file that is not empty."""

    path: Path
    number: int
    text: str

    def wrong(self, words: str) -> Unreadable:
        """The error to raise about this line."""
        return Unreadable(f"{self.path}, line {self.number}: {words}: {self.text[:60]!r}")

    def numbers(self, count: int | None = None) -> list[float]:
        """All numbers of the line; raises Unreadable when there are not so many."""
        try:
            found = [float(word) for word in self.text.split()]
        except ValueError as error:
            raise self.wrong("numbers are expected") from error
        if (count is not None and len(found) != count) or not all(map(math.isfinite, found)):
            raise self.wrong(f"{count or 'finite'} numbers are expected")
        return found

    def amounts(self, count: int | None = None) -> list[float]:
        """All numbers of the line; raises Unreadable also when one is below zero."""
        found = self.numbers(count)
        if min(found) < 0:
            raise self.wrong("a number below zero")
        return found

    def wholes(self) -> list[int]:
        """All whole numbers of the line."""
        found = self.numbers()
        if any(number != int(number) for number in found):
            raise self.wrong("whole numbers are expected")
        return [int(number) for number in found]

    def count(self, number: float, what: str) -> int:
        """How many there are, as the line says; raises Unreadable when that cannot be."""
        if not 1 <= number <= COUNT_MAX or number != int(number):
            raise self.wrong(f"{what}: a whole number from 1 to {COUNT_MAX:,} is expected")
        return int(number)

    def cost(self, cost: float) -> float:
        """The same cost; raises Unreadable when it is finer than what is reckoned with."""
        if not math.isclose(cost * COST_PARTS, round(cost * COST_PARTS)):
            raise self.wrong("costs of vehicles have two decimals at most")
        return cost


def lines_of(path: Path) -> list[Line]:
    """The lines of a text file; raises Unreadable when it cannot be read or has none."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    lines = [Line(path, n, one.strip()) for n, one in enumerate(text.splitlines(), 1)]
    lines = [line for line in lines if line.text]
    if not lines:
        raise Unreadable(f"{path}, line 1: the file is empty")
    return lines


@dataclass(frozen=True)
class Grid:
    """How an instance's numbers become whole."""

    rounding: str

    @property
    def scale(self) -> int:
        """Whole numbers in one unit of the file."""
        return _SCALE[self.rounding]

    def whole(self, number: float) -> int:
        """A time of the file."""
        return math.floor(number * self.scale + (0 if self.rounding == TENTHS else 0.5))

    def distances(
        self, points: Sequence[tuple[float, float]], first: Callable[[float], float] = float
    ) -> Ways:
        """Straight lines between all points, rounded as the file says `first`."""
        return ways_of(
            (self.whole(first(math.hypot(x - u, y - v))) for u, v in points) for x, y in points
        )


@dataclass(frozen=True)
class Instance:
    """A problem with its family; its costs are in so many `cost_unit` for each unit of distance.

    Where goods change vehicles on the way, the problem says who serves which door, and `then`
    makes the one with all legs of what was found: that one is solved too, proved and counted.
    `vehicle_cost` is what each vehicle costs by wish, and not by its file.
    """

    name: str
    family: str
    problem: Problem
    grid: Grid
    cost_unit: float = 1.0
    then: Callable[[Solution], Problem] | None = None
    vehicle_cost: float = 0.0

    def in_file(self, cost: int) -> float:
        """A cost of the problem, as the file counts it."""
        return cost * self.cost_unit / self.grid.scale

    def in_problem(self, cost: float) -> int:
        """A cost of the file, as the problem counts it."""
        return round(cost / self.cost_unit * self.grid.scale)


def cost_unit_of(costs: Iterable[float]) -> float:
    """The greatest of which all costs are multiples: with small numbers there is room for costs."""
    return math.gcd(*(round(cost * COST_PARTS) for cost in costs)) / COST_PARTS or 1.0


def charging(instance: Instance, vehicle_cost: float) -> Instance:
    """The same instance where each vehicle that is used costs so much, in units of the file.

    Raises Unreadable where the file says what vehicles cost, or where it is more than can be
    reckoned with.
    """
    if instance.then or any(carrier.fixed_cost for carrier in instance.problem.carriers):
        raise Unreadable(f"{instance.name}: the file says itself what its vehicles cost")
    fixed_cost = instance.in_problem(vehicle_cost)
    if fixed_cost > FIXED_COST_MAX:
        most = instance.in_file(FIXED_COST_MAX)
        raise Unreadable(f"{instance.name}: a vehicle costs {most:g} at most")
    fleet = tuple(replace(one, fixed_cost=fixed_cost) for one in instance.problem.carriers)
    problem = replace(instance.problem, carriers=fleet)
    return replace(instance, problem=problem, vehicle_cost=vehicle_cost)


def resting(instance: Instance, after: float, takes: float) -> Instance:
    """The same instance where a crew rests so long, in units of the file, after so much work.

    It rests at the depot or at one of some doors, evenly taken from the file. Raises Unreadable
    where goods change vehicles: there is no time.
    """
    grid = instance.grid
    if instance.then or min(after, takes) <= 0:
        raise Unreadable(f"{instance.name}: rests need a time that is above 0, and hours")
    doors = sorted(_doors(instance.problem))
    places = (BASE, *doors[:: 1 + len(doors) // REST_DOORS_MAX])
    tired = [
        replace(
            carrier,
            rest_after_s=grid.whole(after),
            rest_s=grid.whole(takes),
            rests=tuple(range(len(places))),
        )
        for carrier in instance.problem.carriers
    ]
    problem = replace(instance.problem, carriers=tuple(tired), rests=places)
    return replace(instance, family=f"{instance.family}+rests", problem=problem)


def _doors(problem: Problem) -> set[int]:
    ends = (end.point for demand in problem.demands for end in (demand.pickup, demand.dropoff))
    return {point for point in ends if point != BASE and not problem.hubs[point]}


def amount_of(demand: float) -> int:
    """What a demand takes of a vehicle, in thousandths."""
    return round(demand * 1000)


def problem_of(
    demands: Sequence[Demand],
    carriers: Sequence[Carrier],
    ways: Ways,
    depots: Sequence[int],
    *,
    loads: int = 1,
    apart: frozenset[tuple[int, int]] = frozenset(),
    profiles: int = 1,
) -> Problem:
    """A problem whose ways take as long as they are."""
    return Problem(
        dimensions=tuple(Dimension(f"load {n}", None) for n in range(1, loads + 1)),
        setup_s=(0,) * len(ways),
        hubs=tuple(point in set(depots) for point in range(len(ways))),
        demands=tuple(demands),
        carriers=tuple(carriers),
        metres=(ways,) * profiles,
        seconds=(ways,) * profiles,
        apart=apart,
    )


def at_depot(point: int, *, opens_s: int = 0, closes_s: int = DAY_MAX) -> Step:
    """Loading or unloading there, which takes no time."""
    return Step(point, opens_s, closes_s, 0)
