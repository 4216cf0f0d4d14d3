"""What every change of an actor begins and ends with: load it locked, keep it if it differs."""

from collections.abc import Iterable

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.actor import Actor
from maillage_registry.usecases.announce import profile_changed
from maillage_registry.usecases.store import Store, found, must_be_version


async def load_actor(store: Store, actor_id: ActorId, expected_version: int | None = None) -> Actor:
    """The actor, locked until the transaction ends; raises NotFound or Stale."""
    kept = found(await store.actor_to_change(actor_id), f"actor {actor_id}")
    must_be_version(expected_version, kept)
    return kept.value


async def keep_change(store: Store, before: Actor, after: Actor) -> Iterable[Event]:
    """Keep what an actor has become, and say what others can see of it; nothing if it is equal."""
    if after == before:
        return ()
    await store.save_actor(after)
    return profile_changed(before, after)
