"""Doors for the formats of others: deliveries in; tasks, maps, sheets and shipments out."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse, Response
from pydantic import Field

from maillage_common.identifiers import uuid7
from maillage_contracts.vocabulary import PlanId
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Guarded, carry_out, command, query
from maillage_tours.domain.coopcycle import read_deliveries, tasks_csv
from maillage_tours.domain.exchange import geojson, shipments, zones_geojson
from maillage_tours.domain.round_sheet import POLICY, Language, round_sheets
from maillage_tours.domain.tour import Tour, TourStatus
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.usecases.import_orders import ImportOrders, import_orders
from maillage_tours.usecases.store import Store, WantedTours

Reader = Annotated[Principal, query("tours.plan.read")]
TOURS_MAX = 500


class Spreadsheet(Response):
    """Comma-separated values, to be opened or sent on."""

    media_type = "text/csv"


class Layer(JSONResponse):
    """GeoJSON."""

    media_type = "application/geo+json"


class LinkedData(JSONResponse):
    """JSON-LD."""

    media_type = "application/ld+json"


class DeliveriesBody(Body):
    """CoopCycle's file of deliveries, as text."""

    csv: str = Field(min_length=1, max_length=900_000)


def router(desk: Desk) -> APIRouter:
    """Below /v1."""
    routes = APIRouter(tags=["exchange"], route_class=Guarded)
    _deliveries(routes, desk)
    _files(routes, desk)
    _sheets(routes, desk)
    _zones(routes, desk)
    return routes


def _deliveries(routes: APIRouter, desk: Desk) -> None:
    @routes.post("/imports/coopcycle", status_code=201)
    async def deliveries(
        body: DeliveriesBody, door: Annotated[Door, command("tours.order.import")]
    ) -> dict[str, Any]:
        """Accept all deliveries of a file, or none. The same file again adds nothing."""
        orders = tuple(read_deliveries(body.csv, desk.terms.zone))
        return await carry_out(
            desk.runner, import_orders, ImportOrders(orders, desk.terms), uuid7(), door=door
        )


def _files(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/plans/{plan_id}/tasks", response_class=Spreadsheet)
    async def tasks(plan_id: UUID, _: Reader) -> Response:
        """Tasks of the plan's tours, as CoopCycle imports them."""
        return Spreadsheet(tasks_csv(await _tours(desk, plan_id)))

    @routes.get("/plans/{plan_id}/map", response_class=Layer)
    async def layer(plan_id: UUID, _: Reader) -> Response:
        """The plan's tours as lines, and their stops as points."""
        return Layer(geojson(await _tours(desk, plan_id)))

    @routes.get("/plans/{plan_id}/shipments", response_class=LinkedData)
    async def shipped(plan_id: UUID, _: Reader) -> Response:
        """What the plan's tours carry, in the words of the Data Food Consortium."""
        return LinkedData(shipments(await _tours(desk, plan_id)))


def _zones(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/zones/map", response_class=Layer)
    async def zones(_: Reader) -> Response:
        """Regulated zones, as OSRM takes them when it makes a map."""
        return Layer(zones_geojson(await desk.runner.read(lambda store: store.zones())))


def _sheets(routes: APIRouter, desk: Desk) -> None:
    @routes.get("/plans/{plan_id}/sheets", response_class=HTMLResponse)
    async def sheets(plan_id: UUID, _: Reader, language: Language = "fr") -> Response:
        """The plan's tours on paper: print it, one page for each."""
        page = round_sheets(await _tours(desk, plan_id), language, desk.terms.zone)
        return HTMLResponse(page, headers={"Content-Security-Policy": POLICY})


async def _tours(desk: Desk, plan_id: UUID) -> Sequence[Tour]:
    """Those of the plan that were not cancelled, by vehicle; raises NotFound for no plan."""

    async def found(store: Store) -> Sequence[Tour]:
        plan = await store.plan(PlanId(plan_id))
        return await store.tours(WantedTours(plan_id=plan.plan_id), None, TOURS_MAX)

    tours = [tour for tour in await desk.runner.read(found) if tour.status != TourStatus.CANCELLED]
    return sorted(tours, key=lambda tour: (tour.vehicle.label, tour.starts_at))
