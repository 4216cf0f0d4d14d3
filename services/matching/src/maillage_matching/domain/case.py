"""A case and its life, from the lead an advisor took up to the synergy that runs, or to its end."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import ActorId, CaseId, LeadId, SynergyId
from maillage_matching.domain.draft import LeadKind, Member
from maillage_matching.domain.kept import Kept
from maillage_matching.domain.lead import LeadSource
from maillage_matching.domain.pilot import Pilot

CaseStatus = Literal[
    "opened",
    "qualifying",
    "introduced",
    "feasibility",
    "agreed",
    "piloting",
    "running",
    "paused",
    "closed",
    "abandoned",
]

NEXT: dict[CaseStatus, frozenset[CaseStatus]] = {
    "opened": frozenset({"qualifying", "paused", "abandoned"}),
    "qualifying": frozenset({"introduced", "paused", "abandoned"}),
    "introduced": frozenset({"feasibility", "paused", "abandoned"}),
    "feasibility": frozenset({"agreed", "paused", "abandoned"}),
    "agreed": frozenset({"piloting", "paused", "closed", "abandoned"}),
    "piloting": frozenset({"running", "paused", "closed", "abandoned"}),
    "running": frozenset({"paused", "closed", "abandoned"}),
    "paused": frozenset(
        {
            "opened",
            "qualifying",
            "introduced",
            "feasibility",
            "agreed",
            "piloting",
            "running",
            "closed",
            "abandoned",
        }
    ),
    "closed": frozenset(),
    "abandoned": frozenset(),
}
"""A pause ends where it began (`paused_from`), or the case ends."""

OVER: frozenset[CaseStatus] = frozenset({"closed", "abandoned"})
BEFORE_AGREEMENT: frozenset[CaseStatus] = frozenset(
    {"opened", "qualifying", "introduced", "feasibility"}
)
BY_ITSELF: frozenset[CaseStatus] = frozenset({"qualifying", "feasibility", "running"})
"""Steps that need nothing but the wish to take them; the others have a command of their own."""

FACETS = (
    "technical",
    "regulatory",
    "economic",
    "geographic",
    "organisational",
    "sociocultural",
)
FacetVerdict = Literal["ok", "ko", "unknown"]


class Facet(Kept):
    """What is found of a case from one side, and why."""

    verdict: FacetVerdict = "unknown"
    note: Annotated[str, Field(max_length=2000)] = ""


class Step(Kept):
    """When the case came to a status, and who brought it there (a subject, or `registry`)."""

    status: CaseStatus
    at: datetime
    by: str


class Plan(Kept):
    """What happens next, by which role and until when."""

    next_step: Annotated[str, Field(max_length=2000)] = ""
    owner_role: Annotated[str, Field(max_length=60)] = ""
    due_on: date | None = None


class Case(Kept):
    """The advisor's unit of work. Nobody outside hears of it before it is introduced."""

    case_id: CaseId
    kind: LeadKind
    title: str
    source: LeadSource
    owner: str
    lead_ids: tuple[LeadId, ...]
    members: tuple[Member, ...]
    status: CaseStatus = "opened"
    paused_from: CaseStatus | None = None
    facets: Mapping[str, Facet] = Field(
        default_factory=lambda: dict.fromkeys(FACETS, Facet()), validate_default=True
    )
    plan: Plan = Plan()
    pilot: Pilot | None = None
    minutes_spent: int = 0
    resource: str
    replaces: str | None = None
    transformation: str | None = None
    equipment: str | None = None
    channel: str | None = None
    introduced_at: datetime | None = None
    synergy_id: SynergyId | None = None
    agreements: int = 0
    reasons: tuple[str, ...] = ()
    note: str | None = None
    steps: tuple[Step, ...] = ()
    opened_at: datetime
    version: int = 1

    @property
    def actor_ids(self) -> tuple[ActorId, ...]:
        """The parties, once each."""
        return tuple(dict.fromkeys(one.actor_id for one in self.members))

    @property
    def is_open(self) -> bool:
        """Whether it still asks for an advisor's attention."""
        return self.status not in OVER

    def moved(self, status: CaseStatus, at: datetime, by: str, **changes: object) -> "Case":
        """The case in another status; raises Refused when its life does not lead there."""
        if status not in NEXT[self.status]:
            raise Refused(f"this case is {self.status}: it cannot become {status}")
        if self.status == "paused" and status not in OVER and status != self.paused_from:
            raise Refused(f"this case was paused when {self.paused_from}: it resumes there")
        step = Step(status=status, at=at, by=by)
        paused_from = self.status if status == "paused" else None
        return self.changed(
            status=status, steps=(*self.steps, step), **{"paused_from": paused_from, **changes}
        )

    def changed(self, **changes: object) -> "Case":
        """The case with these fields and its next version."""
        return self.model_copy(update={**changes, "version": self.version + 1})

    def without(self, actor_id: ActorId) -> tuple[Member, ...]:
        """Its members when this actor is gone."""
        return tuple(one for one in self.members if one.actor_id != actor_id)


def can_go_on_without(case: Case, actor_id: ActorId) -> bool:
    """Whether enough is left to go on: of a shared stream two members, of a need it and a donor."""
    left = case.without(actor_id)
    firms = {one.actor_id for one in left if one.role == "member"}
    roles = {one.role for one in left}
    return len(firms) > 1 or {"donor", "receiver"} <= roles
