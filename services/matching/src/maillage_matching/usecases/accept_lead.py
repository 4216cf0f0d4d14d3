"""An advisor takes a lead up: it becomes a case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid5

from maillage_contracts.envelope import Event
from maillage_contracts.matching import LeadAccepted
from maillage_contracts.vocabulary import CaseId, LeadId
from maillage_matching.domain.case import Case, Step
from maillage_matching.usecases.lead_at_hand import Decision, lead_at_hand
from maillage_matching.usecases.store import Store
from maillage_matching.usecases.told import title_of


@dataclass(frozen=True, kw_only=True)
class AcceptLead(Decision):
    """The case it becomes; without a title it takes the lead's first line."""

    title: str | None = None


async def accept_lead(command: AcceptLead, store: Store, now: datetime) -> Iterable[Event]:
    """Open a case, owned by who accepts. Nobody outside hears of it yet."""
    lead = await lead_at_hand(command, store)
    case_id = case_of(lead.lead_id)
    accepted = lead.moved(
        "accepted", decided_at=now, decided_by=command.by, case_id=case_id, case_open=True
    )
    content = lead.content
    await store.save_case(
        Case(
            case_id=case_id,
            kind=content.kind,
            title=command.title or title_of(content),
            source=lead.source,
            owner=command.by,
            lead_ids=(lead.lead_id,),
            members=content.members,
            resource=content.resource,
            replaces=content.replaces,
            transformation=content.transformation,
            equipment=content.equipment,
            steps=(Step(status="opened", at=now, by=command.by),),
            opened_at=now,
        )
    )
    await store.save_leads([accepted])
    return [LeadAccepted(lead_id=lead.lead_id, case_id=case_id)]


def case_of(lead_id: LeadId) -> CaseId:
    """The case that a lead becomes: the same however often it is accepted."""
    return CaseId(uuid5(lead_id, "case"))
