"""A lead and its life: silent until it surfaces, then decided by a person or overtaken."""

from collections.abc import Sequence
from dataclasses import dataclass
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
"""A generated lead that no longer holds is forgotten: nobody has seen it."""

WAITS_FOR_A_PERSON: frozenset[LeadStatus] = frozenset({"surfaced", "deferred"})
LIVE: frozenset[LeadStatus] = frozenset({"generated", "surfaced", "deferred"})


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


@dataclass(frozen=True)
class Change:
    """What becomes of a slot: leads to keep, and generated ones to forget."""

    keep: tuple[Lead, ...] = ()
    forget: tuple[LeadId, ...] = ()


def settle(drafts: Sequence[Draft], past: Sequence[Lead], now: datetime) -> Change:
    """Bring the leads of one slot in step with what the engine would propose now, best first.

    A lead that waits for a person stays as long as it still holds, and is brought up to date; else
    it expires. While a case is open on the slot, nothing is generated for it.
    """
    live = next((lead for lead in past if lead.status in LIVE), None)
    if any(lead.case_open for lead in past):
        drafts = ()
    if live is not None and live.status in WAITS_FOR_A_PERSON:
        same = next((draft for draft in drafts if draft.key == live.key), None)
        if same is not None:
            return Change(keep=_refreshed(live, same))
        expired = live.moved("expired", decided_at=now)
        return Change(keep=(expired, *_generated(drafts, (*past, expired), now)))
    if live is None:
        return Change(keep=_generated(drafts, past, now))
    if drafts and drafts[0].key == live.key:
        return Change(keep=_refreshed(live, drafts[0]))
    rest = [lead for lead in past if lead is not live]
    return Change(keep=_generated(drafts, rest, now), forget=(live.lead_id,))


def _refreshed(lead: Lead, draft: Draft) -> tuple[Lead, ...]:
    return () if lead.content == draft.content else (lead.changed(content=draft.content),)


def _generated(drafts: Sequence[Draft], past: Sequence[Lead], now: datetime) -> tuple[Lead, ...]:
    if not drafts:
        return ()
    best = drafts[0]
    ended = sum(lead.key == best.key and lead.status not in LIVE for lead in past)
    return (
        Lead(
            lead_id=LeadId(uuid5(NAMESPACE_URL, f"{best.slot}/{best.key}/{ended}")),
            slot=best.slot,
            key=best.key,
            status="generated",
            source="engine",
            content=best.content,
            created_at=now,
        ),
    )
