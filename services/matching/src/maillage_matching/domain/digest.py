"""What an advisor reads on a Monday: one page instead of a notification for each event."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from maillage_contracts.vocabulary import CaseId, LeadId
from maillage_matching.domain.case import Case
from maillage_matching.domain.kept import Kept
from maillage_matching.domain.lead import Lead
from maillage_matching.domain.policy import week_of
from maillage_matching.domain.suppression import Suppression

Language = Literal["fr", "en"]
SOON = timedelta(days=7)
"""What is due, or ends, within a week is told."""


class LeadLine(Kept):
    """A lead that waits for a decision, and since how many days."""

    lead_id: LeadId
    title: str
    source: str
    kind: str
    score: float | None
    waits_days: int
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]


class CaseLine(Kept):
    """A case of this advisor, and what is next. `is_late` when its day is over."""

    case_id: CaseId
    title: str
    status: str
    next_step: str
    due_on: date | None
    is_late: bool
    decide_on: date | None = None
    missing_figures: tuple[str, ...] = ()


class SuppressionLine(Kept):
    """Something kept apart by this advisor that may soon be proposed again."""

    reason: str
    resource: str | None
    until: date


class Digest(Kept):
    """The week of one advisor. The same state on the same day gives the same page to the byte."""

    advisor: str
    week_began: date
    made_on: date
    pace: str
    room: int
    leads: tuple[LeadLine, ...]
    cases: tuple[CaseLine, ...]
    accepted: int
    rejected: int
    ending: tuple[SuppressionLine, ...]


class Desk(Kept):
    """All that a digest is made of: what waits, what is open, what was decided this week."""

    waiting: tuple[Lead, ...]
    cases: tuple[Case, ...]
    decided: tuple[Lead, ...]
    suppressions: tuple[Suppression, ...]
    pace: str
    room: int


def digest_of(advisor: str, desk: Desk, now: datetime) -> Digest:
    """The page of one advisor: leads lie on a desk that all share, cases are their own."""
    began, today = week_of(now), now.date()
    mine = [lead for lead in desk.decided if lead.decided_by == advisor]
    mine = [lead for lead in mine if lead.decided_at and lead.decided_at >= began]
    own = sorted(
        (_case_line(case, today) for case in desk.cases if case.owner == advisor),
        key=lambda line: (line.due_on or line.decide_on or date.max, str(line.case_id)),
    )
    return Digest(
        advisor=advisor,
        week_began=began.date(),
        made_on=today,
        pace=desk.pace,
        room=desk.room,
        leads=tuple(_lead_line(lead, now) for lead in _best_first(desk.waiting)),
        cases=tuple(own),
        accepted=sum(lead.status == "accepted" for lead in mine),
        rejected=sum(lead.status == "rejected" for lead in mine),
        ending=tuple(_ending(desk.suppressions, advisor, today)),
    )


def _best_first(leads: Iterable[Lead]) -> list[Lead]:
    """What people saw comes first: it has no score, and it is not less for that."""
    return sorted(
        leads,
        key=lambda lead: (
            lead.source == "engine",
            -(lead.content.score or 0.0),
            lead.created_at,
            str(lead.lead_id),
        ),
    )


def _lead_line(lead: Lead, now: datetime) -> LeadLine:
    content = lead.content
    return LeadLine(
        lead_id=lead.lead_id,
        title=content.explanation[0] if content.explanation else content.resource,
        source=lead.source,
        kind=content.kind,
        score=content.score,
        waits_days=(now - (lead.surfaced_at or lead.created_at)).days,
        reasons=content.explanation[1:],
        warnings=tuple(gate.reason for gate in content.gates if gate.verdict != "pass"),
    )


def _case_line(case: Case, today: date) -> CaseLine:
    pilot = case.pilot if case.status == "piloting" else None
    days = [day for day in (case.plan.due_on, pilot and pilot.decide_on) if day]
    return CaseLine(
        case_id=case.case_id,
        title=case.title,
        status=case.status,
        next_step=case.plan.next_step,
        due_on=case.plan.due_on,
        is_late=any(day < today for day in days),
        decide_on=pilot.decide_on if pilot else None,
        missing_figures=tuple(k.name for k in pilot.kpis if k.measured is None) if pilot else (),
    )


def _ending(
    suppressions: Sequence[Suppression], advisor: str, today: date
) -> Iterable[SuppressionLine]:
    soon = [one for one in suppressions if one.owner == advisor and one.until <= today + SOON]
    for one in sorted(soon, key=lambda s: (s.until, str(s.suppression_id))):
        yield SuppressionLine(reason=one.reason, resource=one.resource, until=one.until)
