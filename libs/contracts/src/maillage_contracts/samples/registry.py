"""Examples of what the registry says."""

from maillage_contracts import registry
from maillage_contracts.samples.words import (
    BONNEVILLE,
    DAY,
    JOURDIES,
    an_area,
    an_id,
    made,
    some_hours,
)


def a_site(**changes: object) -> registry.Site:
    return made(
        registry.Site,
        changes,
        site_id=an_id("site of Villaverde"),
        kind="site",
        label="Workshop",
        position=JOURDIES,
        activity_zone="jourdies",
        opening_hours="Mo-Fr 08:00-17:00",
    )


def a_credential(**changes: object) -> registry.Credential:
    return made(
        registry.Credential,
        changes,
        credential_id=an_id("credential"),
        scope="waste_transport",
        issuer="Prefecture",
        valid_from="2025-01-01",
        valid_to="2029-12-31",
    )


def an_actor(**changes: object) -> registry.Actor:
    """An active firm; its identifiers follow from its name."""
    name = changes.get("name", "Villaverde")
    return made(
        registry.Actor,
        changes,
        actor_id=an_id(f"{name}"),
        name=name,
        siret="00000001800010",
        sector="16.24Z",
        size_class="sme",
        status="active",
        roles=("producer",),
        sites=(a_site(site_id=an_id(f"site of {name}")),),
    )


def an_actor_registered(**changes: object) -> registry.ActorRegistered:
    return made(registry.ActorRegistered, changes, actor=an_actor(), source="import")


def an_actor_profile_changed(**changes: object) -> registry.ActorProfileChanged:
    actor = an_actor(roles=("producer", "relay_host"))
    return made(registry.ActorProfileChanged, changes, actor=actor, changed=("roles",))


def an_actor_closed(**changes: object) -> registry.ActorClosed:
    return made(
        registry.ActorClosed,
        changes,
        actor=an_actor(status="closed"),
        reason="ceased_activity",
        effective_on=DAY,
    )


def a_consent_given(**changes: object) -> registry.ConsentGiven:
    return made(registry.ConsentGiven, changes, actor_id=an_id("Villaverde"), purpose="matching")


def a_consent_withdrawn(**changes: object) -> registry.ConsentWithdrawn:
    return made(
        registry.ConsentWithdrawn, changes, actor_id=an_id("Villaverde"), purpose="matching"
    )


def an_access_rule(**changes: object) -> registry.AccessRule:
    return made(
        registry.AccessRule,
        changes,
        vehicle_classes=("van", "truck"),
        energies=("diesel",),
        allowed=False,
        valid_from="2026-01-01",
    )


def an_access_zone_rule_published(**changes: object) -> registry.AccessZoneRulePublished:
    return made(
        registry.AccessZoneRulePublished,
        changes,
        zone_id=an_id("zone"),
        name="Village core",
        kind="low_emission",
        area=an_area(),
        rules=(an_access_rule(),),
    )


def a_vehicle(**changes: object) -> registry.Vehicle:
    """A small electric van with one ambient compartment."""
    label = changes.get("label", "Electric van")
    return made(
        registry.Vehicle,
        changes,
        vehicle_id=an_id(f"vehicle {label}"),
        owner_id=an_id("STRH"),
        label=label,
        vehicle_class="van",
        energy="electric",
        compartments=({"payload_kg": "800", "volume_m3": "8", "crates": 60},),
        payload_kg="800",
        range_km="180",
        speed_kmh="35",
        cost_eur_per_km="0.25",
        cost_eur_per_hour="28",
        base=BONNEVILLE,
        shift=some_hours(start="07:00", end="15:00"),
    )


def a_vehicle_declared(**changes: object) -> registry.VehicleDeclared:
    return made(registry.VehicleDeclared, changes, vehicle=a_vehicle())


def a_hub(**changes: object) -> registry.Hub:
    """A hub with an ambient and a cold room."""
    label = changes.get("label", "Hub of the Jourdies")
    return made(
        registry.Hub,
        changes,
        hub_id=an_id(f"hub {label}"),
        operator_id=an_id("STRH"),
        label=label,
        position=BONNEVILLE,
        docks=2,
        bike_bays=4,
        rooms=(
            {"temperature": "ambient", "pallets": 40, "volume_m3": "80"},
            {"temperature": "cold", "pallets": 6, "volume_m3": "12"},
        ),
        opening=some_hours(start="06:00", end="19:00"),
    )


def a_hub_capacity_changed(**changes: object) -> registry.HubCapacityChanged:
    return made(registry.HubCapacityChanged, changes, hub=a_hub())
