"""Query: which tours wait at a hub for goods that come late, and what they could drive instead."""

from collections.abc import Sequence
from datetime import date, datetime

from maillage_tours.domain.day import FROM_HUB
from maillage_tours.domain.slipping import Slip, slip_of
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.replan_tour import Standing, propose_order, standing_of
from maillage_tours.usecases.store import Store


async def look_for_slips(
    on: date, store: Store, terms: Terms, now: datetime
) -> Sequence[tuple[Standing, Slip]]:
    """Of the tours of a day that crews have, those that would leave a hub too soon."""
    found: list[tuple[Standing, Slip]] = []
    for tour in await store.given_tours(on):
        if any(task.leg == FROM_HUB for task in tour.tasks):
            standing = await standing_of(tour, store, terms)
            slip = slip_of(tour, standing.day.brought, now)
            found += [(standing, slip)] if slip else []
    return found


async def with_change(standing: Standing, slip: Slip) -> Slip:
    """The slip with the best change there is, found outside of any transaction."""
    found = await propose_order(standing, slip.free_at, slip.free_at)
    return slip if found is None else slip.model_copy(update={"change": found.change})
