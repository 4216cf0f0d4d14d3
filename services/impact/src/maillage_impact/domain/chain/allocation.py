"""Who bears how much of what was done together: shares by activity, weight or equivalents."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from maillage_contracts.refusals import Invalid
from maillage_impact.domain.chain.activity import positive
from maillage_impact.domain.chain.energy import ZERO


@dataclass(frozen=True)
class Shipment:
    """What a round does for one stop: its mass, and its direct distance to the hub.

    In collection and delivery rounds the shortest feasible distance between hub and stop counts,
    not the kilometres driven: the order of the stops must not decide who pays.
    """

    mass_t: Decimal
    distance_km: Decimal

    @property
    def activity_tkm(self) -> Decimal:
        """Mass x hub-stop distance."""
        return self.mass_t * self.distance_km


def activity_shares(
    shipments: Mapping[str, Shipment], others_tkm: Decimal = ZERO
) -> dict[str, Decimal]:
    """The share of a round that each shipment bears; `others_tkm` is the activity of the rest."""
    return weight_shares(
        {name: shipment.activity_tkm for name, shipment in shipments.items()}, others_tkm
    )


def weight_shares(weights: Mapping[str, Decimal], others: Decimal = ZERO) -> dict[str, Decimal]:
    """Shares by any weight of one kind: mass, area, parcels, metered energy."""
    for name, weight in weights.items():
        if weight < ZERO:
            raise Invalid(name, "a weight is not below zero")
    whole = positive("weight", sum(weights.values(), ZERO) + others)
    return {name: weight / whole for name, weight in weights.items()}


def equivalents(groups: Mapping[str, tuple[Decimal, Decimal]]) -> dict[str, Decimal]:
    """(count, equivalence) turned into one currency: cars in passengers, reefers in dry TEU."""
    return {name: count * each for name, (count, each) in groups.items()}
