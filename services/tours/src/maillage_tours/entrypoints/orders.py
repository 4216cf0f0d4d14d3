"""Doors for transport orders: ask, accept, cancel, read."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import Field

from maillage_common.identifiers import uuid7
from maillage_contracts.refusals import Invalid, NotFound
from maillage_contracts.vocabulary import ActorId, Load, OrderId, Place, TimeWindow, Word
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Guarded, Paged, carry_out, command, etag, query
from maillage_tours.domain.joining import Offer
from maillage_tours.domain.order import (
    ALTERNATIVES_MAX,
    Alternative,
    Order,
    OrderStatus,
    Priority,
)
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.usecases.accept_order import AcceptOrder, accept_order
from maillage_tours.usecases.cancel_order import CancelOrder, cancel_order
from maillage_tours.usecases.offer_tours import look, offers_for
from maillage_tours.usecases.request_order import RequestOrder, request_order
from maillage_tours.usecases.store import WantedOrders

Reader = Annotated[Principal, query("tours.order.read")]
ORIGINS = ("actor", "marketplace", "import")


class RequestOrderBody(Body):
    """Something to carry. `order_id` may be given, so that an import can be repeated."""

    order_id: UUID | None = None
    origin: Word = "actor"
    origin_id: UUID | None = None
    on: date
    pickup: Place
    dropoff: Place
    load: Load
    pickup_window: TimeWindow
    dropoff_window: TimeWindow
    is_waste: bool = False
    is_soiled: bool = False
    is_return: bool = False
    priority: Priority = Priority.NORMAL
    is_perishable: bool = False
    goods: Word | None = None
    alternatives: tuple[Alternative, ...] = Field(
        default=(),
        max_length=ALTERNATIVES_MAX,
        description="Other places where it may be handed over, such as a relay point.",
    )


class ReasonBody(Body):
    """Why, in a word that can be counted."""

    reason: Word


def router(desk: Desk) -> APIRouter:
    """Below /v1/orders."""
    routes = APIRouter(prefix="/orders", tags=["orders"], route_class=Guarded)
    _ask(routes, desk)
    _decide(routes, desk)
    _read(routes, desk)
    _offer(routes, desk)
    return routes


def _ask(routes: APIRouter, desk: Desk) -> None:
    @routes.post("", status_code=201)
    async def ask(
        body: RequestOrderBody, door: Annotated[Door, command("tours.order.request")]
    ) -> dict[str, Any]:
        """Ask for a transport. Asked for by a dispatcher or a machine it is accepted at once."""
        if body.origin not in ORIGINS:
            raise Invalid("origin", f"send one of {', '.join(ORIGINS)}")
        order_id = OrderId(body.order_id or uuid7())
        order = Order.model_validate(body.model_dump() | {"order_id": order_id})
        _must_be_party(door.principal, order)
        asked = RequestOrder(order, is_accepted=not door.principal.confined, terms=desk.terms)
        return await carry_out(desk.runner, request_order, asked, order_id, door=door)


def _decide(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.post("/{order_id}/accept")
    async def accept(
        order_id: UUID, door: Annotated[Door, command("tours.order.accept")]
    ) -> dict[str, Any]:
        """Take the order on: from now on it is planned."""
        return await carry_out(
            desk.runner,
            accept_order,
            AcceptOrder(OrderId(order_id), door.expected_version),
            order_id,
            door=door,
        )

    @routes.post("/{order_id}/cancel")
    async def cancel(
        order_id: UUID, body: ReasonBody, door: Annotated[Door, command("tours.order.cancel")]
    ) -> dict[str, Any]:
        """Cancel an order whose goods are on no vehicle yet."""
        _must_be_party(
            door.principal, await runner.read(lambda store: store.order(OrderId(order_id)))
        )
        return await carry_out(
            desk.runner,
            cancel_order,
            CancelOrder(OrderId(order_id), body.reason, door.expected_version),
            order_id,
            door=door,
        )


def _read(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.get("")
    async def listed(
        who: Reader,
        page: Paged,
        *,
        on: date | None = None,
        status: OrderStatus | None = None,
        origin: Word | None = None,
        actor_id: UUID | None = None,
    ) -> dict[str, Any]:
        """Orders by day. An actor sees those that start or end at it."""
        mine = who.only_organisation or actor_id
        wanted = WantedOrders(on, status, origin, None if mine is None else ActorId(mine))
        after = after_of(page.after(2))
        seen = None if after is None else (after[0], OrderId(after[1]))
        rows = await runner.read(lambda store: store.orders(wanted, seen, page.limit + 1))
        return page.of(rows, key=lambda order: (order.on.isoformat(), str(order.order_id)))

    @routes.get("/{order_id}")
    async def one(order_id: UUID, who: Reader, response: Response) -> Order:
        """One order, with its version as ETag."""
        order = await runner.read(lambda store: store.order(OrderId(order_id)))
        must_know(who, order)
        response.headers["ETag"] = etag(order.version)
        return order


def _offer(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.get("/{order_id}/offers")
    async def offered(
        order_id: UUID, _: Annotated[Principal, query("tours.plan.read")]
    ) -> tuple[Offer, ...]:
        """Tours of crews that could carry the order as well: five at most, cheapest first."""
        order = await runner.read(lambda store: store.order(OrderId(order_id)))
        looked = await runner.read(lambda store: look(order, store, desk.terms))
        found = await offers_for(looked, matrices=desk.matrices, now=runner.clock())
        return tuple(one.offer for one in found)


def must_know(who: Principal, order: Order) -> None:
    """An actor knows the orders that start or end at it, and those that may ride with it."""
    if order.ride is None or who.organisation not in order.ride.must_agree:
        _must_be_party(who, order)


def _must_be_party(who: Principal, order: Order) -> None:
    """An actor has to do with the orders that start or end at it; others do not exist for it."""
    if who.confined and who.organisation not in order.actors:
        raise NotFound(f"no order {order.order_id} of your organisation")


def after_of(parts: tuple[str, ...] | None) -> tuple[date, UUID] | None:
    """The day and the identifier of the last item seen; raises Invalid for a broken cursor."""
    if parts is None:
        return None
    try:
        return date.fromisoformat(parts[0]), UUID(parts[1])
    except ValueError as error:
        raise Invalid("cursor", "send the value of `next` from the page before") from error
