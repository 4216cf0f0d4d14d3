"""A sharing request goes on: accepted, put to other days, confirmed, finished or refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid, Refused, Stale
from maillage_contracts.vocabulary import ActorId
from maillage_matching.domain.sharing import (
    Sharing,
    SharingStatus,
    Stretch,
    check_lent,
    check_stretch,
    check_turn,
    taken,
)
from maillage_matching.usecases.ask_to_share import may_share
from maillage_matching.usecases.store import Store

BINDS: frozenset[SharingStatus] = frozenset({"new", "to_confirm", "confirmed"})
"""Moves that need what is lent to be lent still, and a time that lies ahead."""
BY_ITSELF = "time"
FINISHED_AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class MoveSharing:
    """Which request, for which of its parties, where to; other days if they are told."""

    sharing_id: UUID
    actor_id: ActorId
    to: SharingStatus
    by: str
    stretch: Stretch | None = None
    version: int | None = None


async def move_sharing(command: MoveSharing, store: Store, now: datetime) -> Iterable[Event]:
    """Take the step, if it is this party's; the calendar promises no time twice."""
    sharing = await store.sharing(command.sharing_id, to_change=True)
    check_turn(sharing, command.to, command.actor_id)
    if command.version is not None and command.version != sharing.version:
        raise Stale(expected=command.version, found=sharing.version)
    if command.stretch is None and (sharing.status, command.to) == ("to_confirm", "new"):
        raise Invalid("starts_at", "say which other time would do")
    moved = sharing.moved(command.to, now, command.by, stretch=command.stretch)
    if command.to in BINDS:
        await _check(moved, store, now)
    await store.save_sharing(moved)
    return []


async def _check(moved: Sharing, store: Store, now: datetime) -> None:
    known = await store.known_flows([moved.flow_id])
    flow, _ = known[0]
    check_lent(flow)
    parties = await store.actors([moved.owner_id, moved.borrower_id])
    for actor in parties:
        if not may_share(actor):
            raise Refused(f"{actor.name} closed or withdrew its consent")
    check_stretch(moved.stretch, flow, now)
    if await store.held(moved.flow_id, moved.stretch, but=moved.sharing_id):
        raise taken(moved.stretch)


@dataclass(frozen=True)
class FinishSharings:
    """Those that are over by now."""


async def finish_sharings(_: FinishSharings, store: Store, now: datetime) -> Iterable[Event]:
    """What was confirmed and is over is finished, without anybody's word."""
    for sharing in await store.sharings_over(now, FINISHED_AT_ONCE):
        await store.save_sharing(sharing.moved("finished", now, BY_ITSELF))
    return []
