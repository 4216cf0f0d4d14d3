"""What a hub emitted over a period, by its meter and by the tonnes that left it."""

from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from maillage_impact.domain.entry import Entry, Occasion, Subject, compute, rounded, write
from maillage_impact.domain.factors import ENERGY, FactorSet
from maillage_impact.domain.mass_balance import HubBalance
from maillage_impact.domain.uncertainty import Term


def line_of_energy(balance: HubBalance, kwh: Decimal, factors: FactorSet, cause: UUID) -> Entry:
    """Electricity of the place; its method says how much that is by outgoing tonne (ISO 14083)."""
    factor = factors.get(ENERGY["electric"])
    found = compute("ghg_induced_hub", [Term(kwh, (factor.factor_id,))], (factor,), "")
    by_tonne = ""
    if balance.out_kg:
        by_tonne = f"; {rounded(found.value / balance.out_kg * 1000)} kg by tonne that left"
    occasion = Occasion(
        Subject("hub", balance.hub_id),
        balance.first,
        balance.last,
        causes=(cause,),
        lot=f"hub_energy/{balance.hub_id}/{balance.first}/{balance.last}",
    )
    line = write(found, occasion)
    return replace(line, method=f"{kwh} kWh by meter x {factor.label}{by_tonne}")
