"""A credential is taken back before its time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import ActorId, CredentialId
from maillage_registry.usecases.keep_change import keep_change, load_actor
from maillage_registry.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class RevokeCredential:
    actor_id: ActorId
    credential_id: CredentialId
    expected_version: int | None = None


async def revoke_credential(
    command: RevokeCredential,
    store: Store,
    now: datetime,
) -> Iterable[Event]:
    """Revoking again is nothing new. Raises NotFound, Stale, or Refused when it has expired."""
    before = await load_actor(store, command.actor_id, command.expected_version)
    return await keep_change(store, before, before.revoke(command.credential_id))
