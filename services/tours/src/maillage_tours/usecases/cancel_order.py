"""Command: an order is not needed any more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import OrderId, Word
from maillage_tours.domain.order import NEXT, OrderStatus
from maillage_tours.usecases.change import order_to_change
from maillage_tours.usecases.store import Store
from maillage_tours.usecases.withdraw import withdraw


@dataclass(frozen=True)
class CancelOrder:
    """Take it out of every plan and tour."""

    order_id: OrderId
    reason: Word
    expected_version: int | None = None


async def cancel_order(command: CancelOrder, store: Store, now: datetime) -> Iterable[Event]:
    """Raises NotFound, Stale, or Refused when its goods are on a vehicle or it has ended."""
    await store.open_tours_with_to_change({command.order_id})
    order = await order_to_change(store, command.order_id, command.expected_version)
    if order.status == OrderStatus.CANCELLED:
        return ()
    if OrderStatus.CANCELLED not in NEXT[order.status]:
        raise Refused(f"this order is {order.status}: it cannot be cancelled any more")
    return await withdraw({order.order_id}, OrderStatus.CANCELLED, command.reason, store)
