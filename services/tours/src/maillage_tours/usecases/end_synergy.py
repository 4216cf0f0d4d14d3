"""On a synergy that ended: cancel its orders from that day on."""

from collections.abc import Iterable
from datetime import datetime

from maillage_contracts.envelope import Event, Received
from maillage_contracts.matching import SynergyEnded
from maillage_tours.domain.agreement import Agreement
from maillage_tours.domain.order import OrderStatus
from maillage_tours.usecases.store import Store
from maillage_tours.usecases.withdraw import withdraw

SYNERGY_ENDED = "synergy_ended"


async def end_synergy(
    message: Received[SynergyEnded], store: Store, now: datetime
) -> Iterable[Event]:
    """What is already on a vehicle goes on; no more orders are raised."""
    ended = message.event
    known = await store.agreement_to_change(ended.synergy_id)
    agreement = known or Agreement(synergy_id=ended.synergy_id, starts_on=ended.ended_on)
    await store.put_agreement(agreement.model_copy(update={"ended_on": ended.ended_on}))
    order_ids = await store.order_ids_of_origin("synergy", ended.synergy_id, ended.ended_on)
    return await withdraw(set(order_ids), OrderStatus.CANCELLED, SYNERGY_ENDED, store)
