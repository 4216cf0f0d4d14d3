"""An establishment ceased: its leads, cases, synergies and loans stop at once."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from maillage_contracts.envelope import Event, Received
from maillage_contracts.matching import SynergyEnded
from maillage_contracts.registry import ActorClosed
from maillage_contracts.vocabulary import ActorId
from maillage_matching.domain.case import Case, can_go_on_without
from maillage_matching.usecases.case_at_hand import free_slots
from maillage_matching.usecases.follow_actors import actor_as_known
from maillage_matching.usecases.store import KeptSynergy, Store

REASON = "actor_closed"
BY = "registry"


async def close_actor(
    message: Received[ActorClosed], store: Store, now: datetime
) -> Iterable[Event]:
    """Expire, pause or abandon, and end what this actor is part of."""
    event = message.event
    actor = actor_as_known(event.actor).model_copy(update={"status": "closed"})
    await store.follow_actors([(actor, message.envelope.sequence)], now)
    waiting = await store.waiting_leads(actors=[actor.actor_id])
    await store.save_leads([lead.moved("expired", decided_at=now) for lead in waiting])
    running = await store.running_synergies_of(actor.actor_id)
    for kept in running:
        await store.save_synergy(
            replace(
                kept,
                status="ended",
                ended_on=event.effective_on,
                end_reason=REASON,
                version=kept.version + 1,
            )
        )
    for sharing in await store.open_sharings_of(actor.actor_id):
        await store.save_sharing(sharing.moved("refused", now, BY))
    for case in await store.open_cases_of(actor.actor_id):
        await _stop(case, actor.actor_id, store, now)
    return [_told(kept, event.effective_on) for kept in running]


async def _stop(case: Case, actor_id: ActorId, store: Store, now: datetime) -> None:
    """Abandon it, or pause it where enough parties are left for an advisor to go on with."""
    if not can_go_on_without(case, actor_id):
        abandoned = case.moved("abandoned", now, BY, reasons=(REASON,))
        await store.save_case(abandoned)
        await free_slots(abandoned, store, now)
        return
    left: dict[str, object] = {"members": case.without(actor_id), "reasons": (REASON,)}
    if case.synergy_id is not None:
        left |= {"synergy_id": None, "paused_from": "feasibility"}
    paused = (
        case.changed(**left) if case.status == "paused" else case.moved("paused", now, BY, **left)
    )
    await store.save_case(paused)


def _told(kept: KeptSynergy, ended_on: date) -> SynergyEnded:
    return SynergyEnded(synergy_id=kept.synergy.synergy_id, ended_on=ended_on, reason=REASON)
