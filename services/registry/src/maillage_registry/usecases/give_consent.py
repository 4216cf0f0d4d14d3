"""An actor allows a use of its data."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.registry import ConsentGiven
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.actor import Status
from maillage_registry.domain.consent import Consent, give
from maillage_registry.usecases.keep_change import load_actor
from maillage_registry.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class GiveConsent:
    actor_id: ActorId
    purpose: str
    fields: tuple[str, ...] = ()


async def give_consent(command: GiveConsent, store: Store, now: datetime) -> Iterable[Event]:
    """The same again is nothing new. Raises NotFound, or Refused when the actor is closed."""
    actor = await load_actor(store, command.actor_id)
    said = {consent.purpose: consent for consent in await store.consents(command.actor_id)}
    wanted = Consent(
        actor_id=command.actor_id,
        purpose=command.purpose,
        fields=command.fields,
        is_given=True,
        since=now,
    )
    consent = give(said.get(command.purpose), wanted)
    if consent is not wanted:
        return ()
    if actor.status is Status.CLOSED:
        raise Refused("this actor is closed: it can only withdraw")
    await store.save_consent(consent)
    return [ConsentGiven(actor_id=consent.actor_id, purpose=consent.purpose, fields=consent.fields)]
