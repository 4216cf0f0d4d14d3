"""A case that somebody works on, as they read it, and what its end sets free."""

from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.refusals import Refused, Stale
from maillage_contracts.vocabulary import CaseId
from maillage_matching.domain.case import OVER, Case
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class CaseCommand:
    """Which case, who works on it, and the version that was read."""

    case_id: CaseId
    by: str
    version: int | None = None


async def open_case(command: CaseCommand, store: Store) -> Case:
    """The case as the caller read it, not over yet; raises Stale or Refused."""
    case = await store.case(command.case_id, to_change=True)
    if command.version is not None and command.version != case.version:
        raise Stale(expected=command.version, found=case.version)
    if case.status in OVER:
        raise Refused(f"this case is {case.status}: nothing about it changes any more")
    return case


async def free_slots(case: Case, store: Store, now: datetime) -> None:
    """The case is over: what it was about may be proposed again, unless that is suppressed."""
    leads = [await store.lead(lead_id, to_change=True) for lead_id in case.lead_ids]
    await store.save_leads([lead.changed(case_open=False) for lead in leads])
    await store.mark_due(now, flows=[one.flow_id for one in case.members])
