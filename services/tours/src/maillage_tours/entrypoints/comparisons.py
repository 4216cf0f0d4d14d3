"""Doors to what sharing is worth: a day several ways, who bears what, whose turn it is."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import Field

from maillage_common.identifiers import uuid7
from maillage_contracts.vocabulary import PlanId
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Guarded, Paged, carry_out, command, query
from maillage_tours.domain.comparison_page import POLICY, Language
from maillage_tours.domain.comparison_page import page as printed
from maillage_tours.domain.problem import Search
from maillage_tours.domain.rotation import Rotation
from maillage_tours.domain.scenario import Comparison
from maillage_tours.domain.sharing_out import BY_EFFORT, Share
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.entrypoints.orders import after_of
from maillage_tours.entrypoints.wanted import while_wanted
from maillage_tours.usecases.compare_ways import compare_ways, gather_whole_day, keep_comparison
from maillage_tours.usecases.follow_rotation import follow_rotation
from maillage_tours.usecases.share_cost import share_cost

Reader = Annotated[Principal, query("tours.plan.read")]
CLOCK_MAX = 10
"""A way whose search takes so many times its processor time by the clock is cut, and says so."""


class ProcessorLimits(Body):
    """How far each way is searched: alike, whatever else the machine does meanwhile.

    The same seed and iterations give the same plans, unless time ends it: that of the processor.
    """

    iterations: int = Field(default=1000, ge=1, le=20_000)
    cpu_seconds: float = Field(default=10, ge=1, le=60)
    seed: int = Field(default=1, ge=0, le=2**31 - 1)

    @property
    def search(self) -> Search:
        """The same for the planner, and an end by the clock."""
        clock_s = self.cpu_seconds * CLOCK_MAX
        return Search(self.seed, self.iterations, clock_s, self.cpu_seconds)


class CompareBody(Body):
    """The day to compare; the limits are for each way."""

    on: date = Field(gt=date(2000, 1, 1), lt=date(2099, 12, 31))
    limits: ProcessorLimits = ProcessorLimits()


class SharesOut(Body):
    """Who bears what of a plan. The shares add up to its cost, to the cent."""

    plan_id: PlanId
    formula: str = BY_EFFORT
    shares: tuple[Share, ...]


def router(desk: Desk) -> APIRouter:
    """Below /v1."""
    routes = APIRouter(tags=["comparisons"], route_class=Guarded)
    _make(routes, desk)
    _read(routes, desk)
    return routes


def _make(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.post("/comparisons", status_code=201)
    async def make(
        body: CompareBody, door: Annotated[Door, command("tours.plan.compare")], request: Request
    ) -> dict[str, Any]:
        """Plan all orders of a day three ways: each actor alone, shared vans, hub and bikes."""
        asked = await runner.read(lambda store: gather_whole_day(body.on, store, desk.terms))
        comparison_id = uuid7()
        comparing = compare_ways(
            comparison_id,
            asked,
            body.limits.search,
            matrices=desk.matrices,
            solver=desk.solver,
        )
        compared = await while_wanted(request, comparing)
        return await carry_out(desk.runner, keep_comparison, compared, comparison_id, door=door)


def _read(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.get("/comparisons")
    async def listed(_: Reader, page: Paged, on: date | None = None) -> dict[str, Any]:
        """Days that were compared, the latest first."""
        after = after_of(page.after(2))
        rows = await runner.read(lambda store: store.comparisons(on, after, page.limit + 1))
        return page.of(rows, key=lambda one: (one.on.isoformat(), str(one.comparison_id)))

    @routes.get("/comparisons/{comparison_id}")
    async def one(comparison_id: UUID, _: Reader) -> Comparison:
        """The same day, several ways, side by side."""
        return await runner.read(lambda store: store.comparison(comparison_id))

    @routes.get("/comparisons/{comparison_id}/page", response_class=HTMLResponse)
    async def shown(comparison_id: UUID, _: Reader, lang: Language = "fr") -> HTMLResponse:
        """The same on one page, to print."""
        found = await runner.read(lambda store: store.comparison(comparison_id))
        return HTMLResponse(printed(found, lang), headers={"Content-Security-Policy": POLICY})

    @routes.get("/rotation")
    async def rotation(_: Reader, since: date, until: date) -> Rotation:
        """How evenly jobs were shared out among those who offer vehicles, and who is next."""
        return await runner.read(lambda store: follow_rotation(since, until, store))

    @routes.get("/plans/{plan_id}/shares")
    async def shares(plan_id: UUID, _: Reader) -> SharesOut:
        """Who bears what of a plan's cost, cancelled tours left out."""
        of = PlanId(plan_id)
        found = await runner.read(lambda store: share_cost(of, store))
        return SharesOut(plan_id=of, shares=tuple(found))
