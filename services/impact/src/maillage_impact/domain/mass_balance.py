"""What came into a hub left it, or is in it: what does not add up is a gap, and is told."""

from collections.abc import Iterable
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


def lines_of(balance: HubBalance, cause: UUID) -> list[Entry]:
    """The line of a gap; none when the balance closes. Raises Invalid for a faulty balance."""
    _check(balance)
    if balance.closes:
        return []
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
    return [write(Finding("mass_gap", balance.gap_kg, method), occasion)]


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


def roll_up(territories: Iterable[Iterable[Entry]]) -> list[Entry]:
    """Lines of several territories, each once: a flow across a border is in both ledgers."""
    once: dict[UUID, Entry] = {}
    for entries in territories:
        for entry in entries:
            once.setdefault(entry.entry_id, entry)
    return list(once.values())
