"""Command: a tour that has not started will not be driven."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import TourId, Word
from maillage_tours.domain.day import FROM_HUB
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.tour import Tour, TourStatus
from maillage_tours.usecases.announce import cancelled
from maillage_tours.usecases.change import tour_to_change
from maillage_tours.usecases.store import Store
from maillage_tours.usecases.withdraw import take_out


@dataclass(frozen=True)
class CancelTour:
    """Its orders are to be planned again."""

    tour_id: TourId
    reason: Word
    expected_version: int | None = None


async def cancel_tour(command: CancelTour, store: Store, now: datetime) -> Iterable[Event]:
    """Raises NotFound, Stale, or Refused when it has started."""
    tour = await tour_to_change(store, command.tour_id, command.expected_version)
    await store.put_tours([tour.become(TourStatus.CANCELLED, reason=command.reason)])
    if tour.status == TourStatus.PROPOSED:
        return ()
    others = await store.open_tours_with_to_change(tour.order_ids)
    orders = await store.orders_to_change(tour.order_ids)
    freed = [_freed(order, tour) for order in orders]
    await store.put_orders(freed)
    again = frozenset(order.order_id for order in freed if order.status == OrderStatus.ACCEPTED)
    told = cancelled(tour, command.reason)
    return [told, *await take_out(others, again, command.reason, store)]


def _freed(order: Order, tour: Tour) -> Order:
    """To be planned again from its start; or from the hub, when only its second leg is cancelled.

    Its other leg, on another tour, makes no sense without the first.
    """
    rest = tuple(one for one in order.carriages if one.tour_id != tour.tour_id)
    if tour.legs_of(order.order_id) == frozenset([FROM_HUB]):
        return order.changed(carriages=rest)
    return order.become(OrderStatus.ACCEPTED, carriages=())
