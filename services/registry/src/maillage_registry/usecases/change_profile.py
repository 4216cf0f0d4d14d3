"""An actor's profile is replaced; credentials are added by the way, never taken away."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.actor import Profile
from maillage_registry.domain.credential import Credential
from maillage_registry.usecases.keep_change import keep_change, load_actor
from maillage_registry.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class ChangeProfile:
    actor_id: ActorId
    profile: Profile
    credentials: tuple[Credential, ...] = ()
    expected_version: int | None = None


async def change_profile(command: ChangeProfile, store: Store, now: datetime) -> Iterable[Event]:
    """The same again is nothing new. Raises NotFound, Stale, Invalid, Refused when closed."""
    before = await load_actor(store, command.actor_id, command.expected_version)
    after = before.put_profile(command.profile)
    for credential in command.credentials:
        after = after.grant(credential, now.date())
    return await keep_change(store, before, after)
