"""An actor becomes active, or dormant for a while."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.actor import Status
from maillage_registry.usecases.keep_change import keep_change, load_actor
from maillage_registry.usecases.store import Store

Awake = Literal[Status.ACTIVE, Status.DORMANT]
"""Where this leads; closing has its own way, with a reason."""


@dataclass(frozen=True, kw_only=True)
class MoveActor:
    actor_id: ActorId
    to: Awake
    expected_version: int | None = None


async def move_actor(command: MoveActor, store: Store, now: datetime) -> Iterable[Event]:
    """Raises NotFound, Stale, Invalid when it lacks a role, Refused when its life forbids it."""
    before = await load_actor(store, command.actor_id, command.expected_version)
    return await keep_change(store, before, before.move(command.to))
