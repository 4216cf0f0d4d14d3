"""What a hub emitted over a period, by its meter or its floor, and by the tonnes that left it."""

from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID

from maillage_impact.domain.baseline import Baseline, no_better
from maillage_impact.domain.entry import (
    Entry,
    Finding,
    Occasion,
    Subject,
    compute,
    rounded,
    write,
)
from maillage_impact.domain.factors import ENERGY, FactorSet
from maillage_impact.domain.mass_balance import HubBalance
from maillage_impact.domain.uncertainty import Term, negated


@dataclass(frozen=True)
class HubEnergy:
    """What a hub used: kWh by its meter, else m2 of floor without cold, for each day."""

    electricity_kwh: Decimal | None = None
    floor_m2: Decimal | None = None


NOTHING_KNOWN = HubEnergy()


def line_of_energy(
    balance: HubBalance, used: HubEnergy, factors: FactorSet, cause: UUID
) -> Entry | None:
    """Electricity of the place; its method says how much that is by outgoing tonne (ISO 14083).

    None when neither meter nor floor is known: nothing is guessed.
    """
    mix = factors.get(ENERGY["electric"])
    if used.electricity_kwh is not None:
        found = compute(
            "ghg_induced_hub",
            [Term(used.electricity_kwh, (mix.factor_id,))],
            (mix,),
            f"{used.electricity_kwh} kWh by meter x {mix.label}",
        )
    elif used.floor_m2 is not None:
        by_area = factors.get("hub_electricity")
        days = (balance.last - balance.first).days + 1
        found = compute(
            "ghg_induced_hub",
            [Term(used.floor_m2 * days, (by_area.factor_id, mix.factor_id))],
            (by_area, mix),
            f"{used.floor_m2} m2 x {days} days x {by_area.label} x {mix.label}",
        )
        found = replace(found, quality="c", state="estimated")
    else:
        return None
    if balance.out_kg:
        by_tonne = rounded(found.value / balance.out_kg * 1000)
        found = replace(found, method=f"{found.method}; {by_tonne} kg by tonne that left")
    return write(found, _occasion(balance, cause))


def line_against(induced: Entry, baseline: Baseline) -> Entry:
    """The same, taken off what shared rounds avoid: who drives alone needs no hub.

    All of it: what else the hub serves is not told apart, which lowers the result.
    """
    finding = Finding(
        "ghg_avoided_logistics",
        -induced.value,
        f"none without a hub, minus what it emitted: {induced.method}",
        terms=negated(induced.terms),
        low=None if induced.high is None else -induced.high,
        high=None if induced.low is None else -induced.low,
        quality=induced.quality,
        state=induced.state,
    )
    occasion = Occasion(
        induced.subject,
        induced.period_start,
        induced.period_end,
        causes=induced.causes,
        baseline_id=baseline.baseline_id,
        lot=f"hub_sharing/{induced.subject.id}/{induced.period_start}/{induced.period_end}",
    )
    return replace(write(no_better(baseline, finding), occasion), factors=induced.factors)


def _occasion(balance: HubBalance, cause: UUID) -> Occasion:
    return Occasion(
        Subject("hub", balance.hub_id),
        balance.first,
        balance.last,
        causes=(cause,),
        lot=f"hub_energy/{balance.hub_id}/{balance.first}/{balance.last}",
    )
