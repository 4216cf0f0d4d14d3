"""The orders that agreements call for within the horizon, kept and told once."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from maillage_contracts.envelope import Event
from maillage_tours.domain.agreement import Agreement
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.standing import Standing
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.announce import requested
from maillage_tours.usecases.recurrence import days_of
from maillage_tours.usecases.store import Store

ACTOR_CLOSED = "actor_closed"


async def add_due(
    agreements: Iterable[Agreement], store: Store, now: datetime, terms: Terms
) -> Sequence[Event]:
    """Add what is not there yet. What touches a closed actor is kept suspended, and not told."""
    today = terms.today(now)
    until = today + timedelta(days=terms.horizon_days)
    due = [
        order
        for agreement in agreements
        for order in agreement.orders_due(today, until, terms.zone)
        if order.pickup_window.end > now
    ]
    return await _add(due, store)


async def add_standing(
    standings: Iterable[Standing], store: Store, now: datetime, terms: Terms
) -> Sequence[Event]:
    """The orders that standing orders call for within the horizon."""
    today = terms.today(now)
    until = today + timedelta(days=terms.horizon_days)
    due = [
        order
        for standing in standings
        for order in standing.orders_on(
            days_of(standing.rrule, standing.starts_on, today, until), terms.zone
        )
        if order.pickup_window.end > now
    ]
    return await _add(due, store)


async def _add(due: Sequence[Order], store: Store) -> Sequence[Event]:
    closed = await store.closed_among({actor for order in due for actor in order.actors})
    orders = [
        order.become(OrderStatus.SUSPENDED, reason=ACTOR_CLOSED) if order.actors & closed else order
        for order in due
    ]
    new = await store.add_orders(orders)
    return [
        requested(order)
        for order in orders
        if order.order_id in new and order.status == OrderStatus.ACCEPTED
    ]
