"""Doors for goods on their way: hub stock, consignments of waste, containers for reuse."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from maillage_common.identifiers import uuid7
from maillage_contracts.refusals import Invalid, NotFound
from maillage_contracts.vocabulary import (
    ActorId,
    BsdReference,
    ConsignmentId,
    Count,
    HubId,
    Kilograms,
    Moment,
    OrderId,
    TemperatureClass,
    Treatment,
    UnitId,
    WasteCode,
    Word,
)
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Guarded, Paged, carry_out, command, query
from maillage_tours.domain.consignment import Consignment, ConsignmentStatus
from maillage_tours.domain.fleet import Hub
from maillage_tours.domain.hub_stock import Movement, Stock
from maillage_tours.domain.returnable import Loops, Unit, UnitStatus
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.usecases.move_stock import MoveStock, move_stock
from maillage_tours.usecases.move_unit import MoveUnit, move_unit
from maillage_tours.usecases.prepare_consignment import PrepareConsignment, prepare_consignment
from maillage_tours.usecases.process_consignment import ProcessConsignment, process_consignment
from maillage_tours.usecases.register_units import RegisterUnits, register_units

StockReader = Annotated[Principal, query("tours.stock.read")]
CustodyReader = Annotated[Principal, query("tours.custody.read")]
UnitReader = Annotated[Principal, query("tours.unit.read")]
StockKeeper = Annotated[Door, command("tours.stock.write")]
CustodyKeeper = Annotated[Door, command("tours.custody.write")]
UnitKeeper = Annotated[Door, command("tours.unit.write")]
UNITS_MAX = 1000


class MovementBody(Body):
    """Goods that came in, left or were counted. Give it an identifier to be able to repeat it."""

    movement_id: UUID | None = None
    kind: Literal["received", "dispatched", "counted"]
    temperature: TemperatureClass = "ambient"
    mass_kg: Kilograms = Decimal(0)
    crates: Count = 0
    at: Moment | None = None


class ConsignmentBody(Body):
    """What the tracking note of a load of waste says."""

    bsd_reference: BsdReference | None = None
    waste_code: WasteCode | None = None


class ProcessBody(Body):
    """How the waste was treated."""

    operation_code: Treatment
    at: Moment | None = None


class UnitsBody(Body):
    """Containers for reuse that join the pool, clean."""

    kind: Word = "crate"
    unit_ids: tuple[UUID, ...] = Field(min_length=1, max_length=UNITS_MAX)


class MoveUnitBody(Body):
    """Where a container is now."""

    status: UnitStatus
    at: Moment | None = None


def router(desk: Desk) -> APIRouter:
    """Below /v1."""
    routes = APIRouter(route_class=Guarded)
    _stock(routes, desk)
    _custody(routes, desk)
    _treatment(routes, desk)
    _units(routes, desk)
    return routes


def _stock(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.post("/hubs/{hub_id}/movements", status_code=201, tags=["stock"])
    async def moved(hub_id: UUID, body: MovementBody, door: StockKeeper) -> dict[str, Any]:
        """Book goods in or out, or what was counted: the count holds from then on."""
        await _hub(desk, hub_id, door.principal)
        now = runner.clock()
        movement = Movement(
            **body.model_dump(exclude={"movement_id", "at"}),
            movement_id=body.movement_id or uuid7(),
            hub_id=HubId(hub_id),
            at=body.at or now,
            received_at=now,
        )
        return await carry_out(
            desk.runner, move_stock, MoveStock(movement), movement.movement_id, door=door
        )

    @routes.get("/hubs/{hub_id}/stock", tags=["stock"])
    async def stock(hub_id: UUID, who: StockReader) -> Sequence[Stock]:
        """What is there, by temperature class."""
        await _hub(desk, hub_id, who)
        return await runner.read(lambda store: store.stocks(HubId(hub_id)))

    @routes.get("/hubs/{hub_id}/movements", tags=["stock"])
    async def movements(hub_id: UUID, who: StockReader, page: Paged) -> dict[str, Any]:
        """What brought it there, the last that was heard of first."""
        await _hub(desk, hub_id, who)
        before = _seen(page.after(1))
        rows = await runner.read(
            lambda store: store.movements(HubId(hub_id), before, page.limit + 1)
        )
        return page.of(rows, key=lambda one: (str(one.movement_id),))


def _custody(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.post("/orders/{order_id}/consignment", tags=["custody"])
    async def prepare(order_id: UUID, body: ConsignmentBody, door: CustodyKeeper) -> dict[str, Any]:
        """Say which tracking note goes with a load of waste, before or after it has left."""
        order = await runner.read(lambda store: store.order(OrderId(order_id)))
        if door.principal.confined and door.principal.organisation not in order.actors:
            raise NotFound(f"no order {order_id} of your organisation")
        return await carry_out(
            desk.runner,
            prepare_consignment,
            PrepareConsignment(order.order_id, body.bsd_reference, body.waste_code),
            order_id,
            door=door,
        )

    @routes.get("/consignments", tags=["custody"])
    async def listed(
        who: CustodyReader, page: Paged, status: ConsignmentStatus | None = None
    ) -> dict[str, Any]:
        """Loads of waste. An actor sees those that start or end at it."""
        mine = None if who.only_organisation is None else ActorId(who.only_organisation)
        seen = _seen(page.after(1))
        after = None if seen is None else ConsignmentId(seen)
        rows = await runner.read(
            lambda store: store.consignments(status, mine, after, page.limit + 1)
        )
        return page.of(rows, key=lambda one: (str(one.consignment_id),))


def _treatment(routes: APIRouter, desk: Desk) -> None:

    @routes.get("/consignments/{consignment_id}", tags=["custody"])
    async def one(consignment_id: UUID, who: CustodyReader) -> Consignment:
        """One load of waste, in the words of its tracking note."""
        return await _consignment(desk, consignment_id, who)

    @routes.post("/consignments/{consignment_id}/process", tags=["custody"])
    async def process(
        consignment_id: UUID, body: ProcessBody, door: CustodyKeeper
    ) -> dict[str, Any]:
        """Say by which operation it was recovered or disposed of."""
        await _consignment(desk, consignment_id, door.principal)
        asked = ProcessConsignment(ConsignmentId(consignment_id), body.operation_code, body.at)
        return await carry_out(desk.runner, process_consignment, asked, consignment_id, door=door)


def _units(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.post("/units", status_code=201, tags=["units"])
    async def register(body: UnitsBody, door: UnitKeeper) -> dict[str, Any]:
        """Add containers for reuse to the pool. Those that are known stay where they are."""
        asked = RegisterUnits(tuple(map(UnitId, body.unit_ids)), body.kind)
        return await carry_out(desk.runner, register_units, asked, body.kind, door=door)

    @routes.post("/units/{unit_id}/move", tags=["units"])
    async def move(unit_id: UUID, body: MoveUnitBody, door: UnitKeeper) -> dict[str, Any]:
        """Say that a container was washed, is lost or scrapped, or where it was seen."""
        return await carry_out(
            desk.runner,
            move_unit,
            MoveUnit(UnitId(unit_id), body.status, body.at),
            unit_id,
            door=door,
        )

    @routes.get("/units", tags=["units"])
    async def listed(
        _: UnitReader, page: Paged, kind: Word | None = None, status: UnitStatus | None = None
    ) -> dict[str, Any]:
        """Containers for reuse, and where each is in its loop."""
        seen = _seen(page.after(1))
        after = None if seen is None else UnitId(seen)
        rows: Sequence[Unit] = await runner.read(
            lambda store: store.units(kind, status, after, page.limit + 1)
        )
        return page.of(rows, key=lambda unit: (str(unit.unit_id),))

    @routes.get("/units/loops", tags=["units"])
    async def loops(_: UnitReader) -> Sequence[Loops]:
        """Loops for each container and share that was lost, by kind."""
        return await runner.read(lambda store: store.loops())


async def _hub(desk: Desk, hub_id: UUID, who: Principal) -> Hub:
    """The hub; NotFound also when it is another organisation's and the caller is confined."""
    for hub in await desk.runner.read(lambda store: store.hubs()):
        if hub.hub_id == hub_id:
            who.must_own(hub.operator_id)
            return hub
    raise NotFound(f"no hub {hub_id} here")


async def _consignment(desk: Desk, consignment_id: UUID, who: Principal) -> Consignment:
    found = await desk.runner.read(lambda store: store.consignment(ConsignmentId(consignment_id)))
    if who.confined and who.organisation not in found.actor_ids:
        raise NotFound(f"no consignment {consignment_id} of your organisation")
    return found


def _seen(parts: tuple[str, ...] | None) -> UUID | None:
    """The identifier of the last item seen; raises Invalid for a broken cursor."""
    if parts is None:
        return None
    try:
        return UUID(parts[0])
    except ValueError as error:
        raise Invalid("cursor", "send the value of `next` from the page before") from error
