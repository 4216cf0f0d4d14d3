"""What the registry says: who and what exists in the territory."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from maillage_contracts.envelope import Event, Topic
from maillage_contracts.vocabulary import (
    ActorId,
    Area,
    Count,
    Country,
    CredentialId,
    DailyWindow,
    GeoPoint,
    HubId,
    Kilograms,
    Kilometres,
    Label,
    Positive,
    Sector,
    Siret,
    SiteId,
    TemperatureClass,
    Value,
    VehicleId,
    Word,
    ZoneId,
)

ACTORS = Topic("registry", "actor", has_state=True)
CONSENTS = Topic("registry", "consent")
ACCESS_ZONES = Topic("registry", "accesszone", partitions=1, has_state=True)
VEHICLES = Topic("registry", "vehicle", has_state=True)
HUBS = Topic("registry", "hub", partitions=1, has_state=True)


class Site(Value):
    """One location of an actor: a workshop, a shop, a relay point, a rest place for couriers."""

    site_id: SiteId
    kind: Word = Field(description="site, relay_point or courier_rest", examples=["site"])
    label: Label
    position: GeoPoint
    activity_zone: Word | None = Field(default=None, examples=["jourdies"])
    opening_hours: Label | None = Field(
        default=None,
        description="OpenStreetMap syntax.",
        examples=["Mo-Fr 08:00-17:00"],
    )
    van_access: bool = True
    cold_storage: bool = False
    crates_max: Count | None = Field(default=None, description="Room of a relay point, in crates.")
    priority_district: Label | None = Field(
        default=None, description="Code of the priority district (QPV).", examples=["QP074001"]
    )


class Credential(Value):
    """A label, approval or guarantee that an actor holds for a time."""

    credential_id: CredentialId
    scope: Word = Field(examples=["waste_transport"])
    issuer: Label
    valid_from: date
    valid_to: date | None = None


class Actor(Value):
    """An establishment or group as the others need it; no contact, no person's name."""

    actor_id: ActorId
    name: Label = Field(description="Trade name; masked for sole traders.")
    siret: Siret | None = Field(default=None, description="Absent for sole traders.")
    country: Country = "FR"
    legal_kind: Word | None = Field(default=None, examples=["scic"])
    sector: Sector | None = None
    size_class: Word | None = Field(default=None, examples=["sme"])
    is_insertion: bool = Field(default=False, description="A structure of work insertion (SIAE).")
    status: Word = Field(description="draft, active, dormant or closed", examples=["active"])
    roles: tuple[Word, ...] = Field(max_length=20)
    sites: tuple[Site, ...] = Field(default=(), max_length=50)
    credentials: tuple[Credential, ...] = Field(default=(), max_length=50)


class ActorEvent(Event):
    """What all events of an actor carry: the whole document."""

    TOPIC: ClassVar[Topic] = ACTORS
    SUBJECT: ClassVar[str] = "actor.actor_id"

    actor: Actor


class ActorRegistered(ActorEvent):
    """A firm, association or authority joined the hub."""

    TYPE: ClassVar[str] = "org.maillage.actor.registered.v1"

    source: Word = Field(description="campaign, import, sirene...", examples=["import"])


class ActorProfileChanged(ActorEvent):
    """Roles, sites, credentials or another part of the profile changed."""

    TYPE: ClassVar[str] = "org.maillage.actor.profile_changed.v1"

    changed: tuple[Word, ...] = Field(description="Names of the fields that differ.")


class ActorClosed(ActorEvent):
    """The establishment ceased; what is planned with it must stop."""

    TYPE: ClassVar[str] = "org.maillage.actor.closed.v1"

    reason: Word = Field(examples=["ceased_activity"])
    effective_on: date
    successor_siret: Siret | None = None


class ConsentEvent(Event):
    """What both consent events carry."""

    TOPIC: ClassVar[Topic] = CONSENTS
    SUBJECT: ClassVar[str] = "actor_id"

    actor_id: ActorId
    purpose: Word = Field(description="matching, sharing, federation...", examples=["matching"])
    fields: tuple[Word, ...] = Field(default=(), description="Empty: all fields of the purpose.")


class ConsentGiven(ConsentEvent):
    """An actor allows a use of its data."""

    TYPE: ClassVar[str] = "org.maillage.consent.given.v1"


class ConsentWithdrawn(ConsentEvent):
    """An actor no longer allows a use of its data; every reader obeys."""

    TYPE: ClassVar[str] = "org.maillage.consent.withdrawn.v1"


class AccessRule(Value):
    """Who may enter a zone, from when to when."""

    vehicle_classes: tuple[Word, ...] = Field(min_length=1, examples=[["van", "truck"]])
    energies: tuple[Word, ...] = Field(default=(), description="Empty: whatever the energy.")
    allowed: bool
    valid_from: date
    valid_to: date | None = None
    hours: DailyWindow | None = Field(default=None, description="Local time; absent: all day.")


class AccessZoneRulePublished(Event):
    """A regulated zone (low emission, pedestrian, village core) with its dated rules."""

    TYPE: ClassVar[str] = "org.maillage.accesszone.rule_published.v1"
    TOPIC: ClassVar[Topic] = ACCESS_ZONES
    SUBJECT: ClassVar[str] = "zone_id"

    zone_id: ZoneId
    name: Label
    kind: Word = Field(examples=["low_emission"])
    area: Area
    rules: tuple[AccessRule, ...] = Field(max_length=100)


class Compartment(Value):
    """One part of a vehicle."""

    temperature: TemperatureClass = "ambient"
    payload_kg: Kilograms
    volume_m3: Positive
    crates: Count


class Vehicle(Value):
    """A vehicle that the hub may plan with."""

    vehicle_id: VehicleId
    owner_id: ActorId
    label: Label
    vehicle_class: Word = Field(examples=["cargo_bike"])
    energy: Word = Field(examples=["electric"])
    compartments: tuple[Compartment, ...] = Field(min_length=1, max_length=6)
    payload_kg: Kilograms
    range_km: Kilometres | None = None
    speed_kmh: Positive
    cost_eur_per_km: Positive
    cost_eur_per_hour: Positive
    base: GeoPoint
    shift: DailyWindow
    in_service: bool = True
    is_insertion: bool = Field(default=False, description="Driven by persons in work insertion.")


class VehicleDeclared(Event):
    """A vehicle was declared, changed or withdrawn (`in_service` false)."""

    TYPE: ClassVar[str] = "org.maillage.vehicle.declared.v1"
    TOPIC: ClassVar[Topic] = VEHICLES
    SUBJECT: ClassVar[str] = "vehicle.vehicle_id"

    vehicle: Vehicle


class StorageRoom(Value):
    """Room of a hub in one temperature class."""

    temperature: TemperatureClass
    pallets: Count
    volume_m3: Positive


class Hub(Value):
    """A logistics hub: receives, stores cold or ambient, prepares, dispatches."""

    hub_id: HubId
    operator_id: ActorId
    label: Label
    position: GeoPoint
    docks: Count
    van_access: bool = True
    bike_bays: Count = 0
    rooms: tuple[StorageRoom, ...] = Field(default=(), max_length=8)
    opening: DailyWindow
    tenants: tuple[ActorId, ...] = Field(default=(), max_length=100)


class HubCapacityChanged(Event):
    """A hub opened, or what it can hold changed."""

    TYPE: ClassVar[str] = "org.maillage.hub.capacity_changed.v1"
    TOPIC: ClassVar[Topic] = HUBS
    SUBJECT: ClassVar[str] = "hub.hub_id"

    hub: Hub
