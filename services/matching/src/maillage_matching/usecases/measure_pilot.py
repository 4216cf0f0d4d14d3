"""Figures of a trial come in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_matching.usecases.case_at_hand import CaseCommand, open_case
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class MeasurePilot(CaseCommand):
    """What was found, by the name of the figure; the others stay as they are."""

    values: Mapping[str, Decimal]


async def measure_pilot(command: MeasurePilot, store: Store, now: datetime) -> Iterable[Event]:
    """Write down what was found today."""
    case = await open_case(command, store)
    if case.status != "piloting" or case.pilot is None:
        raise Refused(f"this case is {case.status}: only what is on trial is measured")
    pilot = case.pilot.measured(command.values, now.date())
    await store.save_case(case.changed(pilot=pilot))
    return []
