"""Taking orders out of whatever they are in: proposals lose them, crews see them void."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import OrderId, Word
from maillage_tours.domain.checker import figures_of
from maillage_tours.domain.drafting import without_orders
from maillage_tours.domain.execution import driven, is_done, last_moment
from maillage_tours.domain.order import NEXT, Order, OrderStatus
from maillage_tours.domain.standing import morning_of
from maillage_tours.domain.tour import Tour, TourStatus
from maillage_tours.usecases.announce import cancelled, tour_completed
from maillage_tours.usecases.store import Store

NOT_BROUGHT = "not_brought"
"""Why an order of the morning is cancelled: nothing came the evening before."""


async def withdraw(
    order_ids: AbstractSet[OrderId], status: OrderStatus, reason: Word, store: Store
) -> Sequence[Event]:
    """Cancel or suspend those of these orders that still can be, and free the tours of them."""
    tours = await store.open_tours_with_to_change(order_ids)
    orders = [
        order.become(status, reason=reason, carriages=())
        for order in await store.orders_to_change(order_ids)
        if status in NEXT[order.status]
    ]
    await store.put_orders(orders)
    gone = frozenset(order.order_id for order in orders)
    events = await take_out(tours, gone, reason, store)
    if not gone:
        return events
    mornings = {morning_of(order_id) for order_id in gone} - gone
    return [*events, *await withdraw(mornings, OrderStatus.CANCELLED, NOT_BROUGHT, store)]


async def take_out(
    tours: Sequence[Tour], order_ids: frozenset[OrderId], reason: Word, store: Store
) -> Sequence[Event]:
    """Free open tours, already locked, of orders. A tour under way may end by it."""
    touched = [tour for tour in tours if tour.order_ids & order_ids]
    after = [_without(tour, order_ids, reason) for tour in touched]
    empty = [
        cancelled(tour, reason)
        for before, tour in zip(touched, after, strict=True)
        if (before.status, tour.status) == (TourStatus.PUBLISHED, TourStatus.CANCELLED)
    ]
    return [*empty, *await keep(after, store)]


async def keep(tours: Sequence[Tour], store: Store) -> Sequence[Event]:
    """Keep tours as they are now; those on which nothing remains to be done are over."""
    events: list[Event] = []
    ended: list[Tour] = []
    for tour in tours:
        if is_done(tour):
            orders = await store.orders_to_change(tour.order_ids)
            ended.append(tour.become(TourStatus.COMPLETED, completed_at=last_moment(tour)))
            took = driven(tour, await store.zones())
            events.append(tour_completed(tour, took, by_id(orders)))
        else:
            ended.append(tour)
    await store.put_tours(ended)
    return events


def by_id(orders: Sequence[Order]) -> dict[OrderId, Order]:
    """Orders by their identifier."""
    return {order.order_id: order for order in orders}


def _without(tour: Tour, order_ids: frozenset[OrderId], reason: Word) -> Tour:
    if tour.status == TourStatus.PROPOSED:
        rest = without_orders(tour, order_ids)
        if rest is None:
            return tour.become(TourStatus.CANCELLED, reason=reason)
        return rest.model_copy(update={"figures": figures_of(rest)})
    rest = tour.voided(order_ids, reason)
    if rest.status == TourStatus.PUBLISHED and not rest.order_ids:
        return rest.become(TourStatus.CANCELLED, reason=reason)
    return rest
