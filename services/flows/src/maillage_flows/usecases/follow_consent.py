"""An actor allows its flows to be matched, or no longer does."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from maillage_contracts.envelope import Event, Received
from maillage_contracts.registry import ConsentGiven, ConsentWithdrawn
from maillage_flows.domain.flow import CONSENT_WITHDRAWN, Flow, resume, suspend
from maillage_flows.usecases.at_hand import put_all_back
from maillage_flows.usecases.store import Store

PURPOSE = "matching"


async def follow_consent(
    message: Received[ConsentGiven | ConsentWithdrawn], store: Store, now: datetime
) -> Iterable[Event]:
    """Without the consent its open flows are suspended; with it they open again."""
    event, is_given = message.event, isinstance(message.event, ConsentGiven)
    if event.purpose != PURPOSE:
        return ()
    sequence = message.envelope.sequence
    if not await store.keep_consent(event.actor_id, sequence, is_given=is_given):
        return ()
    pairs = await (_resumed if is_given else _suspended)(event.actor_id, store)
    return await put_all_back(pairs, store, now)


async def _suspended(actor_id: UUID, store: Store) -> list[tuple[Flow, Flow]]:
    flows = await store.flows_of(actor_id, ("open",))
    return [(flow, suspend(flow, CONSENT_WITHDRAWN)) for flow in flows]


async def _resumed(actor_id: UUID, store: Store) -> list[tuple[Flow, Flow]]:
    flows = await store.flows_of(actor_id, ("suspended",))
    waiting = [flow for flow in flows if flow.reason == CONSENT_WITHDRAWN]
    return [(flow, resume(flow)) for flow in waiting]
