"""An advisor gives a case up, and says why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import ActorId
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.rejection import Rejection, check_said_by
from maillage_matching.domain.suppression import check_reasons
from maillage_matching.usecases.case_at_hand import CaseCommand, free_slots, open_case
from maillage_matching.usecases.store import Store
from maillage_matching.usecases.turn_down import turn_down


@dataclass(frozen=True, kw_only=True)
class AbandonCase(CaseCommand):
    """Why it came to nothing, and which firm would say so to anybody."""

    reasons: tuple[str, ...]
    note: str | None = None
    said_by: ActorId | None = None


async def abandon_case(
    command: AbandonCase, store: Store, now: datetime, *, knowledge: Knowledge
) -> Iterable[Event]:
    """Give it up, say why, and keep the same from coming back for a while."""
    check_reasons(command.reasons)
    case = await open_case(command, store)
    check_said_by(command.said_by, case.members)
    if case.synergy_id is not None:
        raise Refused("a synergy came of this case: end the synergy instead")
    moved = case.moved("abandoned", now, command.by, reasons=command.reasons, note=command.note)
    await store.save_case(moved)
    for lead_id in case.lead_ids:
        lead = await store.lead(lead_id)
        rejection = Rejection(
            lead_id=lead_id,
            slot=lead.slot,
            kind=case.kind,
            resource=case.resource,
            members=case.members,
            reasons=command.reasons,
            owner=command.by,
            at=now,
            said_by=command.said_by,
            replaces=case.replaces,
            note=command.note,
        )
        await turn_down(rejection, store, now, knowledge=knowledge)
    await free_slots(moved, store, now)
    return []
