"""A problem as PyVRP data, and its routes back as visits.

Goods loaded at the hub where a vehicle is based are clients served from that depot, with reloads
on the way: far quicker to search than pairs. All other goods are shipments from door to door.
Every order is optional, with a prize above any detour and below the penalty of a broken limit;
once all are known to be carried they can be required, and the search has less to think about.
"""

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
from pyvrp import (
    Client,
    Depot,
    Location,
    ProblemData,
    Route,
    Shipment,
    Solution,
    VehicleType,
)

from maillage_tours.adapters.search import PENALTY_MAX
from maillage_tours.domain.problem import BASE, START, Carrier, Demand, Problem, Visit

FORBIDDEN = 1000
"""What an order takes of the room for orders a vehicle may not carry, which is none."""
UNBOUNDED = 10**9
RELOADS_MAX = 8
FAR = 10**8
"""Metres and seconds of a way that is forbidden: far beyond a day, and within PyVRP's arithmetic
(its own 2**44 made it loop for ever, seen with 0.14.1)."""
DETOURS_PRIZED = 10
"""A prize pays for so many of the longest ways."""
CLIENT_WIDTH_MIN_S = 3600
"""Below this, an order of a hub is not squeezed into the narrower windows of a client."""


@dataclass(frozen=True)
class Model:
    """PyVRP's data, and what its numbers stand for."""

    data: ProblemData
    deliveries: tuple[int, ...]
    returns: tuple[int, ...]
    shipments: tuple[int, ...]
    fleets: tuple[tuple[int, ...], ...]


@dataclass(frozen=True)
class _Window:
    opens_s: int
    closes_s: int
    release_s: int


def model_of(problem: Problem, *, is_required: bool = False) -> Model:
    """The model of a problem. Depots come first among the locations, without setting-up time.

    `is_required` is for who holds routes that carry everything: one order that nobody can carry
    would leave no solution at all.
    """
    bases = sorted({carrier.base for carrier in problem.carriers})
    windows = {
        number: (is_return, window)
        for number, demand in enumerate(problem.demands)
        for is_return in (False, True)
        if (window := _client_window(problem, demand, is_return=is_return)) is not None
    }
    deliveries = [n for n, (is_return, _) in windows.items() if not is_return]
    returns = [n for n, (is_return, _) in windows.items() if is_return]
    shipments = [n for n in range(len(problem.demands)) if n not in windows]
    may = _who_may_carry(problem, set(windows))
    loading = _hubs(bases, (problem.demands[n].pickup.point for n in deliveries))
    unloading = _hubs(bases, (problem.demands[n].dropoff.point for n in returns))
    builder = _Builder(
        problem, bases, may, loading=loading, unloading=unloading, is_required=is_required
    )
    fleets = _fleets(problem, may)
    data = ProblemData(
        locations=[Location(0, 0) for _ in builder.places],
        clients=[
            *(builder.client(n, windows[n][1], is_return=False) for n in deliveries),
            *(builder.client(n, windows[n][1], is_return=True) for n in returns),
        ],
        depots=[builder.depot(base) for base in bases],
        vehicle_types=[builder.vehicle_type(fleet) for fleet in fleets],
        distance_matrices=_for_pyvrp(builder.metres(m) for m in problem.metres),
        duration_matrices=_for_pyvrp(builder.seconds(m) for m in problem.seconds),
        shipments=[builder.shipment(n) for n in shipments],
    )
    return Model(data, tuple(deliveries), tuple(returns), tuple(shipments), tuple(fleets))


def _client_window(problem: Problem, demand: Demand, *, is_return: bool) -> _Window | None:
    """The window in which the door is served from a depot so that the hub's window holds too.

    None when the goods neither come from nor go to a hub where one of their carriers is based, or
    when too little of the customer's window would be left.
    """
    hub, door = (demand.dropoff, demand.pickup) if is_return else (demand.pickup, demand.dropoff)
    based = [
        problem.carriers[c]
        for c in demand.carriers
        if hub.point in {BASE, problem.carriers[c].base}
    ]
    ways = {(carrier.profile, carrier.base) for carrier in based}
    if not ways or not all(problem.hubs[base] for _, base in ways):
        return None
    visit_s = max(problem.setup_s[base] for _, base in ways)
    if is_return:
        way_s = max(problem.seconds[profile][door.point][base] for profile, base in ways)
        ends_s = max(carrier.closes_s for carrier in based)
        opens_s = max(door.opens_s, hub.opens_s - way_s - visit_s - door.handling_s)
        window = _Window(opens_s, door.closes_s, 0)
        if hub.closes_s < ends_s:
            return None
    else:
        # Who is there so soon cannot have left the hub too late, whatever was on the way.
        way_s = min(problem.seconds[profile][base][door.point] for profile, base in ways)
        latest_s = hub.closes_s + way_s + problem.setup_s[door.point]
        window = _Window(door.opens_s, min(door.closes_s, latest_s), max(0, hub.opens_s + visit_s))
    was_cut = (window.opens_s, window.closes_s) != (door.opens_s, door.closes_s)
    width_s = window.closes_s - window.opens_s
    return None if width_s < (CLIENT_WIDTH_MIN_S if was_cut else 0) else window


def _hubs(bases: Iterable[int], points: Iterable[int]) -> frozenset[int]:
    """The hubs among the points; each base when one of them is any base."""
    found = frozenset(points)
    return (found - {BASE}) | frozenset(bases) if BASE in found else found


def _who_may_carry(problem: Problem, clients: AbstractSet[int]) -> list[tuple[bool, ...]]:
    """By carrier, which demands it may carry as they are modelled: a client from its own base."""
    teams = {demand.carriers: frozenset(demand.carriers) for demand in problem.demands}
    ends = [
        (
            teams[demand.carriers],
            {demand.pickup.point, demand.dropoff.point} if number in clients else None,
        )
        for number, demand in enumerate(problem.demands)
    ]
    anywhere = {n for n, demand in enumerate(problem.demands) if _is_at_any_base(demand)}
    return [
        tuple(
            carrier in team and (hubs is None or number in anywhere or vehicle.base in hubs)
            for number, (team, hubs) in enumerate(ends)
        )
        for carrier, vehicle in enumerate(problem.carriers)
    ]


def _is_at_any_base(demand: Demand) -> bool:
    return BASE in {demand.pickup.point, demand.dropoff.point}


def _fleets(problem: Problem, may: Sequence[tuple[bool, ...]]) -> list[tuple[int, ...]]:
    """Vehicles that differ in nothing, together: the solver need not tell them apart."""
    alike: dict[tuple[Carrier, tuple[bool, ...]], list[int]] = {}
    for number, carrier in enumerate(problem.carriers):
        alike.setdefault((carrier, may[number]), []).append(number)
    return [tuple(fleet) for fleet in alike.values()]


def _prize(problem: Problem) -> int:
    """More than any vehicle's whole shift and range could cost, and less than any penalty."""
    way_m = max((max(map(max, matrix)) for matrix in problem.metres if matrix), default=0)
    dearest = [
        (carrier.closes_s - carrier.opens_s) * carrier.cost_per_s
        + DETOURS_PRIZED * way_m * carrier.cost_per_m
        + carrier.fixed_cost
        for carrier in problem.carriers
    ]
    return min(max(dearest, default=0) + 1, int(PENALTY_MAX / 2))


class _Builder:
    """Makes PyVRP's objects.

    `loading` and `unloading` are the hubs where clients' goods come from and go to. PyVRP counts a
    depot's time whether anything is loaded or not, so all other bases have none.

    `bars` are the distinct sets of demands that vehicles may carry: each is a load dimension in
    which those vehicles have no room for the others.
    """

    def __init__(
        self,
        problem: Problem,
        bases: Sequence[int],
        may: Sequence[tuple[bool, ...]],
        *,
        loading: AbstractSet[int],
        unloading: AbstractSet[int],
        is_required: bool,
    ) -> None:
        self.is_required = is_required
        self.loading = loading
        self.unloading = unloading
        self.problem = problem
        self.bases = bases
        self.may = may
        self.bars = [bar for bar in dict.fromkeys(may) if not all(bar)]
        self.prize = _prize(problem)
        self.places = [*((base, START) for base in bases), *_doors(problem)]
        self._at = {place: number for number, place in enumerate(self.places)}

    def location(self, point: int, kind: int) -> int:
        return self._at[point, kind if self.problem.apart else 0]

    def metres(self, matrix: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
        """From place to place; what may not follow is far away."""
        rows = [point for point, _ in self.places]
        full = np.asarray(matrix, dtype=np.int64)[np.ix_(rows, rows)]
        kinds = np.asarray([kind for _, kind in self.places])
        for before, after in self.problem.apart:
            full[np.ix_(kinds == before, kinds == after)] += FAR
        return full

    def seconds(self, matrix: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
        """Driving and setting up on arrival: not at depots, nor where nobody has moved."""
        full = self.metres(matrix)
        points = np.asarray([point for point, _ in self.places])
        setup = np.asarray(
            [0 if kind == START else self.problem.setup_s[p] for p, kind in self.places]
        )
        has_moved = points[:, np.newaxis] != points[np.newaxis, :]
        from_base = (np.arange(len(points)) < len(self.bases))[:, np.newaxis]
        return full + setup[np.newaxis, :] * (has_moved | from_base)

    def amounts(self, number: int) -> list[int]:
        """What a demand takes: of each room, and of what some vehicles may not carry."""
        return [
            *self.problem.demands[number].amounts,
            *(0 if bar[number] else FORBIDDEN for bar in self.bars),
        ]

    def client(self, number: int, window: _Window, *, is_return: bool) -> Client:
        demand = self.problem.demands[number]
        door = demand.pickup if is_return else demand.dropoff
        amounts = self.amounts(number)
        nothing = [0] * len(amounts)
        return Client(
            location=self.location(door.point, demand.kind),
            delivery=nothing if is_return else amounts,
            pickup=amounts if is_return else nothing,
            service_duration=door.handling_s,
            tw_early=max(0, window.opens_s),
            tw_late=window.closes_s,
            release_time=window.release_s,
            prize=0 if self.is_required else self.prize,
            required=self.is_required,
        )

    def shipment(self, number: int) -> Shipment:
        demand = self.problem.demands[number]
        return Shipment(
            self.location(demand.pickup.point, demand.kind),
            self.location(demand.dropoff.point, demand.kind),
            pickup_tw_early=demand.pickup.opens_s,
            pickup_tw_late=demand.pickup.closes_s,
            pickup_service_duration=demand.pickup.handling_s,
            delivery_tw_early=demand.dropoff.opens_s,
            delivery_tw_late=demand.dropoff.closes_s,
            delivery_service_duration=demand.dropoff.handling_s,
            amount=self.amounts(number),
            prize=0 if self.is_required else self.prize,
            required=self.is_required,
        )

    def depot(self, base: int) -> Depot:
        visit_s = self.problem.setup_s[base] if base in self.loading | self.unloading else 0
        return Depot(self.bases.index(base), service_duration=visit_s)

    def vehicle_type(self, fleet: tuple[int, ...]) -> VehicleType:
        carrier = self.problem.carriers[fleet[0]]
        base = self.bases.index(carrier.base)
        is_hub = carrier.base in self.loading | self.unloading
        trips = RELOADS_MAX + 1 if carrier.trips_max is None else carrier.trips_max
        reloads = trips - 1 if is_hub else 0
        visit_s = self.problem.setup_s[carrier.base] if carrier.base in self.unloading else 0
        barred = [0 if bar == self.may[fleet[0]] else UNBOUNDED for bar in self.bars]
        return VehicleType(
            num_available=len(fleet),
            capacity=[*carrier.room, *barred],
            start_depot=base,
            end_depot=base,
            tw_early=carrier.opens_s,
            tw_late=max(carrier.opens_s, carrier.closes_s - visit_s),
            max_distance=UNBOUNDED if carrier.range_m is None else carrier.range_m,
            unit_distance_cost=carrier.cost_per_m,
            unit_duration_cost=carrier.cost_per_s,
            profile=carrier.profile,
            fixed_cost=carrier.fixed_cost,
            shift_duration=UNBOUNDED if carrier.duration_s_max is None else carrier.duration_s_max,
            reload_depots=[base] if reloads else [],
            max_reloads=reloads,
        )


def _doors(problem: Problem) -> list[tuple[int, int]]:
    """Every point; where kinds of goods may not follow one another, once for each kind there."""
    if not problem.apart:
        return [(point, 0) for point in range(len(problem.setup_s))]
    ends = ((end, one.kind) for one in problem.demands for end in (one.pickup, one.dropoff))
    return sorted({(end.point, kind) for end, kind in ends if end.point != BASE})


def _for_pyvrp(matrices: Iterable[npt.NDArray[np.int64]]) -> list[Any]:
    """As they are: PyVRP's own types say ndarray[int], which no array is (0.14.1)."""
    return list(matrices)


def visits_of(model: Model, solution: Solution) -> dict[int, tuple[Visit, ...]]:
    """The visits of each vehicle that drives."""
    free = [list(fleet) for fleet in model.fleets]
    return {
        free[route.vehicle_type()].pop(0): tuple(_visits(model, route))
        for route in solution.routes()
    }


def _visits(model: Model, route: Route) -> Iterator[Visit]:
    """Visits of one route, with the loading before and the unloading after each trip."""
    for _, trip in groupby(route, key=lambda activity: activity.trip):
        doors: list[Visit] = []
        loads: list[Visit] = []
        returns: list[Visit] = []
        for activity in trip:
            if activity.is_client() and activity.idx < len(model.deliveries):
                demand = model.deliveries[activity.idx]
                loads.append(Visit(demand, is_pickup=True))
                doors.append(Visit(demand, is_pickup=False))
            elif activity.is_client():
                demand = model.returns[activity.idx - len(model.deliveries)]
                doors.append(Visit(demand, is_pickup=True))
                returns.append(Visit(demand, is_pickup=False))
            elif activity.is_shipment():
                demand = model.shipments[activity.idx]
                doors.append(Visit(demand, is_pickup=activity.is_pickup()))
        yield from (*loads, *doors, *returns)
