"""Credentials lapse: the timer takes them off the profiles of their holders."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_registry.usecases.keep_change import keep_change
from maillage_registry.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class ExpireCredentials:
    limit: int
    """Actors treated at once; the next turn of the timer takes the others."""


async def expire_credentials(
    command: ExpireCredentials, store: Store, now: datetime
) -> Iterable[Event]:
    """One event for each actor that lost a credential, however many it lost."""
    today = now.date()
    events: list[Event] = []
    for actor in await store.actors_with_lapsed_credentials(today, command.limit):
        events.extend(await keep_change(store, actor, actor.lapse(today)))
    return events
