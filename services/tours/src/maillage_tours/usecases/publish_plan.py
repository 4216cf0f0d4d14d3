"""Command: the dispatcher gives all proposed tours of a plan to their crews."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import PlanId
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.tour import TourStatus
from maillage_tours.usecases.publish import publish
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class PublishPlan:
    """All that is still proposed of it."""

    plan_id: PlanId
    terms: Terms


async def publish_plan(command: PublishPlan, store: Store, now: datetime) -> Iterable[Event]:
    """Raises NotFound, or Refused when one tour no longer holds: then none is published."""
    await store.plan(command.plan_id)
    tours = await store.tours_of_plan_to_change(command.plan_id)
    proposed = [tour for tour in tours if tour.status == TourStatus.PROPOSED]
    if not proposed:
        raise Refused("no tour of this plan is proposed any more")
    return await publish(proposed, store, command.terms)
