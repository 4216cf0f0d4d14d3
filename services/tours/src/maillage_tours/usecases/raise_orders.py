"""On an agreed synergy: raise the transport orders that it needs, with no retyping."""

from collections.abc import Iterable
from datetime import datetime

from maillage_contracts.envelope import Event, Received
from maillage_contracts.matching import SynergyAgreed
from maillage_tours.domain.agreement import Agreement, Need
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.add_due import add_due
from maillage_tours.usecases.store import Store


async def raise_orders(
    message: Received[SynergyAgreed], store: Store, now: datetime, *, terms: Terms
) -> Iterable[Event]:
    """Keep what the synergy needs and raise the orders of the next days."""
    synergy = message.event.synergy
    known = await store.agreement_to_change(synergy.synergy_id)
    agreement = Agreement(
        synergy_id=synergy.synergy_id,
        needs=tuple(Need.model_validate(need.model_dump()) for need in synergy.logistics),
        starts_on=synergy.starts_on,
        ended_on=known.ended_on if known else None,
    )
    await store.put_agreement(agreement)
    return await add_due([agreement], store, now, terms)
