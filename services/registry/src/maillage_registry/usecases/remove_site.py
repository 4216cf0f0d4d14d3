"""An actor leaves a site."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import ActorId, SiteId
from maillage_registry.usecases.keep_change import keep_change, load_actor
from maillage_registry.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class RemoveSite:
    actor_id: ActorId
    site_id: SiteId
    expected_version: int | None = None


async def remove_site(command: RemoveSite, store: Store, now: datetime) -> Iterable[Event]:
    """Raises NotFound, Stale, or Refused when the actor is closed."""
    before = await load_actor(store, command.actor_id, command.expected_version)
    return await keep_change(store, before, before.remove_site(command.site_id))
