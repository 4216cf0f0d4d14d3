"""An actor no longer allows a use of its data, closed or not."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.registry import ConsentWithdrawn
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.consent import Consent, withdraw
from maillage_registry.usecases.keep_change import load_actor
from maillage_registry.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class WithdrawConsent:
    actor_id: ActorId
    purpose: str


async def withdraw_consent(
    command: WithdrawConsent, store: Store, now: datetime
) -> Iterable[Event]:
    """Withdrawing again is nothing new. Raises NotFound when there is no such actor."""
    await load_actor(store, command.actor_id)
    said = {consent.purpose: consent for consent in await store.consents(command.actor_id)}
    wanted = Consent(
        actor_id=command.actor_id, purpose=command.purpose, fields=(), is_given=False, since=now
    )
    consent = withdraw(said.get(command.purpose), wanted)
    if consent is not wanted:
        return ()
    await store.save_consent(consent)
    return [ConsentWithdrawn(actor_id=consent.actor_id, purpose=consent.purpose)]
