"""An establishment ceased: it is closed for good, and what is its own is planned no more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.registry import ActorClosed
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.actor import Actor, Closing
from maillage_registry.usecases.announce import document
from maillage_registry.usecases.declare_hub import tell_hub
from maillage_registry.usecases.declare_vehicle import tell_vehicle
from maillage_registry.usecases.keep_change import load_actor
from maillage_registry.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class CloseActor:
    actor_id: ActorId
    closing: Closing
    expected_version: int | None = None


async def close_actor(command: CloseActor, store: Store, now: datetime) -> Iterable[Event]:
    """Close once: the same again is nothing new. Its vehicles and its places in hubs go with it.

    Raises NotFound, Stale, Invalid, or Refused when it was closed in other words.
    """
    before = await load_actor(store, command.actor_id, command.expected_version)
    after = before.close(command.closing, now)
    if after == before:
        return ()
    await store.save_actor(after)
    events: list[Event] = [_closed(after, command.closing)]
    for hub in await store.hubs_with_tenant_to_change(after.actor_id):
        left = hub.without_tenant(after.actor_id)
        await store.put_hub(left)
        events.append(tell_hub(left))
    for vehicle in await store.vehicles_in_service_to_change(after.actor_id):
        withdrawn = vehicle.withdrawn()
        await store.put_vehicle(withdrawn)
        events.append(tell_vehicle(withdrawn))
    return events


def _closed(actor: Actor, closing: Closing) -> ActorClosed:
    # Of a sole trader, the successor may be the same person at another address.
    known = (
        closing.model_copy(update={"successor_siret": None}) if actor.is_sole_trader else closing
    )
    return ActorClosed(
        actor=document(actor),
        reason=known.reason,
        effective_on=known.effective_on,
        successor_siret=known.successor_siret,
    )
