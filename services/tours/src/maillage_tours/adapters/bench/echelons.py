"""Instances of two echelons (2E-VRP): trucks bring goods to satellites, small vehicles to doors.

The format is the one of Breunig, Schmid, Hartl and Vidal (2016), a block after each line that
begins with `!`: trucks, city freighters, stores (the depot and its satellites), customers.
First it is searched from which satellite each door is served, as from several depots; then both
legs of every order are put to the planner as those of a day are, with one moment between them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from maillage_contracts.refusals import Refused
from maillage_tours.adapters.bench.instance import (
    DAY_MAX,
    EXACT,
    Grid,
    Instance,
    Line,
    Unreadable,
    amount_of,
    at_depot,
    problem_of,
)
from maillage_tours.domain.problem import BASE, Carrier, Demand, Problem, Solution, Ways

FAMILY = "2E-VRP"
TRUCKS, BIKES, STORES, CUSTOMERS = BLOCKS = ("trucks", "cityfreighters", "stores", "customers")
MOMENT = DAY_MAX // 2
"""Between the legs: there are no hours, but a second leg waits for the first."""


def is_echelons(lines: Sequence[Line]) -> bool:
    """Whether the file names trucks and city freighters."""
    return any(_block(line) == BIKES for line in lines)


@dataclass(frozen=True)
class _Fleet:
    """Vehicles of one echelon; `at_one` of them at one satellite."""

    total: int
    at_one: int
    capacity: float
    per_unit: int
    fixed: int

    def carrier(self, base: int, grid: Grid, *, surcharge: int = 0) -> Carrier:
        return Carrier(
            base=base,
            opens_s=0,
            closes_s=DAY_MAX,
            room=(amount_of(self.capacity),),
            range_m=None,
            cost_per_m=self.per_unit,
            cost_per_s=0,
            profile=0,
            fixed_cost=self.fixed * grid.scale + surcharge,
            trips_max=1,
        )


@dataclass(frozen=True)
class _Echelons:
    """What a file says: first the depot, then satellites, then doors with their loads."""

    grid: Grid
    trucks: _Fleet
    bikes: _Fleet
    rooms: Sequence[float]
    loads: Sequence[float]
    ways: Ways

    @property
    def satellites(self) -> range:
        return range(1, len(self.rooms) + 1)

    @property
    def doors(self) -> Iterator[tuple[int, float]]:
        return enumerate(self.loads, len(self.rooms) + 1)

    def allotting(self) -> Problem:
        """The second echelon alone, from any satellite; each vehicle bears its share of trucks."""
        most = min(self.bikes.at_one, self.bikes.total)
        fleet = [
            self.bikes.carrier(satellite, self.grid, surcharge=self._surcharge(satellite))
            for satellite in self.satellites
            for _ in range(most)
        ]
        everyone = tuple(range(len(fleet)))
        demands = [
            Demand(at_depot(BASE), at_depot(door), (amount_of(load),), everyone)
            for door, load in self.doors
        ]
        return problem_of(demands, fleet, self.ways, self.satellites)

    def _surcharge(self, satellite: int) -> int:
        """What a truck's way there costs a small load; where small vehicles are few, more."""
        there_and_back = self.ways[0][satellite] + self.ways[satellite][0]
        share = self.bikes.capacity / self.trucks.capacity
        scarce = max(map(max, self.ways)) * self.bikes.per_unit
        is_scarce = self.bikes.total < self.bikes.at_one * len(self.satellites)
        return round(there_and_back * self.trucks.per_unit * share) + scarce * is_scarce

    def legs(self, allotted: Solution) -> Problem:
        """Both legs of every order; raises Refused when no satellite can take it."""
        if allotted.left:
            raise Refused(f"no satellite serves {len(allotted.left)} of the doors")
        bases = [c.base for c in self.allotting().carriers]
        driven = [(bases[n], route) for n, route in enumerate(allotted.routes) if route]
        if len(driven) > self.bikes.total:
            raise Refused(f"{len(driven)} small vehicles are needed, {self.bikes.total} there")
        base_of = {visit.demand: base for base, route in driven for visit in route}
        self._check_rooms(base_of)
        trucks = [self.trucks.carrier(0, self.grid)] * self.trucks.total
        bikes = [self.bikes.carrier(base, self.grid) for base, _ in driven]
        demands = list(self._both(base_of, [carrier.base for carrier in bikes]))
        return problem_of(demands, [*trucks, *bikes], self.ways, [0, *self.satellites])

    def _check_rooms(self, base_of: dict[int, int]) -> None:
        for satellite, room in zip(self.satellites, self.rooms, strict=True):
            load = sum(one for n, one in enumerate(self.loads) if base_of[n] == satellite)
            if load > room:
                raise Refused(f"satellite {satellite} has room for {room:g}, and gets {load:g}")

    def _both(self, base_of: dict[int, int], bases: Sequence[int]) -> Iterator[Demand]:
        trucks = tuple(range(self.trucks.total))
        for number, (door, load) in enumerate(self.doors):
            satellite, amounts = base_of[number], (amount_of(load),)
            small = tuple(n for n, base in enumerate(bases, len(trucks)) if base == satellite)
            first, second = 2 * number, 2 * number + 1
            handed = at_depot(satellite, closes_s=MOMENT)
            taken = at_depot(satellite, opens_s=MOMENT)
            yield Demand(at_depot(0), handed, amounts, trucks, partner=second)
            yield Demand(taken, at_depot(door), amounts, small, partner=first)


def read_echelons(lines: Sequence[Line]) -> Instance:
    """The instance; raises Unreadable, also where handling at a satellite costs money."""
    blocks = _blocks(lines)
    ((_, depot), *stores), doors = _rows(blocks[STORES], 2, 5), _rows(blocks[CUSTOMERS], 3)
    if not stores:
        raise blocks[STORES][-1].wrong("no satellite")
    for line, (_, _, handling, _, fixed) in stores:
        if handling or fixed:
            raise line.wrong("costs of satellites are not reckoned with: 0 is expected")
    for line, (_, _, load) in doors:
        if load < 0:
            raise line.wrong("a load below zero")
    grid = Grid(EXACT)
    said = _Echelons(
        grid=grid,
        trucks=_fleet(blocks[TRUCKS], 4),
        bikes=_fleet(blocks[BIKES], 5),
        rooms=[store[3] for _, store in stores],
        loads=[door[2] for _, door in doors],
        ways=grid.distances([(x, y) for x, y, *_ in (depot, *_values(stores), *_values(doors))]),
    )
    return Instance(lines[0].path.stem, FAMILY, said.allotting(), grid, then=said.legs)


_Row = tuple[Line, list[float]]


def _values(rows: Sequence[_Row]) -> list[list[float]]:
    return [values for _, values in rows]


def _blocks(lines: Sequence[Line]) -> dict[str, list[Line]]:
    """The lines below each heading; raises Unreadable for a block that is missing."""
    blocks: dict[str, list[Line]] = {}
    open_: list[Line] | None = None
    for line in lines:
        if line.text.startswith("!"):
            name = _block(line)
            open_ = blocks.setdefault(name, []) if name in BLOCKS else open_
        elif open_ is None:
            raise line.wrong("a line before any block")
        else:
            open_.append(line)
    for name in BLOCKS:
        if not blocks.get(name):
            raise lines[-1].wrong(f"no block !{name}")
    return blocks


def _block(line: Line) -> str | None:
    """The block that a line begins, in lower case."""
    begins, _, name = line.text.partition(":")[0].partition("!")
    return None if begins or not name else name.strip().lower()


def _rows(lines: Sequence[Line], width: int, next_width: int | None = None) -> list[_Row]:
    """The values of each place, joined by commas; from the second on there may be more."""
    found: list[_Row] = []
    for line in lines:
        for word in line.text.split():
            one = replace(line, text=word.replace(",", " "))
            wanted = width if not found or next_width is None else next_width
            try:
                found.append((line, one.numbers(wanted)))
            except Unreadable as error:
                raise one.wrong(f"{wanted} numbers joined by commas are expected") from error
    return found


def _fleet(lines: Sequence[Line], width: int) -> _Fleet:
    """Vehicles of one echelon; trucks are all at the depot."""
    line, (*said, total, capacity, per_unit, fixed) = _rows(lines, width)[0]
    at_one = said[0] if said else total
    whole = all(one == int(one) for one in (at_one, total, per_unit, fixed))
    if not whole or min(at_one, total) < 1 or capacity <= 0 or per_unit < 0 or fixed < 0:
        raise line.wrong("vehicles, a capacity, and whole costs are expected")
    return _Fleet(int(total), int(at_one), capacity, int(per_unit), int(fixed))
