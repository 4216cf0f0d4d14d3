"""On an actor that closed: suspend the orders that start or end at it."""

from collections.abc import Iterable
from datetime import datetime

from maillage_contracts.envelope import Event, Received
from maillage_contracts.registry import ActorClosed
from maillage_tours.domain.order import OrderStatus
from maillage_tours.usecases.add_due import ACTOR_CLOSED
from maillage_tours.usecases.store import KnownActor, Store, Told
from maillage_tours.usecases.withdraw import withdraw


async def suspend_orders(
    message: Received[ActorClosed], store: Store, now: datetime
) -> Iterable[Event]:
    """What is already on a vehicle goes on to its end; proposals lose the rest."""
    actor_id = message.event.actor.actor_id
    closed = KnownActor(actor_id, is_closed=True)
    await store.keep_actors([Told(closed, message.envelope.sequence)])
    order_ids = await store.order_ids_at(actor_id)
    return await withdraw(set(order_ids), OrderStatus.SUSPENDED, ACTOR_CLOSED, store)
