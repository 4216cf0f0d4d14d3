"""Settings of the engine change: how few leads, how far, whether at all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Stale
from maillage_matching.domain.policy import Policy
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class SetPolicy:
    """All settings, and the version that was read."""

    policy: Policy
    version: int | None = None


async def set_policy(command: SetPolicy, store: Store, now: datetime) -> Iterable[Event]:
    """Keep them, and look at everything again under them."""
    before = await store.policy()
    if command.version is not None and command.version != before.version:
        raise Stale(expected=command.version, found=before.version)
    await store.save_policy(command.policy.model_copy(update={"version": before.version + 1}))
    await store.mark_all_due(now)
    return []
