"""A problem as PyVRP data, and its routes back as visits.

Goods loaded at the hub where a vehicle is based are clients served from that depot, with reloads
on the way: far quicker to search than pairs. All other goods are shipments from door to door.
Every order is optional, with a prize above any detour and below the penalty of a broken limit;
once all are known to be carried they can be required, and the search has less to think about.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import numpy.typing as npt
from pyvrp import (
    Activity,
    Client,
    ClientGroup,
    Location,
    ProblemData,
    Route,
    ScheduledActivity,
    Solution,
)

from maillage_tours.adapters.pyvrp_builder import Builder
from maillage_tours.adapters.pyvrp_fleet import alike, who_may_carry
from maillage_tours.adapters.pyvrp_tokens import Tokens
from maillage_tours.adapters.pyvrp_windows import Window, client_window, hubs_of
from maillage_tours.domain.problem import BASE, Problem, Visit, rest_at


@dataclass(frozen=True)
class Model:
    """PyVRP's data, and what its numbers stand for: clients are deliveries, returns, rests."""

    data: ProblemData
    deliveries: tuple[int, ...]
    returns: tuple[int, ...]
    shipments: tuple[int, ...]
    fleets: tuple[tuple[int, ...], ...]
    rests: tuple[int, ...] = ()
    resting: tuple[int, ...] = ()
    twin_of: Mapping[int, int] = field(default_factory=dict[int, int])

    def carries_all(self, found: Solution) -> bool:
        """Whether it keeps all limits and carries everything; of each group one is enough."""
        spare = sum(len(group) - 1 for group in self.data.groups())
        return found.is_feasible() and len(found.unplanned()) <= spare


def model_of(
    problem: Problem,
    *,
    is_required: bool = False,
    resting: tuple[int, ...] = (),
    fleet: AbstractSet[int] | None = None,
) -> Model:
    """The model of a problem. Depots come first among the locations, without setting-up time.

    `is_required` is for who holds routes that carry everything: one order that nobody can carry
    would leave no solution at all. `resting` are the vehicles whose crews must rest, and `fleet`
    those that may drive; absent: all.
    """
    bases = sorted({carrier.base for carrier in problem.carriers})
    windows = _client_windows(problem)
    deliveries = tuple(n for n, (is_return, _) in windows.items() if not is_return)
    returns = tuple(n for n, (is_return, _) in windows.items() if is_return)
    shipments = tuple(_shipments(problem, set(windows)))
    may = who_may_carry(problem, set(windows))
    loading = hubs_of(bases, (problem.demands[n].pickup.point for n in deliveries))
    unloading = hubs_of(bases, (problem.demands[n].dropoff.point for n in returns))
    tokens = Tokens(problem, resting)
    builder = Builder(
        problem, bases, may, tokens, loading=loading, unloading=unloading, is_required=is_required
    )
    fleets = alike(problem, may, [tokens.room(carrier) for carrier in range(len(may))], fleet)
    groups = _Groups(problem, [*deliveries, *returns])
    doors = [
        builder.client(n, windows[n][1], groups.of(n), is_return=windows[n][0])
        for n in (*deliveries, *returns)
    ]
    rests = list(builder.rests(len(groups.members)))
    data = ProblemData(
        locations=[Location(0, 0) for _ in builder.places],
        clients=[*doors, *(client for _, client in rests), *builder.sheds()],
        groups=[
            *(ClientGroup(one, required=is_required) for one in groups.members),
            *_groups_of_rests(rests, len(doors)),
        ],
        depots=[builder.depot(base) for base in bases],
        vehicle_types=[builder.vehicle_type(fleet) for fleet in fleets],
        distance_matrices=_for_pyvrp(builder.metres()),
        duration_matrices=_for_pyvrp(builder.seconds()),
        shipments=[builder.shipment(n) for n in shipments],
    )
    places, twins = tuple(place for place, _ in rests), problem.twin_of
    return Model(
        data, deliveries, returns, shipments, fleets, rests=places, resting=resting, twin_of=twins
    )


def _client_windows(problem: Problem) -> dict[int, tuple[bool, Window]]:
    """The demands that are clients: whether they come back to the hub, and in which hours."""
    bases = {BASE, *(carrier.base for carrier in problem.carriers)}
    return {
        number: (is_return, window)
        for number, demand in enumerate(problem.demands)
        for is_return, hub in ((False, demand.pickup), (True, demand.dropoff))
        if hub.point in bases
        and (window := client_window(problem, demand, is_return=is_return)) is not None
    }


def _shipments(problem: Problem, clients: AbstractSet[int]) -> Iterator[int]:
    """What goes from door to door. PyVRP has no choice among shipments: the first is offered."""
    for number in range(len(problem.demands)):
        options = problem.options(number)
        is_first = number == options[0] and clients.isdisjoint(options)
        if number not in clients and is_first:
            yield number


class _Groups:
    """The choices among clients: those who are alone in theirs are in no group."""

    def __init__(self, problem: Problem, clients: Sequence[int]) -> None:
        chosen: dict[tuple[int, ...], list[int]] = {}
        for client, number in enumerate(clients):
            chosen.setdefault(problem.options(number), []).append(client)
        self.members = [members for members in chosen.values() if len(members) > 1]
        self._group = {
            clients[client]: group
            for group, members in enumerate(self.members)
            for client in members
        }

    def of(self, number: int) -> int | None:
        return self._group.get(number)


def _groups_of_rests(rests: Sequence[tuple[int, Client]], first: int) -> Iterator[ClientGroup]:
    numbered = enumerate((client for _, client in rests), first)
    for _, members in groupby(numbered, key=lambda one: one[1].group):
        yield ClientGroup([client for client, _ in members], required=True)


def _for_pyvrp(matrices: Iterable[npt.NDArray[np.int64]]) -> list[Any]:
    """As they are: PyVRP's own types say ndarray[int], which no array is (0.14.1)."""
    return list(matrices)


def visits_of(model: Model, solution: Solution) -> dict[int, tuple[Visit, ...]]:
    """The visits of each vehicle that drives."""
    return {
        carrier: tuple(_visits(model, route)) for carrier, route in driven(model, solution).items()
    }


def carried_over(model: Model, solution: Solution, to: Model) -> Solution:
    """The same routes in a model of other rests or fewer vehicles, whose search adds what lacks."""
    types = {carrier: type_ for type_, fleet in enumerate(to.fleets) for carrier in fleet}
    routes = [
        Route(
            to.data,
            [Activity(one.type, one.idx) for one in list(route)[1:-1] if not _is_token(model, one)],
            types[carrier],
        )
        for carrier, route in driven(model, solution).items()
        if carrier in types
    ]
    return Solution(to.data, routes)


def driven(model: Model, solution: Solution) -> dict[int, Route]:
    """The routes that carry anything, by carrier: of twins only one."""
    free = [list(fleet) for fleet in model.fleets]
    found: dict[int, Route] = {}
    for route in solution.routes():
        if not all(one.is_depot() or _is_token(model, one) for one in route):
            fleet = free[route.vehicle_type()]
            carrier = next((n for n in fleet if model.twin_of.get(n) not in found), fleet[0])
            fleet.remove(carrier)
            found[carrier] = route
    return found


def _is_token(model: Model, activity: ScheduledActivity) -> bool:
    return activity.is_client() and activity.idx >= len(model.deliveries) + len(model.returns)


def _visits(model: Model, route: Route) -> Iterator[Visit]:
    """Visits of one route, with the loading before and the unloading after each trip."""
    doors_until = len(model.deliveries) + len(model.returns)
    rests_until = doors_until + len(model.rests)
    for _, trip in groupby(route, key=lambda activity: activity.trip):
        doors: list[Visit] = []
        loads: list[Visit] = []
        returns: list[Visit] = []
        for activity in trip:
            if activity.is_client() and activity.idx < len(model.deliveries):
                demand = model.deliveries[activity.idx]
                loads.append(Visit(demand, is_pickup=True))
                doors.append(Visit(demand, is_pickup=False))
            elif activity.is_client() and activity.idx >= doors_until:
                if activity.idx < rests_until:
                    doors.append(rest_at(model.rests[activity.idx - doors_until]))
            elif activity.is_client():
                demand = model.returns[activity.idx - len(model.deliveries)]
                doors.append(Visit(demand, is_pickup=True))
                returns.append(Visit(demand, is_pickup=False))
            elif activity.is_shipment():
                demand = model.shipments[activity.idx]
                doors.append(Visit(demand, is_pickup=activity.is_pickup()))
        yield from (*loads, *doors, *returns)
