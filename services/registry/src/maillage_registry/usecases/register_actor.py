"""An establishment or a group joins the hub."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.registry import ActorRegistered
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.actor import Actor, Profile, Status, register
from maillage_registry.domain.credential import Credential
from maillage_registry.usecases.announce import document
from maillage_registry.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class RegisterActor:
    actor_id: ActorId
    source: str
    profile: Profile
    status: Status
    credentials: tuple[Credential, ...] = ()


async def register_actor(command: RegisterActor, store: Store, now: datetime) -> Iterable[Event]:
    """Register once: the same again is nothing new. Raises Invalid, or Refused when it differs."""
    kept = await store.actor(command.actor_id)
    if kept is not None:
        if _says_the_same(command, kept.value):
            return ()
        raise Refused(
            "an actor with this identifier says something else: "
            f"change it by PUT /v1/actors/{command.actor_id}"
        )
    actor = register(
        command.actor_id,
        command.source,
        command.profile,
        command.status,
        held=command.credentials,
        today=now.date(),
    )
    await store.add_actor(actor)
    return [ActorRegistered(actor=document(actor), source=actor.source)]


def _says_the_same(command: RegisterActor, actor: Actor) -> bool:
    """Status aside, which has a life of its own."""
    held = {credential.credential_id: credential for credential in actor.credentials}
    return command.profile == actor.profile and all(
        credential.credential_id in held
        and held[credential.credential_id].says_the_same(credential)
        for credential in command.credentials
    )
