"""Doors for crews: what was done at a stop, or why nothing could be."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from maillage_contracts.vocabulary import Moment, TourId, Word
from maillage_serving.http import Body, Door, Guarded, carry_out, command
from maillage_tours.domain.execution import Handed
from maillage_tours.domain.tour import Visited
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.usecases.arrive_at_stop import ArriveAtStop, arrive_at_stop
from maillage_tours.usecases.complete_stop import CompleteStop, complete_stop
from maillage_tours.usecases.fail_stop import FailStop, fail_stop


class CompleteStopBody(Visited):
    """Everything that was handed over at a stop, weighed."""

    handovers: tuple[Handed, ...] = Field(min_length=1, max_length=500)


class ArriveBody(Body):
    """When the crew arrived, by its phone."""

    arrived_at: Moment


class FailStopBody(Visited):
    """Why nothing could be handed over."""

    reason: Word


def router(desk: Desk) -> APIRouter:
    """Below /v1/tours/{tour_id}/stops."""
    routes = APIRouter(
        prefix="/tours/{tour_id}/stops/{number}", tags=["stops"], route_class=Guarded
    )

    _arrive(routes, desk)

    @routes.post("/complete")
    async def complete(
        tour_id: UUID,
        number: int,
        body: CompleteStopBody,
        door: Annotated[Door, command("tours.tour.drive")],
    ) -> dict[str, Any]:
        """Report a stop. The same report again is answered, and changes nothing."""
        visited = Visited(**body.model_dump(exclude={"handovers"}))
        return await carry_out(
            desk.runner,
            complete_stop,
            CompleteStop(TourId(tour_id), number, visited, body.handovers),
            tour_id,
            door=door,
        )

    @routes.post("/fail")
    async def fail(
        tour_id: UUID,
        number: int,
        body: FailStopBody,
        door: Annotated[Door, command("tours.tour.drive")],
    ) -> dict[str, Any]:
        """Report that all that was to be done at a stop has failed."""
        visited = Visited(**body.model_dump(exclude={"reason"}))
        return await carry_out(
            desk.runner,
            fail_stop,
            FailStop(TourId(tour_id), number, visited, body.reason),
            tour_id,
            door=door,
        )

    return routes


def _arrive(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/arrive")
    async def arrive(
        tour_id: UUID,
        number: int,
        body: ArriveBody,
        door: Annotated[Door, command("tours.tour.drive")],
    ) -> dict[str, Any]:
        """Tell that the crew has reached a stop."""
        return await carry_out(
            desk.runner,
            arrive_at_stop,
            ArriveAtStop(TourId(tour_id), number, body.arrived_at),
            tour_id,
            door=door,
        )
