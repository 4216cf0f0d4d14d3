"""An order on a round that somebody drives already: where it fits, what it takes, who pays what."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

from maillage_contracts.vocabulary import (
    ActorId,
    Amount,
    GeoPoint,
    Kilometres,
    Label,
    Load,
    Money,
    OrderId,
    Place,
    Positive,
    TemperatureClass,
    TimeWindow,
    Value,
    Word,
)
from maillage_tours.domain.access import gate
from maillage_tours.domain.consent import AgreedRide
from maillage_tours.domain.day import Day
from maillage_tours.domain.fleet import Vehicle
from maillage_tours.domain.order import Order
from maillage_tours.domain.sharing_out import euros, split_cents
from maillage_tours.domain.travel import Profile, Travel

OFFERS_MAX = 5
SPEED_KMH = Decimal(26)
"""Of a round whose driver does not say: a van in town."""
COST_EUR_PER_KM, COST_EUR_PER_HOUR = Decimal("0.26"), Decimal(24)
"""Of a detour: a van's diesel and wear, and its driver; what is really paid, both agree on."""
FORMULA = (
    "Who asks pays the detour, and half of what it saves against a van that drives there and back"
    " for this order alone. So both gain the same, to a cent."
)


class Room(Value):
    """What is free on one leg of a round."""

    leg: Word
    mass_kg: Positive
    temperature: TemperatureClass


class Ride(Value):
    """A round of one day, as its driver declared it."""

    round_id: UUID
    actor_id: ActorId
    label: Label
    departs_at: datetime
    vehicle_class: Word
    energy: Word
    stops: tuple[Place, ...]
    free: tuple[Room, ...]

    @property
    def profile(self) -> Profile:
        """How it travels."""
        return Profile(vehicle_class=self.vehicle_class, energy=self.energy, speed_kmh=SPEED_KMH)

    def beside(self, orders: Iterable[Order]) -> "Ride":
        """The round with the room that these orders leave, which ride on it."""
        free = self.free
        for order in orders:
            free = _room_beside(order, free) or free
        return self.model_copy(update={"free": free})


class RideOffer(Value):
    """What it takes to carry an order on this round. Nothing happens before both have agreed."""

    round_id: UUID
    actor_id: ActorId
    label: Label
    leg: Word
    pickup_after: int
    """The stop of the round after which goods are fetched: 1 is the first."""
    dropoff_after: int
    taken_at: datetime
    given_at: datetime
    detour_km: Kilometres
    minutes: Amount
    detour_cost: Money
    cost_alone: Money
    pays: Money
    """By who asks, to who drives."""
    asker_saves: Money
    driver_gains: Money
    formula: str = FORMULA
    must_agree: tuple[ActorId, ...]

    def to_agree_on(self) -> AgreedRide:
        """The offer as terms, with nobody's yes so far."""
        known = self.model_dump(include=set(AgreedRide.model_fields))
        return AgreedRide.model_validate(known | {"driver_id": self.actor_id})


@dataclass(frozen=True)
class _Slot:
    metres: int
    more_s: int
    taken: int
    given: int
    taken_at: datetime
    given_at: datetime


def ride_offers(order: Order, rides: Sequence[tuple[Ride, Travel]], day: Day) -> list[RideOffer]:
    """The cheapest place on each round that has room and time: five rounds at most."""
    found = [
        offer for ride, travel in rides if (offer := _best(order, ride, travel, day)) is not None
    ]
    return sorted(found, key=lambda one: (one.detour_cost.amount, one.round_id))[:OFFERS_MAX]


def _best(order: Order, ride: Ride, travel: Travel, day: Day) -> RideOffer | None:
    """The shortest detour whose leg has room. After the last stop a round is on its way back."""
    fitting = [
        slot
        for slot in _slots(order, ride, travel, day)
        if _has_room(order.load, ride, _leg(slot, ride))
    ]
    if not fitting:
        return None
    slot = min(fitting, key=lambda one: (one.metres, one.taken, one.given))
    way_m, way_s = travel.between(order.pickup.position, order.dropoff.position)
    served_s = _served_s(order, day)
    detour = _cents(slot.metres, slot.more_s)
    alone = _cents(2 * way_m, 2 * way_s + served_s)
    if detour >= alone:
        return None
    halves = split_cents(alone - detour, {"driver": 1, "asker": 1})
    return RideOffer(
        round_id=ride.round_id,
        actor_id=ride.actor_id,
        label=ride.label,
        leg=_leg(slot, ride),
        pickup_after=slot.taken,
        dropoff_after=slot.given,
        taken_at=slot.taken_at,
        given_at=slot.given_at,
        detour_km=Decimal(slot.metres) / 1000,
        minutes=round(Decimal(slot.more_s) / 60, 1),
        detour_cost=euros(detour),
        cost_alone=euros(alone),
        pays=euros(detour + halves["driver"]),
        asker_saves=euros(halves["asker"]),
        driver_gains=euros(halves["driver"]),
        must_agree=tuple(sorted({ride.actor_id, *order.actors})),
    )


def without_room(orders: Iterable[Order], free: tuple[Room, ...]) -> Iterator[Order]:
    """Those of one day's riding orders for which a round has no room: who agreed last."""
    for order in sorted(orders, key=_agreed_at):
        left = _room_beside(order, free)
        if left is None:
            yield order
        else:
            free = left


def _agreed_at(order: Order) -> tuple[float, OrderId]:
    given = (one.given_at.timestamp() for one in order.ride.consents) if order.ride else ()
    return max(given, default=0.0), order.order_id


def _room_beside(order: Order, free: tuple[Room, ...]) -> tuple[Room, ...] | None:
    """What is left beside an order that rides along; None where it has no room."""
    for number, room in enumerate(free):
        if order.ride is not None and _holds(room, order.load, order.ride.leg):
            left_kg = room.mass_kg - order.load.mass_kg
            smaller = room.model_copy(update={"mass_kg": left_kg})
            return *free[:number], smaller, *free[number + 1 :]
    return None


def _slots(order: Order, ride: Ride, travel: Travel, day: Day) -> Iterator[_Slot]:
    """All pairs of gaps after the first stop that keep the order's hours and the zones' rules.

    Where a round is based is not declared: after its last stop the whole way counts.
    """
    leaves = _leaving(ride, travel, day)
    points = [stop.position for stop in ride.stops]
    start, end = order.pickup.position, order.dropoff.position
    served_s = _served_s(order, day) // 2
    for taken in range(1, len(points) + 1):
        _, to_s = travel.between(points[taken - 1], start)
        taken_at = leaves[taken - 1] + timedelta(seconds=to_s)
        taken_at = max(taken_at, order.pickup_window.start)
        if not _may(order.pickup, taken_at, order.pickup_window, ride, day):
            continue
        for given in range(taken, len(points) + 1):
            ways = [points[taken - 1], start, *points[taken:given], end, *points[given : given + 1]]
            metres, seconds = _less(_along(ways, travel), points[taken - 1 : given + 1], travel)
            stays_s = (given - taken) * _stay_s(day) + served_s
            _, on_the_way_s = _along([start, *points[taken:given], end], travel)
            given_at = taken_at + timedelta(seconds=on_the_way_s + stays_s)
            given_at = max(given_at, order.dropoff_window.start)
            if _may(order.dropoff, given_at, order.dropoff_window, ride, day):
                yield _Slot(metres, seconds + 2 * served_s, taken, given, taken_at, given_at)


def _along(points: Sequence[GeoPoint], travel: Travel) -> tuple[int, int]:
    ways = [travel.between(here, there) for here, there in pairwise(points)]
    return sum(metres for metres, _ in ways), sum(seconds for _, seconds in ways)


def _less(longer: tuple[int, int], points: Sequence[GeoPoint], travel: Travel) -> tuple[int, int]:
    """Metres and seconds more than along these points."""
    metres, seconds = _along(points, travel)
    return max(0, longer[0] - metres), max(0, longer[1] - seconds)


def _leaving(ride: Ride, travel: Travel, day: Day) -> list[datetime]:
    """When the round leaves each of its stops, as far as is known: setting up and one handover."""
    stays = timedelta(seconds=_stay_s(day))
    leaves = [ride.departs_at]
    for here, there in pairwise(ride.stops):
        _, seconds = travel.between(here.position, there.position)
        leaves.append(leaves[-1] + timedelta(seconds=seconds) + stays)
    return leaves


def _stay_s(day: Day) -> int:
    return day.pace.setup_s + day.pace.handling_s


def _served_s(order: Order, day: Day) -> int:
    """Stopping twice and handing over twice."""
    return 2 * (day.pace.setup_s + day.pace.handling(order.load, at_hub=False))


def _may(place: Place, at: datetime, window: TimeWindow, ride: Ride, day: Day) -> bool:
    """Whether it is in the hours of this door, and vehicles of its class may be there then."""
    if at > window.end:
        return False
    stands_in = Vehicle.model_construct(vehicle_class=ride.vehicle_class, energy=ride.energy)
    open_ = gate(place.position, stands_in, day.zones, day.on, day.zone)
    return open_.zone is None or any(one.start <= at < one.end for one in open_.windows)


def _leg(slot: _Slot, ride: Ride) -> str:
    return "back" if slot.taken == len(ride.stops) else "out"


def _has_room(load: Load, ride: Ride, leg: str) -> bool:
    return any(_holds(room, load, leg) for room in ride.free)


def _holds(room: Room, load: Load, leg: str) -> bool:
    alike = (room.leg, room.temperature) == (leg, load.temperature)
    return alike and room.mass_kg >= load.mass_kg


def _cents(metres: int, seconds: int) -> int:
    way, hours = Decimal(metres) / 1000, Decimal(seconds) / 3600
    return round((way * COST_EUR_PER_KM + hours * COST_EUR_PER_HOUR) * 100)
