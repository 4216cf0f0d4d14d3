"""A vehicle that the hub may plan with."""

from decimal import Decimal

from pydantic import Field, ValidationInfo, field_validator

from maillage_contracts.vocabulary import (
    ActorId,
    Count,
    DailyWindow,
    GeoPoint,
    Kilograms,
    Kilometres,
    Positive,
    TemperatureClass,
    Value,
    VehicleId,
)
from maillage_registry.domain.words import Energy, Line, VehicleClass


class Compartment(Value):
    """One part of a vehicle, at one temperature."""

    temperature: TemperatureClass = "ambient"
    payload_kg: Kilograms
    volume_m3: Positive
    crates: Count
    is_dirty: bool = Field(
        default=False, description="Kept for waste and soiled returns: nothing clean goes in."
    )


class VehicleFacts(Value):
    """What is said of a vehicle, before it has an identifier."""

    owner_id: ActorId
    label: Line = Field(description="How dispatchers call it. No person's name: it is published.")
    vehicle_class: VehicleClass
    energy: Energy
    compartments: tuple[Compartment, ...] = Field(min_length=1, max_length=6)
    payload_kg: Kilograms = Field(description="All compartments together, kg.")
    range_km: Kilometres | None = Field(default=None, gt=0, description="km; absent: no limit.")
    speed_kmh: Positive = Field(gt=0, le=130)
    cost_eur_per_km: Positive
    cost_eur_per_hour: Positive
    base: GeoPoint = Field(description="Where it starts and ends its day.")
    shift: DailyWindow = Field(description="Local time.")
    is_insertion: bool = Field(default=False, description="Driven by persons in work insertion.")

    @field_validator("payload_kg")
    @classmethod
    def _carries_its_compartments(cls, payload_kg: Decimal, said: ValidationInfo) -> Decimal:
        parts: tuple[Compartment, ...] = said.data.get("compartments", ())
        if any(part.payload_kg > payload_kg for part in parts):
            raise ValueError("it must not be less than that of one of its compartments")
        return payload_kg


class Vehicle(VehicleFacts):
    """A vehicle with its identifier. One that is withdrawn keeps it, and is planned no more."""

    vehicle_id: VehicleId
    in_service: bool = True

    def withdrawn(self) -> "Vehicle":
        """The same vehicle, out of service."""
        return self.model_copy(update={"in_service": False})
