"""PyVRP's objects for a problem: places, clients, shipments, depots, vehicle types."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
import numpy.typing as npt
from pyvrp import Client, Depot, Shipment, VehicleType

from maillage_tours.adapters.pyvrp_rooms import rooms_of
from maillage_tours.adapters.pyvrp_tokens import Spot, Tokens
from maillage_tours.adapters.pyvrp_windows import Window
from maillage_tours.adapters.search import PENALTY_MAX
from maillage_tours.domain.problem import BASE, START, Carrier, Demand, Problem

FORBIDDEN = 1000
"""What an order takes of the room for orders a vehicle may not carry, which is none."""
UNBOUNDED = 10**9
RELOADS_MAX = 8
FAR = 10**8
"""Metres and seconds of a way that is forbidden: far beyond a day, and within PyVRP's arithmetic
(its own 2**44 made it loop for ever, seen with 0.14.1)."""
DETOURS_PRIZED = 10
"""A prize pays for so many of the longest ways."""
PRIZE_MAX = int(PENALTY_MAX / 2)
RANKS_DOUBLE = 5
"""What ranks so much higher has twice the prize."""


def _prize(problem: Problem, way_m: int) -> int:
    """More than any vehicle's whole shift and range could cost, and less than any penalty."""
    dearest = [
        (carrier.closes_s - carrier.opens_s) * carrier.cost_per_s
        + DETOURS_PRIZED * way_m * carrier.cost_per_m
        + carrier.fixed_cost
        for carrier in problem.carriers
    ]
    return min(max(dearest, default=0) + 1, PRIZE_MAX)


class Builder:
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
        tokens: Tokens,
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
        self.rooms = rooms_of(problem)
        self.bars = [bar for bar in dict.fromkeys(may) if not all(bar)]
        self._metres = [np.asarray(ways, dtype=np.int64) for ways in problem.metres]
        way_m = max((int(ways.max()) for ways in self._metres if ways.size), default=0)
        self.prize = _prize(problem, way_m)
        self.rank_min = min((demand.rank for demand in problem.demands), default=0)
        self.tokens = tokens
        doors = list(_doors(problem))
        kinds = sorted({spot.kind for spot in doors})
        self._resting = {carrier: tokens.rest_spots(carrier, kinds) for carrier in tokens.resting}
        spots = (spot for places in self._resting.values() for _, spot in places)
        self.places = [*(Spot(base, START) for base in bases), *doors, *dict.fromkeys(spots)]
        self._at = {place: number for number, place in enumerate(self.places)}
        self.profiles = sorted({_profile(carrier) for carrier in problem.carriers})

    def location(self, point: int, kind: int) -> int:
        return self._at[Spot(point, kind if self.problem.apart else 0)]

    def rests(self, groups: int) -> Iterator[tuple[int, Client]]:
        """The tokens to rest, with the problem's number of the place; `groups` come before."""
        before = len(self.rooms) + len(self.bars)
        for group, (carrier, places) in enumerate(self._resting.items(), groups):
            for number, spot in places:
                yield number, self.tokens.rest(carrier, self._at[spot], before, group)

    def sheds(self) -> Iterator[Client]:
        """The tokens of twins."""
        before = len(self.rooms) + len(self.bars)
        for pair, (one, _) in enumerate(self.problem.twins):
            base = self.bases.index(self.problem.carriers[one].base)
            yield self.tokens.shed(pair, base, before)

    def metres(self) -> Iterator[npt.NDArray[np.int64]]:
        """From place to place, by profile."""
        return (self._ways(self._metres[one], keeps_apart=apart) for one, apart in self.profiles)

    def seconds(self) -> Iterator[npt.NDArray[np.int64]]:
        """Driving and setting up on arrival, by profile."""
        seconds, setup_s = self.problem.seconds, self._setup_s()
        for one, apart in self.profiles:
            ways = np.asarray(seconds[one], dtype=np.int64)
            yield self._ways(ways, keeps_apart=apart) + setup_s

    def _ways(self, ways: npt.NDArray[np.int64], *, keeps_apart: bool) -> npt.NDArray[np.int64]:
        """What may not follow is far away, but for vehicles that keep it apart."""
        rows = [place.point for place in self.places]
        full = ways[np.ix_(rows, rows)]
        kinds = np.asarray([place.kind for place in self.places])
        for before, after in () if keeps_apart else self.problem.apart:
            full[np.ix_(kinds == before, kinds == after)] += FAR
        return full

    def _setup_s(self) -> npt.NDArray[np.int64]:
        """Setting up by way: not at depots, nor where nobody has moved."""
        points = np.asarray([place.point for place in self.places])
        is_rest = np.asarray([place.is_rest for place in self.places])
        setup = np.asarray(
            [
                0 if place.kind == START or place.is_rest else self.problem.setup_s[place.point]
                for place in self.places
            ]
        )
        has_moved = points[:, np.newaxis] != points[np.newaxis, :]
        from_base = (np.arange(len(points)) < len(self.bases))[:, np.newaxis]
        return setup[np.newaxis, :] * (has_moved | from_base | is_rest[:, np.newaxis])

    def amounts(self, number: int) -> list[int]:
        """What a demand takes: of each room, and of what some vehicles may not carry."""
        taken = self.problem.demands[number].amounts
        return [
            *(taken[room] for room in self.rooms),
            *(0 if bar[number] else FORBIDDEN for bar in self.bars),
            *([0] * self.tokens.dimensions),
        ]

    def prize_of(self, demand: Demand) -> int:
        """The higher it ranks the more, and never more than a broken limit costs."""
        if self.is_required:
            return 0
        above = demand.rank - self.rank_min
        return min(self.prize + self.prize * above // RANKS_DOUBLE, PRIZE_MAX)

    def client(self, number: int, window: Window, group: int | None, *, is_return: bool) -> Client:
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
            prize=self.prize_of(demand),
            required=self.is_required and group is None,
            group=group,
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
            prize=self.prize_of(demand),
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
        longest_s, overtime_s = self._longest(fleet[0])
        barred = [0 if bar == self.may[fleet[0]] else UNBOUNDED for bar in self.bars]
        return VehicleType(
            num_available=len(fleet),
            capacity=[
                *(carrier.room[room] for room in self.rooms),
                *barred,
                *self.tokens.room(fleet[0]),
            ],
            start_depot=base,
            end_depot=base,
            tw_early=carrier.opens_s,
            tw_late=max(carrier.opens_s, carrier.closes_s - visit_s),
            max_distance=UNBOUNDED if carrier.range_m is None else carrier.range_m,
            unit_distance_cost=carrier.cost_per_m,
            unit_duration_cost=carrier.cost_per_s,
            profile=self.profiles.index(_profile(carrier)),
            fixed_cost=carrier.fixed_cost,
            shift_duration=max(0, longest_s - visit_s),
            max_overtime=overtime_s,
            unit_overtime_cost=carrier.overtime_cost_per_s,
            reload_depots=[base] if reloads else [],
            max_reloads=reloads,
        )

    def _longest(self, number: int) -> tuple[int, int]:
        """How long a route takes at most, and how much longer with overtime.

        Where some crews rest, the others do not work so long that they would have to.
        """
        carrier = self.problem.carriers[number]
        longest_s = UNBOUNDED if carrier.duration_s_max is None else carrier.duration_s_max
        after_s = carrier.rest_after_s
        if after_s is None or not self.tokens.resting or number in self.tokens.resting:
            return longest_s, carrier.overtime_s_max
        short_s = min(longest_s, after_s)
        return short_s, min(carrier.overtime_s_max, after_s - short_s)


def _profile(carrier: Carrier) -> tuple[int, bool]:
    """Of two vehicles on the same roads, only one may be free to drive from dirt to clean doors."""
    return carrier.profile, carrier.keeps_apart


def _doors(problem: Problem) -> Iterator[Spot]:
    """Every point; where kinds of goods may not follow one another, once for each kind there."""
    points = [(point, 0) for point in range(len(problem.setup_s))]
    if problem.apart:
        ends = ((end, one.kind) for one in problem.demands for end in (one.pickup, one.dropoff))
        points = sorted({(end.point, kind) for end, kind in ends if end.point != BASE})
    for point, kind in points:
        yield Spot(point, kind)
