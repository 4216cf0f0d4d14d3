"""What a change of ours means to the others: domain values become events here."""

from uuid import UUID

import structlog

from maillage_contracts.envelope import Event, Received
from maillage_contracts.flows import (
    ExistingRound,
    ExistingRoundDeclared,
    FlowChanged,
    FlowDeclared,
    FlowOpened,
)
from maillage_contracts.flows import Flow as FlowDocument
from maillage_flows.domain.flow import Flow, changed
from maillage_flows.domain.round import Round

log = structlog.get_logger()


def document(flow: Flow) -> FlowDocument:
    """The whole declaration, as others read it."""
    return FlowDocument.model_validate(
        {
            **dict(flow.declaration),
            "flow_id": flow.flow_id,
            "actor_id": flow.actor_id,
            "status": flow.status,
            "observed_at": flow.observed_at,
            "open_questions": flow.open_questions,
        },
        from_attributes=True,
    )


def declared(flow: Flow) -> FlowDeclared:
    """A new flow."""
    return FlowDeclared(flow=document(flow))


def told(before: Flow, after: Flow) -> list[Event]:
    """What became of a flow; nothing when nobody outside can see a difference."""
    names = tuple(changed(before, after))
    if not names:
        return []
    if "status" in names and after.status == "open":
        return [FlowOpened(flow=document(after))]
    reason = after.reason if "status" in names else None
    return [FlowChanged(flow=document(after), changed=names, reason=reason)]


def told_round(known_round: Round) -> ExistingRoundDeclared:
    """A round as it is now."""
    return ExistingRoundDeclared(
        round=ExistingRound.model_validate(
            {
                **dict(known_round.told),
                "round_id": known_round.round_id,
                "actor_id": known_round.actor_id,
                "status": known_round.status,
            },
            from_attributes=True,
        )
    )


def passed_over(message: Received[Event], flow_id: UUID, reason: str) -> tuple[()]:
    """Say in the log that an event changes nothing here: the flow has moved on."""
    log.info(
        "event_passed_over",
        event_id=str(message.envelope.id),
        event_type=message.envelope.type,
        flow_id=str(flow_id),
        reason=reason,
    )
    return ()
