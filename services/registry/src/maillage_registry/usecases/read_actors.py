"""Who is in the register, how to reach them and what they allow, as the reader may know it."""

from collections.abc import Sequence
from dataclasses import replace

from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.actor import Actor
from maillage_registry.domain.consent import Consent
from maillage_registry.domain.contact import Contact
from maillage_registry.usecases.store import ActorsWanted, Kept, Store, found


async def read_actor(store: Store, actor_id: ActorId, *, knows_persons: bool) -> Kept[Actor]:
    """One actor; raises NotFound. Sole traders are masked unless the reader knows persons."""
    kept = found(await store.actor(actor_id), f"actor {actor_id}")
    return kept if knows_persons else _masked(kept)


async def list_actors(store: Store, wanted: ActorsWanted) -> Sequence[Kept[Actor]]:
    """A page of actors. Sole traders are masked unless the reader knows persons."""
    page = await store.actors(wanted)
    return page if wanted.knows_persons else [_masked(kept) for kept in page]


async def read_contact(store: Store, actor_id: ActorId) -> Kept[Contact]:
    """How to reach an actor; raises NotFound."""
    return found(await store.contact(actor_id), f"contact of actor {actor_id}")


async def read_consents(store: Store, actor_id: ActorId) -> Sequence[Consent]:
    """All an actor said; raises NotFound when there is no such actor."""
    found(await store.actor(actor_id), f"actor {actor_id}")
    return await store.consents(actor_id)


def _masked(kept: Kept[Actor]) -> Kept[Actor]:
    return replace(kept, value=kept.value.masked())
