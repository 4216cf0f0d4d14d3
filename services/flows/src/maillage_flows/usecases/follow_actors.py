"""Keep the little we need to know of an actor, from whatever the registry says of it."""

from collections.abc import Sequence
from datetime import datetime

from maillage_contracts.envelope import Received
from maillage_contracts.registry import ActorEvent, ActorProfileChanged, ActorRegistered
from maillage_flows.domain.actor import Site
from maillage_flows.usecases.store import KnownActor, Store


async def follow_actors(
    messages: Sequence[Received[ActorRegistered | ActorProfileChanged]],
    store: Store,
    now: datetime,
) -> None:
    """Keep the last word about each actor."""
    newest: dict[str, KnownActor] = {}
    for message in sorted(messages, key=lambda m: m.envelope.sequence):
        newest[message.event.subject] = as_known(message)
    await store.keep_actors(list(newest.values()))


def as_known(message: Received[ActorEvent]) -> KnownActor:
    """What a document of the registry means to us."""
    actor = message.event.actor
    return KnownActor(
        actor_id=actor.actor_id,
        sequence=message.envelope.sequence,
        is_closed=actor.status == "closed",
        sites=tuple(Site(s.site_id, s.position, s.activity_zone) for s in actor.sites),
    )
