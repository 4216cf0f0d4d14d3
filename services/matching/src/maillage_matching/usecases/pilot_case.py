"""What was agreed is tried: with figures that will decide, and the day on which they do."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from maillage_contracts.envelope import Event
from maillage_matching.domain.pilot import Kpi, begun, prolonged
from maillage_matching.usecases.case_at_hand import CaseCommand, open_case
from maillage_matching.usecases.lead_at_hand import check_later
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class PilotCase(CaseCommand):
    """What it is measured by, and when it is decided."""

    kpis: tuple[Kpi, ...]
    decide_on: date


async def pilot_case(command: PilotCase, store: Store, now: datetime) -> Iterable[Event]:
    """Start the trial, or give one that runs more time."""
    check_later(command.decide_on, now.date(), field="decide_on")
    case = await open_case(command, store)
    if case.status == "piloting" and case.pilot is not None:
        pilot = prolonged(case.pilot, command.kpis, command.decide_on)
        await store.save_case(case.changed(pilot=pilot))
        return []
    pilot = begun(command.kpis, now.date(), command.decide_on)
    await store.save_case(case.moved("piloting", now, command.by, pilot=pilot))
    return []
