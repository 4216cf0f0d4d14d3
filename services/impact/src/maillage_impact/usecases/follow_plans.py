"""Keep what each actor would have driven alone, by the planner, and hold the day against it."""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid5

from maillage_contracts.envelope import Event, Received
from maillage_contracts.tours import PlanSolvedAlone
from maillage_impact.domain.entry import ENTRY_NAMESPACE
from maillage_impact.domain.transport import Alone, ReferenceRound
from maillage_impact.usecases.store import Store
from maillage_impact.usecases.write_lines import write_lines
from maillage_impact.usecases.write_tour import lines_of_day

EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)


async def keep_alone(
    message: Received[PlanSolvedAlone], store: Store, now: datetime
) -> Iterable[Event]:
    """On plan.solved_alone: asked again, the later answer corrects what the first one gave."""
    del now
    await store.save_alone(_alone(message), message.envelope.sequence)
    return await write_lines(await lines_of_day(message.event.plan_id, store), store)


def _alone(message: Received[PlanSolvedAlone]) -> Alone:
    told = message.event
    rounds = tuple(
        ReferenceRound(
            round_id=uuid5(ENTRY_NAMESPACE, f"alone/{told.plan_id}/{number}"),
            weekdays=EVERY_DAY,
            vehicle_class=one.vehicle_class,
            energy=one.energy,
            distance_km=one.distance_km,
            low_emission_km=one.low_emission_km,
        )
        for number, one in enumerate(told.rounds)
    )
    return Alone(told.plan_id, rounds, told.unplanned, message.envelope.id)
