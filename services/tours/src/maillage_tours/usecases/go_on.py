"""What the end of an evening's order means for the order of the next morning."""

from collections.abc import Iterable, Sequence

from maillage_contracts.envelope import Event
from maillage_tours.domain.day import weighed
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.standing import morning_of
from maillage_tours.usecases.store import Store
from maillage_tours.usecases.withdraw import NOT_BROUGHT, withdraw


async def go_on(ended: Iterable[Order], store: Store) -> Sequence[Event]:
    """The morning's order carries what was brought, or is cancelled when nothing was."""
    mornings = {morning_of(order.order_id): order for order in ended}
    known = await store.orders_to_change(mornings.keys())
    lighter: list[Order] = []
    for order in known:
        taken_kg = mornings[order.order_id].taken_kg
        if taken_kg and order.status == OrderStatus.ACCEPTED and taken_kg != order.load.mass_kg:
            lighter.append(order.changed(load=weighed(order.load, taken_kg)))
    await store.put_orders(lighter)
    gone = {order.order_id for order in known if not mornings[order.order_id].taken_kg}
    return await withdraw(gone, OrderStatus.CANCELLED, NOT_BROUGHT, store) if gone else ()
