"""What remains of one tour in another order: proposed to a person, and taken on by a command."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import OrderId, TourId
from maillage_tours.domain.day import FROM_HUB, TO_HUB, Day
from maillage_tours.domain.legs import freed
from maillage_tours.domain.replanning import Replanned, locked_by, replan
from maillage_tours.domain.slipping import brought_by
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.tour import Tour, TourStatus
from maillage_tours.usecases.announce import published
from maillage_tours.usecases.change import tour_to_change
from maillage_tours.usecases.gather_day import gather_day
from maillage_tours.usecases.offer_tours import day_of
from maillage_tours.usecases.store import Store

GIVEN = (TourStatus.PUBLISHED, TourStatus.STARTED)


@dataclass(frozen=True)
class Standing:
    """A tour that was given to its crew, and its day."""

    tour: Tour
    day: Day


@dataclass(frozen=True)
class ReplanTour:
    """The order of stops that a person saw and accepts; `free_at` only after an incident."""

    tour_id: TourId
    sequence: tuple[int, ...]
    free_at: datetime | None
    tour_version: int | None
    terms: Terms


async def look_at_tour(tour_id: TourId, store: Store, terms: Terms) -> Standing:
    """Raises NotFound, or Refused when no crew has it."""
    return await standing_of(await store.tour(tour_id), store, terms)


async def propose_order(
    standing: Standing, free_at: datetime | None, now: datetime
) -> Replanned | None:
    """The best order of the stops to come. Without an incident, what is due by now stays."""
    locked = locked_by(standing.tour, None if free_at else now)
    since = max(now, free_at) if free_at else now
    return await asyncio.to_thread(replan, standing.tour, standing.day, locked, since)


async def replan_tour(command: ReplanTour, store: Store, now: datetime) -> Iterable[Event]:
    """Raises NotFound, Stale, or Refused when another order of stops is found now than was seen."""
    tour = await tour_to_change(store, command.tour_id, command.tour_version)
    standing = await standing_of(tour, store, command.terms)
    found = await propose_order(standing, command.free_at, now)
    if found is None:
        raise Refused("no order of the stops to come keeps what must be kept")
    if found.change.sequence != command.sequence:
        raise Refused("the tour went on meanwhile: look at the proposal again")
    after = found.tour.changed(figures=found.figures)
    orders = await store.orders_to_change(set(found.change.freed))
    await store.put_tours([after])
    await store.put_orders([freed(order, tour) for order in orders])
    return (published(after, found.figures),)


async def standing_of(tour: Tour, store: Store, terms: Terms) -> Standing:
    """The tour with its orders, and when other tours bring what it goes on with."""
    if tour.status not in GIVEN:
        raise Refused(f"the tour is {tour.status}: no crew drives it")
    orders = [await store.order(order_id) for order_id in sorted(tour.order_ids)]
    day = await gather_day(tour.on, store, terms)
    second = [one for one in orders if FROM_HUB in tour.legs_of(one.order_id)]
    brought: dict[OrderId, datetime] = {}
    for first_id in sorted({leg for one in second if (leg := one.tour_of_leg(TO_HUB))}):
        first = await store.tour(first_id)
        carried = [await store.order(order_id) for order_id in sorted(first.order_ids)]
        brought |= brought_by(first, day_of(day, first, carried))
    return Standing(tour, replace(day_of(day, tour, orders), brought=brought))
