"""Command: a dispatcher takes an order on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import OrderId
from maillage_tours.domain.order import OrderStatus
from maillage_tours.usecases.change import order_to_change
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class AcceptOrder:
    """From now on it is planned."""

    order_id: OrderId
    expected_version: int | None = None


async def accept_order(command: AcceptOrder, store: Store, now: datetime) -> Iterable[Event]:
    """Raises NotFound, Stale, or Refused when it is not waiting to be accepted."""
    order = await order_to_change(store, command.order_id, command.expected_version)
    await store.put_orders([order.become(OrderStatus.ACCEPTED)])
    return ()
