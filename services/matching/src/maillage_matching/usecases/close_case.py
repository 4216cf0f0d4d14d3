"""An advisor closes a case that came to something, and says what part the hub had in it."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_matching.domain.agreement import Attribution, answered
from maillage_matching.usecases.case_at_hand import CaseCommand, free_slots, open_case
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class CloseCase(CaseCommand):
    """The answer to the closing question, where a synergy came of it."""

    attribution: Attribution | None = None
    note: str | None = None


async def close_case(command: CloseCase, store: Store, now: datetime) -> Iterable[Event]:
    """Close it; the synergy goes on, with the answer."""
    case = await open_case(command, store)
    closed = case.moved("closed", now, command.by, note=command.note or case.note)
    if case.synergy_id is not None:
        kept = await store.synergy(case.synergy_id, to_change=True)
        told = answered(command.attribution, kept.attribution)
        await store.save_synergy(replace(kept, attribution=told, version=kept.version + 1))
    await store.save_case(closed)
    await free_slots(closed, store, now)
    return []
