"""How to reach an actor is written down; nothing of it leaves the registry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.actor import Status
from maillage_registry.domain.contact import Contact
from maillage_registry.usecases.keep_change import load_actor
from maillage_registry.usecases.store import Store, must_be_version


@dataclass(frozen=True, kw_only=True)
class KeepContact:
    actor_id: ActorId
    contact: Contact
    expected_version: int | None = None


async def keep_contact(command: KeepContact, store: Store, now: datetime) -> Iterable[Event]:
    """No event. Raises NotFound, Stale, or Refused when the actor is closed."""
    actor = await load_actor(store, command.actor_id)
    kept = await store.contact(command.actor_id)
    must_be_version(command.expected_version, kept)
    if actor.status is Status.CLOSED:
        raise Refused("this actor is closed: there is nothing left to reach it for")
    if kept is None or kept.value != command.contact:
        await store.keep_contact(command.actor_id, command.contact)
    return ()
