"""An instance as the planner sees it, and the lines of a file with their numbers."""

import math
from collections.abc import Callable, Sequence
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
        return Unreadable(f"{self.path}, line {self.number}: {words}: {self.text.strip()[:60]!r}")

    def numbers(self, count: int | None = None) -> list[float]:
        """All numbers of the line; raises Unreadable when there are not so many."""
        try:
            found = [float(word) for word in self.text.split()]
        except ValueError as error:
            raise self.wrong("numbers are expected") from error
        if (count is not None and len(found) != count) or not all(map(math.isfinite, found)):
            raise self.wrong(f"{count or 'finite'} numbers are expected")
        return found

    def wholes(self, count: int | None = None) -> list[int]:
        """All whole numbers of the line."""
        found = self.numbers(count)
        if any(number != int(number) for number in found):
            raise self.wrong("whole numbers are expected")
        return [int(number) for number in found]

    def count(self, number: float, what: str) -> int:
        """How many there are, as the line says; raises Unreadable when that cannot be."""
        if not 1 <= number <= COUNT_MAX or number != int(number):
            raise self.wrong(f"{what}: a whole number from 1 to {COUNT_MAX:,} is expected")
        return int(number)


def lines_of(path: Path) -> list[Line]:
    """The lines of a text file; raises Unreadable when it cannot be read or has none."""
    try:
        text = path.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise Unreadable(f"{path}: {error.strerror}") from error
    lines = [Line(path, n, one) for n, one in enumerate(text.splitlines(), 1) if one.strip()]
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

    def distances(self, points: Sequence[tuple[float, float]]) -> Ways:
        """Straight lines between all points."""
        return ways_of((self.whole(math.hypot(x - u, y - v)) for u, v in points) for x, y in points)


@dataclass(frozen=True)
class Instance:
    """A problem with its family, in which a unit of cost has `cost_parts` for each of distance.

    Where goods change vehicles on the way, the problem says who serves which door, and `then`
    makes the one with all legs of what was found: that one is solved too, proved and counted.
    """

    name: str
    family: str
    problem: Problem
    grid: Grid
    cost_parts: int = 1
    then: Callable[[Solution], Problem] | None = None

    @property
    def scale(self) -> int:
        """What the file calls one unit of cost."""
        return self.grid.scale * self.cost_parts


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
