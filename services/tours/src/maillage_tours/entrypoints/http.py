"""The HTTP door: orders, plans, tours, and what there is to plan with."""

from fastapi import APIRouter

from maillage_serving.http import Guarded
from maillage_tours.entrypoints import (
    alone,
    comparisons,
    exchange,
    fleet,
    goods,
    moves,
    orders,
    plans,
    replanning,
    rides,
    standing,
    stops,
    tours,
)
from maillage_tours.entrypoints.desk import Desk


def router(desk: Desk) -> APIRouter:
    """All routes below /v1."""
    routes = APIRouter(prefix="/v1", route_class=Guarded)
    parts = (orders, rides, standing, plans, alone, comparisons, tours, replanning, moves, stops)
    for part in (*parts, goods, exchange, fleet):
        routes.include_router(part.router(desk))
    return routes
