"""How to reach an actor is forgotten, whoever asks and as often as they ask."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import ActorId
from maillage_registry.usecases.keep_change import load_actor
from maillage_registry.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class EraseContact:
    actor_id: ActorId


async def erase_contact(command: EraseContact, store: Store, now: datetime) -> Iterable[Event]:
    """No event: the bus never knew. Raises NotFound when there is no such actor."""
    await load_actor(store, command.actor_id)
    await store.erase_contact(command.actor_id)
    return ()
