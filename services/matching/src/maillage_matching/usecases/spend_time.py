"""An advisor writes down the time a case took: it tells what each source of leads costs."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_matching.usecases.case_at_hand import CaseCommand, open_case
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class SpendTime(CaseCommand):
    """How many minutes more."""

    minutes: int


async def spend_time(command: SpendTime, store: Store, _now: datetime) -> Iterable[Event]:
    """Add them."""
    case = await open_case(command, store)
    await store.save_case(case.changed(minutes_spent=case.minutes_spent + command.minutes))
    return []
