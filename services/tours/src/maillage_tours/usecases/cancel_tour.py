"""Command: a tour that has not started will not be driven."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import TourId, Word
from maillage_tours.domain.legs import freed
from maillage_tours.domain.order import OrderStatus
from maillage_tours.domain.tour import TourStatus
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
    after = [freed(order, tour) for order in orders]
    await store.put_orders(after)
    again = frozenset(order.order_id for order in after if order.status == OrderStatus.ACCEPTED)
    told = cancelled(tour, command.reason)
    return [told, *await take_out(others, again, command.reason, store)]
