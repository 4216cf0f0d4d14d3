"""An advisor noticed something at a visit, whatever the visit was for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

from maillage_contracts.envelope import Event
from maillage_flows.domain.note import FieldNote, observed
from maillage_flows.usecases.at_hand import known_actor
from maillage_flows.usecases.store import Store
from maillage_flows.usecases.told import declared


@dataclass(frozen=True, kw_only=True)
class TakeNote:
    """The four fields, and who took them."""

    note_id: UUID
    actor_id: UUID
    direction: str
    what: str
    text: str
    noted_by: str


async def take_note(command: TakeNote, store: Store, now: datetime) -> Iterable[Event]:
    """Keep the note, and the observed flow that it is the first word of."""
    actor = await known_actor(command.actor_id, store)
    note = FieldNote(
        note_id=command.note_id,
        flow_id=uuid5(command.note_id, "flow"),
        actor_id=command.actor_id,
        direction=command.direction,
        what=command.what,
        text=command.text,
        noted_by=command.noted_by,
        noted_at=now,
    )
    flow = observed(note, actor)
    await store.add_flow(flow)
    await store.add_note(note)
    return [declared(flow)]
