"""A lead and its life: silent until it surfaces, then decided by a person or overtaken."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Literal
from uuid import NAMESPACE_URL, uuid5

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import CaseId, LeadId
from maillage_matching.domain.draft import Content, Draft
from maillage_matching.domain.kept import Kept

LeadStatus = Literal["generated", "surfaced", "deferred", "accepted", "rejected", "expired"]
LeadSource = Literal["engine", "workshop", "advisor", "actor_request"]

NEXT: dict[LeadStatus, frozenset[LeadStatus]] = {
    "generated": frozenset({"surfaced"}),
    "surfaced": frozenset({"accepted", "rejected", "deferred", "expired"}),
    "deferred": frozenset({"surfaced", "accepted", "rejected", "expired"}),
    "accepted": frozenset(),
    "rejected": frozenset(),
    "expired": frozenset(),
}
"""Only what has surfaced is kept: before, a lead is but a pairing or a stream with a score."""

WAITS_FOR_A_PERSON: frozenset[LeadStatus] = frozenset({"surfaced", "deferred"})


class Lead(Kept):
    """Flows that may serve one another. The engine keeps one live lead for each slot."""

    lead_id: LeadId
    slot: str
    key: str
    status: LeadStatus
    source: LeadSource
    content: Content
    created_at: datetime
    surfaced_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    deferred_until: date | None = None
    put_off: int = 0
    reasons: tuple[str, ...] = ()
    note: str | None = None
    case_id: CaseId | None = None
    case_open: bool = False
    version: int = 1

    def moved(self, status: LeadStatus, **changes: object) -> "Lead":
        """The lead in another status; raises Refused when its life does not lead there."""
        if status not in NEXT[self.status]:
            raise Refused(f"this lead is {self.status}: it cannot become {status}")
        return self.changed(status=status, **changes)

    def changed(self, **changes: object) -> "Lead":
        """The lead with these fields and its next version."""
        return self.model_copy(update={**changes, "version": self.version + 1})


def still_holds(lead: Lead, drafts: Sequence[Draft], now: datetime) -> Lead | None:
    """What becomes of a lead that waits for a person, when this is what would be proposed now.

    It stays as long as its own draft is there, even if another would be better, and is brought up
    to date; else it expires. None when nothing changes.
    """
    same = next((draft for draft in drafts if draft.key == lead.key), None)
    if same is None:
        return lead.moved("expired", decided_at=now)
    return None if same.content == lead.content else lead.changed(content=same.content)


def born(draft: Draft, past: Sequence[Lead], now: datetime) -> Lead:
    """The lead of a draft. What ended may come back, under another name each time."""
    ended = sum(lead.slot == draft.slot and lead.key == draft.key for lead in past)
    return Lead(
        lead_id=LeadId(uuid5(NAMESPACE_URL, f"{draft.slot}/{draft.key}/{ended}")),
        slot=draft.slot,
        key=draft.key,
        status="generated",
        source="engine",
        content=draft.content,
        created_at=now,
    )
