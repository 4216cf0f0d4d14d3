"""Examples of what flows says."""

from maillage_contracts import flows
from maillage_contracts.samples.words import (
    BONNEVILLE,
    JOURDIES,
    a_place,
    an_id,
    another_place,
    at,
    made,
)


def a_resource(**changes: object) -> flows.Resource:
    return made(
        flows.Resource,
        changes,
        label="Euro pallets, used once",
        spec="pallet",
        waste_code="15 01 03",
        functions=("handling",),
    )


def a_flow(**changes: object) -> flows.Flow:
    """Pallets that Villaverde has too much of."""
    return made(
        flows.Flow,
        changes,
        flow_id=an_id("pallets of Villaverde"),
        actor_id=an_id("Villaverde"),
        site_id=an_id("site of Villaverde"),
        position=JOURDIES,
        activity_zone="jourdies",
        kind="material",
        direction="out",
        intent="offer",
        willingness="open",
        confidence="declared",
        status="open",
        resource=a_resource(),
        condition={"physical": "solid", "form": "pallet", "contamination": "clean"},
        legal={"waste_status": "waste", "is_hazardous": False},
        quantity={"value": "40", "unit": "unit", "per": "P1M"},
        cost_today={"amount": "600.00"},
        observed_at=at(9),
    )


def a_wanted_flow(**changes: object) -> flows.Flow:
    """Pallets that STRH lacks: what answers `a_flow`."""
    return a_flow(
        **{
            "flow_id": an_id("pallets for STRH"),
            "actor_id": an_id("STRH"),
            "site_id": an_id("site of STRH"),
            "position": BONNEVILLE,
            "direction": "in",
            "intent": "request",
            "resource": a_resource(label="Euro pallets", waste_code=None),
            "legal": {},
            "quantity": {"value": "30", "unit": "unit", "per": "P1M"},
            "cost_today": {"amount": "2160.00"},
            **changes,
        }
    )


def a_flow_declared(**changes: object) -> flows.FlowDeclared:
    return made(flows.FlowDeclared, changes, flow=a_flow(status="declared"))


def a_flow_opened(**changes: object) -> flows.FlowOpened:
    return made(flows.FlowOpened, changes, flow=a_flow())


def a_flow_changed(**changes: object) -> flows.FlowChanged:
    return made(flows.FlowChanged, changes, flow=a_flow(), changed=("quantity",))


def a_flow_went_stale(**changes: object) -> flows.FlowWentStale:
    return made(flows.FlowWentStale, changes, flow=a_flow(status="stale"), stale_after_days=180)


def an_existing_round(**changes: object) -> flows.ExistingRound:
    """A weekly round that comes back nearly empty."""
    return made(
        flows.ExistingRound,
        changes,
        round_id=an_id("round"),
        actor_id=an_id("Villaverde"),
        label="Monday deliveries",
        weekdays=(1,),
        departs_at="08:00",
        vehicle_class="van",
        energy="diesel",
        stops=(a_place(), another_place()),
        distance_km="42",
        empty_km="18",
        carried_kg="350",
        free=({"leg": "back", "mass_kg": "600"},),
        cost_per_round={"amount": "61.00"},
    )


def an_existing_round_declared(**changes: object) -> flows.ExistingRoundDeclared:
    return made(flows.ExistingRoundDeclared, changes, round=an_existing_round())
