"""Doors to what tours knows of others: the vehicles, hubs and rounds there are to plan with."""

from typing import Annotated, Any

from fastapi import APIRouter

from maillage_serving.auth import Principal
from maillage_serving.http import Guarded, query
from maillage_tours.entrypoints.desk import Desk

Reader = Annotated[Principal, query("tours.plan.read")]


def router(desk: Desk) -> APIRouter:
    """As they were last told: their own services say more of them, and change them."""
    routes, runner = APIRouter(tags=["fleet"], route_class=Guarded), desk.runner

    @routes.get("/vehicles")
    async def vehicles(_: Reader) -> dict[str, Any]:
        """Vehicles, those out of service too."""
        return {"items": await runner.read(lambda store: store.vehicles()), "next": None}

    @routes.get("/hubs")
    async def hubs(_: Reader) -> dict[str, Any]:
        """Hubs."""
        return {"items": await runner.read(lambda store: store.hubs()), "next": None}

    @routes.get("/rounds")
    async def rounds(_: Reader) -> dict[str, Any]:
        """Rounds that others drive already."""
        return {"items": await runner.read(lambda store: store.rounds()), "next": None}

    return routes
