"""What a stop, done or failed, means for its orders, for other tours, and for the tour's end."""

from collections.abc import Sequence

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import OrderId
from maillage_tours.domain.custody import ENDED, after_task
from maillage_tours.domain.execution import driven, is_done, last_moment
from maillage_tours.domain.order import Order
from maillage_tours.domain.tour import Stop, TaskStatus, Tour, TourStatus
from maillage_tours.usecases.announce import ended, tour_completed
from maillage_tours.usecases.store import Store
from maillage_tours.usecases.withdraw import by_id, take_out


async def record_stop(tour: Tour, stop: Stop, store: Store) -> Sequence[Event]:
    """Keep the tour with this stop just reported; tell the orders and the tour that ended."""
    others = [
        other
        for other in await store.open_tours_with_to_change(tour.order_ids)
        if other.tour_id != tour.tour_id
    ]
    orders = by_id(await store.orders_to_change(tour.order_ids))
    changed: dict[OrderId, Order] = {}
    for task in stop.tasks:
        if task.status in {TaskStatus.DONE, TaskStatus.FAILED}:
            after = after_task(orders[task.order_id], task, stop.place)
            orders[task.order_id] = changed[task.order_id] = after
    await store.put_orders(list(changed.values()))
    over = [order for order in changed.values() if order.status in ENDED]
    gone = frozenset(order.order_id for order in over)
    tour = tour.voided(gone, "order_ended")
    events: list[Event] = [ended(order, tour) for order in over]
    events += await take_out(others, gone, "order_ended", store)
    if is_done(tour):
        events.append(tour_completed(tour, driven(tour), orders))
        tour = tour.become(TourStatus.COMPLETED, completed_at=last_moment(tour))
    await store.put_tours([tour])
    return events
