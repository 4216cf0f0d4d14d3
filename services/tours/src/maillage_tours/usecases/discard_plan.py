"""Command: the dispatcher does not want what is still proposed of a plan."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import PlanId
from maillage_tours.domain.tour import TourStatus
from maillage_tours.usecases.store import Store

DISCARDED = "discarded"


@dataclass(frozen=True)
class DiscardPlan:
    """Its published tours stay."""

    plan_id: PlanId


async def discard_plan(command: DiscardPlan, store: Store, now: datetime) -> Iterable[Event]:
    """Raises NotFound; a plan with nothing proposed is left as it is."""
    await store.plan(command.plan_id)
    tours = await store.tours_of_plan_to_change(command.plan_id)
    await store.put_tours(
        [
            tour.become(TourStatus.CANCELLED, reason=DISCARDED)
            for tour in tours
            if tour.status == TourStatus.PROPOSED
        ]
    )
    return ()
