"""Instances in VRPLIB's sections as problems: what each family asks of places and vehicles.

Fields as PyVRP documents them (docs/source/dev/supported_vrplib_fields.rst, 0.14), and two of our
own, as no published set has rests of crews: `REST_AFTER`, `REST_TIME`, in units of the file.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from maillage_tours.adapters.bench.instance import (
    DAY_MAX,
    EXACT,
    TENTHS,
    UNITS,
    Grid,
    Instance,
    Line,
    amount_of,
    at_depot,
    problem_of,
    resting,
)
from maillage_tours.adapters.bench.vrplib import Sections, sections_of
from maillage_tours.domain.problem import BASE, START, Carrier, Demand, Step, Ways, ways_of

ROUNDINGS = {
    "PDPTW": EXACT,
    "SDVRPTW": EXACT,
    "MDVRPTW": EXACT,
    "VRPTW": TENTHS,
    "MTVRPTWR": TENTHS,
    "VRPB": UNITS,
    "HFVRP": UNITS,
    "CVRP": UNITS,
}
"""How each family's best known costs were rounded (README files of PyVRP/Instances, 2026-08)."""
LINEHAUL, BACKHAUL = 0, 1
COST_PARTS = 100
"""Costs of HFVRP have two decimals at most."""


def is_sections(lines: Sequence[Line]) -> bool:
    """Whether the file is in VRPLIB's sections."""
    return any(line.text.strip().rstrip(" :").endswith("_SECTION") for line in lines)


def read_sections(lines: Sequence[Line]) -> Instance:
    """Any of the families; raises Unreadable for a type that is none."""
    said = sections_of(lines)
    family = said.value("TYPE")
    if family not in ROUNDINGS:
        line = said.values["TYPE"][0] if family else lines[0]
        raise line.wrong(f"the type is one of {', '.join(ROUNDINGS)}")
    return _Reader(said, family, Grid(ROUNDINGS[family])).instance()


@dataclass(frozen=True)
class _Pair:
    pickup: int
    dropoff: int
    load: float


class _Reader:
    def __init__(self, said: Sections, family: str, grid: Grid) -> None:
        self.said = said
        self.family = family
        self.grid = grid
        self.depots = said.depots()
        self.doors = range(len(self.depots), said.size)
        self.vehicles = said.count("VEHICLES") or len(self.doors)

    def instance(self) -> Instance:
        name = self.said.value("NAME") or self.said.lines[0].path.stem
        demands = list(self._pairs() if self.pairs else self._clients())
        problem = problem_of(
            demands,
            self._carriers(),
            self._ways(),
            self.depots,
            apart=frozenset({(START, BACKHAUL), (BACKHAUL, LINEHAUL)})
            if self.family == "VRPB"
            else frozenset(),
        )
        instance = Instance(name, self.family, problem, self.grid, self._cost_parts)
        after, takes = self.said.number("REST_AFTER"), self.said.number("REST_TIME")
        if after is None and takes is None:
            return instance
        return resting(instance, after or 0, takes or 0)

    @cached_property
    def pairs(self) -> list[_Pair]:
        """Pairs of doors, of their own section."""
        name, size = "PICKUP_AND_DELIVERY", self.said.size
        rows = self.said.table(name, size, 6)
        if rows is None:
            return []
        found: list[_Pair] = []
        for place, (load, _, _, _, before, after) in enumerate(rows):
            line = self.said.tables[name][place]
            if not (0 <= before <= size and 0 <= after <= size) or (before and after):
                raise line.wrong(f"a pickup or a delivery, of places from 1 to {size}")
            if after:
                other = rows[int(after) - 1]
                if load < 0 or other[0] != -load or other[4] != place + 1:
                    raise line.wrong(f"row {int(after)} delivers another load")
                found.append(_Pair(place, int(after) - 1, load))
        return found

    def _pairs(self) -> Iterator[Demand]:
        for pair in self.pairs:
            steps = (self._step(pair.pickup), self._step(pair.dropoff))
            yield Demand(*steps, (amount_of(pair.load),), tuple(range(self.vehicles)))

    def _clients(self) -> Iterator[Demand]:
        loads = self.said.column("DEMAND", self.said.size) or [0.0] * self.said.size
        backs = self.said.column("BACKHAUL", self.said.size) or [0.0] * self.said.size
        releases = self.said.column("RELEASE_TIME", self.said.size) or [0.0] * self.said.size
        depot = BASE if len(self.depots) > 1 else self.depots[0]
        teams = self._teams()
        for door in self.doors:
            step, team = self._step(door), teams[door]
            if backs[door] and not loads[door]:
                amount = (amount_of(backs[door]),)
                yield Demand(step, at_depot(depot), amount, team, kind=BACKHAUL)
            elif backs[door]:
                line = self.said.tables["BACKHAUL"][door]
                raise line.wrong("a place has a demand or a backhaul, not both")
            else:
                start = at_depot(depot, opens_s=self.grid.whole(releases[door]))
                yield Demand(start, step, (amount_of(loads[door]),), team)

    def _teams(self) -> dict[int, tuple[int, ...]]:
        """The vehicles that may serve each door."""
        allowed = self.said.indices("VEHICLES_ALLOWED_CLIENTS", self.vehicles)
        everyone = tuple(range(self.vehicles))
        if allowed is None:
            return dict.fromkeys(self.doors, everyone)
        sets = [frozenset(doors) for doors in allowed]
        return {
            door: tuple(vehicle for vehicle in everyone if door in sets[vehicle])
            for door in self.doors
        }

    @cached_property
    def _hours(self) -> list[tuple[int, int]]:
        if self.pairs:
            rows = self.said.table("PICKUP_AND_DELIVERY", self.said.size, 6) or []
            windows = [row[1:3] for row in rows]
        else:
            windows = self.said.table("TIME_WINDOW", self.said.size, 2) or []
        if not windows:
            return [(0, DAY_MAX)] * self.said.size
        return [(self.grid.whole(opens), self.grid.whole(closes)) for opens, closes in windows]

    @cached_property
    def _services(self) -> list[float]:
        if self.pairs:
            rows = self.said.table("PICKUP_AND_DELIVERY", self.said.size, 6) or []
            return [row[3] for row in rows]
        return self.said.column("SERVICE_TIME", self.said.size) or [0.0] * self.said.size

    def _step(self, door: int) -> Step:
        opens_s, closes_s = self._hours[door]
        return Step(door, opens_s, closes_s, self.grid.whole(self._services[door]))

    def _carriers(self) -> list[Carrier]:
        count = self.vehicles
        room = self.said.column("CAPACITY", count) or [float(10**6)] * count
        bases = self.said.indices("VEHICLES_DEPOT", count, 1) or [[0]] * count
        longest = self.said.column("VEHICLES_MAX_DURATION", count)
        farthest = self.said.column("VEHICLES_MAX_DISTANCE", count)
        reloads = self.said.column("VEHICLES_MAX_RELOADS", count)
        may_reload = "VEHICLES_RELOAD_DEPOT" in self.said.tables
        fixed = self.said.column("VEHICLES_FIXED_COST", count) or [0.0] * count
        per_unit = self._per_unit
        return [
            Carrier(
                base=bases[n][0],
                opens_s=self._hours[bases[n][0]][0],
                closes_s=self._hours[bases[n][0]][1],
                room=(amount_of(room[n]),),
                range_m=None if farthest is None else self.grid.whole(farthest[n]),
                cost_per_m=round(per_unit[n] * self._cost_parts),
                cost_per_s=0,
                profile=0,
                fixed_cost=round(fixed[n] * self.grid.scale * self._cost_parts),
                duration_s_max=None if longest is None else self.grid.whole(longest[n]),
                trips_max=1 if not may_reload else int(reloads[n]) + 1 if reloads else None,
            )
            for n in range(count)
        ]

    @cached_property
    def _per_unit(self) -> list[float]:
        return self.said.column("VEHICLES_UNIT_DISTANCE_COST", self.vehicles) or (
            [1.0] * self.vehicles
        )

    @property
    def _cost_parts(self) -> int:
        """Costs per unit of distance become whole."""
        whole = all(math.isclose(cost, round(cost)) for cost in self._per_unit)
        return 1 if whole else COST_PARTS

    def _ways(self) -> Ways:
        kind = self.said.value("EDGE_WEIGHT_TYPE")
        if kind == "EUC_2D":
            points = self.said.table("NODE_COORD", self.said.size, 2)
            if points is None:
                raise self.said.lines[-1].wrong("no NODE_COORD_SECTION")
            return self.grid.distances([(x, y) for x, y in points])
        if kind == "EXPLICIT" and self.said.value("EDGE_WEIGHT_FORMAT") == "FULL_MATRIX":
            return self._matrix()
        line = self.said.values.get("EDGE_WEIGHT_TYPE", (self.said.lines[0], ""))[0]
        raise line.wrong("distances are EUC_2D, or EXPLICIT in a FULL_MATRIX")

    def _matrix(self) -> Ways:
        lines = self.said.tables.get("EDGE_WEIGHT", [])
        flat = [self.grid.whole(number) for line in lines for number in line.numbers()]
        size = self.said.size
        if len(flat) != size * size:
            raise (lines or self.said.lines)[-1].wrong(f"{size} x {size} distances are expected")
        return ways_of(flat[row * size : (row + 1) * size] for row in range(size))
