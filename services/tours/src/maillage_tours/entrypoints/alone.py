"""The door to the counterfactual: what each actor would have driven alone."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import Field

from maillage_contracts.vocabulary import PlanId
from maillage_serving.http import Body, Door, Guarded, carry_out, command
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.entrypoints.wanted import while_wanted
from maillage_tours.usecases.solve_alone import gather_alone, solve_alone, tell_alone


class SolveAloneBody(Body):
    """How long to search at most; seed and iterations are those of the plan."""

    seconds: float = Field(default=30, ge=1, le=60)


def router(desk: Desk) -> APIRouter:
    """Below /v1/plans."""
    routes = APIRouter(prefix="/plans", tags=["plans"], route_class=Guarded)
    runner = desk.runner

    @routes.post("/{plan_id}/alone")
    async def alone(
        plan_id: UUID,
        body: SolveAloneBody,
        door: Annotated[Door, command("tours.plan.compare")],
        request: Request,
    ) -> dict[str, Any]:
        """Plan the orders of a published plan again, each actor alone, and tell the distances.

        No tour comes of it: the ledger of impacts holds the shared rounds against it.
        """
        plan, without = await runner.read(
            lambda store: gather_alone(PlanId(plan_id), store, desk.terms)
        )
        solving = solve_alone(
            plan, without, body.seconds, matrices=desk.matrices, solver=desk.solver
        )
        solved = await while_wanted(request, solving)
        return await carry_out(desk.runner, tell_alone, solved, plan_id, door=door)

    return routes
