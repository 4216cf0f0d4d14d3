"""Commands: one side says yes to a ride on another's round, or takes its yes back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_contracts.flows import ExistingRound
from maillage_contracts.refusals import Invalid, Refused
from maillage_contracts.vocabulary import ActorId, OrderId
from maillage_tours.domain.consent import AgreedRide, Consent
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.riding_along import RideOffer, without_room
from maillage_tours.usecases.change import order_to_change
from maillage_tours.usecases.offer_rides import goes_on, riding_by_round, rooms_of
from maillage_tours.usecases.store import Store
from maillage_tours.usecases.withdraw import take_out

RIDES_ALONG = "rides_along"
CANNOT_CARRY = "this round cannot carry the order: look at the rides that can"


@dataclass(frozen=True)
class AgreeRide:
    """A yes to what the round offers now; None when it offers nothing."""

    order_id: OrderId
    round_id: UUID
    actor_id: ActorId
    by_itself: bool
    offer: RideOffer | None
    expected_version: int | None = None


@dataclass(frozen=True)
class WithdrawRide:
    """A yes that holds no longer."""

    order_id: OrderId
    actor_id: ActorId
    expected_version: int | None = None


async def agree_ride(command: AgreeRide, store: Store, now: datetime) -> Iterable[Event]:
    """Record who said yes and when; with the last yes the order leaves planning.

    Raises NotFound, Stale, Invalid for who has no say, Refused when the round cannot carry it.
    """
    driven = await store.round_to_agree_on(command.round_id)
    tours = await store.open_tours_with_to_change({command.order_id})
    order = await order_to_change(store, command.order_id, command.expected_version)
    before = order.ride or _offered(order, command)
    if before.round_id != command.round_id:
        raise Refused("another round was said yes to: that is to be withdrawn first")
    if command.actor_id not in before.must_agree:
        raise Invalid("actor_id", "send one of those who must agree")
    ride = before.agreed_by(
        Consent.model_validate(
            {"actor_id": command.actor_id, "given_at": now, "by_itself": command.by_itself}
        )
    )
    if ride == order.ride:
        return ()
    if driven is None or not goes_on(driven, order.on):  # it ended since it was offered
        raise Refused(CANNOT_CARRY)
    if not ride.is_agreed:
        await store.put_orders([order.changed(ride=ride)])
        return ()
    _offered(order, command)
    riding = order.become(OrderStatus.RIDING, ride=ride, reason=None)
    if not await _has_room(driven, riding, store):
        raise Refused(CANNOT_CARRY)
    await store.put_orders([riding])
    return await take_out(tours, frozenset({order.order_id}), RIDES_ALONG, store)


def _offered(order: Order, command: AgreeRide) -> AgreedRide:
    if order.status != OrderStatus.ACCEPTED:
        raise Refused(f"order {order.order_id} is {order.status}: no ride is looked for")
    if command.offer is None:
        raise Refused(CANNOT_CARRY)
    return command.offer.to_agree_on()


async def _has_room(driven: ExistingRound, order: Order, store: Store) -> bool:
    """Whether there is, beside all that rides on it that day."""
    riding = await riding_by_round(order.on, store)
    beside = riding.get(driven.round_id, ())
    return not list(without_room([*beside, order], rooms_of(driven)))


async def withdraw_ride(command: WithdrawRide, store: Store, now: datetime) -> Iterable[Event]:
    """Take one yes back; an order that rode along is planned again. Raises NotFound, Stale."""
    order = await order_to_change(store, command.order_id, command.expected_version)
    if order.ride is None:
        return ()
    rest = order.ride.withdrawn_by(command.actor_id)
    if rest == order.ride:
        return ()
    if order.status == OrderStatus.RIDING:
        await store.put_orders([order.become(OrderStatus.ACCEPTED, ride=rest)])
    else:
        await store.put_orders([order.changed(ride=rest)])
    return ()
