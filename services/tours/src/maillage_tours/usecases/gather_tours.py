"""Query: all that tours which crews have depend on, in as many reads as for one of them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import OrderId, TourId
from maillage_tours.domain.day import FROM_HUB, TO_HUB, Day
from maillage_tours.domain.order import Order
from maillage_tours.domain.slipping import brought_by
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.tour import Tour, TourStatus
from maillage_tours.domain.under_way import Given
from maillage_tours.usecases.gather_day import gather_day
from maillage_tours.usecases.offer_tours import day_of
from maillage_tours.usecases.store import Store
from maillage_tours.usecases.withdraw import by_id

GIVEN = (TourStatus.PUBLISHED, TourStatus.STARTED)


async def gather_tours(
    tours: Sequence[Tour], store: Store, terms: Terms, now: datetime
) -> list[Given]:
    """Tours of one day with their orders, and when others bring what they go on with.

    Raises Refused when no crew has one of them, or they are of several days.
    """
    for tour in tours:
        if tour.status not in GIVEN:
            raise Refused(f"the tour is {tour.status}: no crew drives it")
    days = {tour.on for tour in tours}
    if len(days) > 1:
        raise Refused("the tours are of several days")
    if not days:
        return []
    day = await gather_day(days.pop(), store, terms)
    orders = await _orders_of(tours, store)
    first_ids = {leg for tour in tours for leg in _first_legs(tour, orders)}
    firsts = await store.tours_by_id(first_ids) if first_ids else ()
    brought = await _brought(firsts, day, store)
    return [
        Given(tour, replace(_day_of(tour, day, orders), brought=brought), now) for tour in tours
    ]


async def _orders_of(tours: Sequence[Tour], store: Store) -> dict[OrderId, Order]:
    ids = frozenset[OrderId]().union(*(tour.order_ids for tour in tours))
    return by_id(await store.orders_by_id(ids))


def _first_legs(tour: Tour, orders: dict[OrderId, Order]) -> set[TourId]:
    """The tours that bring to a hub what this one goes on with."""
    second = {task.order_id for task in tour.tasks if task.leg == FROM_HUB} & orders.keys()
    return {first for one in second if (first := orders[one].tour_of_leg(TO_HUB))}


async def _brought(firsts: Sequence[Tour], day: Day, store: Store) -> dict[OrderId, datetime]:
    if not firsts:
        return {}
    orders = await _orders_of(firsts, store)
    told = (brought_by(tour, _day_of(tour, day, orders)) for tour in firsts)
    return dict(one for of_tour in told for one in of_tour)


def _day_of(tour: Tour, day: Day, orders: dict[OrderId, Order]) -> Day:
    return day_of(day, tour, [orders[order_id] for order_id in sorted(tour.order_ids)])
