"""The same orders without the others: each actor alone, with its own vehicles or one like those."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID, uuid5

from maillage_contracts.vocabulary import ActorId, Place, VehicleId
from maillage_tours.domain.day import FROM_HUB, Day, Job, whole
from maillage_tours.domain.fleet import Vehicle
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.tour import Tour
from maillage_tours.domain.travel import Matrix

OF_A_PLACE = UUID("6a1d0f52-6b0f-5d3c-9a58-54b9a1d0c1aa")
"""Where a place names no actor, it stands for itself."""


@dataclass(frozen=True)
class Alone:
    """A day without sharing. `own` are vehicles that exist; others stand in for missing ones."""

    day: Day
    own: frozenset[VehicleId]


def without_others(day: Day, orders: Iterable[Order], tours: Sequence[Tour]) -> Alone:
    """The day of these orders when nobody shares. `tours` are those that shared them.

    Who has no vehicle drives ones like those that fetched its goods, from its own door. Everything
    else is as it was: doors, windows, zones, speeds.
    """
    fresh = [as_accepted(order) for order in orders]
    vehicles: list[Vehicle] = []
    own: set[VehicleId] = set()
    for owner, place in {owner_of(order): home_of(order) for order in fresh}.items():
        mine = [vehicle for vehicle in day.vehicles if vehicle.owner_id == owner]
        if any(not vehicle.is_trailer for vehicle in mine):
            own |= {vehicle.vehicle_id for vehicle in mine}
            vehicles += mine
        else:
            carried = frozenset(order.order_id for order in fresh if owner_of(order) == owner)
            vehicles += [_like(one, owner, place) for one in _fetchers(tours, carried)]
    return Alone(
        replace(day, orders=fresh, vehicles=vehicles, busy={}, crates_at={}), frozenset(own)
    )


def jobs_alone(day: Day, matrix: Matrix) -> Iterator[Job]:
    """Each order from door to door, by a vehicle of its owner."""
    del matrix
    for order in sorted(day.orders, key=lambda order: order.order_id):
        owner = owner_of(order)
        others = frozenset(one.vehicle_id for one in day.fleet if one.owner_id != owner)
        for job in whole(order):
            yield replace(job, barred=others)


def home_of(order: Order) -> Place:
    """Where its owner is: goods leave from there, and what is returned comes back there."""
    return order.dropoff if order.is_return else order.pickup


def owner_of(order: Order) -> ActorId:
    """Whose goods they are."""
    home = home_of(order)
    stands = uuid5(OF_A_PLACE, f"{home.position.lat}/{home.position.lon}")
    return home.actor_id or ActorId(stands)


def as_accepted(order: Order) -> Order:
    """The order as before any tour took it."""
    blank = {"status": OrderStatus.ACCEPTED, "carriages": (), "held_at": None}
    return order.model_copy(update=blank)


def _fetchers(tours: Sequence[Tour], orders: frozenset[UUID]) -> list[Vehicle]:
    """The vehicles that went to the door of these orders, each once."""
    fetched = {
        tour.vehicle.vehicle_id: tour.vehicle
        for tour in tours
        for task in tour.tasks
        if task.order_id in orders and task.leg != FROM_HUB
    }
    return [fetched[vehicle_id] for vehicle_id in sorted(fetched)]


def _like(vehicle: Vehicle, owner: ActorId, place: Place) -> Vehicle:
    changes = {
        "vehicle_id": VehicleId(uuid5(owner, str(vehicle.vehicle_id))),
        "owner_id": owner,
        "base": place.position,
    }
    fields = {name: getattr(vehicle, name) for name in Vehicle.model_fields}  # no trailer behind
    return Vehicle.model_validate(fields | changes)
