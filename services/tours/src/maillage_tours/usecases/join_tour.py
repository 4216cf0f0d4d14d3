"""Command: carry one order more on a tour that was given to its crew."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import OrderId, TourId
from maillage_tours.domain.day import WHOLE
from maillage_tours.domain.joining import join
from maillage_tours.domain.order import Carriage, OrderStatus
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.travel import Travel
from maillage_tours.usecases.announce import published
from maillage_tours.usecases.change import order_to_change, tour_to_change
from maillage_tours.usecases.gather_day import gather_day
from maillage_tours.usecases.gather_tours import GIVEN
from maillage_tours.usecases.offer_tours import day_of
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class JoinTour:
    """The tour with distances to both ends of the order, in the version that was looked at."""

    tour_id: TourId
    order_id: OrderId
    travel: Travel
    tour_version: int
    terms: Terms


async def join_tour(command: JoinTour, store: Store, now: datetime) -> Iterable[Event]:
    """Raises NotFound, Stale, or Refused when the order does not fit any more."""
    tour = await tour_to_change(store, command.tour_id, command.tour_version)
    order = await order_to_change(store, command.order_id, None)
    if tour.status not in GIVEN or order.status != OrderStatus.ACCEPTED:
        raise Refused(f"the order is {order.status}, the tour {tour.status}: nothing can be joined")
    orders = await store.orders_by_id(tour.order_ids)
    day = await gather_day(tour.on, store, command.terms)
    joined = join(order, tour, command.travel, day_of(day, tour, [*orders, order]), now)
    if joined is None:
        raise Refused("the order fits nowhere on this tour")
    after = joined.tour.changed(figures=joined.figures)
    carried = (*order.carriages, Carriage(leg=WHOLE, tour_id=tour.tour_id))
    await store.put_tours([after])
    await store.put_orders([order.become(OrderStatus.PLANNED, carriages=carried)])
    return (published(after, joined.figures),)
