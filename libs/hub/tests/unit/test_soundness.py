"""A document of a pack is refused where registry or flows would refuse it, and nowhere else."""

from collections.abc import Callable
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from maillage_contracts.refusals import Invalid
from maillage_contracts.samples import (
    a_credential,
    a_flow,
    a_vehicle,
    an_access_zone_rule_published,
    an_existing_round,
)
from maillage_flows.domain.declaration import Declaration, check
from maillage_flows.domain.round import RoundTold, check_round
from maillage_hub.packs.soundness import complaints
from maillage_registry.domain.access_zone import AccessZoneFacts
from maillage_registry.domain.credential import CredentialFacts
from maillage_registry.domain.vehicle import VehicleFacts

BACKWARDS = {"valid_from": "2026-01-02", "valid_to": "2026-01-01"}
RULE = {"vehicle_classes": ["van"], "allowed": False}
STARRED = {"label": "Solvents", "waste_code": "14 06 03*"}
TWICE = [{"leg": "back", "mass_kg": "600"}, {"leg": "back", "mass_kg": "20"}]

Door = tuple[Callable[..., BaseModel], type[BaseModel], Callable[[Any], object]]
CREDENTIALS: Door = (a_credential, CredentialFacts, bool)
ZONES: Door = (an_access_zone_rule_published, AccessZoneFacts, bool)
VEHICLES: Door = (a_vehicle, VehicleFacts, bool)
FLOWS: Door = (a_flow, Declaration, check)
ROUNDS: Door = (an_existing_round, RoundTold, check_round)
"""A sample as it is written in a pack, what the door reads of it, and what it asks then."""


@pytest.mark.parametrize(
    ("door", "changes", "field"),
    [
        *((door, {}, None) for door in (CREDENTIALS, ZONES, VEHICLES, FLOWS, ROUNDS)),
        (CREDENTIALS, BACKWARDS, "valid_to"),
        (ZONES, {"rules": [{**RULE, **BACKWARDS}]}, "rules.0.valid_to"),
        (VEHICLES, {"speed_kmh": "0"}, "speed_kmh"),
        (VEHICLES, {"range_km": "0"}, "range_km"),
        (VEHICLES, {"payload_kg": "799"}, "payload_kg"),
        (FLOWS, {"available_from": "2026-12-02", "available_until": "2026-12-02"}, None),
        (
            FLOWS,
            {"available_from": "2026-12-02", "available_until": "2026-12-01"},
            "available_until",
        ),
        (FLOWS, {"resource": STARRED, "legal": {"is_hazardous": False}}, "legal.is_hazardous"),
        (FLOWS, {"resource": STARRED, "legal": {}}, None),
        (ROUNDS, {"empty_km": "42"}, None),
        (ROUNDS, {"empty_km": "43"}, "empty_km"),
        (ROUNDS, {"free": TWICE}, "free"),
    ],
)
def test_a_pack_is_refused_where_the_door_would(
    door: Door, changes: dict[str, object], field: str | None
) -> None:
    sample, model, ask = door
    written = sample(**changes)
    document = written.model_dump(mode="json", exclude_none=True)
    wanted = {field} if field else set[str]()
    assert {path for path, _ in complaints(type(written), document)} == wanted
    body = {name: value for name, value in document.items() if name in model.model_fields}
    assert refused(model, ask, body) == wanted


def refused(
    model: type[BaseModel], ask: Callable[[Any], object], body: dict[str, object]
) -> set[str]:
    """The fields that the door names."""
    try:
        ask(model.model_validate(body))
    except ValidationError as error:
        return {".".join(map(str, one["loc"])) for one in error.errors()}
    except Invalid as invalid:
        return {invalid.field}
    return set()
