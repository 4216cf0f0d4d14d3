"""What became of a lead and why, read back from the event log alone: the log is the explanation."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID, uuid5

from maillage_contracts.envelope import Event, Received
from maillage_contracts.matching import (
    CaseIntroduced,
    LeadAccepted,
    LeadRejected,
    LeadSurfaced,
    SynergyAgreed,
    SynergyEnded,
)
from maillage_contracts.vocabulary import LeadId
from maillage_matching.domain.suppression import what_it_changes
from maillage_matching.usecases.accept_lead import case_of

AGREEMENTS_MAX = 20
"""Times that the parties of one case agree, at most."""


def subjects_of(lead_id: LeadId) -> list[UUID]:
    """Whatever may be told of a lead: itself, its case, the synergies of that case."""
    case_id = case_of(lead_id)
    return [lead_id, case_id, *(uuid5(case_id, f"synergy/{n}") for n in range(AGREEMENTS_MAX))]


def story_of(messages: Iterable[Received[Event]]) -> list[str]:
    """The events about a lead in words, in the order of the log."""
    return [line for message in messages for line in _told(message)]


def _told(message: Received[Event]) -> Iterator[str]:
    envelope, event = message.envelope, message.event
    when = _when(envelope.time)
    match event:
        case LeadSurfaced():
            yield from _surfaced(event, when)
        case LeadAccepted():
            yield f"{when} taken up: case {event.case_id}"
        case LeadRejected():
            yield f"{when} turned down: {', '.join(event.reasons)}"
            yield from (f"    {reason}: {what_it_changes(reason)}" for reason in event.reasons)
        case CaseIntroduced():
            many = len(event.actor_ids)
            yield f"{when} {many} parties introduced ({event.channel}): they hear of it now"
        case SynergyAgreed():
            shares = ", ".join(f"{one.role} {one.share:f}" for one in event.synergy.parties)
            yield f"{when} agreed, from {event.synergy.starts_on}: {shares}"
        case SynergyEnded():
            answer = event.attribution or "nobody said"
            yield f"{when} ended on {event.ended_on}: {event.reason}"
            yield f"    would it have happened without the hub? {answer}"
        case _:
            yield f"{when} {envelope.type}"


def _surfaced(event: LeadSurfaced, when: str) -> Iterator[str]:
    lead = event.lead
    score = "" if lead.score is None else f", score {lead.score}"
    yield f"{when} shown to advisors: {lead.kind} of {lead.resource}, from {lead.source}{score}"
    yield from (f"    {line}" for line in lead.explanation)
    yield from (f"    [{gate.verdict}] {gate.code}: {gate.reason}" for gate in lead.gates)


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"
