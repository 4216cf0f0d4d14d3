"""The tables of a pack: which column fills which field of which document, and its known words."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from maillage_contracts.flows import ExistingRound, Flow
from maillage_contracts.registry import AccessZoneRulePublished, Actor, Credential, Hub, Vehicle
from maillage_contracts.tours import TransportOrder
from maillage_contracts.vocabulary import (
    KNOWN_CONFIDENCES,
    KNOWN_DIRECTIONS,
    KNOWN_ENERGIES,
    KNOWN_FLOW_KINDS,
    KNOWN_INTENTS,
    KNOWN_PHYSICAL_STATES,
    KNOWN_ROLES,
    KNOWN_UNITS,
    KNOWN_VEHICLE_CLASSES,
    KNOWN_WASTE_STATUSES,
    KNOWN_WILLINGNESS,
)

ORIGINS = ("stated", "illustrative")


@dataclass(frozen=True)
class Table:
    """A CSV file: `columns` maps a column to a path in the document that it fills."""

    file: str
    kind: str
    model: type[BaseModel]
    columns: Mapping[str, str]
    references: Mapping[str, str] = field(default_factory=dict[str, str])
    """Columns that name a row of another table, by the kind of that row."""
    lists: frozenset[str] = frozenset()
    """Columns with several values, separated by a bar."""
    known: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])
    required: frozenset[str] = frozenset()

    @property
    def titles(self) -> frozenset[str]:
        """Every column title that the file may have."""
        return frozenset(self.columns) | frozenset(self.references) | {"key", "origin"}


ACTORS = Table(
    file="actors.csv",
    kind="actor",
    model=Actor,
    columns={
        "name": "name",
        "siret": "siret",
        "legal_kind": "legal_kind",
        "sector": "sector",
        "size_class": "size_class",
        "insertion": "is_insertion",
        "roles": "roles",
        "site": "sites.0.label",
        "lat": "sites.0.position.lat",
        "lon": "sites.0.position.lon",
        "zone": "sites.0.activity_zone",
        "opening_hours": "sites.0.opening_hours",
        "van_access": "sites.0.van_access",
        "cold_storage": "sites.0.cold_storage",
    },
    lists=frozenset({"roles"}),
    known={"roles": KNOWN_ROLES},
    required=frozenset({"key", "name", "roles", "site", "lat", "lon"}),
)
CREDENTIALS = Table(
    file="credentials.csv",
    kind="credential",
    model=Credential,
    columns={
        "scope": "scope",
        "issuer": "issuer",
        "valid_from": "valid_from",
        "valid_to": "valid_to",
    },
    references={"actor": "actor"},
    required=frozenset({"actor", "scope", "issuer", "valid_from"}),
)
HUBS = Table(
    file="hubs.csv",
    kind="hub",
    model=Hub,
    columns={
        "label": "label",
        "lat": "position.lat",
        "lon": "position.lon",
        "docks": "docks",
        "van_access": "van_access",
        "bike_bays": "bike_bays",
        "ambient_pallets": "rooms.ambient.pallets",
        "ambient_m3": "rooms.ambient.volume_m3",
        "cold_pallets": "rooms.cold.pallets",
        "cold_m3": "rooms.cold.volume_m3",
        "opens": "opening.start",
        "closes": "opening.end",
    },
    references={"operator": "actor"},
    required=frozenset({"key", "operator", "label", "lat", "lon", "docks", "opens", "closes"}),
)
VEHICLES = Table(
    file="vehicles.csv",
    kind="vehicle",
    model=Vehicle,
    columns={
        "label": "label",
        "vehicle_class": "vehicle_class",
        "energy": "energy",
        "payload_kg": "payload_kg",
        "ambient_kg": "compartments.ambient.payload_kg",
        "ambient_m3": "compartments.ambient.volume_m3",
        "ambient_crates": "compartments.ambient.crates",
        "cold_kg": "compartments.cold.payload_kg",
        "cold_m3": "compartments.cold.volume_m3",
        "cold_crates": "compartments.cold.crates",
        "range_km": "range_km",
        "speed_kmh": "speed_kmh",
        "cost_eur_per_km": "cost_eur_per_km",
        "cost_eur_per_hour": "cost_eur_per_hour",
        "lat": "base.lat",
        "lon": "base.lon",
        "shift_start": "shift.start",
        "shift_end": "shift.end",
        "insertion": "is_insertion",
    },
    references={"owner": "actor"},
    known={"vehicle_class": KNOWN_VEHICLE_CLASSES, "energy": KNOWN_ENERGIES},
    required=frozenset({"key", "owner", "label", "vehicle_class", "energy", "payload_kg"}),
)
FLOWS = Table(
    file="flows.csv",
    kind="flow",
    model=Flow,
    columns={
        "kind": "kind",
        "direction": "direction",
        "intent": "intent",
        "willingness": "willingness",
        "confidence": "confidence",
        "label": "resource.label",
        "spec": "resource.spec",
        "waste_code": "resource.waste_code",
        "functions": "resource.functions",
        "physical": "condition.physical",
        "form": "condition.form",
        "contamination": "condition.contamination",
        "temperature": "condition.temperature",
        "waste_status": "legal.waste_status",
        "hazardous": "legal.is_hazardous",
        "food_grade": "legal.is_food_grade",
        "quantity": "quantity.value",
        "unit": "quantity.unit",
        "per": "quantity.per",
        "pickup_quantity": "per_pickup.value",
        "pickup_unit": "per_pickup.unit",
        "cost_today_eur": "cost_today.amount",
        "pain_rank": "pain_rank",
        "available_from": "available_from",
        "available_until": "available_until",
    },
    references={"actor": "actor"},
    lists=frozenset({"functions"}),
    known={
        "kind": KNOWN_FLOW_KINDS,
        "direction": KNOWN_DIRECTIONS,
        "intent": KNOWN_INTENTS,
        "willingness": KNOWN_WILLINGNESS,
        "confidence": KNOWN_CONFIDENCES,
        "physical": KNOWN_PHYSICAL_STATES,
        "waste_status": KNOWN_WASTE_STATUSES,
        "unit": KNOWN_UNITS,
        "pickup_unit": KNOWN_UNITS,
    },
    required=frozenset(
        {"key", "actor", "kind", "direction", "intent", "willingness", "confidence", "label"}
    ),
)
ORDERS = Table(
    file="orders.csv",
    kind="order",
    model=TransportOrder,
    columns={
        "day": "on",
        "mass_kg": "load.mass_kg",
        "volume_m3": "load.volume_m3",
        "crates": "load.crates",
        "temperature": "load.temperature",
        "pickup_from": "pickup_window.start",
        "pickup_to": "pickup_window.end",
        "dropoff_from": "dropoff_window.start",
        "dropoff_to": "dropoff_window.end",
        "is_waste": "is_waste",
        "is_return": "is_return",
    },
    references={"pickup": "place", "dropoff": "place"},
    required=frozenset(
        {"key", "day", "pickup", "dropoff", "mass_kg"}
        | {"pickup_from", "pickup_to", "dropoff_from", "dropoff_to"}
    ),
)
TABLES = (ACTORS, CREDENTIALS, HUBS, VEHICLES, FLOWS, ORDERS)


@dataclass(frozen=True)
class Listing:
    """A YAML file with a list of entries, each like the document it becomes."""

    file: str
    kind: str
    model: type[BaseModel]
    fields: frozenset[str]
    required: frozenset[str]


ZONES = Listing(
    file="zones.yaml",
    kind="zone",
    model=AccessZoneRulePublished,
    fields=frozenset({"key", "name", "kind", "ring", "rules", "origin"}),
    required=frozenset({"key", "name", "kind", "ring", "rules"}),
)
ROUNDS = Listing(
    file="rounds.yaml",
    kind="round",
    model=ExistingRound,
    fields=frozenset(
        {"key", "actor", "label", "weekdays", "departs_at", "vehicle_class", "energy", "stops"}
        | {"distance_km", "empty_km", "carried_kg", "free", "cost_eur", "origin"}
    ),
    required=frozenset(
        {"key", "actor", "label", "weekdays", "departs_at", "vehicle_class", "energy", "stops"}
        | {"distance_km", "empty_km", "carried_kg"}
    ),
)
