"""Doors for standing orders: ask for one, see them, end one."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from maillage_common.identifiers import uuid7
from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import DailyWindow, Load, Place, Word
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Guarded, Paged, carry_out, command, query
from maillage_tours.domain.order import Priority
from maillage_tours.domain.standing import Standing, StandingId
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.usecases.ask_standing import AskStanding, ask_standing
from maillage_tours.usecases.end_standing import EndStanding, end_standing


class StandingBody(Body):
    """Something to carry again and again."""

    rrule: str = Field(
        max_length=200,
        description="Rule of recurrence (RFC 5545): daily, weekly or monthly.",
        examples=["FREQ=WEEKLY;BYDAY=TU,FR"],
    )
    starts_on: date = Field(gt=date(2000, 1, 1), lt=date(2099, 12, 31))
    pickup: Place
    night: Place | None = Field(
        default=None,
        description="Where goods fetched in the evening stay until the next morning.",
    )
    dropoff: Place
    load: Load
    pickup_window: DailyWindow
    dropoff_window: DailyWindow = Field(description="Of the next morning when there is a night.")
    is_waste: bool = False
    is_soiled: bool = False
    is_return: bool = False
    is_perishable: bool = False
    priority: Priority = Priority.NORMAL
    goods: Word | None = None


def router(desk: Desk) -> APIRouter:
    """Below /v1/standing-orders."""
    routes = APIRouter(prefix="/standing-orders", tags=["orders"], route_class=Guarded)
    _change(routes, desk)
    _read(routes, desk)
    return routes


def _change(routes: APIRouter, desk: Desk) -> None:

    @routes.post("", status_code=201)
    async def ask(
        body: StandingBody, door: Annotated[Door, command("tours.standing.write")]
    ) -> dict[str, Any]:
        """Ask for a transport that comes back; its orders are raised as far as the horizon."""
        standing_id = StandingId(uuid7())
        standing = Standing.model_validate(body.model_dump() | {"standing_id": standing_id})
        return await carry_out(
            desk.runner, ask_standing, AskStanding(standing, desk.terms), standing_id, door=door
        )

    @routes.post("/{standing_id}/end")
    async def end(
        standing_id: UUID, door: Annotated[Door, command("tours.standing.write")]
    ) -> dict[str, Any]:
        """End it today: what is not on a vehicle yet is cancelled."""
        return await carry_out(
            desk.runner,
            end_standing,
            EndStanding(StandingId(standing_id), desk.terms, door.expected_version),
            standing_id,
            door=door,
        )


def _read(routes: APIRouter, desk: Desk) -> None:
    @routes.get("")
    async def listed(
        _: Annotated[Principal, query("tours.standing.read")], page: Paged
    ) -> dict[str, Any]:
        """Standing orders that have not ended."""
        after = page.after(1)
        try:
            seen = None if after is None else StandingId(UUID(after[0]))
        except ValueError as error:
            raise Invalid("cursor", "send the value of `next` from the page before") from error
        rows = await desk.runner.read(lambda store: store.standings(seen, page.limit + 1))
        return page.of(rows, key=lambda standing: (str(standing.standing_id),))
