"""Keep actors apart for a while, or one from a thing, or stop doing so before that is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid, Refused, Stale
from maillage_contracts.vocabulary import ActorId
from maillage_matching.domain.suppression import REASONS, Suppression, check_reasons
from maillage_matching.usecases.keep_apart import keep_apart
from maillage_matching.usecases.lead_at_hand import check_later
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class Suppress:
    """Which two actors, for which resource (absent: any), why and until when; or one, for one."""

    suppression_id: UUID
    actors: frozenset[ActorId]
    reason: str
    by: str
    resource: str | None = None
    until: date | None = None


@dataclass(frozen=True, kw_only=True)
class LiftSuppression:
    """Which one, and the version that was read."""

    suppression_id: UUID
    version: int | None = None


async def suppress(command: Suppress, store: Store, now: datetime) -> Iterable[Event]:
    """Write it down with its owner and its end; the engine obeys from now on."""
    check_reasons([command.reason])
    check_later(command.until, now.date())
    known = frozenset(actor.actor_id for actor in await store.actors(command.actors))
    if known != command.actors:
        raise Invalid("actor_ids", "name actors that are registered")
    if len(command.actors) == 1 and command.resource is None:
        raise Invalid("resource", "say for which thing this actor is left alone, or name another")
    usual = now.date() + timedelta(days=REASONS[command.reason].days)
    suppression = Suppression(
        suppression_id=command.suppression_id,
        actors=command.actors,
        resource=command.resource,
        reason=command.reason,
        owner=command.by,
        since=now,
        until=command.until or usual,
    )
    await keep_apart([suppression], store, now, actors=command.actors)
    return []


async def lift_suppression(
    command: LiftSuppression, store: Store, now: datetime
) -> Iterable[Event]:
    """Let the engine propose it again."""
    found = await store.suppression(command.suppression_id)
    if command.version is not None and command.version != found.version:
        raise Stale(expected=command.version, found=found.version)
    if not found.holds_on(now.date()):
        raise Refused("this suppression is over already")
    lifted = found.model_copy(update={"lifted_at": now, "version": found.version + 1})
    await store.save_suppressions([lifted])
    await store.mark_due(now, actors=found.actors)
    if found.slot is not None:
        flows = [flow.flow_id for flow, _ in await store.stream_flows([found.slot])]
        await store.mark_due(now, flows=flows)
    return []
