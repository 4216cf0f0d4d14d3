"""A firm asks to use a machine, premises or staff that another lends."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid, NotFound
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.actor import Actor
from maillage_matching.domain.gates_of_parties import TAKES_PART
from maillage_matching.domain.sharing import (
    Move,
    Sharing,
    Stretch,
    check_lent,
    check_stretch,
    taken,
)
from maillage_matching.usecases.store import Known, Store


@dataclass(frozen=True, kw_only=True)
class AskToShare:
    """What is asked for, for whom, when, and what for."""

    sharing_id: UUID
    flow_id: FlowId
    borrower_id: ActorId
    stretch: Stretch
    note: str
    by: str


async def ask_to_share(command: AskToShare, store: Store, now: datetime) -> Iterable[Event]:
    """Put the request to the owner; it holds no time before the owner has agreed."""
    flow, owner = await lent(command.flow_id, store)
    borrower = next(iter(await store.actors([command.borrower_id])), None)
    if borrower is None or not may_share(borrower):
        raise Invalid("actor_id", "no actor that takes part has this identifier")
    if borrower.actor_id == flow.actor_id:
        raise Invalid("actor_id", "it is its own already")
    if owner is None or not may_share(owner):
        raise NotFound(f"{flow.flow_id} is nothing that its owner lends at present")
    check_stretch(command.stretch, flow, now)
    if await store.held(flow.flow_id, command.stretch):
        raise taken(command.stretch)
    starts_at, ends_at = command.stretch
    asked = Move(status="new", at=now, by=command.by, starts_at=starts_at, ends_at=ends_at)
    await store.save_sharing(
        Sharing(
            sharing_id=command.sharing_id,
            flow_id=flow.flow_id,
            kind=flow.kind,
            label=flow.label,
            owner_id=flow.actor_id,
            borrower_id=borrower.actor_id,
            starts_at=starts_at,
            ends_at=ends_at,
            note=command.note,
            asked_at=now,
            moves=(asked,),
        )
    )
    return []


async def lent(flow_id: FlowId, store: Store) -> Known:
    """What somebody lends, with its owner; raises NotFound."""
    known = await store.known_flows([flow_id])
    if not known:
        raise NotFound(f"{flow_id} is nothing that its owner lends at present")
    check_lent(known[0][0])
    return known[0]


def may_share(actor: Actor) -> bool:
    """Whether it takes part, and has not withdrawn from being put in touch."""
    return actor.status in TAKES_PART and "matching" not in actor.refuses
