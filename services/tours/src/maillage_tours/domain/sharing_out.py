"""Who pays what of a cost that several caused: shares in whole cents that add up to it."""

from collections.abc import Hashable, Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from maillage_contracts.vocabulary import ActorId, Load, Money, OrderId, Value
from maillage_tours.domain.alone import owner_of
from maillage_tours.domain.fleet import Vehicle
from maillage_tours.domain.order import Order
from maillage_tours.domain.tour import Tour

K = TypeVar("K", bound=Hashable)

MILLION = 1_000_000
BY_EFFORT = (
    "Of each tour's cost, an order bears: room it takes of the vehicle (the largest of its shares"
    " of mass, volume and crates) x km from its pickup to its dropoff without detour, of the sum"
    " for all orders of the tour; one withdrawn from a published tour keeps its share. Cents by"
    " largest remainder; an actor bears what its orders do."
)


class Share(Value):
    """What one actor bears."""

    actor_id: ActorId
    orders: int
    cost: Money


def split_cents(total_cents: int, weights: Mapping[K, int]) -> dict[K, int]:
    """Whole cents in proportion to weights, that add up to the total exactly.

    The cents that rounding down leaves go to the largest remainders, among equals to the first
    keys. Where nothing weighs anything, all weigh the same. Raises ValueError for a weight below
    nothing, or when there is nobody to bear a cost.
    """
    if any(weight < 0 for weight in weights.values()):
        raise ValueError("a weight is not below nothing")
    whole = sum(weights.values())
    if not whole:
        weights, whole = dict.fromkeys(weights, 1), len(weights)
    if not whole:
        if total_cents:
            raise ValueError("nobody is there to bear the cost")
        return {}
    shares = {key: total_cents * weight // whole for key, weight in weights.items()}
    left = total_cents - sum(shares.values())
    by_rest = sorted(weights, key=lambda key: -(total_cents * weights[key] % whole))
    for key in by_rest[:left]:
        shares[key] += 1
    return shares


def shares_of(tours: Iterable[Tour], orders: Mapping[OrderId, Order]) -> list[Share]:
    """What each actor bears of these tours, by BY_EFFORT; tours without figures cost nothing yet.

    An order in two legs weighs on both its tours.
    """
    cents: dict[ActorId, int] = {}
    carried: dict[ActorId, set[OrderId]] = {}
    for tour in tours:
        if tour.figures is None:
            continue
        for order_id, share in _of_tour(tour, int(tour.figures.cost.amount * 100)).items():
            owner = owner_of(orders[order_id])
            cents[owner] = cents.get(owner, 0) + share
            carried.setdefault(owner, set()).add(order_id)
    return [
        Share(actor_id=actor, orders=len(carried[actor]), cost=euros(cents[actor]))
        for actor in sorted(cents)
    ]


def euros(cents: int) -> Money:
    """Cents as money."""
    return Money(amount=Decimal(cents).scaleb(-2))


def _of_tour(tour: Tour, total_cents: int) -> dict[OrderId, int]:
    doors = {
        (task.order_id, task.leg, task.action): stop.place.position
        for stop in tour.stops
        for task in stop.tasks
    }
    weights: dict[OrderId, int] = {}
    for task in sorted(tour.tasks, key=lambda task: task.order_id):
        end = doors.get((task.order_id, task.leg, "dropoff"))
        if task.action == "pickup" and end is not None:
            start = doors[task.order_id, task.leg, "pickup"]
            metres, _ = tour.travel.between(start, end)
            weight = metres * _millionths(task.load, tour.vehicle)
            weights[task.order_id] = weights.get(task.order_id, 0) + weight
    return split_cents(total_cents, weights)


def _millionths(load: Load, vehicle: Vehicle) -> int:
    """How much of the vehicle the load takes, by what it takes most of."""
    room = vehicle.room(load.temperature)
    parts = (
        (load.mass_kg, vehicle.payload_kg),
        (load.volume_m3, room.volume_m3),
        (Decimal(load.crates), Decimal(room.crates)),
    )
    return max(round(amount * MILLION / has) for amount, has in parts if has)
