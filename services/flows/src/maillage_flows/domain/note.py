"""The four fields of a visit: whose it is, which way it flows, what it is, and what was said."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maillage_flows.domain.actor import Actor
from maillage_flows.domain.declaration import Declaration, Resource
from maillage_flows.domain.flow import Flow, Said, begun

KIND_UNTIL_TOLD = "material"
"""Four fields have no room for the kind: most of what is noticed is a material, and its firm, or
whoever qualifies it, corrects the rest. Nothing observed is ever matched."""


@dataclass(frozen=True)
class FieldNote:
    """What somebody noticed at a visit. `text` never leaves this service; `what` names the flow."""

    note_id: UUID
    flow_id: UUID
    actor_id: UUID
    direction: str
    what: str
    text: str
    noted_by: str
    noted_at: datetime


def observed(note: FieldNote, actor: Actor) -> Flow:
    """The flow that a note is the first word of: seen by an advisor, shown to no other member."""
    declaration = Declaration(
        kind=KIND_UNTIL_TOLD,
        direction=note.direction,
        intent="inform",
        confidence="observed",
        visibility="private",
        resource=Resource(label=note.what),
    )
    said = Said(declaration, note.noted_at)
    return begun(note.flow_id, actor, said, "observed", note.noted_at)
