"""What a plan can use: vehicles with their compartments, and hubs."""

from collections.abc import Iterable
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
    TemperatureClass,
    Value,
    VehicleId,
    Word,
)


class Compartment(Value):
    """One part of a vehicle."""

    temperature: TemperatureClass
    payload_kg: Kilograms
    volume_m3: Positive
    crates: int


class Room(Value):
    """What a vehicle can hold at one temperature, all compartments together."""

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

    def room(self, temperature: TemperatureClass) -> Room:
        """What it can hold at this temperature. Goods go only in compartments of their class."""
        parts = [c for c in self.compartments if c.temperature == temperature]
        return Room(
            mass_kg=sum((c.payload_kg for c in parts), Decimal(0)),
            volume_m3=sum((c.volume_m3 for c in parts), Decimal(0)),
            crates=sum(c.crates for c in parts),
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


def base_of(vehicle: Vehicle, hubs: Iterable[Hub]) -> Place:
    """Where the vehicle starts and ends: the hub at its base, or its base."""
    here = (hub.place for hub in hubs if hub.position == vehicle.base)
    return next(here, Place(label=f"Base: {vehicle.label}"[:200], position=vehicle.base))
