"""Doors to what remains of a tour in another order: look at it, take it on."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from maillage_contracts.vocabulary import Moment, TourId
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Guarded, answer, command, query
from maillage_tours.domain.replanning import Change
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.usecases.replan_tour import (
    ReplanTour,
    look_at_tour,
    propose_order,
    replan_tour,
)


class ReplanBody(Body):
    """The proposal that was seen: its sequence, and the incident's moment, if there was one."""

    sequence: tuple[int, ...]
    free_at: Moment | None = None


def router(desk: Desk) -> APIRouter:
    """Below /v1/tours."""
    routes = APIRouter(prefix="/tours", tags=["tours"], route_class=Guarded)
    runner = desk.runner

    @routes.get("/{tour_id}/replan")
    async def look(
        tour_id: UUID,
        _: Annotated[Principal, query("tours.plan.read")],
        free_at: Moment | None = None,
    ) -> Change | None:
        """A better order of the stops to come, and its saving by stop that moves; null for none.

        With `free_at` the vehicle stands until then: what it cannot keep is named. Nothing changes.
        """
        of = TourId(tour_id)
        standing = await runner.read(lambda store: look_at_tour(of, store, desk.terms))
        found = await propose_order(standing, free_at, runner.clock())
        return found.change if found else None

    @routes.post("/{tour_id}/replan")
    async def take_on(
        tour_id: UUID, body: ReplanBody, door: Annotated[Door, command("tours.plan.publish")]
    ) -> dict[str, Any]:
        """Give the crew the proposed order; what it frees is to be planned again."""
        return answer(
            await runner.execute(
                replan_tour,
                ReplanTour(
                    TourId(tour_id), body.sequence, body.free_at, door.expected_version, desk.terms
                ),
                subject=str(tour_id),
                context=door.context,
                idempotency=door.idempotency,
            )
        )

    return routes
