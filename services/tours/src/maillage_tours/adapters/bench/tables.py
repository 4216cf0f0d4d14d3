"""Instances that are one table: Li & Lim (pairs) and Solomon, Homberger (from one depot)."""

from collections.abc import Sequence
from typing import NamedTuple

from maillage_tours.adapters.bench.instance import (
    EXACT,
    Grid,
    Instance,
    Line,
    Unreadable,
    amount_of,
    at_depot,
    problem_of,
)
from maillage_tours.domain.problem import Carrier, Demand, Step

LI_LIM_COLUMNS, SOLOMON_COLUMNS = 9, 7


class _Row(NamedTuple):
    line: Line
    x: float
    y: float
    load: float
    opens: float
    closes: float
    service: float
    sibling: int


def is_solomon(lines: Sequence[Line]) -> bool:
    """Whether the file has the headings of Solomon's instances."""
    return any(line.text.split()[0].upper() == "CUSTOMER" for line in lines[:12])


def read_li_lim(lines: Sequence[Line]) -> Instance:
    """Pairs of doors: the vehicles, their capacity and a speed, then a row for each door."""
    said, capacity = lines[0].numbers(3)[:2]
    vehicles = lines[0].count(said, "vehicles")
    rows = _rows(lines[1:] or lines, LI_LIM_COLUMNS)
    grid = Grid(EXACT)
    demands = [
        Demand(
            _step(grid, number, row),
            _step(grid, row.sibling, rows[row.sibling]),
            (amount_of(row.load),),
            tuple(range(vehicles)),
        )
        for number, row in enumerate(rows)
        if _is_pickup(number, row, rows)
    ]
    return _instance("PDPTW", grid, rows, demands, _fleet(grid, vehicles, capacity, rows[0]))


def read_solomon(lines: Sequence[Line]) -> Instance:
    """Doors served from one depot, each vehicle leaving it once."""
    head = next((n for n, one in enumerate(lines) if one.text.split()[0].upper() == "NUMBER"), None)
    if head is None or head + 1 == len(lines):
        raise lines[0].wrong("no line NUMBER CAPACITY with a line of figures after it")
    said, capacity = lines[head + 1].numbers(2)
    vehicles = lines[head + 1].count(said, "vehicles")
    table = [line for line in lines[head + 2 :] if line.text.split()[0][0].isdigit()]
    rows = _rows(table or lines[-1:], SOLOMON_COLUMNS)
    grid = Grid(EXACT)
    everyone = tuple(range(vehicles))
    demands = [
        Demand(at_depot(0), _step(grid, number, row), (amount_of(row.load),), everyone)
        for number, row in enumerate(rows)
        if number
    ]
    return _instance("VRPTW", grid, rows, demands, _fleet(grid, vehicles, capacity, rows[0]))


def _rows(lines: Sequence[Line], columns: int) -> list[_Row]:
    rows: list[_Row] = []
    for place, line in enumerate(lines):
        number, x, y, load, opens, closes, service, *pair = line.numbers(columns)
        if number != place:
            raise line.wrong(f"row {place} is expected")
        if closes < opens or service < 0:
            raise line.wrong("a window that closes before it opens, or a negative service time")
        rows.append(_Row(line, x, y, load, opens, closes, service, int(pair[1]) if pair else 0))
    if len(rows) < 2:  # noqa: PLR2004 a depot and a door
        raise lines[-1].wrong("a depot and one door at least are expected")
    return rows


def _is_pickup(number: int, row: _Row, rows: Sequence[_Row]) -> bool:
    """Whether the row is a pickup; raises Unreadable unless its sibling says the same of it."""
    if number == 0:
        return False
    if row.sibling == 0:
        # Its own pickup is told by its sibling; a row that nobody names is not of this format.
        if any(other.sibling == number for other in rows):
            return False
        raise row.line.wrong("neither a pickup nor the dropoff of one")
    if not 0 < row.sibling < len(rows):
        raise row.line.wrong(f"no row {row.sibling} to deliver at")
    if rows[row.sibling].load != -row.load or row.load < 0:
        raise row.line.wrong(f"row {row.sibling} delivers another load")
    return True


def _step(grid: Grid, number: int, row: _Row) -> Step:
    return Step(number, grid.whole(row.opens), grid.whole(row.closes), grid.whole(row.service))


def _fleet(grid: Grid, vehicles: int, capacity: float, depot: _Row) -> list[Carrier]:
    if capacity < 0:
        raise Unreadable(f"{depot.line.path}, line 1: a vehicle without room")
    one = Carrier(
        base=0,
        opens_s=grid.whole(depot.opens),
        closes_s=grid.whole(depot.closes),
        room=(amount_of(capacity),),
        range_m=None,
        cost_per_m=1,
        cost_per_s=0,
        profile=0,
        trips_max=1,
    )
    return [one] * vehicles


def _instance(
    family: str, grid: Grid, rows: Sequence[_Row], demands: list[Demand], fleet: list[Carrier]
) -> Instance:
    ways = grid.distances([(row.x, row.y) for row in rows])
    problem = problem_of(demands, fleet, ways, [0])
    return Instance(rows[0].line.path.stem, family, problem, grid)
