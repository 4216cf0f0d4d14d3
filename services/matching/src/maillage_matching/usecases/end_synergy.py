"""A synergy stops, and somebody answers whether it would have happened without the hub."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from maillage_contracts.envelope import Event
from maillage_contracts.matching import SynergyEnded
from maillage_contracts.refusals import Stale
from maillage_contracts.vocabulary import SynergyId
from maillage_matching.domain.agreement import Attribution, answered, check_move
from maillage_matching.usecases.case_at_hand import free_slots
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class EndSynergy:
    """Which synergy, since when, why, and the closing question unless it was answered before."""

    synergy_id: SynergyId
    by: str
    ended_on: date
    reason: str
    attribution: Attribution | None = None
    version: int | None = None


async def end_synergy(command: EndSynergy, store: Store, now: datetime) -> Iterable[Event]:
    """End it, and close its case if that is still open."""
    kept = await store.synergy(command.synergy_id, to_change=True)
    if command.version is not None and command.version != kept.version:
        raise Stale(expected=command.version, found=kept.version)
    check_move(kept.status, "ended")
    attribution = answered(command.attribution, kept.attribution)
    ended = replace(
        kept,
        status="ended",
        ended_on=command.ended_on,
        end_reason=command.reason,
        attribution=attribution,
        version=kept.version + 1,
    )
    await store.save_synergy(ended)
    case = await store.case(kept.synergy.case_id, to_change=True)
    if case.is_open:
        closed = case.moved("closed", now, command.by, note=command.reason)
        await store.save_case(closed)
        await free_slots(closed, store, now)
    return [
        SynergyEnded(
            synergy_id=command.synergy_id,
            ended_on=command.ended_on,
            reason=command.reason,
            attribution=attribution,
        )
    ]
