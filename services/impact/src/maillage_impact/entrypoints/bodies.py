"""What the doors of the ledger take and give."""

from dataclasses import asdict
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field, StringConstraints

from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import Day, Word
from maillage_impact.domain.baseline import Baseline
from maillage_impact.domain.entry import Entry
from maillage_impact.domain.factors import Factor
from maillage_impact.domain.hub_energy import HubEnergy
from maillage_impact.domain.indicators import INDICATORS
from maillage_impact.domain.mass_balance import HubBalance
from maillage_impact.domain.uncertainty import Spread
from maillage_impact.usecases.close_balance import CloseBalance
from maillage_impact.usecases.explain_entry import Explanation
from maillage_serving.http import Body

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""What somebody says: blanks say nothing."""


class BaselineBody(Body):
    """A reference situation, as drafted."""

    baseline_id: UUID | None = None
    scope: Word = Field(description="synergy or rounds")
    synergy_id: UUID | None = None
    kind: Word = Field(description="observed, counterfactual or sector_average")
    description: Annotated[Words, Field(max_length=2000)]
    evidence: Annotated[Words, Field(max_length=2000)] = Field(
        description="Where it can be checked: invoices, weighings, rounds, with their dates."
    )
    valid_from: Day
    valid_to: Day
    route_before: Word | None = None
    replaces_spec: Word | None = None
    replaced_per_unit: Decimal = Field(default=Decimal(1), ge=0, le=1000)
    below_threshold: bool = False
    round_ids: Annotated[tuple[UUID, ...], Field(max_length=500)] = ()

    def drafted(self, baseline_id: UUID) -> Baseline:
        """The draft."""
        fields = self.model_dump(exclude={"baseline_id"})
        return Baseline(baseline_id=baseline_id, **fields)


class SupersedeBody(Body):
    """The last day of a baseline."""

    last_day: Day


class FigureBody(Body):
    """A figure that no event tells, with its evidence."""

    about: Word = Field(description="synergy, actor or territory")
    about_id: UUID
    indicator: Word
    value: Decimal = Field(max_digits=19, decimal_places=6, allow_inf_nan=False)
    first: Day
    last: Day
    quality: Word = Field(description="a measured ... e declared")
    document: Annotated[Words, Field(max_length=500)] = Field(
        description="Where it can be checked; no person's name."
    )


class BalanceBody(Body):
    """What came into a hub and what left it, in kg."""

    hub_id: UUID
    first: Day
    last: Day
    stock_before_kg: Decimal = Field(ge=0, max_digits=14, decimal_places=3)
    in_kg: Decimal | None = Field(
        default=None, ge=0, max_digits=14, decimal_places=3, description="Left out: by the events."
    )
    out_kg: Decimal | None = Field(default=None, ge=0, max_digits=14, decimal_places=3)
    losses_kg: Decimal = Field(default=Decimal(0), ge=0, max_digits=14, decimal_places=3)
    stock_after_kg: Decimal = Field(ge=0, max_digits=14, decimal_places=3)
    electricity_kwh: Decimal | None = Field(
        default=None,
        ge=0,
        max_digits=14,
        decimal_places=3,
        description="By its meter: what the hub emitted becomes a line.",
    )
    floor_m2: Decimal | None = Field(
        default=None,
        ge=0,
        max_digits=9,
        decimal_places=1,
        description="Without a meter: floor that is lit, without cold.",
    )
    evidence: Annotated[Words, Field(max_length=500)]

    def asked(self, balance_id: UUID) -> CloseBalance:
        """The command; raises Invalid when only one of in and out is given."""
        if (self.in_kg is None) != (self.out_kg is None):
            raise Invalid("out_kg", "give both in_kg and out_kg, or leave both to the events")
        if self.electricity_kwh is not None and self.floor_m2 is not None:
            raise Invalid("floor_m2", "the meter says it better: leave the floor out")
        fields: dict[str, Any] = self.model_dump(exclude={"electricity_kwh", "floor_m2"}) | {
            "in_kg": self.in_kg or Decimal(0),
            "out_kg": self.out_kg or Decimal(0),
        }
        balance = HubBalance(**fields)
        by_events = self.in_kg is None
        energy = HubEnergy(self.electricity_kwh, self.floor_m2)
        return CloseBalance(balance_id, balance, by_events, energy)


class RefrigerantBody(Body):
    """Refrigerant that escaped from a hub or the vehicles of an actor."""

    about: Word = Field(description="hub, actor or territory")
    about_id: UUID
    gas: Word = Field(description="As the factors have it.", examples=["r452a"])
    first: Day
    last: Day
    refilled_kg: Decimal | None = Field(default=None, ge=0, max_digits=9, decimal_places=4)
    charge_kg: Decimal | None = Field(
        default=None,
        ge=0,
        max_digits=9,
        decimal_places=4,
        description="Without a refill: what one cold unit holds, by its plate.",
    )
    units: int = Field(default=1, ge=1, le=10_000)
    loss: Word = Field(default="mid", description="mid or conservative: share lost in a year.")
    evidence: Annotated[Words, Field(max_length=500)] = Field(
        description="Where it can be checked; no person's name."
    )


class CorrectionBody(Body):
    """The value that a line should have had, and why."""

    value: Decimal = Field(max_digits=19, decimal_places=6, allow_inf_nan=False)
    reason: Word
    explanation: Annotated[Words, Field(max_length=500)] = Field(
        description="For whoever checks the ledger; no person's name."
    )


def entry_out(entry: Entry) -> dict[str, Any]:
    """A line of the ledger."""
    indicator = INDICATORS[entry.indicator]
    plain = asdict(entry)
    correction = plain.pop("correction")
    subject = plain.pop("subject")
    reversal = plain.pop("reversal")
    why = correction or reversal
    return {
        **plain,
        "about": subject["kind"],
        "about_id": subject["id"],
        "account": indicator.account,
        "unit": indicator.unit,
        "factors": [{"factor_id": id_, "version": version} for id_, version in entry.factors],
        "corrects": correction["corrects"] if correction else None,
        "delta": correction["delta"] if correction else None,
        "reason": why["reason"] if why else None,
        "reverses": reversal["reverses"] if reversal else None,
    }


def explanation_out(found: Explanation) -> dict[str, Any]:
    """A line with all that it stands on."""
    return {
        **entry_out(found.entry),
        "factors": [factor_out(factor) for factor in found.factors],
        "baseline": baseline_out(found.baseline) if found.baseline else None,
        "corrected_by": found.corrected_by,
        "terms": [{"amount": term.amount, "factors": term.factors} for term in found.entry.terms],
        "current_value": found.entry.value + found.difference,
        "uncertainty": spread_out(found.spread),
        "shares": [
            {"about": "synergy", "about_id": id_, "value": value}
            for id_, value in found.shares.items()
        ],
    }


def spread_out(found: Spread | None) -> dict[str, Any] | None:
    """An interval of 95 %, and how likely it is that there is more than nothing."""
    if found is None:
        return None
    return {
        "low": found.low,
        "high": found.high,
        "p_positive": found.p_positive,
        "is_demonstrated": found.is_demonstrated,
    }


def baseline_out(baseline: Baseline) -> dict[str, Any]:
    """A baseline."""
    return asdict(baseline)


def factor_out(factor: Factor) -> dict[str, Any]:
    """A factor with its source."""
    return asdict(factor)
