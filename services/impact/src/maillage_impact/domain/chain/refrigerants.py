"""What refrigerants that escape emit: refilled masses, or a charge and its yearly loss."""

from collections.abc import Iterable
from decimal import Decimal

from maillage_impact.domain.chain.energy import blended

TRUCK_CHARGE_KG = Decimal("5.5")
"""Refrigerant in a refrigerated truck where nothing better is known (ISO 14083 guide)."""
YEARLY_LOSS = {"mid": Decimal("0.325"), "conservative": Decimal("0.5")}
"""Share of the charge that escapes in a year (ISO 14083 guide)."""


def leaked_kg(charge_kg: Decimal, yearly_loss: Decimal, years: Decimal, units: Decimal) -> Decimal:
    """The mass that escapes from `units` cold units over a time."""
    return charge_kg * yearly_loss * years * units


def refrigerant_kgco2e(lost_kg: Decimal, gwp: Decimal) -> Decimal:
    """kgCO2e of a mass that escaped; `gwp` over 100 years."""
    return lost_kg * gwp


def mixture_gwp(components: Iterable[tuple[Decimal, Decimal]]) -> Decimal:
    """The warming potential of a blend of (mass share, GWP); raises Invalid unless they make 1."""
    return blended(components)
