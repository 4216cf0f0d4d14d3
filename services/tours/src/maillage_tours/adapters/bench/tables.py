"""Instances that are one table: Li & Lim (pairs) and Solomon, Homberger (from one depot)."""

from collections.abc import Sequence
from itertools import dropwhile
from typing import NamedTuple

from maillage_tours.adapters.bench.instance import (
    EXACT,
    Grid,
    Instance,
    Line,
    amount_of,
    at_depot,
    problem_of,
)
from maillage_tours.domain.problem import Carrier, Demand, Step

LI_LIM_HEAD, LI_LIM_COLUMNS, SOLOMON_COLUMNS = 3, 9, 7


class _Row(NamedTuple):
    line: Line
    x: float
    y: float
    load: float
    opens: float
    closes: float
    service: float
    pickup: int
    dropoff: int


def is_solomon(lines: Sequence[Line]) -> bool:
    """Whether the file has the headings of Solomon's instances."""
    return any(line.text.split()[0].upper() == "CUSTOMER" for line in lines[:12])


def read_li_lim(lines: Sequence[Line]) -> Instance:
    """Pairs of doors: the vehicles, their capacity and a speed, then a row for each door."""
    if len(lines[0].text.split()) != LI_LIM_HEAD:
        raise lines[0].wrong("vehicles, capacity and speed, or any other format that is read")
    said, capacity, _ = lines[0].amounts(LI_LIM_HEAD)
    vehicles = lines[0].count(said, "vehicles")
    rows = _rows(lines[1:] or lines, LI_LIM_COLUMNS)
    grid = Grid(EXACT)
    demands = [
        Demand(
            _step(grid, number, row),
            _step(grid, row.dropoff, rows[row.dropoff]),
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
    said, capacity = lines[head + 1].amounts(2)
    vehicles = lines[head + 1].count(said, "vehicles")
    rows = _rows(list(dropwhile(_is_heading, lines[head + 2 :])) or lines[-1:], SOLOMON_COLUMNS)
    grid = Grid(EXACT)
    everyone = tuple(range(vehicles))
    demands = [
        Demand(at_depot(0), _step(grid, number, row), (amount_of(row.load),), everyone)
        for number, row in enumerate(rows)
        if number
    ]
    return _instance("VRPTW", grid, rows, demands, _fleet(grid, vehicles, capacity, rows[0]))


def _is_heading(line: Line) -> bool:
    return line.text[0].isalpha()


def _rows(lines: Sequence[Line], columns: int) -> list[_Row]:
    rows: list[_Row] = []
    for place, line in enumerate(lines):
        number, x, y, load, opens, closes, service, *pair = line.numbers(columns)
        if number != place:
            raise line.wrong(f"row {place} is expected")
        if any(end != int(end) for end in pair):
            raise line.wrong("a pair has whole numbers")
        pickup, dropoff = map(int, pair or (0, 0))
        if closes < opens or service < 0:
            raise line.wrong("a window that closes before it opens, or a negative service time")
        if load < 0 and not pickup:
            raise line.wrong("a load below zero")
        rows.append(_Row(line, x, y, load, opens, closes, service, pickup, dropoff))
    if len(rows) < 2:  # noqa: PLR2004 a depot and a door
        raise lines[-1].wrong("a depot and one door at least are expected")
    return rows


def _is_pickup(number: int, row: _Row, rows: Sequence[_Row]) -> bool:
    """Whether the row is a pickup; raises Unreadable unless it is one end of a pair."""
    if number == 0 and not (row.pickup or row.dropoff):
        return False
    other = row.dropoff or row.pickup
    if not 0 < other < len(rows) or (row.dropoff and row.pickup):
        raise row.line.wrong("neither a pickup nor the dropoff of one")
    ends = (number, 0) if row.dropoff else (0, number)
    if (rows[other].pickup, rows[other].dropoff) != ends or rows[other].load != -row.load:
        raise row.line.wrong(f"row {other} is not the other end of it")
    return row.dropoff > 0


def _step(grid: Grid, number: int, row: _Row) -> Step:
    return Step(number, grid.whole(row.opens), grid.whole(row.closes), grid.whole(row.service))


def _fleet(grid: Grid, vehicles: int, capacity: float, depot: _Row) -> list[Carrier]:
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
