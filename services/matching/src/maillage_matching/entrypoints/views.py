"""What readers are shown of leads, cases and synergies, each as far as it concerns them."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from fastapi import Query
from pydantic import BaseModel, Field

from maillage_contracts import matching
from maillage_contracts.vocabulary import (
    ActorId,
    CaseId,
    FlowId,
    LeadId,
    Money,
    PeriodicQuantity,
    SynergyId,
)
from maillage_matching.domain.break_even import BreakEven
from maillage_matching.domain.calibration import Calibration
from maillage_matching.domain.case import Case, CaseStatus, Facet, Plan, Step
from maillage_matching.domain.draft import LeadKind, Member
from maillage_matching.domain.lead import Lead, LeadSource, LeadStatus
from maillage_matching.domain.pair import Gate
from maillage_matching.domain.pilot import Pilot
from maillage_matching.usecases.store import KeptSynergy

Version = Annotated[int, Field(description="Send it back in If-Match to change what you read.")]
Statuses = Annotated[list[str] | None, Query(max_length=20, description="Repeat it for several.")]


class LeadView(BaseModel):
    """A lead as its advisor sees it. The score orders; the gates and the words are the reasons."""

    lead_id: LeadId
    status: LeadStatus
    source: LeadSource
    version: Version
    kind: LeadKind
    resource: str
    replaces: str | None
    members: tuple[Member, ...]
    flow_ids: tuple[FlowId, ...]
    actor_ids: tuple[ActorId, ...]
    activity_zone: str | None
    transformation: str | None
    equipment: str | None
    missing_link: str | None
    gates: tuple[Gate, ...]
    explanation: tuple[str, ...]
    score: float | None
    likelihood: float | None = Field(
        description="How likely a lead with this score is taken up, as decisions have taught."
    )
    distance_km: float | None
    value: Money | None = Field(description="Euros a year, estimated.")
    quantity: PeriodicQuantity | None
    cost_today: Money | None
    pooled: BreakEven | None = Field(description="Of a shared collection: when it pays.")
    surfaced_at: datetime | None
    decided_at: datetime | None
    deferred_until: date | None
    reasons: tuple[str, ...]
    note: str | None
    case_id: CaseId | None


class PartyCaseView(BaseModel):
    """A case as its parties see it, from the introduction on."""

    case_id: CaseId
    kind: LeadKind
    title: str
    status: CaseStatus
    members: tuple[Member, ...]
    resource: str
    transformation: str | None
    introduced_at: datetime | None
    pilot: Pilot | None
    synergy_id: SynergyId | None
    version: Version


class CaseView(PartyCaseView):
    """A case as advisors see it."""

    source: LeadSource
    owner: str = Field(description="Subject of the advisor who took the lead up.")
    lead_ids: tuple[LeadId, ...]
    paused_from: CaseStatus | None
    facets: Mapping[str, Facet]
    plan: Plan
    minutes_spent: int = Field(description="Time of advisors, as they wrote it down.")
    replaces: str | None
    equipment: str | None
    channel: str | None
    reasons: tuple[str, ...]
    note: str | None
    steps: tuple[Step, ...]
    opened_at: datetime


class SynergyView(BaseModel):
    """A synergy: what was agreed, and what became of it."""

    synergy: matching.Synergy
    status: str
    agreed_at: datetime
    ended_on: date | None
    end_reason: str | None
    attribution: str | None
    version: Version


def view_of_lead(lead: Lead, calibration: Calibration) -> LeadView:
    """The lead and what it says, in one object."""
    score = lead.content.score
    names = LeadView.model_fields.keys() - {"likelihood"}
    said = {name: getattr(lead.content, name) for name in names if hasattr(lead.content, name)}
    return LeadView(
        likelihood=None if score is None else calibration.likelihood(score),
        **{name: getattr(lead, name) for name in names - said.keys()},
        **said,
    )


def view_of_case(case: Case, *, as_party: bool) -> PartyCaseView:
    """The case, as far as it concerns the reader."""
    shown = PartyCaseView if as_party else CaseView
    return shown(**{name: getattr(case, name) for name in shown.model_fields})


def view_of_synergy(kept: KeptSynergy) -> SynergyView:
    """The synergy."""
    return SynergyView(**{name: getattr(kept, name) for name in SynergyView.model_fields})
