"""A lead that somebody decides about, as they read it."""

from dataclasses import dataclass
from datetime import date

from maillage_contracts.refusals import Invalid, Stale
from maillage_contracts.vocabulary import LeadId
from maillage_matching.domain.lead import Lead
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Which lead, who decides, and the version that was read."""

    lead_id: LeadId
    by: str
    version: int | None = None


async def lead_at_hand(command: Decision, store: Store) -> Lead:
    """The lead, locked; raises NotFound, or Stale when it is not what the caller read."""
    lead = await store.lead(command.lead_id, to_change=True)
    if command.version is not None and command.version != lead.version:
        raise Stale(expected=command.version, found=lead.version)
    return lead


def check_later(until: date | None, today: date, *, field: str = "until") -> None:
    """Raise Invalid unless the day is still to come."""
    if until is not None and until <= today:
        raise Invalid(field, "give a day that is still to come")
