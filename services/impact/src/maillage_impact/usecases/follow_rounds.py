"""Keep the rounds that were driven alone: a baseline refers to them."""

from collections.abc import Sequence
from datetime import datetime

from maillage_contracts.envelope import Received
from maillage_contracts.flows import ExistingRoundDeclared
from maillage_impact.domain.transport import ReferenceRound
from maillage_impact.usecases.store import Store


async def follow_rounds(
    messages: Sequence[Received[ExistingRoundDeclared]], store: Store, now: datetime
) -> None:
    """On existinground.declared: a round that ended stays, because the reference is the past."""
    del now
    await store.save_rounds([(m.envelope.sequence, _reference(m.event)) for m in messages])


def _reference(event: ExistingRoundDeclared) -> ReferenceRound:
    declared = event.round
    return ReferenceRound(
        round_id=declared.round_id,
        weekdays=declared.weekdays,
        vehicle_class=declared.vehicle_class,
        energy=declared.energy,
        distance_km=declared.distance_km,
    )
