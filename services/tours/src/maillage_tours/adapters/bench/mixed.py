"""Mixed fleets from one depot, where each type of vehicle has its costs (HFVRP): two formats alike.

Comments begin with `//`. A line says how many doors and types of vehicles there are, the range, the
service time, and two costs that nothing depends on. A line for each type follows (how many,
capacity, fixed cost, cost of a unit of distance), and the depot: `0`, above a matrix of roads in
thousandths and a load for each door (Duhamel, Lacomme and Prodhon, 2009), or where it lies, above
place and load of each door (Prins, 2009). Both as VROOM-Project/vroom-scripts has them (2026-08).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from maillage_tours.adapters.bench.instance import (
    DAY_MAX,
    EXACT,
    Grid,
    Instance,
    Line,
    amount_of,
    at_depot,
    cost_unit_of,
    problem_of,
)
from maillage_tours.domain.problem import Carrier, Demand, Ways, ways_of

FAMILY = "HFVRP"
HEAD_WIDTH = 6
RANGE_NONE = 999_999
GRID = Grid(EXACT)


def is_mixed(lines: Sequence[Line]) -> bool:
    """Whether the first line that is no comment has the six numbers."""
    head = next(_said(lines), None)
    return head is not None and len(head.text.split()) == HEAD_WIDTH


def read_mixed(lines: Sequence[Line]) -> Instance:
    """The instance; raises Unreadable, also for a range or service times: no such file has any."""
    head, *rest = _said(lines)
    said, types, farthest, service, *_ = head.numbers(HEAD_WIDTH)
    if farthest < RANGE_NONE or service:
        raise head.wrong(f"a range below {RANGE_NONE} or service times are not reckoned with")
    doors, types = head.count(said, "doors"), head.count(types, "types of vehicles")
    if len(rest) <= types:
        raise lines[-1].wrong(f"{types} types of vehicles and a depot are expected")
    depot, below = rest[types], rest[types + 1 :]
    ways, loads = (
        _by_road(depot, below, doors) if depot.text == "0" else _by_air(depot, below, doors)
    )
    fleet, cost_unit = _fleet(rest[:types])
    everyone = tuple(range(len(fleet)))
    demands = [
        Demand(at_depot(0), at_depot(door), (amount_of(load),), everyone)
        for door, load in enumerate(loads, 1)
    ]
    problem = problem_of(demands, fleet, ways, [0])
    return Instance(head.path.stem, FAMILY, problem, GRID, cost_unit)


def _said(lines: Sequence[Line]) -> Iterator[Line]:
    """The lines without their comments."""
    for line in lines:
        if text := line.text.partition("//")[0].strip():
            yield replace(line, text=text)


def _by_road(depot: Line, below: Sequence[Line], doors: int) -> tuple[Ways, list[float]]:
    rows = _enough(depot, below, doors + 1 + doors)
    ways = ways_of(map(round, line.amounts(doors + 1)) for line in rows[: doors + 1])
    loads: list[float] = []
    for door, line in enumerate(rows[doors + 1 :], 1):
        number, load = line.amounts(2)
        if number != door:
            raise line.wrong(f"door {door} is expected")
        loads.append(load)
    return ways, loads


def _by_air(depot: Line, below: Sequence[Line], doors: int) -> tuple[Ways, list[float]]:
    x, y = depot.numbers(2)
    places = [(x, y)]
    loads: list[float] = []
    for line in _enough(depot, below, doors):
        x, y, load = line.numbers(3)
        if load < 0:
            raise line.wrong("a load below zero")
        places.append((x, y))
        loads.append(load)
    return GRID.distances(places), loads


def _enough(depot: Line, below: Sequence[Line], count: int) -> Sequence[Line]:
    """So many lines; HVRP_DLP_43 has one too many, without which its best known cost was found."""
    if len(below) < count:
        last = below[-1] if below else depot
        raise last.wrong(f"{count} lines are expected below the depot, not {len(below)}")
    return below[:count]


def _fleet(lines: Sequence[Line]) -> tuple[list[Carrier], float]:
    """The vehicles, and what their costs are in."""
    types = [(line, *line.amounts(4)) for line in lines]
    costs = [line.cost(cost) for line, _, _, *both in types for cost in both]
    unit = cost_unit_of(costs)
    fleet: list[Carrier] = []
    for line, count, capacity, fixed, per_unit in types:
        one = Carrier(
            base=0,
            opens_s=0,
            closes_s=DAY_MAX,
            room=(amount_of(capacity),),
            range_m=None,
            cost_per_m=round(per_unit / unit),
            cost_per_s=0,
            profile=0,
            fixed_cost=round(fixed / unit * GRID.scale),
            trips_max=1,
        )
        fleet += [one] * line.count(count, "vehicles")
        line.count(len(fleet), "vehicles in all")
    return fleet, unit
