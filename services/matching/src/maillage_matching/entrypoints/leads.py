"""Doors to leads: the inbox, decisions, what was blocked and why."""

from datetime import date
from functools import partial
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Response
from pydantic import Field, StringConstraints

from maillage_common.identifiers import uuid7
from maillage_common.transaction import Runner
from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import ActorId, Day, FlowId, Label, LeadId, Word
from maillage_matching.domain.calibration import Calibration, calibrated
from maillage_matching.domain.draft import LeadKind
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.lead import Lead
from maillage_matching.domain.suppression import REASONS, what_it_changes
from maillage_matching.entrypoints.views import LeadView, Statuses, view_of_lead
from maillage_matching.usecases.accept_lead import AcceptLead, accept_lead, case_of
from maillage_matching.usecases.defer_lead import DeferLead, defer_lead
from maillage_matching.usecases.explain_pair import Explanation, explain_pair
from maillage_matching.usecases.propose_lead import ProposeLead, propose_lead
from maillage_matching.usecases.reject_lead import RejectLead, reject_lead
from maillage_matching.usecases.store import Store, key_of_lead, key_of_pairing, key_of_suppression
from maillage_matching.usecases.suppress import (
    LiftSuppression,
    Suppress,
    lift_suppression,
    suppress,
)
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Paged, carry_out, command, etag, query

Note = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000)]
Title = Annotated[Label, StringConstraints(strip_whitespace=True)]
Reasons = Annotated[
    tuple[Word, ...],
    Field(min_length=1, max_length=3, description="Codes of GET /v1/reasons."),
]
Until = Annotated[date | None, Field(description="Instead of the usual time of the reason.")]

SaidBy = Annotated[
    ActorId | None,
    Field(
        description="The firm that would say so to anybody: it is left alone for this thing, and"
        " the others are not."
    ),
]


class ProposeBody(Body):
    """A lead found by a person. It takes no quota, and gates only warn."""

    source: Literal["workshop", "advisor", "actor_request"]
    kind: LeadKind
    flow_ids: tuple[FlowId, ...] = Field(min_length=1, max_length=50)
    note: Note = Field(description="What was seen, in a line.")


class AcceptBody(Body):
    """How the case will be called; by default the lead's first line."""

    title: Title | None = None


class RejectBody(Body):
    """Why not, in one to three codes."""

    reasons: Reasons
    note: Note | None = None
    until: Until = None
    said_by: SaidBy = None


class DeferBody(Body):
    """Until when it leaves the desk."""

    until: Day


class SuppressBody(Body):
    """Two actors that must not be proposed to one another for a while, or one to anybody."""

    actor_ids: tuple[ActorId, ...] = Field(
        min_length=1, max_length=2, description="One alone, with a resource: whoever the other is."
    )
    reason: Word
    resource: Word | None = Field(default=None, description="Absent: whatever the resource.")
    until: Until = None


class LeadDoors:
    """What can be asked and decided about leads."""

    def __init__(self, runner: Runner[Store], knowledge: Knowledge) -> None:
        """Work through this runner, with this knowledge."""
        self._runner = runner
        self._knowledge = knowledge

    async def list(
        self,
        _: Annotated[Principal, query("matching.lead.read")],
        page: Paged,
        status: Statuses = None,
        source: str | None = None,
    ) -> dict[str, Any]:
        """Leads that were put in front of people, oldest first."""
        after = page.after(2)

        async def leads(store: Store) -> tuple[list[Lead], Calibration]:
            rows = await store.leads(
                statuses=status or (), source=source, after=after, limit=page.limit + 1
            )
            return rows, calibrated(await store.taken_up())

        rows, calibration = await self._runner.read(leads)
        found = page.of(rows, key=key_of_lead)
        return {**found, "items": [view_of_lead(lead, calibration) for lead in found["items"]]}

    async def read(
        self,
        lead_id: UUID,
        _: Annotated[Principal, query("matching.lead.read")],
        response: Response,
    ) -> LeadView:
        """One lead."""

        async def lead_of(store: Store) -> tuple[Lead, Calibration]:
            return await store.lead(LeadId(lead_id)), calibrated(await store.taken_up())

        lead, calibration = await self._runner.read(lead_of)
        response.headers["ETag"] = etag(lead.version)
        return view_of_lead(lead, calibration)

    async def propose(
        self, body: ProposeBody, door: Annotated[Door, command("matching.lead.propose")]
    ) -> dict[str, Any]:
        """Put a lead of a person on the desk; works with the engine off."""
        order = ProposeLead(lead_id=LeadId(uuid7()), **dict(body))
        propose = partial(propose_lead, knowledge=self._knowledge)
        return await carry_out(self._runner, propose, order, order.lead_id, door=door)

    async def accept(
        self,
        lead_id: UUID,
        body: AcceptBody,
        door: Annotated[Door, command("matching.lead.decide")],
    ) -> dict[str, Any]:
        """Take it up. The answer's `id` is that of the case it becomes."""
        order = AcceptLead(**decision(lead_id, door), title=body.title)
        return await carry_out(self._runner, accept_lead, order, case_of(order.lead_id), door=door)

    async def reject(
        self,
        lead_id: UUID,
        body: RejectBody,
        door: Annotated[Door, command("matching.lead.decide")],
    ) -> dict[str, Any]:
        """Turn it down: the same does not come back for as long as the reason holds."""
        order = RejectLead(**decision(lead_id, door), **dict(body))
        reject = partial(reject_lead, knowledge=self._knowledge)
        return await carry_out(self._runner, reject, order, lead_id, door=door)

    async def defer(
        self,
        lead_id: UUID,
        body: DeferBody,
        door: Annotated[Door, command("matching.lead.decide")],
    ) -> dict[str, Any]:
        """Take it off the desk until a day."""
        order = DeferLead(**decision(lead_id, door), until=body.until)
        return await carry_out(self._runner, defer_lead, order, lead_id, door=door)

    async def reasons(
        self, _: Annotated[Principal, query("matching.lead.read")]
    ) -> dict[str, dict[str, Any]]:
        """The reason codes: what each is about, how many days it usually holds, what it changes."""
        return {
            code: {**reason._asdict(), "changes": what_it_changes(code)}
            for code, reason in REASONS.items()
        }


def _two_flows(after: tuple[str, ...] | None) -> tuple[str, ...] | None:
    try:
        return after and tuple(str(UUID(part)) for part in after)
    except ValueError as error:
        raise Invalid("cursor", "send the value of `next` from the page before") from error


def decision(lead_id: UUID, door: Door) -> dict[str, Any]:
    """What all decisions about a lead say."""
    return {
        "lead_id": LeadId(lead_id),
        "by": door.principal.subject,
        "version": door.expected_version,
    }


class ReasonDoors:
    """What was not proposed, and what must not be for a while."""

    def __init__(self, runner: Runner[Store], knowledge: Knowledge) -> None:
        """Work through this runner, with this knowledge."""
        self._runner = runner
        self._knowledge = knowledge

    async def blocked(
        self,
        _: Annotated[Principal, query("matching.lead.read")],
        page: Paged,
        flow_id: UUID | None = None,
        verdict: Literal["fail", "unknown"] | None = None,
    ) -> dict[str, Any]:
        """Pairs that are no lead: the gate that failed (`fail`) or waits for a fact (`unknown`)."""
        after = _two_flows(page.after(2))
        verdicts = (verdict,) if verdict else ("fail", "unknown")
        flow = None if flow_id is None else FlowId(flow_id)
        rows = await self._runner.read(
            lambda store: store.pairings(
                verdicts=verdicts, flow_id=flow, after=after, limit=page.limit + 1
            )
        )
        return page.of(rows, key=key_of_pairing)

    async def why_not(
        self,
        _: Annotated[Principal, query("matching.lead.read")],
        one: UUID,
        other: UUID,
    ) -> Explanation:
        """Every gate between two flows, and what would open those that are shut."""
        now = self._runner.clock()
        return await self._runner.read(
            lambda store: explain_pair(
                store, FlowId(one), FlowId(other), now=now, knowledge=self._knowledge
            )
        )

    async def list(
        self, _: Annotated[Principal, query("matching.suppression.read")], page: Paged
    ) -> dict[str, Any]:
        """Suppressions with their owner and their end, also those that are over."""
        after = page.after(2)
        rows = await self._runner.read(
            lambda store: store.all_suppressions(after=after, limit=page.limit + 1)
        )
        return page.of(rows, key=key_of_suppression)

    async def suppress(
        self, body: SuppressBody, door: Annotated[Door, command("matching.suppression.write")]
    ) -> dict[str, Any]:
        """Keep two actors apart, as competitors are; or leave one alone, for one resource."""
        order = Suppress(
            suppression_id=uuid7(),
            actors=frozenset(body.actor_ids),
            reason=body.reason,
            by=door.principal.subject,
            resource=body.resource,
            until=body.until,
        )
        return await carry_out(self._runner, suppress, order, order.suppression_id, door=door)

    async def lift(
        self,
        suppression_id: UUID,
        door: Annotated[Door, command("matching.suppression.write")],
    ) -> dict[str, Any]:
        """Let it be proposed again from now on."""
        order = LiftSuppression(suppression_id=suppression_id, version=door.expected_version)
        return await carry_out(self._runner, lift_suppression, order, suppression_id, door=door)
