"""Command: waste is to be handed over with this tracking note."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import BsdReference, OrderId, WasteCode
from maillage_tours.domain.consignment import ConsignmentStatus, consignment_of
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class PrepareConsignment:
    """What the note says; a reference may come after the goods have left."""

    order_id: OrderId
    bsd_reference: BsdReference | None
    waste_code: WasteCode | None


async def prepare_consignment(
    command: PrepareConsignment, store: Store, now: datetime
) -> Iterable[Event]:
    """Nothing is told: nothing has changed hands.

    Raises NotFound, or Refused for what is no waste and for what was treated.
    """
    order = await store.order(command.order_id)
    found = await store.consignments_to_change({command.order_id})
    before = found[0] if found else consignment_of(order)
    if before.status == ConsignmentStatus.PROCESSED:
        raise Refused("this waste was treated: its note is closed")
    said = {"bsd_reference": command.bsd_reference, "waste_code": command.waste_code}
    await store.put_consignment(before.changed(**{k: v for k, v in said.items() if v is not None}))
    return ()
