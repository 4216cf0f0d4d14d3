"""Doors for plans: compute a day, read it, publish or discard it."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from maillage_common.identifiers import uuid7
from maillage_contracts.vocabulary import PlanId
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Guarded, Paged, carry_out, command, query
from maillage_tours.domain.plan import Plan
from maillage_tours.domain.problem import Search
from maillage_tours.domain.tour import Tour, TourStatus
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.entrypoints.orders import after_of
from maillage_tours.entrypoints.tours import TourOut
from maillage_tours.entrypoints.wanted import while_wanted
from maillage_tours.usecases.discard_plan import DiscardPlan, discard_plan
from maillage_tours.usecases.gather_day import gather_day
from maillage_tours.usecases.plan_day import plan_day
from maillage_tours.usecases.propose_plan import ProposePlan, propose_plan
from maillage_tours.usecases.publish_plan import PublishPlan, publish_plan
from maillage_tours.usecases.store import Store, WantedTours

Reader = Annotated[Principal, query("tours.plan.read")]
TOURS_MAX = 500


class Limits(Body):
    """How long to search. The same seed and iterations give the same plan, unless time ends it."""

    iterations: int = Field(default=300, ge=1, le=20_000)
    seconds: float = Field(default=30, ge=1, le=60)
    seed: int = Field(default=1, ge=0, le=2**31 - 1)


class MakePlanBody(Body):
    """The day to plan."""

    on: date = Field(gt=date(2000, 1, 1), lt=date(2099, 12, 31))  # all its hours are moments
    limits: Limits = Limits()


class Totals(Body):
    """All tours of a plan together."""

    tours: int
    distance_km: Decimal
    empty_km: Decimal
    hours: Decimal
    cost_eur: Decimal


class PlanOut(Plan):
    """A plan with its tours as they are now; cancelled ones do not count."""

    tours: tuple[TourOut, ...]
    totals: Totals


def router(desk: Desk) -> APIRouter:
    """Below /v1/plans."""
    routes = APIRouter(prefix="/plans", tags=["plans"], route_class=Guarded)
    _make(routes, desk)
    _read(routes, desk)
    _decide(routes, desk)
    return routes


def _make(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.post("", status_code=201)
    async def make(
        body: MakePlanBody, door: Annotated[Door, command("tours.plan.make")], request: Request
    ) -> dict[str, Any]:
        """Compute tours for the orders of a day, and propose them if they pass the check."""
        plan_id = PlanId(uuid7())
        limits = body.limits
        day = await runner.read(lambda store: gather_day(body.on, store, desk.terms))
        planning = plan_day(
            plan_id,
            day,
            Search(limits.seed, limits.iterations, limits.seconds),
            matrices=desk.matrices,
            solver=desk.solver,
        )
        draft = await while_wanted(request, planning)
        return await carry_out(desk.runner, propose_plan, ProposePlan(draft), plan_id, door=door)


def _read(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.get("")
    async def listed(_: Reader, page: Paged, on: date | None = None) -> dict[str, Any]:
        """Plans, the latest first, without their tours."""
        after = after_of(page.after(2))
        seen = None if after is None else (after[0], PlanId(after[1]))
        rows = await runner.read(lambda store: store.plans(on, seen, page.limit + 1))
        return page.of(rows, key=lambda plan: (plan.on.isoformat(), str(plan.plan_id)))

    @routes.get("/{plan_id}")
    async def one(plan_id: UUID, _: Reader) -> PlanOut:
        """A plan: its tours, and the orders it leaves out, each with its reason."""
        return await runner.read(lambda store: _with_tours(PlanId(plan_id), store))


def _decide(routes: APIRouter, desk: Desk) -> None:

    @routes.post("/{plan_id}/publish")
    async def publish(
        plan_id: UUID, door: Annotated[Door, command("tours.plan.publish")]
    ) -> dict[str, Any]:
        """Give all proposed tours of the plan to their crews, or none."""
        return await carry_out(
            desk.runner, publish_plan, PublishPlan(PlanId(plan_id), desk.terms), plan_id, door=door
        )

    @routes.post("/{plan_id}/discard")
    async def discard(
        plan_id: UUID, door: Annotated[Door, command("tours.plan.publish")]
    ) -> dict[str, Any]:
        """Give up what is still proposed of the plan."""
        return await carry_out(
            desk.runner, discard_plan, DiscardPlan(PlanId(plan_id)), plan_id, door=door
        )


async def _with_tours(plan_id: PlanId, store: Store) -> PlanOut:
    plan = await store.plan(plan_id)
    tours = await store.tours(WantedTours(plan_id=plan_id), None, TOURS_MAX)
    current = [tour for tour in tours if tour.status != TourStatus.CANCELLED]
    return PlanOut(
        **plan.model_dump(),
        tours=tuple(TourOut.of(tour) for tour in sorted(tours, key=lambda t: t.vehicle.label)),
        totals=_totals(current),
    )


def _totals(tours: list[Tour]) -> Totals:
    figures = [tour.figures for tour in tours if tour.figures is not None]
    return Totals(
        tours=len(tours),
        distance_km=sum((one.distance_km for one in figures), Decimal(0)),
        empty_km=sum((one.empty_km for one in figures), Decimal(0)),
        hours=sum((one.hours for one in figures), Decimal(0)),
        cost_eur=sum((one.cost.amount for one in figures), Decimal(0)),
    )
