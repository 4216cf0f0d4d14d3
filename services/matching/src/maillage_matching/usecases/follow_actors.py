"""On what the registry says of actors and their consents: keep our copy, look at their flows."""

from collections.abc import Sequence
from datetime import datetime

from maillage_contracts import registry
from maillage_contracts.envelope import Received
from maillage_matching.domain.actor import WASTE_TRANSPORT, Actor, Credential
from maillage_matching.usecases.store import SaidOfConsent, Store


async def follow_actors(
    messages: Sequence[Received[registry.ActorEvent]], store: Store, now: datetime
) -> None:
    """Keep the latest of each actor."""
    latest = {
        m.event.actor.actor_id: m for m in sorted(messages, key=lambda m: m.envelope.sequence)
    }
    kept = [(actor_as_known(m.event.actor), m.envelope.sequence) for m in latest.values()]
    await store.follow_actors(kept, now)
    if any(actor.has_held(WASTE_TRANSPORT) for actor, _ in kept):
        await store.mark_all_due(now)  # who may carry waste concerns everybody's


async def follow_consents(
    messages: Sequence[Received[registry.ConsentEvent]], store: Store, now: datetime
) -> None:
    """Keep the last word of each actor on each purpose."""
    said = {
        (m.event.actor_id, m.event.purpose): SaidOfConsent(
            actor_id=m.event.actor_id,
            purpose=m.event.purpose,
            is_given=isinstance(m.event, registry.ConsentGiven),
            sequence=m.envelope.sequence,
        )
        for m in sorted(messages, key=lambda m: m.envelope.sequence)
    }
    await store.follow_consents(list(said.values()), now)


def actor_as_known(told: registry.Actor) -> Actor:
    """The little that matching keeps of an actor; what it refuses is told by its consents."""
    return Actor(
        actor_id=told.actor_id,
        name=told.name,
        country=told.country,
        sector=told.sector,
        status=told.status,
        roles=frozenset(told.roles),
        credentials=tuple(
            Credential(scope=one.scope, valid_from=one.valid_from, valid_to=one.valid_to)
            for one in told.credentials
        ),
    )
