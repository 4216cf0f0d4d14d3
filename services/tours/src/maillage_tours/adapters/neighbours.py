"""Next to which others each order is tried: its nearest, but few of those at the same place.

Of goods that ten shops fetch from one door, the fifty nearest are all at that door: a search then
tries fifty times the same, and nothing else. There, the three whose other ends are nearest stand
for all.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pyvrp import Activity, ActivityType, ProblemData
from pyvrp.search import NeighbourhoodParams, compute_neighbours

AT_A_PLACE_MAX = 3
FEW = 30
"""Neighbours of an order among many at one place; 50, as all others have, take twice as long."""
LOOKED_AT = 200

Neighbours = dict[Activity, list[Activity]]


class Near(NamedTuple):
    """Who is tried next to whom: all of PyVRP's, or fewer where too many are at one place."""

    usual: Neighbours
    few: Neighbours


@dataclass(frozen=True)
class _Ends:
    """Where each activity is, and the other end of its order."""

    places: Mapping[Activity, int]
    others: Mapping[Activity, int]


def neighbours(data: ProblemData) -> Near:
    """By client and pickup."""
    usual = compute_neighbours(data)
    ends = _ends(data)
    is_spread = max(Counter(ends.places.values()).values(), default=0) <= AT_A_PLACE_MAX
    crowded = [one for one, near in usual.items() if not is_spread and _is_crowded(near, ends)]
    if not crowded:
        return Near(usual, usual)
    all_near = compute_neighbours(data, NeighbourhoodParams(num_neighbours=LOOKED_AT))
    metres = data.distance_matrix(0)
    thinned = {
        one: _thinned(all_near[one], ends, metres[ends.others[one]])[:FEW] for one in crowded
    }
    return Near(usual, usual | thinned)


def _ends(data: ProblemData) -> _Ends:
    places: dict[Activity, int] = {}
    others: dict[Activity, int] = {}
    for number, client in enumerate(data.clients()):
        one = Activity(ActivityType.CLIENT, number)
        places[one] = others[one] = client.location
    for number, shipment in enumerate(data.shipments()):
        pickup = Activity(ActivityType.PICKUP, number)
        delivery = Activity(ActivityType.DELIVERY, number)
        places[pickup] = others[delivery] = shipment.pickup.location
        places[delivery] = others[pickup] = shipment.delivery.location
    return _Ends(places, others)


def _is_crowded(near: Sequence[Activity], ends: _Ends) -> bool:
    return max(Counter(ends.places[one] for one in near).values(), default=0) > AT_A_PLACE_MAX


def _thinned(near: Sequence[Activity], ends: _Ends, away_m: Sequence[int]) -> list[Activity]:
    """At each place those whose other ends are nearest, in the order as they came."""
    ranks = sorted((away_m[ends.others[one]], rank) for rank, one in enumerate(near))
    taken: Counter[int] = Counter()
    kept: set[int] = set()
    for _, rank in ranks:
        place = ends.places[near[rank]]
        if taken[place] < AT_A_PLACE_MAX:
            taken[place] += 1
            kept.add(rank)
    return [one for rank, one in enumerate(near) if rank in kept]
