"""An advisor puts a lead off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from maillage_contracts.envelope import Event
from maillage_matching.usecases.lead_at_hand import Decision, check_later, lead_at_hand
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class DeferLead(Decision):
    """Until when it leaves the desk."""

    until: date


async def defer_lead(command: DeferLead, store: Store, now: datetime) -> Iterable[Event]:
    """Take it off the desk until a day; it comes back by itself."""
    check_later(command.until, now.date())
    lead = await lead_at_hand(command, store)
    later = lead.moved("deferred", deferred_until=command.until, put_off=lead.put_off + 1)
    await store.save_leads([later])
    return []
