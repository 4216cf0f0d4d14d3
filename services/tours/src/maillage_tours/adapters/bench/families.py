"""Instances in VRPLIB's sections as problems: what each family asks of places and vehicles.

Fields as PyVRP documents them (docs/source/dev/supported_vrplib_fields.rst, 0.14), and two of our
own, as no published set has rests of crews: `REST_AFTER`, `REST_TIME`, in units of the file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from maillage_tours.adapters.bench.distances import ways_said
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
    cost_unit_of,
    problem_of,
    resting,
)
from maillage_tours.adapters.bench.vrplib import Sections, sections_of
from maillage_tours.domain.problem import BASE, START, Carrier, Demand, Step

ROUNDINGS = {
    "PDPTW": EXACT,
    "SDVRPTW": EXACT,
    "MDVRPTW": EXACT,
    "HFVRP": EXACT,
    "VRPTW": TENTHS,
    "MTVRPTWR": TENTHS,
    "VRPB": UNITS,
    "CVRP": UNITS,
}
"""How each family's best known costs were rounded: with these the routes of the published
solutions cost what is published (601 of PyVRP/Instances at 1445e12; PDPTW by its README)."""
OF_PAIRS = "PICKUP_AND_DELIVERY"
IN_A_LINE = {
    *("NAME", "COMMENT", "TYPE", "DIMENSION", "VEHICLES", "REST_AFTER", "REST_TIME"),
    *("EDGE_WEIGHT_TYPE", "EDGE_WEIGHT_FORMAT", "NODE_COORD_TYPE", "DISPLAY_DATA_TYPE"),
}
COLUMNS = {
    *("DEMAND", "LINEHAUL", "BACKHAUL", "SERVICE_TIME", "RELEASE_TIME"),
    *("CAPACITY", "VEHICLES_DEPOT", "VEHICLES_MAX_RELOADS"),
    *("VEHICLES_MAX_DURATION", "VEHICLES_MAX_DISTANCE"),
    *("VEHICLES_FIXED_COST", "VEHICLES_UNIT_DISTANCE_COST"),
}
"""One number for each place or vehicle, or the same in a line for all."""
TABLES = {
    *("NODE_COORD", "DEPOT", "EDGE_WEIGHT", "TIME_WINDOW", "DISPLAY_DATA", OF_PAIRS),
    *("VEHICLES_ALLOWED_CLIENTS", "VEHICLES_RELOAD_DEPOT"),
}
KNOWN = IN_A_LINE | COLUMNS | {f"{name}_SECTION" for name in COLUMNS | TABLES}
NOT_OF_PAIRS = (
    *("DEMAND", "LINEHAUL", "BACKHAUL", "SERVICE_TIME", "RELEASE_TIME", "TIME_WINDOW"),
    *("VEHICLES_ALLOWED_CLIENTS", "VEHICLES_RELOAD_DEPOT"),
)
LINEHAUL, BACKHAUL = 0, 1


def read_sections(lines: Sequence[Line]) -> Instance:
    """Any of the families; raises Unreadable for a type that is none."""
    said = sections_of(lines, KNOWN)
    family = said.word("TYPE")
    if family not in ROUNDINGS:
        raise said.line("TYPE").wrong(f"the type is one of {', '.join(ROUNDINGS)}")
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
        demands = list(self._shipments() if self.pairs else self._clients())
        apart = {(START, BACKHAUL), (BACKHAUL, LINEHAUL)} if self.family == "VRPB" else ()
        carriers = self._carriers(sum(amount for demand in demands for amount in demand.amounts))
        problem = problem_of(
            demands,
            carriers,
            ways_said(self.said, self.grid),
            self.depots,
            apart=frozenset(apart),
        )
        instance = Instance(name, self.family, problem, self.grid, self._cost_unit)
        rest = [name for name in ("REST_AFTER", "REST_TIME") if self.said.says(name)]
        after, takes = (self.said.number(name) or 0 for name in ("REST_AFTER", "REST_TIME"))
        if rest and min(after, takes) <= 0:
            raise self.said.line(rest[-1]).wrong("REST_AFTER and REST_TIME are both above 0")
        return resting(instance, after, takes) if rest else instance

    @cached_property
    def pairs(self) -> list[_Pair]:
        """Pairs of doors, of their own section, which says all of every place."""
        rows = self.said.table(OF_PAIRS, self.said.size, 6)
        if rows is None:
            return []
        for other in NOT_OF_PAIRS:
            if self.said.says(other):
                raise self.said.line(other).wrong(f"{other} beside {OF_PAIRS}_SECTION")
        if len(self.depots) > 1:
            raise self.said.line("DEPOT").wrong("pairs of doors have one depot")
        if any(rows[0][4:]):
            raise self.said.line(OF_PAIRS).wrong("the depot is no end of a pair")
        return [pair for place in self.doors for pair in self._paired(place, rows)]

    def _paired(self, place: int, rows: Sequence[Sequence[float]]) -> Iterator[_Pair]:
        """The pair of which a place is the pickup; raises Unreadable when it is of none."""
        load, _, _, takes, before, after = rows[place]
        line = self.said.line(OF_PAIRS, place)
        if takes < 0:
            raise line.wrong("a service time below zero")
        if (before > 0) == (after > 0) or before + after - 1 not in self.doors:
            raise line.wrong(f"a pickup or a delivery, of places from 2 to {self.said.size}")
        other = rows[int(before + after) - 1]
        if other[4 if after else 5] != place + 1 or other[0] != -load or (load < 0) == (after > 0):
            raise line.wrong(f"row {before + after:g} is not the other end of it")
        if after:
            yield _Pair(place, int(after) - 1, load)

    def _shipments(self) -> Iterator[Demand]:
        for pair in self.pairs:
            steps = (self._step(pair.pickup), self._step(pair.dropoff))
            yield Demand(*steps, (amount_of(pair.load),), tuple(range(self.vehicles)))

    def _clients(self) -> Iterator[Demand]:
        nothing = [0.0] * self.said.size
        if self.said.says("DEMAND") and self.said.says("LINEHAUL"):
            raise self.said.line("LINEHAUL").wrong("LINEHAUL beside DEMAND_SECTION")
        loads = self._column("DEMAND") or self._column("LINEHAUL") or nothing
        backs = self._column("BACKHAUL") or nothing
        releases = self._column("RELEASE_TIME") or nothing
        depot = BASE if len(self.depots) > 1 else self.depots[0]
        teams = self._teams()
        for door in self.doors:
            step, team = self._step(door), teams[door]
            if not backs[door]:
                start = at_depot(depot, opens_s=self.grid.whole(releases[door]))
                yield Demand(start, step, (amount_of(loads[door]),), team)
            elif loads[door] or releases[door]:
                line = self.said.line("BACKHAUL", door)
                raise line.wrong("a place with a backhaul has no demand and no release time")
            else:
                amount = (amount_of(backs[door]),)
                yield Demand(step, at_depot(depot), amount, team, kind=BACKHAUL)

    def _column(self, name: str) -> list[float] | None:
        return self.said.column(name, self.said.size)

    def _teams(self) -> dict[int, tuple[int, ...]]:
        """The vehicles that may serve each door."""
        allowed = self.said.indices("VEHICLES_ALLOWED_CLIENTS", self.vehicles, self.said.size)
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
            name = OF_PAIRS
            windows = [row[1:3] for row in self.said.table(name, self.said.size, 6) or []]
        else:
            name = "TIME_WINDOW"
            windows = self.said.table(name, self.said.size, 2) or [[0, DAY_MAX]] * self.said.size
        for row, (opens, closes) in enumerate(windows):
            if not 0 <= self.grid.whole(opens) <= DAY_MAX or closes < opens:
                raise self.said.line(name, row).wrong("a window opens in time, and then closes")
        return [
            (self.grid.whole(opens), min(self.grid.whole(closes), DAY_MAX))
            for opens, closes in windows
        ]

    @cached_property
    def _services(self) -> list[float]:
        if self.pairs:
            rows = self.said.table(OF_PAIRS, self.said.size, 6) or []
            return [row[3] for row in rows]
        return self._column("SERVICE_TIME") or [0.0] * self.said.size

    def _step(self, door: int) -> Step:
        opens_s, closes_s = self._hours[door]
        return Step(door, opens_s, closes_s, self.grid.whole(self._services[door]))

    def _carriers(self, everything: int) -> list[Carrier]:
        count = self.vehicles
        room = self.said.column("CAPACITY", count)
        bases = self.said.indices("VEHICLES_DEPOT", count, len(self.depots), 1) or [[0]] * count
        longest = self.said.column("VEHICLES_MAX_DURATION", count)
        farthest = self.said.column("VEHICLES_MAX_DISTANCE", count)
        trips = self._trips([base for (base,) in bases])
        fixed, per_unit = self._costs
        return [
            Carrier(
                base=base,
                opens_s=self._hours[base][0],
                closes_s=self._hours[base][1],
                room=(amount_of(room[n]) if room else everything,),
                range_m=None if farthest is None else self.grid.whole(farthest[n]),
                cost_per_m=round(per_unit[n] / self._cost_unit),
                cost_per_s=0,
                profile=0,
                fixed_cost=round(fixed[n] / self._cost_unit * self.grid.scale),
                duration_s_max=None if longest is None else self.grid.whole(longest[n]),
                trips_max=trips[n],
            )
            for n, (base,) in enumerate(bases)
        ]

    def _trips(self, bases: Sequence[int]) -> list[int | None]:
        """How often each vehicle may leave: once, unless it may reload where it is based."""
        name, count = "VEHICLES_RELOAD_DEPOT", self.vehicles
        nowhere: list[list[int]] = [[]] * count
        reloading = self.said.indices(name, count, len(self.depots)) or nowhere
        most = self.said.column("VEHICLES_MAX_RELOADS", count)
        for row, (base, depots) in enumerate(zip(bases, reloading, strict=True)):
            if depots not in ([], [base]):
                raise self.said.line(name, row).wrong("a vehicle reloads where it is based")
            if most and most[row] != int(most[row]):
                raise self.said.line("VEHICLES_MAX_RELOADS", row).wrong("a whole number")
        return [
            1 if not depots else None if most is None else int(most[row]) + 1
            for row, depots in enumerate(reloading)
        ]

    @cached_property
    def _costs(self) -> tuple[list[float], list[float]]:
        """What each vehicle costs when it is used, and for a unit of distance."""
        fixed = self._cost_column("VEHICLES_FIXED_COST", usual=0.0)
        return fixed, self._cost_column("VEHICLES_UNIT_DISTANCE_COST", usual=1.0)

    def _cost_column(self, name: str, *, usual: float) -> list[float]:
        costs = self.said.column(name, self.vehicles) or [usual] * self.vehicles
        return [self.said.line(name, row).cost(cost) for row, cost in enumerate(costs)]

    @cached_property
    def _cost_unit(self) -> float:
        return cost_unit_of([cost for costs in self._costs for cost in costs])
