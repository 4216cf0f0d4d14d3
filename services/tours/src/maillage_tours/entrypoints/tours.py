"""Doors for tours: read, publish, cancel, start."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Self
from uuid import UUID

from fastapi import APIRouter, Response

from maillage_contracts.vocabulary import (
    Kilograms,
    Label,
    Moment,
    Money,
    OrderId,
    Place,
    PlanId,
    TourId,
    VehicleId,
    Word,
)
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Guarded, Paged, carry_out, command, etag, query
from maillage_tours.domain.tour import Stop, Task, Tour, TourStatus, Visited
from maillage_tours.domain.travel import profile_of
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.entrypoints.orders import ReasonBody, after_of
from maillage_tours.usecases.cancel_tour import CancelTour, cancel_tour
from maillage_tours.usecases.join_tour import JoinTour, join_tour
from maillage_tours.usecases.publish_tour import PublishTour, publish_tour
from maillage_tours.usecases.start_tour import StartTour, start_tour
from maillage_tours.usecases.store import WantedTours

Reader = Annotated[Principal, query("tours.tour.read")]


class StopOut(Body):
    """A stop: what is to be done there, and what was."""

    number: int
    kind: Word
    place: Place
    order_ids: tuple[OrderId, ...]
    arrives_at: datetime
    departs_at: datetime
    onboard_kg: Kilograms
    tasks: tuple[Task, ...]
    arrived_at: datetime | None
    visited: Visited | None
    received_at: datetime | None

    @classmethod
    def of(cls, stop: Stop) -> Self:
        """The stop as it is shown."""
        order_ids = tuple(dict.fromkeys(task.order_id for task in stop.tasks))
        return cls(**dict(stop), kind=stop.kind, order_ids=order_ids)


class TourOut(Body):
    """A tour with its figures, as they were checked."""

    tour_id: TourId
    plan_id: PlanId
    on: date
    status: TourStatus
    version: int
    vehicle_id: VehicleId
    vehicle: Label
    vehicle_class: Word
    energy: Word
    is_insertion: bool
    start: Place
    end: Place
    starts_at: datetime
    ends_at: datetime
    stops: tuple[StopOut, ...]
    distance_km: Decimal | None
    empty_km: Decimal | None
    load_factor: Decimal | None
    hours: Decimal | None
    cost: Money | None
    matrix: Word
    solver: Label
    reason: Word | None
    started_at: datetime | None
    completed_at: datetime | None

    @classmethod
    def of(cls, tour: Tour) -> Self:
        """The tour as it is shown."""
        vehicle, figures = tour.vehicle, tour.figures
        same = {name: value for name, value in dict(tour).items() if name in cls.model_fields}
        shown: dict[str, Any] = same | {
            "vehicle_id": vehicle.vehicle_id,
            "vehicle": vehicle.label,
            "vehicle_class": vehicle.vehicle_class,
            "energy": vehicle.energy,
            "is_insertion": vehicle.is_insertion,
            "stops": tuple(StopOut.of(stop) for stop in tour.stops),
            "distance_km": figures and figures.distance_km,
            "empty_km": figures and figures.empty_km,
            "load_factor": figures and figures.load_factor,
            "hours": figures and figures.hours,
            "cost": figures and figures.cost,
        }
        return cls(**shown)


class StartTourBody(Body):
    """When the crew set off; now, if it does not say."""

    started_at: Moment | None = None


class JoinBody(Body):
    """The order to carry as well."""

    order_id: UUID


def router(desk: Desk) -> APIRouter:
    """Below /v1/tours."""
    routes = APIRouter(prefix="/tours", tags=["tours"], route_class=Guarded)
    _read(routes, desk)
    _decide(routes, desk)
    _join(routes, desk)
    return routes


def _read(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.get("")
    async def listed(
        _: Reader,
        page: Paged,
        on: date | None = None,
        status: TourStatus | None = None,
        vehicle_id: UUID | None = None,
    ) -> dict[str, Any]:
        """Tours, the latest first."""
        vehicle = None if vehicle_id is None else VehicleId(vehicle_id)
        wanted = WantedTours(on=on, status=status, vehicle_id=vehicle)
        after = after_of(page.after(2))
        seen = None if after is None else (after[0], TourId(after[1]))
        rows = await runner.read(lambda store: store.tours(wanted, seen, page.limit + 1))
        shown = [TourOut.of(tour) for tour in rows]
        return page.of(shown, key=lambda tour: (tour.on.isoformat(), str(tour.tour_id)))

    @routes.get("/{tour_id}")
    async def one(tour_id: UUID, _: Reader, response: Response) -> TourOut:
        """One tour, with its version as ETag."""
        tour = await runner.read(lambda store: store.tour(TourId(tour_id)))
        response.headers["ETag"] = etag(tour.version)
        return TourOut.of(tour)


def _join(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.post("/{tour_id}/join")
    async def join(
        tour_id: UUID, body: JoinBody, door: Annotated[Door, command("tours.plan.publish")]
    ) -> dict[str, Any]:
        """Carry one accepted order more, where that is cheapest; no stop changes its place."""
        order_id = OrderId(body.order_id)
        tour = await runner.read(lambda store: store.tour(TourId(tour_id)))
        order = await runner.read(lambda store: store.order(order_id))
        ends = [order.pickup.position, order.dropoff.position]
        travel = await desk.matrices.extended(tour.travel, ends, profile_of(tour.vehicle))
        version = door.expected_version or tour.version
        return await carry_out(
            desk.runner,
            join_tour,
            JoinTour(tour.tour_id, order_id, travel, version, desk.terms),
            tour_id,
            door=door,
        )


def _decide(routes: APIRouter, desk: Desk) -> None:

    @routes.post("/{tour_id}/publish")
    async def publish(
        tour_id: UUID, door: Annotated[Door, command("tours.plan.publish")]
    ) -> dict[str, Any]:
        """Give a proposed tour to its crew, after one more check."""
        return await carry_out(
            desk.runner,
            publish_tour,
            PublishTour(TourId(tour_id), desk.terms, door.expected_version),
            tour_id,
            door=door,
        )

    @routes.post("/{tour_id}/cancel")
    async def cancel(
        tour_id: UUID, body: ReasonBody, door: Annotated[Door, command("tours.plan.publish")]
    ) -> dict[str, Any]:
        """Cancel a tour that has not started; its orders are to be planned again."""
        return await carry_out(
            desk.runner,
            cancel_tour,
            CancelTour(TourId(tour_id), body.reason, door.expected_version),
            tour_id,
            door=door,
        )

    @routes.post("/{tour_id}/start")
    async def start(
        tour_id: UUID,
        door: Annotated[Door, command("tours.tour.drive")],
        body: StartTourBody | None = None,
    ) -> dict[str, Any]:
        """The crew sets off."""
        started_at = body.started_at if body else None
        return await carry_out(
            desk.runner,
            start_tour,
            StartTour(TourId(tour_id), started_at, door.expected_version),
            tour_id,
            door=door,
        )
