"""An advisor adopts a ruling that was proposed, declines it, or lifts it again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import NotFound, Stale
from maillage_matching.domain.ruling import RulingStatus
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class DecideRuling:
    """Which one, what becomes of it, who says so and why; and the version that was read."""

    ruling_id: UUID
    to: RulingStatus
    by: str
    note: str | None = None
    version: int | None = None


async def decide_ruling(command: DecideRuling, store: Store, now: datetime) -> Iterable[Event]:
    """What is adopted shuts a gate from now on, what is lifted opens it."""
    found = next(iter(await store.rulings_to_change([command.ruling_id])), None)
    if found is None:
        raise NotFound(f"no ruling has the identifier {command.ruling_id}")
    if command.version is not None and command.version != found.version:
        raise Stale(expected=command.version, found=found.version)
    policy = await store.policy()
    decided = found.decided(command.to, command.by, now, command.note, advisors=policy.advisors)
    await store.save_ruling(decided)
    if command.to != "declined":
        await store.mark_all_due(now)
    return []
