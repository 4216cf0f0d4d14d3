"""Query: which tours that were given to their crews could carry one order more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from maillage_contracts.vocabulary import OrderId
from maillage_tours.domain.day import Day
from maillage_tours.domain.joining import Joined, join, offers
from maillage_tours.domain.order import Order
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.tour import Tour
from maillage_tours.domain.travel import profile_of
from maillage_tours.usecases.gather_day import gather_day
from maillage_tours.usecases.plan_day import Matrices
from maillage_tours.usecases.store import Store, WantedOrders

ORDERS_MAX = 10_000
"""Orders of a day that are looked at."""


@dataclass(frozen=True)
class Looked:
    """An order, and what of its day it could be added to."""

    order: Order
    day: Day
    tours: Sequence[Tour]
    orders: Mapping[OrderId, Order]


async def look(order: Order, store: Store, terms: Terms) -> Looked:
    """The given tours of the order's day, with all that they carry."""
    tours = await store.given_tours(order.on)
    of_day = await store.orders(WantedOrders(on=order.on), None, ORDERS_MAX)
    orders = {one.order_id: one for one in of_day}
    return Looked(order, await gather_day(order.on, store, terms), tours, orders)


async def offers_for(looked: Looked, *, matrices: Matrices, now: datetime) -> list[Joined]:
    """The best offers, each checked."""
    ends = [looked.order.pickup.position, looked.order.dropoff.position]
    found: list[Joined] = []
    for tour in looked.tours:
        travel = await matrices.extended(tour.travel, ends, profile_of(tour.vehicle))
        carried = [one for order_id in tour.order_ids if (one := looked.orders.get(order_id))]
        day = day_of(looked.day, tour, [*carried, looked.order])
        joined = join(looked.order, tour, travel, day, now)
        found += [joined] if joined else []
    return offers(found)


def day_of(day: Day, tour: Tour, orders: Sequence[Order]) -> Day:
    """The day as this tour sees it: its own orders, and its vehicle busy with other tours only."""
    mine = tour.vehicle.vehicle_id
    others = [window for window in day.busy.get(mine, ()) if window.start != tour.starts_at]
    return replace(day, orders=orders, busy={**day.busy, mine: others})
