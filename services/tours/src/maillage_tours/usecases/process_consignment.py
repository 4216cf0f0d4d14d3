"""Command: waste was treated."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import ConsignmentId, Treatment
from maillage_tours.domain.consignment import ConsignmentStatus
from maillage_tours.domain.execution import must_have_been
from maillage_tours.usecases.announce_goods import custody_moved
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class ProcessConsignment:
    """By which operation, and when."""

    consignment_id: ConsignmentId
    operation_code: Treatment
    at: datetime | None


async def process_consignment(
    command: ProcessConsignment, store: Store, now: datetime
) -> Iterable[Event]:
    """The same operation again is nothing new.

    Raises NotFound, Invalid for what is still to come, or Refused for what was not taken in.
    """
    must_have_been(command.at or now, now)
    order_id = (await store.consignment(command.consignment_id)).order_id
    (before,) = await store.consignments_to_change({order_id})
    is_done = before.status == ConsignmentStatus.PROCESSED
    if is_done and before.operation_code == command.operation_code:
        return ()
    after = before.become(ConsignmentStatus.PROCESSED, operation_code=command.operation_code)
    await store.put_consignment(after)
    return (custody_moved(after, command.at or now),)
