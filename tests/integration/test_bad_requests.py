"""Bad input at the HTTP doors: refused with a problem that says what to do, and nothing written."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from joserfc import jwt

from maillage_hub.runtime.issuer import Issuer
from maillage_hub.testing_calls import Calls, a_declaration, a_firm, a_profile
from maillage_hub.testing_hub import WholeHub

pytestmark = pytest.mark.integration

TOO_LARGE = b'{"name": "' + b"x" * (1024 * 1024) + b'"}'
SOMEBODY = UUID("01900000-0000-7000-8000-000000000000")


@dataclass(frozen=True)
class Bad:
    """A request that must be refused, and how."""

    service: str
    method: str
    path: str
    status: int
    says: str
    body: Callable[[UUID], Mapping[str, Any]] | bytes | None = None
    fields: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict[str, str])
    role: str | None = "advisor"


def profile(**changes: object) -> Callable[[UUID], Mapping[str, Any]]:
    return lambda _: {**a_profile("Refused"), **changes}


def flow(**changes: object) -> Callable[[UUID], Mapping[str, Any]]:
    return lambda actor_id: {**a_declaration(actor_id), **changes}


BAD = {
    "unknown field": Bad(
        "registry", "POST", "/v1/actors", 422, "not known", profile(nom="X"), ("nom",)
    ),
    "unknown field further down": Bad(
        *("flows", "POST", "/v1/flows", 422, "not known"),
        flow(resource={"label": "Pallets", "color": "blue"}),
        ("resource.color",),
    ),
    "missing field": Bad("flows", "POST", "/v1/flows", 422, "required", lambda _: {}, ("kind",)),
    "wrong type": Bad(
        *("flows", "POST", "/v1/flows", 422, "quantity.value"),
        flow(quantity={"value": "many", "unit": "unit", "per": "P1M"}),
        ("quantity.value",),
    ),
    "word of no list": Bad(
        "flows", "POST", "/v1/flows", 422, "use one of", flow(kind="magic"), ("kind",)
    ),
    "SIRET with a wrong check digit": Bad(
        "registry", "POST", "/v1/actors", 422, "siret", profile(siret="00000000100017"), ("siret",)
    ),
    "not JSON": Bad("registry", "POST", "/v1/actors", 422, "not JSON", b"{", ("body",)),
    "a list for an object": Bad(
        "registry", "POST", "/v1/actors", 422, "JSON object", b"[]", ("body",)
    ),
    "too large": Bad("registry", "POST", "/v1/actors", 413, "in parts", TOO_LARGE),
    "unknown actor": Bad(
        "flows", "POST", "/v1/flows", 409, "register it first", lambda _: a_declaration(SOMEBODY)
    ),
    "unknown identifier": Bad("flows", "GET", f"/v1/flows/{SOMEBODY}", 404, str(SOMEBODY)),
    "unknown identifier to close": Bad(
        *("registry", "POST", f"/v1/actors/{SOMEBODY}/close", 404, str(SOMEBODY)),
        lambda _: {"reason": "ceased_activity", "effective_on": "2026-11-23"},
    ),
    "no identifier": Bad("flows", "GET", "/v1/flows/42", 422, "flow_id", None, ("flow_id",)),
    "unknown path": Bad("matching", "GET", "/v1/ratings", 404, "Not Found"),
    "a method that is not there": Bad("matching", "DELETE", "/v1/leads", 405, "Not Allowed"),
    "an If-Match that is no ETag": Bad(
        *("registry", "POST", "/v1/actors", 422, "ETag", profile(), ("If-Match",)),
        {"If-Match": "abc"},
    ),
    "an Idempotency-Key that is none": Bad(
        *("registry", "POST", "/v1/actors", 422, "visible", profile(), ("Idempotency-Key",)),
        {"Idempotency-Key": "a b"},
    ),
    "a page too long": Bad("flows", "GET", "/v1/flows?limit=501", 422, "limit", None, ("limit",)),
    "a cursor of nowhere": Bad(
        "flows", "GET", "/v1/flows?cursor=xyz", 422, "next", None, ("cursor",)
    ),
    "no token": Bad(*("flows", "GET", "/v1/flows", 401, "Authorization: Bearer"), role=None),
    "a role that may not": Bad(
        "registry", "POST", "/v1/actors", 403, "advisor", profile(), role="observer"
    ),
}


@pytest.fixture
async def actor_id(calls: Calls) -> UUID:
    """An actor that flows has heard of."""
    made = await a_firm(calls, "A firm whose partners write bad requests")
    await calls.send("flows", "/v1/flows", a_declaration(made), early=True)
    return made


@pytest.mark.parametrize("bad", BAD.values(), ids=BAD.keys())
async def test_a_bad_request_is_told_what_to_do(hub: WholeHub, actor_id: UUID, bad: Bad) -> None:
    written = await _written(hub, bad.service)
    body = bad.body(actor_id) if callable(bad.body) else bad.body
    content = json.dumps(body).encode() if isinstance(body, Mapping) else body
    headers = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex, **bad.headers}
    async with hub.door(bad.service, bad.role) as door:
        answer = await door.request(bad.method, bad.path, content=content, headers=headers)

    problem = _problem(answer, bad.status)
    assert bad.says in answer.text
    assert set(bad.fields) <= {fault["field"] for fault in problem.get("errors", ())}
    assert await _written(hub, bad.service) == written


async def test_a_body_of_unknown_length_is_cut_off_as_well(hub: WholeHub) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(TOO_LARGE), 65_536):
            yield TOO_LARGE[start : start + 65_536]

    async with hub.door("registry") as door:
        answer = await door.post("/v1/actors", content=parts())

    _problem(answer, 413)


async def test_a_token_of_another_territory_opens_nothing(hub: WholeHub) -> None:
    ours = Issuer.of(hub.territory, hub.folder)
    now = int(datetime.now(UTC).timestamp())
    claims = {
        "iss": ours.name,
        "aud": "maillage",
        "sub": "advisor-1",
        "iat": now,
        "exp": now + 600,
        "territory": "elsewhere",
        "roles": ["advisor"],
    }
    token = jwt.encode({"alg": "ES256", "kid": ours.key.kid}, claims, ours.key)

    answers = await _ask_everybody(hub, token)

    assert [_problem(answer, 401)["detail"] for answer in answers] == [
        f"your token is not for the territory {hub.territory}"
    ] * len(answers)


async def test_a_token_signed_by_somebody_else_opens_nothing(hub: WholeHub, tmp_path: Path) -> None:
    stranger = WholeHub(hub.territory, tmp_path)
    stranger.folder.make()

    answers = await _ask_everybody(hub, stranger.token("advisor"))

    for answer in answers:
        _problem(answer, 401)
        assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


async def test_who_read_something_older_changes_nothing(hub: WholeHub, calls: Calls) -> None:
    actor_id = await a_firm(calls, "Changed by two")
    place = f"/v1/actors/{actor_id}"
    async with hub.door("registry") as door:
        read = await door.get(place)
        first = await door.put(
            place,
            json=a_profile("Changed by the first"),
            headers={"If-Match": read.headers["ETag"]},
        )
        written = await _written(hub, "registry")
        second = await door.put(
            place,
            json=a_profile("Changed by the second"),
            headers={"If-Match": read.headers["ETag"]},
        )
        now = await door.get(place)

    assert first.status_code == 200
    problem = _problem(second, 412)
    assert second.headers["ETag"] == now.headers["ETag"] == f'"{problem["version"]}"'
    assert now.json()["name"] == "Changed by the first"
    assert await _written(hub, "registry") == written


async def test_a_key_is_good_for_one_request_only(hub: WholeHub) -> None:
    key = {"Idempotency-Key": uuid4().hex}
    async with hub.door("registry") as door:
        first = await door.post("/v1/actors", json=a_profile("Once"), headers=key)
        written = await _written(hub, "registry")
        again = await door.post("/v1/actors", json=a_profile("Once"), headers=key)
        other = await door.post("/v1/actors", json=a_profile("Twice"), headers=key)

    assert again.json() == {**first.json(), "replayed": True}
    problem = _problem(other, 422)
    assert [fault["field"] for fault in problem["errors"]] == ["Idempotency-Key"]
    assert "make a new one" in problem["detail"]
    assert await _written(hub, "registry") == written


async def _ask_everybody(hub: WholeHub, token: str) -> list[httpx.Response]:
    paths = {
        "registry": "/v1/actors",
        "flows": "/v1/flows",
        "matching": "/v1/leads",
        "tours": "/v1/orders",
        "impact": "/v1/baselines",
    }
    assert paths.keys() == hub.state.services.keys()
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(headers=headers) as client:
        asked = [client.get(hub.state.services[name] + path) for name, path in paths.items()]
        return await asyncio.gather(*asked)


def _problem(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The problem document of an answer, as RFC 9457 wants it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    return problem


async def _written(hub: WholeHub, service: str) -> tuple[int, int]:
    """How much a service has ever said, and of how many keys it knows."""
    database = await hub.database(service)
    try:
        row = await database.fetchrow(
            "SELECT (SELECT count(*) FROM event_log), (SELECT count(*) FROM idempotency)"
        )
    finally:
        await database.close()
    assert row is not None
    return row[0], row[1]
