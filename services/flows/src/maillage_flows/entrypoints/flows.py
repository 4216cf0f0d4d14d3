"""Doors to flows."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Body, Depends, Query, Response
from pydantic import Field

from maillage_common.identifiers import uuid7
from maillage_common.transaction import Runner
from maillage_contracts.flows import Flow as FlowDocument
from maillage_contracts.vocabulary import ActorId, FlowId, Label, Moment, Word
from maillage_flows.domain.declaration import Declaration, Direction, Kind
from maillage_flows.domain.flow import Flow, Said, Status
from maillage_flows.entrypoints.caller import reach, told_where, wanted
from maillage_flows.usecases.adopt_flow import adopt_flow
from maillage_flows.usecases.amend_flow import AmendFlow, amend_flow
from maillage_flows.usecases.at_hand import Step
from maillage_flows.usecases.confirm_flow import confirm_flow
from maillage_flows.usecases.declare_flow import DeclareFlow, declare_flow
from maillage_flows.usecases.open_flow import open_flow
from maillage_flows.usecases.qualify_flow import QualifyFlow, qualify_flow
from maillage_flows.usecases.release_flow import release_flow
from maillage_flows.usecases.show import show_flow
from maillage_flows.usecases.store import Store
from maillage_flows.usecases.told import document
from maillage_flows.usecases.withdraw_flow import LeaveFlow, end_flow, withdraw_flow
from maillage_serving.auth import Principal
from maillage_serving.http import Body as BodyModel
from maillage_serving.http import Door, Paged, carry_out, command, etag, query


class DeclareBody(Declaration):
    """What is said of a flow. With a flow_id of the caller's, the same again changes nothing."""

    actor_id: ActorId
    flow_id: FlowId | None = None
    status: Literal["declared", "open"] = Field(
        default="declared", description="open: also open it, which takes a willing firm."
    )
    observed_at: Moment | None = Field(default=None, description="Default: now.")

    def declaration(self) -> Declaration:
        """The axes alone; what was not sent stays unset."""
        told = self.model_fields_set & Declaration.model_fields.keys()
        return Declaration(**{name: getattr(self, name) for name in told})


class QualifyBody(BodyModel):
    """How sure one is of a flow after examining it."""

    confidence: Literal["diagnosed", "measured"] = "diagnosed"


class LeaveBody(BodyModel):
    """Why a flow leaves, in a word."""

    reason: Word | None = Field(default=None, examples=["sold_elsewhere"])


@dataclass(frozen=True)
class Asked:
    """Which flows are asked for, by the parameters of the address."""

    actor_id: UUID | None = None
    kind: Kind | None = None
    direction: Direction | None = None
    status: Status | None = None
    zone: Word | None = None
    spec: Word | None = None
    text: Annotated[Label | None, Query(description="In label, spec, code, functions.")] = None


class FlowShown(FlowDocument):
    """A flow as it is published, its version, and why it has its status where that is not plain."""

    version: int
    reason: str | None


def shown(flow: Flow) -> FlowShown:
    """The flow for a reader."""
    return FlowShown(**dict(document(flow)), version=flow.version, reason=flow.reason)


Change = Annotated[Door, command("flows.flow.change")]


class FlowDoors:
    """Every path below /v1/flows but questions."""

    def __init__(self, runner: Runner[Store]) -> None:
        self._runner = runner

    async def list(
        self,
        who: Annotated[Principal, query("flows.flow.read")],
        page: Paged,
        asked: Annotated[Asked, Depends()],
    ) -> dict[str, Any]:
        """List flows that the caller may see."""
        part = wanted(who, page, **vars(asked))
        flows = await self._runner.read(lambda store: store.seen_flows(part))
        return page.of([shown(flow) for flow in flows], key=lambda flow: (str(flow.flow_id),))

    async def read(
        self,
        flow_id: UUID,
        who: Annotated[Principal, query("flows.flow.read")],
        response: Response,
    ) -> FlowShown:
        """Read a flow."""
        flow = await self._runner.read(lambda store: show_flow(flow_id, reach(who), store))
        response.headers["ETag"] = etag(flow.version)
        return shown(flow)

    async def declare(
        self,
        body: DeclareBody,
        door: Annotated[Door, command("flows.flow.declare")],
        response: Response,
    ) -> dict[str, Any]:
        """Declare a flow, or say otherwise what is known of one: what is not sent stays."""
        door.principal.must_own(body.actor_id)
        flow_id = body.flow_id or FlowId(uuid7())
        order = DeclareFlow(
            flow_id=flow_id,
            actor_id=body.actor_id,
            said=Said(body.declaration(), body.observed_at, body.status),
            may_exist=body.flow_id is not None,
        )
        told = await carry_out(self._runner, declare_flow, order, flow_id, door=door)
        return told_where(response, told, "flows")

    async def amend(
        self,
        flow_id: UUID,
        patch: Annotated[
            dict[str, Any],
            Body(
                description="JSON merge patch (RFC 7396) of the fields of a declaration.",
                examples=[{"willingness": "open", "condition": {"contamination": "clean"}}],
            ),
        ],
        door: Change,
    ) -> dict[str, Any]:
        """Change what is said of a flow; null removes. Questions it answers are closed."""
        order = AmendFlow(
            flow_id=flow_id,
            patch=patch,
            reach=reach(door.principal),
            expected_version=door.expected_version,
        )
        return await carry_out(self._runner, amend_flow, order, flow_id, door=door)

    async def adopt(self, flow_id: UUID, door: Change) -> dict[str, Any]:
        """Make an observed flow a declared one: its firm says that it is so."""
        return await carry_out(self._runner, adopt_flow, _step(flow_id, door), flow_id, door=door)

    async def open(self, flow_id: UUID, door: Change) -> dict[str, Any]:
        """Let a flow be matched from now on."""
        return await carry_out(self._runner, open_flow, _step(flow_id, door), flow_id, door=door)

    async def confirm(self, flow_id: UUID, door: Change) -> dict[str, Any]:
        """Say that a flow is still so: it is fresh again, and back if it was stale."""
        return await carry_out(self._runner, confirm_flow, _step(flow_id, door), flow_id, door=door)

    async def withdraw(
        self, flow_id: UUID, door: Change, body: LeaveBody | None = None
    ) -> dict[str, Any]:
        """Take a flow back for good: its firm no longer wants it shared."""
        order = _leave(flow_id, door, body)
        return await carry_out(self._runner, withdraw_flow, order, flow_id, door=door)

    async def end(
        self, flow_id: UUID, door: Change, body: LeaveBody | None = None
    ) -> dict[str, Any]:
        """Say that a flow no longer exists."""
        order = _leave(flow_id, door, body)
        return await carry_out(self._runner, end_flow, order, flow_id, door=door)

    async def qualify(
        self,
        flow_id: UUID,
        door: Annotated[Door, command("flows.flow.qualify")],
        body: QualifyBody | None = None,
    ) -> dict[str, Any]:
        """Say that a flow was examined, and how sure one is of it."""
        order = QualifyFlow(
            flow_id=flow_id,
            confidence=(body or QualifyBody()).confidence,
            reach=reach(door.principal),
            expected_version=door.expected_version,
        )
        return await carry_out(self._runner, qualify_flow, order, flow_id, door=door)

    async def release(
        self, flow_id: UUID, door: Annotated[Door, command("flows.flow.release")]
    ) -> dict[str, Any]:
        """Free a flow that is reserved for a case that came to nothing."""
        return await carry_out(self._runner, release_flow, _step(flow_id, door), flow_id, door=door)


def _step(flow_id: UUID, door: Door) -> Step:
    return Step(
        flow_id=flow_id, reach=reach(door.principal), expected_version=door.expected_version
    )


def _leave(flow_id: UUID, door: Door, body: LeaveBody | None) -> LeaveFlow:
    return LeaveFlow(
        flow_id=flow_id,
        reach=reach(door.principal),
        expected_version=door.expected_version,
        reason=body and body.reason,
    )
