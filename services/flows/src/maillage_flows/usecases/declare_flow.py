"""A firm, or an advisor for it, says what it has too much of or lacks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_flows.domain.actor import Actor
from maillage_flows.domain.flow import Flow, Said, begun, open_up, redeclare
from maillage_flows.usecases.at_hand import known_actor, put_back
from maillage_flows.usecases.store import Store
from maillage_flows.usecases.told import declared, told


@dataclass(frozen=True, kw_only=True)
class DeclareFlow:
    """What is said of which flow; `may_exist` when the caller chose the identifier."""

    flow_id: UUID
    actor_id: UUID
    said: Said
    may_exist: bool = False


async def declare_flow(command: DeclareFlow, store: Store, now: datetime) -> Iterable[Event]:
    """Keep a new flow, or what is said again of a known one; the same words change nothing."""
    if command.may_exist and (known := await store.flow(command.flow_id)):
        return await _again(*known, command, store, now)
    actor = await known_actor(command.actor_id, store)
    flow = begun(command.flow_id, actor, command.said, "declared", now)
    kept = _opened(flow, command, actor, now)
    if not await store.add_flow(kept):
        raise Refused(f"the flow {command.flow_id} was declared at this very moment: try again")
    return [declared(flow), *told(flow, kept)]


async def _again(
    known: Flow, actor: Actor, command: DeclareFlow, store: Store, now: datetime
) -> Iterable[Event]:
    if known.actor_id != command.actor_id:
        raise Refused("this flow_id is in use for a flow of another actor: choose another")
    if known.fingerprint == command.said.fingerprint:
        return ()
    actor.must_be_active()
    again = redeclare(known, command.said, actor, now)
    return await put_back(known, _opened(again, command, actor, now), store, now)


def _opened(flow: Flow, command: DeclareFlow, actor: Actor, now: datetime) -> Flow:
    wants_it = command.said.wants == "open" and flow.status in ("declared", "qualified")
    return open_up(flow, actor, now.date()) if wants_it else flow
