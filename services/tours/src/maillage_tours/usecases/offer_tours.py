"""Query: which tours that were given to their crews could carry one order more."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from maillage_contracts.vocabulary import OrderId, TourId
from maillage_tours.domain.day import Day
from maillage_tours.domain.joining import Joined, best_slots, join_at
from maillage_tours.domain.order import Order
from maillage_tours.domain.slots import Slot
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.tour import Tour
from maillage_tours.domain.travel import Travel, profile_of
from maillage_tours.usecases.gather_day import gather_day
from maillage_tours.usecases.plan_day import Matrices
from maillage_tours.usecases.store import Store, WantedOrders

OFFERS_MAX = 5
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


async def offers_for(
    looked: Looked, *, matrices: Matrices, now: datetime, most: int = OFFERS_MAX
) -> list[Joined]:
    """The cheapest offers of different tours, each checked. Dear ones are not even timed."""
    ends = [looked.order.pickup.position, looked.order.dropoff.position]
    travels = [
        await matrices.extended(tour.travel, ends, profile_of(tour.vehicle))
        for tour in looked.tours
    ]
    return await asyncio.to_thread(_cheapest, looked, travels, now, most)


def _cheapest(looked: Looked, travels: Sequence[Travel], now: datetime, most: int) -> list[Joined]:
    order = looked.order
    tried: list[tuple[Slot, Tour, Travel, Day]] = []
    for tour, travel in zip(looked.tours, travels, strict=True):
        carried = [one for order_id in tour.order_ids if (one := looked.orders.get(order_id))]
        day = day_of(looked.day, tour, [*carried, order])
        found = best_slots(order, tour, travel, day, now)
        tried += ((slot, tour, travel, day) for slot in found)
    offers: dict[TourId, Joined] = {}
    for slot, tour, travel, day in sorted(tried, key=lambda one: (one[0], one[1].tour_id)):
        if len(offers) == most:
            break
        if tour.tour_id not in offers:
            joined = join_at(slot, order, tour, travel, day, now=now)
            offers |= {tour.tour_id: joined} if joined else {}
    return list(offers.values())


def day_of(day: Day, tour: Tour, orders: Sequence[Order]) -> Day:
    """The day as this tour sees it: its own orders, and its vehicle busy with other tours only."""
    mine = tour.vehicle.vehicle_id
    others = [window for window in day.busy.get(mine, ()) if window.start != tour.starts_at]
    return replace(day, orders=orders, busy={**day.busy, mine: others})
