"""What came into a hub left it, or is in it: what does not add up is a gap, and is told."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from maillage_contracts.refusals import Invalid
from maillage_impact.domain.entry import Entry, Finding, Occasion, Subject, write

TOLERANCE_SHARE = Decimal("0.02")
"""Of what came in: below this, scales and moisture explain a difference (design decision)."""
TOLERANCE_MIN_KG = Decimal(1)


@dataclass(frozen=True)
class HubBalance:
    """A hub over a period, in kg: stock before + in = out + losses + stock after + gap."""

    hub_id: UUID
    first: date
    last: date
    stock_before_kg: Decimal
    in_kg: Decimal
    out_kg: Decimal
    losses_kg: Decimal
    stock_after_kg: Decimal
    evidence: str

    @property
    def gap_kg(self) -> Decimal:
        """Above zero: something is missing; below: there is more than came in."""
        left = self.out_kg + self.losses_kg + self.stock_after_kg
        return self.stock_before_kg + self.in_kg - left

    @property
    def tolerance_kg(self) -> Decimal:
        """What a difference may be before it is a gap."""
        return max(TOLERANCE_MIN_KG, TOLERANCE_SHARE * (self.stock_before_kg + self.in_kg))

    @property
    def closes(self) -> bool:
        """Whether in and out explain one another."""
        return abs(self.gap_kg) <= self.tolerance_kg


@dataclass(frozen=True)
class Count:
    """What somebody counted in a hub, at one temperature, and what the books had said."""

    hub_id: UUID
    temperature: str
    on: date
    expected_kg: Decimal
    """Below zero when goods left that nobody had booked in."""
    found_kg: Decimal
    cause: UUID


def lines_of_count(count: Count) -> list[Entry]:
    """The line of a count that the books do not explain; none within the tolerance."""
    gap_kg = count.expected_kg - count.found_kg
    if abs(gap_kg) <= max(TOLERANCE_MIN_KG, TOLERANCE_SHARE * abs(count.expected_kg)):
        return []
    occasion = Occasion(
        Subject("hub", count.hub_id),
        count.on,
        count.on,
        causes=(count.cause,),
        lot=f"count/{count.cause}",
    )
    method = f"{count.expected_kg} by the books - {count.found_kg} counted; {count.temperature}"
    return [write(Finding("mass_gap", gap_kg, method), occasion)]


def line_of(balance: HubBalance, cause: UUID) -> Entry:
    """What does not add up, however little. Raises Invalid for a faulty balance."""
    _check(balance)
    occasion = Occasion(
        Subject("hub", balance.hub_id),
        balance.first,
        balance.last,
        causes=(cause,),
        lot=f"hub/{balance.hub_id}/{balance.first}/{balance.last}",
    )
    method = (
        f"{balance.stock_before_kg} + {balance.in_kg} in - {balance.out_kg} out"
        f" - {balance.losses_kg} lost - {balance.stock_after_kg} left; {balance.evidence}"
    )
    return write(Finding("mass_gap", balance.gap_kg, method), occasion)


def _check(balance: HubBalance) -> None:
    if balance.last < balance.first:
        raise Invalid("last", "it must not be before the first day")
    masses = {
        "stock_before_kg": balance.stock_before_kg,
        "in_kg": balance.in_kg,
        "out_kg": balance.out_kg,
        "losses_kg": balance.losses_kg,
        "stock_after_kg": balance.stock_after_kg,
    }
    for field, mass in masses.items():
        if mass < 0:
            raise Invalid(field, "a mass is not below zero")
