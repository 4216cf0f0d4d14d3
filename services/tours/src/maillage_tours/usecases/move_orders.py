"""Goods between two tours that crews have: proposed to a person, and taken on by a command."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import OrderId, TourId
from maillage_tours.domain.day import WHOLE
from maillage_tours.domain.moving import Move, Moved, best_moves, dearest, move, parcels
from maillage_tours.domain.order import Carriage
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.travel import Travel, profile_of
from maillage_tours.domain.under_way import Given
from maillage_tours.usecases.announce import published
from maillage_tours.usecases.change import tour_to_change
from maillage_tours.usecases.gather_tours import gather_tours
from maillage_tours.usecases.plan_day import Matrices
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class MoveOrders:
    """The move that a person saw and accepts; `travel` is that of the tour that takes."""

    order_ids: frozenset[OrderId]
    from_tour: TourId
    from_version: int
    to_tour: TourId
    to_version: int
    pickup_after: int
    dropoff_after: int
    travel: Travel
    terms: Terms


async def look_at_tours(on: date, store: Store, terms: Terms, now: datetime) -> list[Given]:
    """All tours of a day that crews have."""
    return await gather_tours(await store.given_tours(on), store, terms, now)


async def propose_moves(givens: Sequence[Given], matrices: Matrices) -> list[Move]:
    """What two tours each could change; found outside of any transaction."""
    some = await asyncio.to_thread(dearest, givens)
    ends = [stop.place.position for parcel in some for stop in parcel.ends]
    travels = {
        given.tour.tour_id: await matrices.extended(
            given.tour.travel, ends, profile_of(given.tour.vehicle)
        )
        for given in givens
    }
    return await asyncio.to_thread(best_moves, some, givens, travels)


async def move_orders(command: MoveOrders, store: Store, now: datetime) -> Iterable[Event]:
    """Raises NotFound, Stale, or Refused when the move is not worth it any more."""
    versions = {command.from_tour: command.from_version, command.to_tour: command.to_version}
    tours = [await tour_to_change(store, *known) for known in sorted(versions.items())]
    givens = await gather_tours(tours, store, command.terms, now)
    moved = _found(command, {given.tour.tour_id: given for given in givens})
    if moved is None:
        raise Refused("the tours went on meanwhile: look at the proposals again")
    here, there = (tour.changed() for tour in moved.tours)
    carried = (Carriage(leg=WHOLE, tour_id=there.tour_id),)
    orders = await store.orders_to_change(command.order_ids)
    await store.put_tours([here, there])
    await store.put_orders([order.changed(carriages=carried) for order in orders])
    return [published(tour, tour.figures) for tour in (here, there) if tour.figures]


def _found(command: MoveOrders, givens: dict[TourId, Given]) -> Moved | None:
    """The very move that was seen, if what it moves is still all that goes between two stops."""
    some = parcels(givens[command.from_tour])
    parcel = next((one for one in some if frozenset(one.order_ids) == command.order_ids), None)
    if parcel is None:
        return None
    after = command.pickup_after, command.dropoff_after
    return move(parcel, givens[command.to_tour], command.travel, after=after)
