"""Doors to what remains of a tour in another order: look at it, take it on."""

from dataclasses import replace
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from maillage_contracts.vocabulary import Moment, TourId
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Guarded, carry_out, command, query
from maillage_tours.domain.replanning import Change
from maillage_tours.domain.slipping import Slip
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.usecases.find_slips import look_for_slips, with_change
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
    """Below /v1."""
    routes = APIRouter(tags=["tours"], route_class=Guarded)
    _replan(routes, desk)
    _slips(routes, desk)
    return routes


def _replan(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.get("/tours/{tour_id}/replan")
    async def look(
        tour_id: UUID,
        _: Annotated[Principal, query("tours.plan.read")],
        free_at: Moment | None = None,
    ) -> Change | None:
        """A better order of the stops to come, and its saving by stop that moves; null for none.

        With `free_at` the vehicle stands until then: what it cannot keep is named. Nothing changes.
        """
        of, now = TourId(tour_id), runner.clock()
        given = await runner.read(lambda store: look_at_tour(of, store, desk.terms, now))
        found = await propose_order(replace(given, free_at=free_at))
        return found.change if found else None

    @routes.post("/tours/{tour_id}/replan")
    async def take_on(
        tour_id: UUID, body: ReplanBody, door: Annotated[Door, command("tours.plan.publish")]
    ) -> dict[str, Any]:
        """Give the crew the proposed order; what it frees is to be planned again."""
        return await carry_out(
            desk.runner,
            replan_tour,
            ReplanTour(
                TourId(tour_id), body.sequence, body.free_at, door.expected_version, desk.terms
            ),
            tour_id,
            door=door,
        )


def _slips(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/slips")
    async def slips(
        _: Annotated[Principal, query("tours.plan.read")], on: date
    ) -> tuple[Slip, ...]:
        """Tours that would leave a hub before goods are there that another tour brings late.

        Each with a change to take on (`POST /v1/tours/{id}/replan`); nothing changes by itself.
        """
        now = desk.runner.clock()
        found = await desk.runner.read(lambda store: look_for_slips(on, store, desk.terms, now))
        return tuple([await with_change(given, slip) for given, slip in found])
