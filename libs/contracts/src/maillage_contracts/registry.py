"""What the registry says: who and what exists in the territory."""

from datetime import date
from typing import ClassVar

from pydantic import Field

from maillage_contracts.envelope import Event, Topic
from maillage_contracts.vocabulary import (
    KNOWN_ENERGIES,
    KNOWN_ROLES,
    KNOWN_SITE_KINDS,
    KNOWN_SIZE_CLASSES,
    KNOWN_VEHICLE_CLASSES,
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
    known,
)

ACTORS = Topic("registry", "actor", has_state=True)
CONSENTS = Topic("registry", "consent")
ACCESS_ZONES = Topic("registry", "accesszone", partitions=1, has_state=True)
VEHICLES = Topic("registry", "vehicle", has_state=True)
HUBS = Topic("registry", "hub", partitions=1, has_state=True)


class Site(Value):
    """One location of an actor: a workshop, a shop, a relay point, a rest place for couriers."""

    site_id: SiteId
    kind: Word = Field(description=known(KNOWN_SITE_KINDS), examples=["site"])
    label: Label
    position: GeoPoint
    activity_zone: Word | None = Field(
        default=None, description="Business park it lies in.", examples=["jourdies"]
    )
    opening_hours: Label | None = Field(
        default=None,
        description="In the syntax of OpenStreetMap.",
        examples=["Mo-Fr 08:00-17:00"],
    )
    van_access: bool = Field(default=True, description="Whether a van can reach its door.")
    cold_storage: bool = False
    crates_max: Count | None = Field(default=None, description="Room of a relay point, in crates.")
    priority_district: Label | None = Field(
        default=None, description="Code of the priority district (QPV).", examples=["QP074001"]
    )


class Credential(Value):
    """A label, approval or guarantee that an actor holds for a time."""

    credential_id: CredentialId
    scope: Word = Field(description="What it allows or vouches for.", examples=["waste_transport"])
    issuer: Label = Field(description="Who vouches for it; never a person.")
    valid_from: date
    valid_to: date | None = Field(default=None, description="Last day; absent: no end.")


class Actor(Value):
    """An establishment or group as the others need it; no contact, no person's name."""

    actor_id: ActorId
    name: Label = Field(description="Trade name; masked for sole traders.")
    siret: Siret | None = Field(default=None, description="Absent for sole traders.")
    country: Country = "FR"
    legal_kind: Word | None = Field(default=None, description="Legal form.", examples=["scic"])
    sector: Sector | None = None
    size_class: Word | None = Field(
        default=None, description=known(KNOWN_SIZE_CLASSES), examples=["sme"]
    )
    is_insertion: bool = Field(default=False, description="A structure of work insertion (SIAE).")
    status: Word = Field(description="draft, active, dormant or closed.", examples=["active"])
    roles: tuple[Word, ...] = Field(
        max_length=20, description=known(KNOWN_ROLES), examples=[["producer"]]
    )
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

    source: Word = Field(
        description="campaign, import, sirene; more may come.", examples=["import"]
    )


class ActorProfileChanged(ActorEvent):
    """Roles, sites, credentials or another part of the profile changed."""

    TYPE: ClassVar[str] = "org.maillage.actor.profile_changed.v1"

    changed: tuple[Word, ...] = Field(
        max_length=60, description="Names of the fields that differ.", examples=[["roles"]]
    )


class ActorClosed(ActorEvent):
    """The establishment ceased; what is planned with it must stop."""

    TYPE: ClassVar[str] = "org.maillage.actor.closed.v1"

    reason: Word = Field(examples=["ceased_activity"])
    effective_on: date = Field(description="First day on which it is closed.")
    successor_siret: Siret | None = Field(
        default=None, description="Establishment that goes on with its activity."
    )


class ConsentEvent(Event):
    """What both consent events carry."""

    TOPIC: ClassVar[Topic] = CONSENTS
    SUBJECT: ClassVar[str] = "actor_id"

    actor_id: ActorId
    purpose: Word = Field(
        description="matching, sharing, federation; more may come.", examples=["matching"]
    )
    fields: tuple[Word, ...] = Field(
        default=(), max_length=60, description="Fields it covers; empty: all of the purpose."
    )


class ConsentGiven(ConsentEvent):
    """An actor allows a use of its data."""

    TYPE: ClassVar[str] = "org.maillage.consent.given.v1"


class ConsentWithdrawn(ConsentEvent):
    """An actor no longer allows a use of its data; every reader obeys."""

    TYPE: ClassVar[str] = "org.maillage.consent.withdrawn.v1"


class AccessRule(Value):
    """Who may enter a zone, from when to when."""

    vehicle_classes: tuple[Word, ...] = Field(
        min_length=1,
        max_length=20,
        description=known(KNOWN_VEHICLE_CLASSES),
        examples=[["van", "truck"]],
    )
    energies: tuple[Word, ...] = Field(
        default=(), max_length=20, description="Empty: whatever the energy."
    )
    allowed: bool = Field(description="Whether these may enter, or may not.")
    valid_from: date
    valid_to: date | None = Field(default=None, description="Last day; absent: no end.")
    hours: DailyWindow | None = Field(default=None, description="Local time; absent: all day.")


class AccessZoneRulePublished(Event):
    """A regulated zone (low emission, pedestrian, village core) with its dated rules."""

    TYPE: ClassVar[str] = "org.maillage.accesszone.rule_published.v1"
    TOPIC: ClassVar[Topic] = ACCESS_ZONES
    SUBJECT: ClassVar[str] = "zone_id"

    zone_id: ZoneId
    name: Label
    kind: Word = Field(
        description="low_emission, pedestrian, village_core; more may come.",
        examples=["low_emission"],
    )
    area: Area
    rules: tuple[AccessRule, ...] = Field(max_length=100)


class Compartment(Value):
    """One part of a vehicle."""

    temperature: TemperatureClass = "ambient"
    payload_kg: Kilograms
    volume_m3: Positive
    crates: Count = Field(description="Places for crates.")
    is_dirty: bool = Field(
        default=False, description="Kept for waste and soiled returns: nothing clean goes in."
    )


class Vehicle(Value):
    """A vehicle that the hub may plan with."""

    vehicle_id: VehicleId
    owner_id: ActorId
    label: Label
    vehicle_class: Word = Field(description=known(KNOWN_VEHICLE_CLASSES), examples=["cargo_bike"])
    energy: Word = Field(description=known(KNOWN_ENERGIES), examples=["electric"])
    compartments: tuple[Compartment, ...] = Field(min_length=1, max_length=6)
    payload_kg: Kilograms = Field(description="Of all compartments together.")
    range_km: Kilometres | None = Field(
        default=None, description="Distance between two charges or fills; absent: not a limit."
    )
    speed_kmh: Positive = Field(description="Average on the road, stops aside, km/h.")
    cost_eur_per_km: Positive = Field(description="Energy, wear, tyres.")
    cost_eur_per_hour: Positive = Field(description="Crew, insurance, depreciation.")
    base: GeoPoint = Field(description="Where its shift starts and ends.")
    shift: DailyWindow = Field(description="Local time in which it may drive.")
    in_service: bool = Field(default=True, description="False: withdrawn, not to be planned with.")
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
    pallets: Count = Field(description="Places for pallets.")
    volume_m3: Positive


class Hub(Value):
    """A logistics hub: receives, stores cold or ambient, prepares, dispatches."""

    hub_id: HubId
    operator_id: ActorId
    label: Label
    position: GeoPoint
    docks: Count = Field(description="Doors at which a truck unloads.")
    van_access: bool = Field(default=True, description="Whether a van can reach its door.")
    bike_bays: Count = Field(default=0, description="Places for cargo bikes.")
    rooms: tuple[StorageRoom, ...] = Field(default=(), max_length=8)
    opening: DailyWindow = Field(description="Local time.")
    tenants: tuple[ActorId, ...] = Field(
        default=(), max_length=100, description="Actors that have rooms there."
    )


class HubCapacityChanged(Event):
    """A hub opened, or what it can hold changed."""

    TYPE: ClassVar[str] = "org.maillage.hub.capacity_changed.v1"
    TOPIC: ClassVar[Topic] = HUBS
    SUBJECT: ClassVar[str] = "hub.hub_id"

    hub: Hub
