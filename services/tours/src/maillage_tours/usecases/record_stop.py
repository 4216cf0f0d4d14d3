"""What a stop, done or failed, means for its orders, for other tours, and for the tour's end."""

from collections.abc import Sequence
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_tours.domain.custody import ENDED, settle
from maillage_tours.domain.tour import Tour
from maillage_tours.usecases.announce import ended
from maillage_tours.usecases.book_goods import book_custody, book_stock, book_units
from maillage_tours.usecases.go_on import go_on
from maillage_tours.usecases.store import Store
from maillage_tours.usecases.withdraw import by_id, keep, take_out


async def record_stop(tour: Tour, number: int, store: Store, now: datetime) -> Sequence[Event]:
    """Keep the tour with this stop just reported; tell the orders and the tours that ended.

    An order goes on only as far as the reports before this one allow: a phone that was offline
    sends them in any order. Stock and containers are booked at once, for they are counted.
    """
    stop = tour.stops[number - 1]
    tours = {tour.tour_id: tour}
    for other in await store.open_tours_with_to_change(tour.order_ids):
        tours.setdefault(other.tour_id, other)
    order_ids = {task.order_id for task in stop.tasks} | tour.order_ids
    orders = by_id(await store.orders_to_change(order_ids))
    settled = settle(list(tours.values()), orders)
    await store.put_orders(list(settled.orders.values()))
    over = [order for order in settled.orders.values() if order.status in ENDED]
    gone = frozenset(order.order_id for order in over)
    ended_on = {step.order.order_id: tours[step.tour_id] for step in settled.steps}
    events: list[Event] = [ended(order, ended_on[order.order_id]) for order in over]
    events += await book_stock(tour, stop, store, now)
    events += await book_custody(settled.steps, store, now)
    events += await book_units(tour, stop, store)
    mine, *others = settled.tours
    events += await take_out(others, gone, "order_ended", store)
    moved_on = [other for other in others if other != tours[other.tour_id]]
    events += await keep([other for other in moved_on if not other.order_ids & gone], store)
    events += await go_on(over, store)
    return [*events, *await keep([mine.voided(gone, "order_ended")], store)]
