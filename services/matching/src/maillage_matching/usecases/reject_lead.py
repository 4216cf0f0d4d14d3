"""An advisor turns a lead down, and says why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from maillage_contracts.envelope import Event
from maillage_contracts.matching import LeadRejected
from maillage_contracts.vocabulary import ActorId
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.rejection import Rejection, check_said_by
from maillage_matching.domain.suppression import check_reasons
from maillage_matching.usecases.lead_at_hand import Decision, check_later, lead_at_hand
from maillage_matching.usecases.store import Store
from maillage_matching.usecases.turn_down import turn_down


@dataclass(frozen=True, kw_only=True)
class RejectLead(Decision):
    """Why, in one to three codes, until when if the usual time does not fit, and which firm."""

    reasons: tuple[str, ...]
    note: str | None = None
    until: date | None = None
    said_by: ActorId | None = None


async def reject_lead(
    command: RejectLead, store: Store, now: datetime, *, knowledge: Knowledge
) -> Iterable[Event]:
    """Say why, and keep the same from coming back for a while."""
    check_reasons(command.reasons)
    check_later(command.until, now.date())
    lead = await lead_at_hand(command, store)
    check_said_by(command.said_by, lead.content.members)
    rejected = lead.moved(
        "rejected",
        decided_at=now,
        decided_by=command.by,
        reasons=command.reasons,
        note=command.note,
    )
    rejection = Rejection(
        lead_id=lead.lead_id,
        slot=lead.slot,
        kind=lead.content.kind,
        resource=lead.content.resource,
        members=lead.content.members,
        reasons=command.reasons,
        owner=command.by,
        at=now,
        until=command.until,
        said_by=command.said_by,
        replaces=lead.content.replaces,
        note=command.note,
    )
    await turn_down(rejection, store, now, knowledge=knowledge)
    await store.save_leads([rejected])
    return [LeadRejected(lead_id=lead.lead_id, reasons=command.reasons)]
