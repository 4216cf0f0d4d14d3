"""Doors to rides on others' rounds: look at offers, say yes, take it back."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter

from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import ActorId, OrderId
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Guarded, carry_out, command, query
from maillage_tours.domain.riding_along import RideOffer
from maillage_tours.entrypoints.desk import Desk
from maillage_tours.entrypoints.orders import must_know
from maillage_tours.usecases.agree_ride import AgreeRide, WithdrawRide, agree_ride, withdraw_ride
from maillage_tours.usecases.offer_rides import look_for_rides, offer_rides


class AgreeBody(Body):
    """Yes to a round. A dispatcher says for whom; an actor speaks for itself."""

    round_id: UUID
    actor_id: UUID | None = None


class WithdrawBody(Body):
    """Not any more. A dispatcher says for whom; an actor speaks for itself."""

    actor_id: UUID | None = None


def router(desk: Desk) -> APIRouter:
    """Below /v1/orders."""
    routes = APIRouter(prefix="/orders", tags=["orders"], route_class=Guarded)
    _look(routes, desk)
    _agree(routes, desk)
    _withdraw(routes, desk)
    return routes


def _look(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.get("/{order_id}/rides")
    async def rides(
        order_id: UUID, _: Annotated[Principal, query("tours.plan.read")]
    ) -> tuple[RideOffer, ...]:
        """Rounds that others drive already and could carry the order: five at most, explained."""
        waiting = await runner.read(
            lambda store: look_for_rides(OrderId(order_id), store, desk.terms)
        )
        return tuple(await offer_rides(waiting, matrices=desk.matrices))


def _agree(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.post("/{order_id}/ride/agree")
    async def agree(
        order_id: UUID, body: AgreeBody, door: Annotated[Door, command("tours.ride.agree")]
    ) -> dict[str, Any]:
        """Record a yes; once all have said it, the order is on no tour and in no plan.

        Who drives sees the order once one of its own sides, or a dispatcher, has begun.
        """
        of, actor_id = OrderId(order_id), _speaks_for(door.principal, body.actor_id)
        waiting = await runner.read(
            lambda store: look_for_rides(of, store, desk.terms, round_id=body.round_id)
        )
        must_know(door.principal, waiting.order)
        offers = await offer_rides(waiting, matrices=desk.matrices)
        return await carry_out(
            desk.runner,
            agree_ride,
            AgreeRide(
                order_id=of,
                round_id=body.round_id,
                actor_id=actor_id,
                by_itself=door.principal.organisation == actor_id,
                offer=next(iter(offers), None),
                expected_version=door.expected_version,
            ),
            order_id,
            door=door,
        )


def _withdraw(routes: APIRouter, desk: Desk) -> None:
    runner = desk.runner

    @routes.post("/{order_id}/ride/withdraw")
    async def withdraw(
        order_id: UUID, body: WithdrawBody, door: Annotated[Door, command("tours.ride.agree")]
    ) -> dict[str, Any]:
        """Take a yes back: an order that rode along is planned again."""
        of, actor_id = OrderId(order_id), _speaks_for(door.principal, body.actor_id)
        must_know(door.principal, await runner.read(lambda store: store.order(of)))
        return await carry_out(
            desk.runner,
            withdraw_ride,
            WithdrawRide(of, actor_id, door.expected_version),
            order_id,
            door=door,
        )


def _speaks_for(who: Principal, actor_id: UUID | None) -> ActorId:
    """Raises Invalid when it is not said for whom, NotFound when it is for another."""
    speaker = actor_id or who.only_organisation
    if speaker is None:
        raise Invalid("actor_id", "say who agrees")
    who.must_own(speaker)
    return ActorId(speaker)
