"""What is wrong is refused with its field and what to do; who may not is turned away."""

from collections.abc import Awaitable, Callable
from typing import Any, get_args
from uuid import UUID

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.samples import a_hub, a_vehicle, an_access_zone_rule_published, an_id
from maillage_registry.entrypoints.http import router
from maillage_registry.usecases.store import Store
from maillage_registry.wiring import service
from maillage_serving.application import permissions
from maillage_serving.policy import Role
from maillage_serving.testing import client

Told = Callable[[], Awaitable[list[Event]]]

ACTOR = str(an_id("Villaverde"))
SITE = {"label": "Workshop", "position": {"lat": 46.06, "lon": 6.38}}
VEHICLE = a_vehicle().model_dump(mode="json", exclude={"vehicle_id"})


@pytest.mark.parametrize(
    ("field", "changes", "advice"),
    [
        ("siret", {"siret": "73282932000075"}, "check digit"),
        ("siret", {"siret": "732 829 320"}, "14 digits"),
        ("siret", {"siret": "73282932000074", "country": "CH"}, "only France"),
        ("roles.1", {"roles": ["producer", "carier"]}, "use one of producer"),
        ("roles", {"roles": []}, "one role at least"),
        ("legal_kind", {"legal_kind": "sole-trader"}, ""),
        ("legal_kind", {"legal_kind": "soletrader"}, "sole_trader"),
        ("status", {"status": "closed"}, "draft or active"),
        ("status", {"status": "asleep"}, ""),
        ("name", {"name": ""}, ""),
        ("name", {"name": "a\nb"}, "control characters"),
        ("name", {"name": "x" * 201}, ""),
        ("sites.0.position.lat", {"sites": [SITE | {"position": {"lat": 91, "lon": 6}}]}, ""),
        ("sites.0.kind", {"sites": [SITE | {"kind": "shop"}]}, "relay_point"),
        ("sites.0.crates_max", {"sites": [SITE | {"crates_max": -1}]}, ""),
        ("sites", {"sites": [SITE, SITE]}, "site_id"),
        ("sites", {"sites": [SITE] * 51}, ""),
        ("rating", {"rating": 5}, "remove it or correct its name"),
        ("actor_id", {"actor_id": "42"}, ""),
        ("name", {"name": None}, ""),
    ],
)
async def test_a_faulty_field_is_named(
    advisor: httpx.AsyncClient, told: Told, field: str, changes: dict[str, Any], advice: str
) -> None:
    body = {"actor_id": ACTOR, "name": "Villaverde", "roles": ["producer"], **changes}
    refused = await advisor.post("/v1/actors", json=body)
    assert refused.status_code == 422, refused.text
    assert refused.headers["Content-Type"] == "application/problem+json"
    [fault] = refused.json()["errors"]
    assert fault["field"] == field
    assert advice in fault["message"]
    assert await told() == []


@pytest.mark.parametrize(
    "asked",
    [
        {"role": "carier"},
        {"zone": "Les Jourdies"},
        {"status": "asleep"},
        {"q": "a\x07b"},
        {"q": " "},
        {"hub": "42"},
        {"limit": "0"},
        {"limit": "501"},
        {"cursor": "nonsense"},
        {"cursor": "WyJub25zZW5zZSJd"},
    ],
)
async def test_a_faulty_filter_is_named(advisor: httpx.AsyncClient, asked: dict[str, str]) -> None:
    refused = await advisor.get("/v1/actors", params=asked)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == next(iter(asked))


CONTACT, GRANT = f"/v1/actors/{ACTOR}/contact", f"/v1/actors/{ACTOR}/credentials"
HUB = a_hub().model_dump(mode="json", exclude={"hub_id"})
ROOM = {"temperature": "cold", "pallets": 1, "volume_m3": "1"}
LAPSED = {"scope": "organic", "issuer": "Bureau", "valid_from": "2026-01-02"}
ZONE = an_access_zone_rule_published().model_dump(mode="json", exclude={"zone_id"})
POINT = {"lat": 46, "lon": 6}


@pytest.mark.parametrize(
    ("method", "path", "body", "field", "advice"),
    [
        ("PUT", CONTACT, {}, "body", "give a phone or an email"),
        ("POST", GRANT, LAPSED | {"valid_to": "2026-01-01"}, "valid_to", "before valid_from"),
        ("POST", GRANT, LAPSED | {"valid_from": 0}, "valid_from", "as in 2026-11-23"),
        ("POST", "/v1/vehicles", VEHICLE | {"payload_kg": "1"}, "payload_kg", "compartments"),
        ("POST", "/v1/hubs", HUB | {"rooms": [ROOM, ROOM]}, "rooms", "add them up"),
        ("POST", "/v1/zones", ZONE | {"area": {"ring": [POINT] * 4}}, "area", "encloses nothing"),
    ],
)
async def test_a_body_that_does_not_hold_together_says_where(
    advisor: httpx.AsyncClient,
    *,
    method: str,
    path: str,
    body: dict[str, Any],
    field: str,
    advice: str,
) -> None:
    refused = await advisor.request(method, path, json=body)
    assert refused.status_code == 422
    [fault] = refused.json()["errors"]
    assert fault["field"] == field
    assert advice in fault["message"]
    assert "Value error" not in refused.text


async def test_all_faults_are_told_at_once(advisor: httpx.AsyncClient) -> None:
    body = {**VEHICLE, "energy": "steam", "speed_kmh": "0", "wheels": 4}
    refused = await advisor.put(f"/v1/vehicles/{an_id('van')}", json=body)
    assert {fault["field"] for fault in refused.json()["errors"]} == {
        "energy",
        "speed_kmh",
        "wheels",
    }


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"text"', b"\xff\xfe"])
async def test_a_body_that_is_no_object_is_refused(advisor: httpx.AsyncClient, body: bytes) -> None:
    sent = {"Content-Type": "application/json"}
    refused = await advisor.post("/v1/actors", content=body, headers=sent)
    assert refused.status_code == 422
    assert refused.headers["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/v1/actors/42", "/v1/hubs/x", "/v1/actors/%00", "/v1/zones/-"])
async def test_what_is_no_identifier_is_refused(advisor: httpx.AsyncClient, path: str) -> None:
    refused = await advisor.get(path)
    assert refused.status_code in {404, 422}
    assert refused.headers["Content-Type"] == "application/problem+json"


async def test_a_key_is_not_used_for_two_requests(advisor: httpx.AsyncClient, told: Told) -> None:
    key = {"Idempotency-Key": "once"}
    for name, status in (("Villaverde", 201), ("STRH", 422)):
        body = {"name": name, "roles": ["producer"]}
        answer = await advisor.post("/v1/actors", json=body, headers=key)
        assert answer.status_code == status
    assert len(await told()) == 1


ALL = frozenset(get_args(Role))
REGISTRARS = frozenset({"advisor", "operator"})
IMPORTERS = REGISTRARS | {"service"}
DOORS = {
    "GET /v1/actors": ALL,
    "POST /v1/actors": IMPORTERS,
    "GET /v1/actors/{actor_id}": ALL,
    "PUT /v1/actors/{actor_id}": IMPORTERS,
    "POST /v1/actors/{actor_id}/activate": REGISTRARS,
    "POST /v1/actors/{actor_id}/make-dormant": REGISTRARS,
    "POST /v1/actors/{actor_id}/close": REGISTRARS,
    "PUT /v1/actors/{actor_id}/sites/{site_id}": REGISTRARS | {"actor"},
    "DELETE /v1/actors/{actor_id}/sites/{site_id}": REGISTRARS | {"actor"},
    "POST /v1/actors/{actor_id}/credentials": REGISTRARS,
    "DELETE /v1/actors/{actor_id}/credentials/{credential_id}": REGISTRARS,
    "GET /v1/actors/{actor_id}/contact": {"advisor", "actor"},
    "PUT /v1/actors/{actor_id}/contact": {"advisor", "actor"},
    "DELETE /v1/actors/{actor_id}/contact": {"advisor", "actor"},
    "GET /v1/actors/{actor_id}/consents": ALL,
    "PUT /v1/actors/{actor_id}/consents/{purpose}": REGISTRARS | {"actor"},
    "DELETE /v1/actors/{actor_id}/consents/{purpose}": REGISTRARS | {"actor"},
    "GET /v1/hubs": ALL,
    "POST /v1/hubs": IMPORTERS | {"dispatcher"},
    "GET /v1/hubs/{hub_id}": ALL,
    "PUT /v1/hubs/{hub_id}": IMPORTERS | {"dispatcher"},
    "GET /v1/vehicles": ALL,
    "POST /v1/vehicles": IMPORTERS | {"dispatcher"},
    "GET /v1/vehicles/{vehicle_id}": ALL,
    "PUT /v1/vehicles/{vehicle_id}": IMPORTERS | {"dispatcher"},
    "POST /v1/vehicles/{vehicle_id}/withdraw": IMPORTERS | {"dispatcher"},
    "GET /v1/zones": ALL,
    "POST /v1/zones": IMPORTERS,
    "GET /v1/zones/{zone_id}": ALL,
    "PUT /v1/zones/{zone_id}": IMPORTERS,
    "GET /v1/sites.geojson": ALL,
    "GET /v1/zones.geojson": ALL,
}


def test_no_door_is_left_out(runner: Runner[Store]) -> None:
    assert {name for name, _ in permissions(router(runner))} == set(DOORS)


@pytest.mark.parametrize("role", get_args(Role))
async def test_each_role_passes_its_doors_only(runner: Runner[Store], role: Role) -> None:
    async with client(service(), runner, role, UUID(ACTOR)) as http:
        for door, allowed in DOORS.items():
            method, path = filled(door)
            answer = await http.request(method, path)
            assert (answer.status_code != 403) is (role in allowed), door


def filled(door: str) -> tuple[str, str]:
    """A door's method and path, with identifiers in it."""
    method, path = door.split(" ")
    path = path.replace("{purpose}", "matching")
    return method, "/".join(ACTOR if part.startswith("{") else part for part in path.split("/"))


async def test_nobody_enters_without_a_token(runner: Runner[Store]) -> None:
    async with client(service(), runner, None) as http:
        for door in DOORS:
            assert (await http.request(*filled(door))).status_code == 401, door


async def test_an_actor_changes_its_own_sites_only(
    advisor: httpx.AsyncClient, runner: Runner[Store], told: Told
) -> None:
    body = {"actor_id": ACTOR, "name": "Villaverde", "roles": ["producer"]}
    await advisor.post("/v1/actors", json=body)
    path = f"/v1/actors/{ACTOR}/sites/{an_id('site')}"
    async with (
        client(service(), runner, "actor", UUID(ACTOR)) as itself,
        client(service(), runner, "actor", an_id("STRH")) as other,
    ):
        assert (await other.put(path, json=SITE)).status_code == 404
        assert (await itself.put(path, json=SITE)).status_code == 200
        assert (await other.delete(path)).status_code == 404
        assert len(await told()) == 2
        assert (await itself.delete(path)).status_code == 200
