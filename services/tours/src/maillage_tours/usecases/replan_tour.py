"""What remains of one tour in another order: proposed to a person, and taken on by a command."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import TourId
from maillage_tours.domain.legs import freed
from maillage_tours.domain.replanning import Replanned, replan
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.under_way import Given
from maillage_tours.usecases.announce import published
from maillage_tours.usecases.change import tour_to_change
from maillage_tours.usecases.gather_tours import gather_tours
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class ReplanTour:
    """The order of stops that a person saw and accepts; `free_at` only after an incident."""

    tour_id: TourId
    sequence: tuple[int, ...]
    free_at: datetime | None
    tour_version: int | None
    terms: Terms


async def look_at_tour(tour_id: TourId, store: Store, terms: Terms, now: datetime) -> Given:
    """Raises NotFound, or Refused when no crew has it."""
    (given,) = await gather_tours([await store.tour(tour_id)], store, terms, now)
    return given


async def propose_order(given: Given) -> Replanned | None:
    """The best order of the stops to come, found outside of any transaction."""
    return await asyncio.to_thread(replan, given)


async def replan_tour(command: ReplanTour, store: Store, now: datetime) -> Iterable[Event]:
    """Raises NotFound, Stale, or Refused when another order of stops is found now than was seen."""
    tour = await tour_to_change(store, command.tour_id, command.tour_version)
    (given,) = await gather_tours([tour], store, command.terms, now)
    found = await propose_order(replace(given, free_at=command.free_at))
    if found is None:
        raise Refused("no order of the stops to come keeps what must be kept")
    if found.change.sequence != command.sequence:
        raise Refused("the tour went on meanwhile: look at the proposal again")
    after = found.tour.changed(figures=found.figures)
    orders = await store.orders_to_change(set(found.change.freed))
    await store.put_tours([after])
    await store.put_orders([freed(order, tour) for order in orders])
    return (published(after, found.figures),)
