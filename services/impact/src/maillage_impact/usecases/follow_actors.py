"""Keep the names of actors, so that a statement can be read."""

from collections.abc import Sequence
from datetime import datetime

from maillage_contracts.envelope import Received
from maillage_contracts.registry import ActorEvent
from maillage_impact.usecases.store import Store


async def follow_actors(
    messages: Sequence[Received[ActorEvent]], store: Store, now: datetime
) -> None:
    """On actor events: the latest name wins."""
    del now
    await store.save_actors(
        [(m.event.actor.actor_id, m.envelope.sequence, m.event.actor.name) for m in messages]
    )
