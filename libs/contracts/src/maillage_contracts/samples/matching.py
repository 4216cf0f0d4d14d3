"""Examples of what matching says."""

from maillage_contracts import matching
from maillage_contracts.samples.words import (
    DAY,
    a_load,
    a_place,
    an_id,
    another_place,
    made,
    some_hours,
)

BOTH_FLOWS = (an_id("pallets of Villaverde"), an_id("pallets for STRH"))
BOTH_ACTORS = (an_id("Villaverde"), an_id("STRH"))


def a_gate(**changes: object) -> matching.Gate:
    return made(
        matching.Gate, changes, code="distance", verdict="pass", reason="2.6 km, at most 30 km"
    )


def a_lead(**changes: object) -> matching.Lead:
    """The pallets of Villaverde for STRH."""
    return made(
        matching.Lead,
        changes,
        lead_id=an_id("lead"),
        source="engine",
        kind="substitution",
        flow_ids=BOTH_FLOWS,
        actor_ids=BOTH_ACTORS,
        activity_zone="jourdies",
        resource="Euro pallets, used once",
        gates=(a_gate(),),
        explanation=("Both name the same pallets, 2.6 km apart.",),
        score=0.82,
        distance_km=2.6,
        estimated_value={"amount": "2160.00"},
    )


def a_lead_surfaced(**changes: object) -> matching.LeadSurfaced:
    return made(matching.LeadSurfaced, changes, lead=a_lead())


def a_lead_accepted(**changes: object) -> matching.LeadAccepted:
    return made(matching.LeadAccepted, changes, lead_id=an_id("lead"), case_id=an_id("case"))


def a_lead_rejected(**changes: object) -> matching.LeadRejected:
    return made(matching.LeadRejected, changes, lead_id=an_id("lead"), reasons=("too_far",))


def a_case_introduced(**changes: object) -> matching.CaseIntroduced:
    return made(
        matching.CaseIntroduced,
        changes,
        case_id=an_id("case"),
        kind="substitution",
        lead_ids=(an_id("lead"),),
        actor_ids=BOTH_ACTORS,
        flow_ids=BOTH_FLOWS,
        channel="visit",
    )


def a_logistics_need(**changes: object) -> matching.LogisticsNeed:
    return made(
        matching.LogisticsNeed,
        changes,
        pickup=a_place(),
        dropoff=another_place(),
        load=a_load(),
        every="P1W",
        first_on=DAY,
        pickup_window=some_hours(),
        dropoff_window=some_hours(start="09:00", end="17:00"),
    )


def a_synergy(**changes: object) -> matching.Synergy:
    """STRH takes the pallets of Villaverde, which stops paying for their disposal."""
    donor, receiver = BOTH_ACTORS
    return made(
        matching.Synergy,
        changes,
        synergy_id=an_id("synergy"),
        case_id=an_id("case"),
        kind="substitution",
        title="Pallets of Villaverde for STRH",
        parties=(
            {"actor_id": donor, "role": "donor", "share": "0.5"},
            {"actor_id": receiver, "role": "receiver", "share": "0.5"},
        ),
        flow_ids=BOTH_FLOWS,
        quantity={"value": "30", "unit": "unit", "per": "P1M"},
        price={"amount": "0.00"},
        saving={"amount": "2160.00"},
        material={
            "resource_spec": "pallet",
            "waste_code": "15 01 03",
            "replaces_spec": "pallet",
            "route_before": "wood_disposal",
            "route_after": "reuse",
        },
        logistics=(a_logistics_need(),),
        starts_on=DAY,
    )


def a_synergy_agreed(**changes: object) -> matching.SynergyAgreed:
    return made(matching.SynergyAgreed, changes, synergy=a_synergy())


def a_synergy_ended(**changes: object) -> matching.SynergyEnded:
    return made(
        matching.SynergyEnded,
        changes,
        synergy_id=an_id("synergy"),
        ended_on=DAY,
        reason="actor_closed",
    )


def a_pattern_published(**changes: object) -> matching.PatternPublished:
    return made(
        matching.PatternPublished,
        changes,
        pattern_id=an_id("pattern"),
        kind="transformation",
        donor_sector="47",
        receiver_sector="47",
        resource_spec="cardboard",
        replaces_spec="bubble_wrap",
        transformation="shredding",
        equipment="shredder",
        outcome="running",
        obstacles=("dust",),
        case_count=3,
        consented=True,
    )


def a_flow_question_raised(**changes: object) -> matching.FlowQuestionRaised:
    return made(
        matching.FlowQuestionRaised,
        changes,
        question_id=an_id("question"),
        flow_id=an_id("pallets of Villaverde"),
        attribute="contamination",
        why="A painted pallet cannot be used for food.",
    )
