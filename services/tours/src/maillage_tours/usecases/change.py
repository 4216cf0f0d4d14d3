"""What every command that changes an order or a tour begins with."""

from maillage_contracts.refusals import NotFound, Stale
from maillage_contracts.vocabulary import OrderId, TourId
from maillage_tours.domain.order import Order
from maillage_tours.domain.tour import Tour
from maillage_tours.usecases.store import Store


async def order_to_change(store: Store, order_id: OrderId, expected: int | None) -> Order:
    """The order, locked; raises NotFound, or Stale when the caller knew another version."""
    found = await store.orders_to_change({order_id})
    if not found:
        raise NotFound(f"no order {order_id} here")
    must_be(expected, found[0].version)
    return found[0]


async def tour_to_change(store: Store, tour_id: TourId, expected: int | None) -> Tour:
    """The tour, locked; raises NotFound, or Stale when the caller knew another version."""
    tour = await store.tour_to_change(tour_id)
    must_be(expected, tour.version)
    return tour


def must_be(expected: int | None, found: int) -> None:
    """Raise Stale when the caller expects another version."""
    if expected is not None and expected != found:
        raise Stale(expected=expected, found=found)
