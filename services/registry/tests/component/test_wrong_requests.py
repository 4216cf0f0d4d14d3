"""What is wrong is refused with its field and what to do; who may not is turned away."""

from collections.abc import Awaitable, Callable
from typing import Any, get_args
from uuid import UUID

import httpx
import pytest

from maillage_common.application import permissions
from maillage_common.policy import POLICY, Role
from maillage_common.testing import client
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.samples import a_vehicle, an_id
from maillage_registry.entrypoints.http import router
from maillage_registry.usecases.store import Store
from maillage_registry.wiring import service

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
        ("name", {"name": "a\u0000b"}, "control characters"),
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
        {"q": "a\x00b"},
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


def commands_and_queries(runner: Runner[Store]) -> list[tuple[str, str, str]]:
    named = ((*name.split(" "), permission) for name, permission in permissions(router(runner)))
    return [(method, path, str(permission)) for method, path, permission in named]


async def test_every_door_lets_in_those_whom_the_policy_names(runner: Runner[Store]) -> None:
    doors = commands_and_queries(runner)
    assert len(doors) == 32
    for role in get_args(Role):
        async with client(service(), runner, role, UUID(ACTOR)) as http:
            for method, path, permission in doors:
                filled = path.replace("{purpose}", "matching").replace("{actor_id}", ACTOR)
                filled = "/".join(ACTOR if "{" in part else part for part in filled.split("/"))
                answer = await http.request(method, filled)
                allowed = POLICY[permission].allows(frozenset({role}))
                assert (answer.status_code != 403) is allowed, (role, method, path)


async def test_nobody_enters_without_a_token(runner: Runner[Store]) -> None:
    async with client(service(), runner, None) as http:
        for method, path, _ in commands_and_queries(runner):
            assert (await http.request(method, path)).status_code == 401, path


async def test_an_actor_changes_its_own_sites_only(
    advisor: httpx.AsyncClient, runner: Runner[Store], told: Told
) -> None:
    body = {"actor_id": ACTOR, "name": "Villaverde", "roles": ["producer"]}
    await advisor.post("/v1/actors", json=body)
    path = f"/v1/actors/{ACTOR}/sites/{an_id('site')}"
    async with client(service(), runner, "actor", an_id("STRH")) as other:
        assert (await other.put(path, json=SITE)).status_code == 404
        assert (await other.delete(path)).status_code == 404
    async with client(service(), runner, "actor", UUID(ACTOR)) as itself:
        assert (await itself.put(path, json=SITE)).status_code == 200
        assert (await itself.delete(path)).status_code == 200
    assert len(await told()) == 3
