"""An actor opens a site, or one of its sites changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.site import Site
from maillage_registry.usecases.keep_change import keep_change, load_actor
from maillage_registry.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class PutSite:
    actor_id: ActorId
    site: Site
    expected_version: int | None = None


async def put_site(command: PutSite, store: Store, now: datetime) -> Iterable[Event]:
    """The same again is nothing new. Raises NotFound, Stale, Invalid, Refused when closed."""
    before = await load_actor(store, command.actor_id, command.expected_version)
    return await keep_change(store, before, before.put_site(command.site))
