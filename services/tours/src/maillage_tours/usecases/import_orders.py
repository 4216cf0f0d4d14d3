"""Command: a file of orders is to be carried; all of them, or none."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.announce import requested
from maillage_tours.usecases.request_order import must_be_carriable
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class ImportOrders:
    """Orders with identifiers that follow from what they are about."""

    orders: tuple[Order, ...]
    terms: Terms


async def import_orders(command: ImportOrders, store: Store, now: datetime) -> Iterable[Event]:
    """Those that are known are left as they are: a file may be sent again.

    Raises Invalid naming the order of the file that cannot be carried.
    """
    known = {
        one.order_id
        for one in await store.orders_to_change({order.order_id for order in command.orders})
    }
    new = {one.order_id: one for one in command.orders if one.order_id not in known}
    for number, order in enumerate(command.orders, start=1):
        if order.order_id in new:
            try:
                must_be_carriable(order, now, command.terms)
            except Invalid as error:
                raise Invalid("csv", f"delivery {number}: {error}") from error
    accepted = [order.become(OrderStatus.ACCEPTED) for order in new.values()]
    await store.add_orders(accepted)
    return [requested(order) for order in accepted]
