"""What one day's plan is made from, and how long things take beside driving."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from decimal import Decimal
from functools import cached_property

from maillage_contracts.vocabulary import (
    GeoPoint,
    Load,
    OrderId,
    Place,
    SiteId,
    TimeWindow,
    TourId,
    Value,
    VehicleId,
    Word,
)
from maillage_tours.domain.access import Zone
from maillage_tours.domain.crew import Crew
from maillage_tours.domain.fleet import Hub, RelayPoint, Vehicle, rigs
from maillage_tours.domain.order import Order

WHOLE, TO_HUB, FROM_HUB = 0, 1, 2
"""Which part of its order a job is: all of it, or a leg before or after a hub."""


class Pace(Value):
    """Time spent at a stop. Setting up is before the handover that a window is about."""

    setup_s: int = 120
    """Parking, finding the door, ringing: once whenever the vehicle has moved."""
    handling_s: int = 60
    """Handing over one order, with its weighing and its proof."""
    handling_s_per_100kg: int = 60
    hub_visit_s: int = 600
    """A whole visit to a hub: its crew has prepared the loads, whatever their number."""

    def handling(self, load: Load, *, at_hub: bool) -> int:
        """Seconds to hand over one order at a stop."""
        if at_hub:
            return 0
        return self.handling_s + round(load.mass_kg * self.handling_s_per_100kg / 100)

    def setup(self, *, at_hub: bool) -> int:
        """Seconds between arriving and the first handover."""
        return self.hub_visit_s if at_hub else self.setup_s


@dataclass(frozen=True)
class Job:
    """An order, or one leg of it, as a vehicle carries it."""

    order_id: OrderId
    leg: int
    load: Load
    pickup: Place
    dropoff: Place
    pickup_window: TimeWindow
    dropoff_window: TimeWindow
    is_dirty: bool = False
    rank: int = 0
    goods: Word | None = None
    option: int = 0
    """Which of its places the order goes to."""
    barred: frozenset[VehicleId] = frozenset()
    """Vehicles kept for the other leg, so that no vehicle carries an order twice."""

    @property
    def key(self) -> tuple[OrderId, int, int]:
        """What tells it from all other jobs."""
        return self.order_id, self.leg, self.option


@dataclass(frozen=True)
class Day:
    """All that a plan of one day depends on, as it was at one moment."""

    on: date
    zone: tzinfo
    pace: Pace
    direct_km_max: Decimal
    """Beyond this, goods for a door that only bikes may reach change vehicles at a hub."""
    orders: Sequence[Order]
    vehicles: Sequence[Vehicle]
    hubs: Sequence[Hub]
    zones: Sequence[Zone]
    busy: Mapping[VehicleId, Sequence[TimeWindow]]
    """When vehicles drive tours that are published already."""
    crew: Crew = field(default_factory=Crew)
    rests: Sequence[Place] = ()
    """Where crews may rest, beside hubs and their own bases."""
    incompatible: frozenset[tuple[Word, Word]] = frozenset()
    """Pairs of goods that are never on board together."""
    relays: Sequence[RelayPoint] = ()
    crates_at: Mapping[SiteId, Mapping[TourId, int]] = field(
        default_factory=dict[SiteId, Mapping[TourId, int]]
    )
    """Crates that tours which crews have bring to relay points, or brought."""
    brought: Mapping[OrderId, datetime] = field(default_factory=dict[OrderId, datetime])
    """When goods are at their hub, as the tours drive that bring them; absent: as was told."""

    @cached_property
    def fleet(self) -> Sequence[Vehicle]:
        """What can drive: vehicles, and bikes with the trailers there are for them."""
        return [*(one for one in self.vehicles if not one.is_trailer), *rigs(self.vehicles)]

    @cached_property
    def by_id(self) -> Mapping[OrderId, Order]:
        """The orders by their identifier."""
        return {order.order_id: order for order in self.orders}

    @cached_property
    def hub_points(self) -> frozenset[GeoPoint]:
        """Where a visit to a hub is counted as such."""
        return frozenset(hub.position for hub in self.hubs)


def free_shift(shift: TimeWindow, busy: Iterable[TimeWindow]) -> TimeWindow | None:
    """The longest part of a shift outside what is published already; None when nothing is left."""
    free: list[TimeWindow] = []
    since = shift.start
    for taken in sorted(busy, key=lambda window: window.start):
        if since < min(taken.start, shift.end):
            free.append(TimeWindow(start=since, end=min(taken.start, shift.end)))
        since = max(since, taken.end)
    if since < shift.end:
        free.append(TimeWindow(start=since, end=shift.end))
    return max(free, key=lambda window: window.end - window.start, default=None)


def whole(order: Order) -> Iterator[Job]:
    """An order carried by one vehicle from door to door: to each place where it may go."""
    for option, end in enumerate(order.ends):
        yield Job(
            order_id=order.order_id,
            leg=WHOLE,
            load=order.load,
            pickup=order.pickup,
            dropoff=end.place,
            pickup_window=order.pickup_window,
            dropoff_window=end.window,
            is_dirty=order.is_dirty,
            rank=order.rank,
            goods=order.goods,
            option=option,
        )


def weighed(load: Load, mass_kg: Decimal) -> Load:
    """The same goods at the mass that was really taken over."""
    return load.model_copy(update={"mass_kg": mass_kg})
