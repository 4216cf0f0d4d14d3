"""Contacts of actors closed for long are erased by the timer: nothing justifies them any more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from maillage_contracts.envelope import Event
from maillage_registry.domain.contact import KEPT_AFTER_CLOSING_DAYS
from maillage_registry.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class ForgetContacts:
    kept_days: int = KEPT_AFTER_CLOSING_DAYS


async def forget_contacts(command: ForgetContacts, store: Store, now: datetime) -> Iterable[Event]:
    """No event: the bus never knew."""
    await store.erase_contacts_closed_before(now - timedelta(days=command.kept_days))
    return ()
