"""What hubs, vehicles and access zones may say."""

from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from maillage_contracts.samples import a_hub, a_vehicle, an_access_zone_rule_published, an_id
from maillage_contracts.vocabulary import ActorId
from maillage_registry.domain.access_zone import AccessZone
from maillage_registry.domain.hub import Hub
from maillage_registry.domain.vehicle import Vehicle

A, B = sorted((ActorId(an_id("a")), ActorId(an_id("b"))))
POINT = {"lat": 46.06, "lon": 6.38}
ROOM = {"temperature": "cold", "pallets": 4, "volume_m3": "8"}
RULE = {"vehicle_classes": ["van"], "allowed": False, "valid_from": "2026-01-01"}


def said(document: BaseModel, changes: dict[str, object]) -> dict[str, Any]:
    return {**document.model_dump(mode="json"), **changes}


def a_kept_vehicle(**changes: object) -> Vehicle:
    return Vehicle.model_validate(said(a_vehicle(), changes))


def a_kept_hub(**changes: object) -> Hub:
    return Hub.model_validate(said(a_hub(), changes))


def a_kept_zone(**changes: object) -> AccessZone:
    return AccessZone.model_validate(said(an_access_zone_rule_published(), changes))


def test_a_withdrawn_vehicle_is_the_same_out_of_service() -> None:
    vehicle = a_kept_vehicle()
    assert vehicle.withdrawn() == a_kept_vehicle(in_service=False)


@pytest.mark.parametrize(
    "changes",
    [
        {"vehicle_class": "bike"},
        {"energy": "steam"},
        {"compartments": []},
        {"compartments": [{"payload_kg": "801", "volume_m3": "1", "crates": 0}]},
        {"payload_kg": "-1"},
        {"payload_kg": "NaN"},
        {"range_km": "0"},
        {"speed_kmh": "0"},
        {"speed_kmh": "500"},
        {"shift": {"start": "15:00", "end": "07:00"}},
        {"base": {"lat": 91, "lon": 0}},
        {"label": "\n"},
        {"driver": "A Person"},
    ],
)
def test_a_faulty_vehicle_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        a_kept_vehicle(**changes)


def test_tenants_are_a_set() -> None:
    assert a_kept_hub(tenants=[str(B), str(A), str(B)]).tenants == (A, B)


def test_a_tenant_leaves() -> None:
    assert a_kept_hub(tenants=[A, B]).without_tenant(A).tenants == (B,)


@pytest.mark.parametrize(
    "changes",
    [
        {"rooms": [ROOM, ROOM]},
        {"rooms": [{**ROOM, "temperature": "tepid"}]},
        {"rooms": [{**ROOM, "pallets": -1}]},
        {"docks": -1},
        {"opening": {"start": "19:00", "end": "19:00"}},
    ],
)
def test_a_faulty_hub_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        a_kept_hub(**changes)


def test_classes_and_energies_of_a_rule_are_sets() -> None:
    rule = {**RULE, "vehicle_classes": ["van", "truck", "van"], "energies": ["petrol", "diesel"]}
    zone = a_kept_zone(rules=[rule])
    assert zone.rules[0].vehicle_classes == ("truck", "van")
    assert zone.rules[0].energies == ("diesel", "petrol")


@pytest.mark.parametrize(
    "changes",
    [
        {"area": {"ring": [POINT, POINT, POINT, POINT]}},
        {
            "area": {
                "ring": [POINT, {"lat": 46.07, "lon": 6.38}, {"lat": 46.08, "lon": 6.38}, POINT]
            }
        },
        {"area": {"ring": [POINT, {"lat": 46.07, "lon": 6.38}, {"lat": 46.07, "lon": 6.4}]}},
        {"rules": [{**RULE, "valid_to": "2025-12-31"}]},
        {"rules": [{**RULE, "vehicle_classes": []}]},
        {"rules": [{**RULE, "vehicle_classes": ["boat"]}]},
        {"rules": [{**RULE, "hours": {"start": "20:00", "end": "06:00"}}]},
        {"rules": [RULE] * 101},
    ],
)
def test_a_faulty_zone_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        a_kept_zone(**changes)


def test_a_zone_without_rules_lets_all_in() -> None:
    assert a_kept_zone(rules=[]).rules == ()
