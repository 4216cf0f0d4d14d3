"""What a plan can use: vehicles with their compartments, hubs and relay points."""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from maillage_contracts.vocabulary import (
    ActorId,
    DailyWindow,
    GeoPoint,
    HubId,
    Kilograms,
    Kilometres,
    Label,
    Place,
    Positive,
    SiteId,
    TemperatureClass,
    Value,
    VehicleId,
    Word,
)

CARGO_BIKE, TRAILER = "cargo_bike", "trailer"


class Compartment(Value):
    """One part of a vehicle."""

    temperature: TemperatureClass
    payload_kg: Kilograms
    volume_m3: Positive
    crates: int
    is_dirty: bool = False
    """Kept for waste and soiled returns."""


class Room(Value):
    """What a vehicle can hold of one kind of goods, all compartments together."""

    mass_kg: Decimal
    volume_m3: Decimal
    crates: int


class Vehicle(Value):
    """A vehicle as its owner declared it."""

    vehicle_id: VehicleId
    owner_id: ActorId
    label: Label
    vehicle_class: Word
    energy: Word
    compartments: tuple[Compartment, ...]
    payload_kg: Kilograms
    range_km: Kilometres | None = None
    speed_kmh: Positive
    cost_eur_per_km: Positive
    cost_eur_per_hour: Positive
    base: GeoPoint
    shift: DailyWindow
    in_service: bool = True
    is_insertion: bool = False

    @property
    def is_trailer(self) -> bool:
        """Whether it drives only behind a bike."""
        return self.vehicle_class == TRAILER

    @property
    def pulls(self) -> VehicleId | None:
        """The trailer behind it."""
        return None

    @property
    def parts(self) -> "tuple[Vehicle, ...]":
        """What rules of access are about: the vehicle, and the trailer behind it."""
        return (self,)

    @property
    def keeps_dirt_apart(self) -> bool:
        """Whether what is dirty has a compartment of its own: then it never goes elsewhere."""
        return any(part.is_dirty for part in self.compartments)

    def places_for(
        self, temperature: TemperatureClass, *, is_dirty: bool | None = None
    ) -> tuple[Compartment, ...]:
        """The compartments of a class that clean goods go into, or dirty ones, or either."""
        return tuple(
            part
            for part in self.compartments
            if part.temperature == temperature
            and (is_dirty is None or part.is_dirty == (is_dirty and self.keeps_dirt_apart))
        )

    def room(self, temperature: TemperatureClass, *, is_dirty: bool | None = None) -> Room:
        """What it can hold at this temperature of what is clean, or dirty, or together."""
        parts = self.places_for(temperature, is_dirty=is_dirty)
        return Room(
            mass_kg=sum((c.payload_kg for c in parts), Decimal(0)),
            volume_m3=sum((c.volume_m3 for c in parts), Decimal(0)),
            crates=sum(c.crates for c in parts),
        )


class Rig(Vehicle):
    """A bike with a trailer: nobody declares it, a plan puts it together."""

    trailer_id: VehicleId

    @property
    def pulls(self) -> VehicleId | None:
        """The trailer behind it."""
        return self.trailer_id

    @property
    def parts(self) -> tuple[Vehicle, ...]:
        """What rules of access are about: the vehicle, and the trailer behind it."""
        return self, self.model_copy(update={"vehicle_class": TRAILER})


def rigs(vehicles: Iterable[Vehicle]) -> Iterator[Vehicle]:
    """Bikes with trailers: each trailer behind one bike of the same owner at the same base."""
    some = sorted(vehicles, key=lambda vehicle: vehicle.vehicle_id)
    bikes = [one for one in some if one.vehicle_class == CARGO_BIKE]
    for trailer in some:
        home = trailer.owner_id, trailer.base
        mine = (bike for bike in bikes if (bike.owner_id, bike.base) == home)
        bike = next(mine, None) if trailer.is_trailer else None
        if bike is not None:
            bikes.remove(bike)
            yield hitched(bike, trailer)


def hitched(bike: Vehicle, trailer: Vehicle) -> Rig:
    """The bike with the trailer: the room of both, the pace of the slower, the cost of both."""
    return Rig.model_validate(
        dict(bike)
        | {
            "label": f"{bike.label} + {trailer.label}"[:200],
            "compartments": (*bike.compartments, *trailer.compartments),
            "payload_kg": bike.payload_kg + trailer.payload_kg,
            "speed_kmh": min(bike.speed_kmh, trailer.speed_kmh),
            "cost_eur_per_km": bike.cost_eur_per_km + trailer.cost_eur_per_km,
            "cost_eur_per_hour": bike.cost_eur_per_hour + trailer.cost_eur_per_hour,
            "trailer_id": trailer.vehicle_id,
        }
    )


class Hub(Value):
    """A place where loads are prepared, and change vehicles."""

    hub_id: HubId
    operator_id: ActorId
    label: Label
    position: GeoPoint
    van_access: bool = True
    opening: DailyWindow

    @property
    def place(self) -> Place:
        """The hub as a stop."""
        return Place(label=self.label, position=self.position, actor_id=self.operator_id)


class RelayPoint(Value):
    """A site with room for so many crates: on one day no more are brought there."""

    site_id: SiteId
    label: Label
    position: GeoPoint
    crates_max: int

    def is_at(self, place: Place) -> bool:
        """Whether a stop at this place is a stop there."""
        return place.site_id == self.site_id or place.position == self.position


def base_of(vehicle: Vehicle, hubs: Iterable[Hub]) -> Place:
    """Where the vehicle starts and ends: the hub at its base, or its base."""
    here = (hub.place for hub in hubs if hub.position == vehicle.base)
    return next(here, Place(label=f"Base: {vehicle.label}"[:200], position=vehicle.base))
