"""Query: which rounds that others drive already could carry one order more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from maillage_contracts.flows import ExistingRound
from maillage_contracts.vocabulary import GeoPoint, OrderId
from maillage_tours.domain.day import Day
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.riding_along import Ride, RideOffer, Room, ride_offers
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.gather_day import gather_day
from maillage_tours.usecases.plan_day import Matrices
from maillage_tours.usecases.store import Store, WantedOrders

ROUNDS_MAX = 50
"""Rounds that are looked at: those whose first stop is nearest to where goods are fetched."""
RIDING_MAX = 10_000
"""Orders of a day that ride along already."""


@dataclass(frozen=True)
class Waiting:
    """An order, and the rounds of its day."""

    order: Order
    day: Day
    rides: Sequence[Ride]


async def look_for_rides(
    order_id: OrderId, store: Store, terms: Terms, *, round_id: UUID | None = None
) -> Waiting:
    """The rounds that may have room, or this one, beside what rides on them. Raises NotFound."""
    order = await store.order(order_id)
    rounds = [
        one
        for one in await store.rounds()
        if goes_on(one, order.on) and one.free
        if round_id is None or one.round_id == round_id
    ]
    start = order.pickup.position
    rounds.sort(key=lambda one: (one.stops[0].position.distance_km(start), one.round_id))
    day = await gather_day(order.on, store, terms)
    riding = await riding_by_round(order.on, store)
    rides = [_ride(one, day).beside(riding.get(one.round_id, ())) for one in rounds[:ROUNDS_MAX]]
    return Waiting(order, day, rides)


async def offer_rides(waiting: Waiting, *, matrices: Matrices) -> list[RideOffer]:
    """Five offers at most, the shortest detour first. Nothing is promised by them."""
    ends = [waiting.order.pickup.position, waiting.order.dropoff.position]
    with_ways = [
        (ride, (await matrices.between(_points(ride, ends), [ride.profile])).travel[ride.profile])
        for ride in waiting.rides
    ]
    return ride_offers(waiting.order, with_ways, waiting.day)


def _points(ride: Ride, ends: list[GeoPoint]) -> list[GeoPoint]:
    return list(dict.fromkeys([*(stop.position for stop in ride.stops), *ends]))


def _ride(one: ExistingRound, day: Day) -> Ride:
    return Ride(
        round_id=one.round_id,
        actor_id=one.actor_id,
        label=one.label,
        departs_at=datetime.combine(day.on, one.departs_at, day.zone),
        vehicle_class=one.vehicle_class,
        energy=one.energy,
        stops=one.stops,
        free=rooms_of(one),
    )


async def riding_by_round(on: date, store: Store) -> Mapping[UUID, Sequence[Order]]:
    """The orders of a day that ride along already."""
    of_day = WantedOrders(on=on, status=OrderStatus.RIDING)
    riding: dict[UUID, list[Order]] = {}
    for order in await store.orders(of_day, None, RIDING_MAX):
        if order.ride is not None:
            riding.setdefault(order.ride.round_id, []).append(order)
    return riding


def goes_on(one: ExistingRound, on: date) -> bool:
    """Whether it is driven on that day."""
    return one.status == "active" and on.isoweekday() in one.weekdays


def rooms_of(one: ExistingRound) -> tuple[Room, ...]:
    """What it declared to be free."""
    return tuple(Room(**room.model_dump()) for room in one.free)
