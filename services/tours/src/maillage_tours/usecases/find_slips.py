"""Query: which tours wait at a hub for goods that come late, and what they could drive instead."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from maillage_tours.domain.day import FROM_HUB
from maillage_tours.domain.slipping import Slip, slip_of
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.under_way import Given
from maillage_tours.usecases.gather_tours import gather_tours
from maillage_tours.usecases.replan_tour import propose_order
from maillage_tours.usecases.store import Store


async def look_for_slips(
    on: date, store: Store, terms: Terms, now: datetime
) -> Sequence[tuple[Given, Slip]]:
    """Of the tours of a day that crews have, those that would leave a hub too soon."""
    tours = [
        tour
        for tour in await store.given_tours(on)
        if any(task.leg == FROM_HUB for task in tour.tasks)
    ]
    waiting = (
        replace(given, free_at=now) for given in await gather_tours(tours, store, terms, now)
    )
    return [(given, slip) for given in waiting if (slip := slip_of(given)) is not None]


async def with_change(given: Given, slip: Slip) -> Slip:
    """The slip with the best change there is, found outside of any transaction."""
    found = await propose_order(given)
    return slip if found is None else slip.model_copy(update={"change": found.change})
