"""What escapes from cold rooms and cold vehicles: by refills, or by charge and yearly loss."""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from uuid import UUID

from maillage_contracts.refusals import Invalid
from maillage_impact.domain.chain.refrigerants import YEARLY_LOSS, leaked_kg
from maillage_impact.domain.entry import Entry, Occasion, Subject, compute, write
from maillage_impact.domain.factors import FactorSet, MixedBoundaries
from maillage_impact.domain.uncertainty import Term

BOUNDARY = "gwp100"
SUBJECTS = ("hub", "actor", "territory")
DAYS_BY_YEAR = Decimal(365)


@dataclass(frozen=True)
class Escaped:
    """Refrigerant of one kind that escaped over a period.

    `refilled_kg` is what was put in again; without it, `charge_kg` of each of `units` cold units
    and `loss`, the yearly share that is assumed.
    """

    about: str
    about_id: UUID
    gas: str
    first: date
    last: date
    evidence: str
    refilled_kg: Decimal | None = None
    charge_kg: Decimal | None = None
    units: int = 1
    loss: str = "mid"


def line_of_escape(escaped: Escaped, factors: FactorSet, cause: UUID) -> Entry:
    """The line; the same gas of the same subject and period again corrects it. Raises Invalid."""
    factor = factors.factors.get(f"{escaped.gas}_gwp")
    if factor is None:
        known = sorted(id_[:-4] for id_ in factors.factors if id_.endswith("_gwp"))
        raise Invalid("gas", f"say one of {', '.join(known)}")
    if factor.boundary != BOUNDARY:
        raise MixedBoundaries(f"{factor.factor_id} is {factor.boundary}: it must be {BOUNDARY}")
    if escaped.about not in SUBJECTS:
        raise Invalid("about", f"say one of {', '.join(SUBJECTS)}")
    if escaped.last < escaped.first:
        raise Invalid("last", "it must not be before the first day")
    lost_kg, words, quality = _lost(escaped)
    found = compute(
        "ghg_induced_refrigerant",
        [Term(lost_kg, (factor.factor_id,))],
        (factor,),
        f"{words} x {factor.label}; evidence: {escaped.evidence}",
    )
    about = f"{escaped.about}/{escaped.about_id}"
    occasion = Occasion(
        Subject(escaped.about, escaped.about_id),
        escaped.first,
        escaped.last,
        causes=(cause,),
        lot=f"refrigerant/{about}/{escaped.gas}/{escaped.first}/{escaped.last}",
    )
    state = "measured" if quality == "b" else "estimated"
    return write(replace(found, quality=quality, state=state), occasion)


def _lost(escaped: Escaped) -> tuple[Decimal, str, str]:
    """How much escaped (kg), how that is known, and the quality of this evidence."""
    if (escaped.refilled_kg is None) == (escaped.charge_kg is None):
        raise Invalid("refilled_kg", "give refilled_kg, or else charge_kg")
    if escaped.refilled_kg is not None:
        return escaped.refilled_kg, f"{escaped.refilled_kg} kg refilled", "b"
    charge_kg = escaped.charge_kg or Decimal(0)
    yearly = YEARLY_LOSS.get(escaped.loss)
    if yearly is None:
        raise Invalid("loss", f"say one of {', '.join(YEARLY_LOSS)}")
    days = (escaped.last - escaped.first).days + 1
    lost_kg = leaked_kg(charge_kg, yearly, days / DAYS_BY_YEAR, Decimal(escaped.units))
    words = f"{escaped.units} x {charge_kg} kg x {yearly} a year x {days} days"
    return lost_kg, words, "c"
