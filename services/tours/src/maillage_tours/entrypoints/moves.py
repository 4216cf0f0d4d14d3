"""Doors to goods between tours that crews have: look at what would save, take it on."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from maillage_contracts.vocabulary import OrderId, TourId
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Guarded, carry_out, command, query
from maillage_tours.domain.moving import Move
from maillage_tours.domain.travel import profile_of
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.usecases.move_orders import (
    MoveOrders,
    look_at_tours,
    move_orders,
    propose_moves,
)

ORDERS_MAX = 200


class MoveBody(Body):
    """The move that was seen, with the versions of both tours."""

    order_ids: tuple[UUID, ...] = Field(min_length=1, max_length=ORDERS_MAX)
    from_tour: UUID
    from_version: int
    to_tour: UUID
    to_version: int
    pickup_after: int
    dropoff_after: int


def router(desk: Desk) -> APIRouter:
    """Below /v1/moves."""
    routes = APIRouter(prefix="/moves", tags=["tours"], route_class=Guarded)
    runner = desk.runner

    @routes.get("")
    async def look(_: Annotated[Principal, query("tours.plan.read")], on: date) -> tuple[Move, ...]:
        """Goods that another crew of the day would carry for less, and the saving by stop moved.

        Of each tour one move at most, so that each can be taken on by itself. Nothing changes.
        """
        now = runner.clock()
        givens = await runner.read(lambda store: look_at_tours(on, store, desk.terms, now))
        return tuple(await propose_moves(givens, desk.matrices))

    @routes.post("")
    async def take_on(
        body: MoveBody, door: Annotated[Door, command("tours.plan.publish")]
    ) -> dict[str, Any]:
        """Give the goods to the other crew; both tours are given to their crews again."""
        order_ids = frozenset(map(OrderId, body.order_ids))
        from_tour = await runner.read(lambda store: store.tour(TourId(body.from_tour)))
        to_tour = await runner.read(lambda store: store.tour(TourId(body.to_tour)))
        ends = [
            stop.place.position
            for stop in from_tour.stops
            if any(task.order_id in order_ids for task in stop.tasks)
        ]
        travel = await desk.matrices.extended(to_tour.travel, ends, profile_of(to_tour.vehicle))
        asked = MoveOrders(
            order_ids=order_ids,
            from_tour=from_tour.tour_id,
            from_version=body.from_version,
            to_tour=to_tour.tour_id,
            to_version=body.to_version,
            pickup_after=body.pickup_after,
            dropoff_after=body.dropoff_after,
            travel=travel,
            terms=desk.terms,
        )
        return await carry_out(desk.runner, move_orders, asked, body.to_tour, door=door)

    return routes
