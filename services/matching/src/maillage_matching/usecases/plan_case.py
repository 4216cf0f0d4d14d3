"""An advisor plans what happens next in a case."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_matching.domain.case import Plan
from maillage_matching.usecases.case_at_hand import CaseCommand, open_case
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class PlanCase(CaseCommand):
    """What happens next."""

    plan: Plan


async def plan_case(command: PlanCase, store: Store, _now: datetime) -> Iterable[Event]:
    """Write down the next step, whose it is, and until when."""
    case = await open_case(command, store)
    await store.save_case(case.changed(plan=command.plan))
    return []
