"""What a new activity would find on a territory: streams that firms want to be rid of, by resource.

For prospecting only: who takes what is guessed from the activity, so that it makes no lead.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from maillage_contracts.vocabulary import GeoPoint
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.pair import DETOUR, Side, token_of_function


@dataclass(frozen=True)
class Prospect:
    """One resource: from how many firms, how much of it is known, and how the amount is shared.

    `kg_a_year` adds up what can be told in mass; `untold` flows say no amount. `largest_share` is
    the part of the firm with the most: above a half, the activity would depend on it.
    """

    resource: str
    serves_for: tuple[str, ...]
    firms: int
    kg_a_year: Decimal
    untold: int
    largest_share: float | None
    nearest_km: float


def tokens_for(activity: str, knowledge: Knowledge) -> frozenset[str]:
    """The words under which such an activity finds what it takes in."""
    known = knowledge.activity_of(activity)
    return frozenset(token_of_function(one) for one in known.takes) if known else frozenset()


def prospects(
    sides: Iterable[Side], activity: str, place: GeoPoint, km_max: float, knowledge: Knowledge
) -> Sequence[Prospect]:
    """Those within reach, most mass first."""
    known = knowledge.activity_of(activity)
    takes = frozenset(known.takes) if known else frozenset[str]()
    found: dict[str, list[tuple[float, Side]]] = defaultdict(list)
    for side in sides:
        if side.flow.direction != "out" or side.flow.position is None or not side.functions & takes:
            continue
        km = round(side.flow.position.distance_km(place) * DETOUR, 1)
        if km <= km_max:
            found[side.resource].append((km, side))
    summed = [_prospect(resource, near, takes) for resource, near in found.items()]
    return sorted(summed, key=lambda one: (-one.kg_a_year, one.resource))


def _prospect(resource: str, near: Sequence[tuple[float, Side]], takes: frozenset[str]) -> Prospect:
    by_firm: dict[object, Decimal] = defaultdict(Decimal)
    for _, side in near:
        by_firm[side.flow.actor_id] += side.yearly_kg or Decimal(0)
    whole = sum(by_firm.values(), Decimal(0))
    return Prospect(
        resource=resource,
        serves_for=tuple(sorted(near[0][1].functions & takes)),
        firms=len(by_firm),
        kg_a_year=round(whole, 3),
        untold=sum(side.yearly_kg is None for _, side in near),
        largest_share=round(float(max(by_firm.values()) / whole), 3) if whole else None,
        nearest_km=min(km for km, _ in near),
    )
