"""Keep the names of actors, so that a statement can be read."""

from collections.abc import Sequence
from datetime import datetime

from maillage_contracts.envelope import Received
from maillage_contracts.registry import Actor, ActorEvent
from maillage_impact.usecases.store import Store


async def follow_actors(
    messages: Sequence[Received[ActorEvent]], store: Store, now: datetime
) -> None:
    """On actor events: the latest name wins, and the latest sites."""
    del now
    await store.save_actors(
        [(m.event.actor.actor_id, m.envelope.sequence, m.event.actor.name) for m in messages]
    )
    await store.save_zones(
        [(m.event.actor.actor_id, m.envelope.sequence, _zones(m.event.actor)) for m in messages]
    )


def _zones(actor: Actor) -> list[str]:
    """Business parks and priority districts that it has a site in."""
    found = {zone for s in actor.sites for zone in (s.activity_zone, s.priority_district) if zone}
    return sorted(found)
