"""Command: something must be carried."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid, Refused
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.announce import requested
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class RequestOrder:
    """An order with status requested; accepted at once when a dispatcher asks for it."""

    order: Order
    is_accepted: bool
    terms: Terms


async def request_order(command: RequestOrder, store: Store, now: datetime) -> Iterable[Event]:
    """Keep and tell the order; the same again is nothing new.

    Raises Invalid for what cannot be carried, Refused when an end of it has closed or another
    order has its identifier.
    """
    order = command.order
    for known in await store.orders_to_change({order.order_id}):
        if requested(known) == requested(order):
            return ()
        raise Refused(f"another order has the identifier {order.order_id}")
    must_be_carriable(order, now, command.terms)
    if await store.closed_among(order.actors):
        raise Refused("one of the two places belongs to an actor that has closed")
    if command.is_accepted:
        order = order.become(OrderStatus.ACCEPTED)
    await store.add_orders([order])
    return [requested(order)]


def must_be_carriable(order: Order, now: datetime, terms: Terms) -> None:
    """Raise Invalid for what cannot be carried, naming the field."""
    if order.dropoff_window.end <= order.pickup_window.start:
        raise Invalid("dropoff_window", "the dropoff must be possible after the pickup")
    if order.pickup_window.end <= now:
        raise Invalid("pickup_window", "the pickup is already past")
    if terms.today(order.pickup_window.start) != order.on:
        raise Invalid("on", "this is not the day of the pickup window")
    if any(end.window.end <= order.pickup_window.start for end in order.alternatives):
        raise Invalid("alternatives", "each must be possible after the pickup")
    if order.pickup.position == order.dropoff.position:
        raise Invalid("dropoff", "the goods are there already")
    places = [end.place.position for end in order.ends]
    if len(set(map(str, places))) < len(places) or order.pickup.position in places:
        raise Invalid("alternatives", "each is another place than the others")
    if not order.load.mass_kg:
        raise Invalid("load.mass_kg", "say how heavy it is, even roughly")
