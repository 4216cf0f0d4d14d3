"""An actor is granted a label, an approval or a guarantee."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.credential import Credential
from maillage_registry.usecases.keep_change import keep_change, load_actor
from maillage_registry.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class GrantCredential:
    actor_id: ActorId
    credential: Credential
    expected_version: int | None = None


async def grant_credential(
    command: GrantCredential, store: Store, now: datetime
) -> Iterable[Event]:
    """The same again is nothing new. Raises NotFound, Stale, Invalid when lapsed, Refused."""
    before = await load_actor(store, command.actor_id, command.expected_version)
    after = before.grant(command.credential, now.date())
    if after != before and command.credential.has_lapsed(now.date()):
        raise Invalid("valid_to", "this credential has lapsed: grant one that still runs")
    return await keep_change(store, before, after)
