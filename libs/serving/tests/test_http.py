"""The HTTP door: who may enter, what it refuses and how it says so."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import replace
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from fastapi import APIRouter
from pydantic import Field
from tally import MemoryTally, Store, service

from maillage_common.health import Health
from maillage_common.metrics import Metrics
from maillage_common.transaction import Runner
from maillage_contracts.refusals import Invalid, NotFound, Refused, Stale
from maillage_contracts.samples import TERRITORY, an_id
from maillage_serving.application import BODY_BYTES_MAX, create_app
from maillage_serving.auth import Principal
from maillage_serving.http import (
    Body,
    Door,
    Guarded,
    command,
    decode_cursor,
    encode_cursor,
    etag,
    query,
)
from maillage_serving.testing import client, memory_runner, published, token, verifier

ACTOR = an_id("an actor")


class Order(Body):
    tonnes: float = Field(gt=0)
    label: str


def odd_routes(_: Runner[Store]) -> APIRouter:
    """Doors that answer each kind of error."""
    routes = APIRouter(route_class=Guarded)
    errors = {
        "refused": Refused("the flow is not open: qualify it first"),
        "missing": NotFound("no flow has this identifier"),
        "invalid": Invalid("flow.siret", "a SIRET has 14 digits"),
        "stale": Stale(expected=2, found=5),
        "away": asyncpg.CannotConnectNowError("starting up"),
        "broken": RuntimeError("secret detail"),
    }

    @routes.get("/errors/{kind}")
    async def fail(kind: str, who: Annotated[Principal, query("flows.flow.read")]) -> None:
        raise errors[kind]

    @routes.post("/orders")
    async def order(
        body: Order, door: Annotated[Door, command("flows.flow.declare")]
    ) -> dict[str, Any]:
        return {
            "version": door.expected_version,
            "provenance": door.context.provenance,
            "trace": door.context.traceparent,
            "correlation": str(door.context.correlation_id),
            "key": door.idempotency and door.idempotency.fingerprint,
        }

    @routes.get("/actors/{actor_id}")
    async def actor(
        actor_id: UUID, who: Annotated[Principal, query("flows.flow.declare")]
    ) -> dict[str, Any]:
        who.must_own(actor_id)
        return {"only": who.only_organisation}

    return routes


@pytest.fixture
def tally() -> Runner[Store]:
    store: Store = MemoryTally()
    return memory_runner(store, service="flows")


@pytest.fixture
async def http(tally: Runner[Store]) -> AsyncGenerator[httpx.AsyncClient]:
    async with client(service(), tally) as caller:
        yield caller


@pytest.fixture
async def odd(tally: Runner[Store]) -> AsyncGenerator[httpx.AsyncClient]:
    async with client(replace(service(), router=odd_routes), tally) as caller:
        yield caller


ORDER = {"tonnes": 1, "label": "pallets"}


async def test_a_command_is_answered_with_its_events(
    http: httpx.AsyncClient, tally: Runner[Store]
) -> None:
    answer = await http.post("/flows", json={"name": "a"})
    [event] = await published(tally)
    assert answer.status_code == 201
    assert answer.json() == {
        "id": str(an_id("a")),
        "events": [
            {
                "id": str(event.envelope.id),
                "type": "org.maillage.flow.declared.v1",
                "subject": str(an_id("a")),
                "sequence": 1,
            }
        ],
        "replayed": False,
    }


async def test_a_key_makes_a_command_safe_to_repeat(http: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "7d3f"}
    first = await http.post("/flows", json={"name": "a"}, headers=headers)
    again = await http.post("/flows", json={"name": "a"}, headers=headers)
    other = await http.post("/flows", json={"name": "b"}, headers=headers)
    assert again.json() == first.json() | {"replayed": True}
    assert other.status_code == 422
    assert other.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize("key", ["", "with space", "x" * 201, "é"])
async def test_a_key_that_is_none_is_refused(http: httpx.AsyncClient, key: str) -> None:
    headers = [(b"idempotency-key", key.encode("latin-1"))]
    answer = await http.post("/flows", json={"name": "a"}, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "Idempotency-Key"


@pytest.mark.parametrize(
    ("kind", "status", "told"),
    [
        ("refused", 409, "qualify it first"),
        ("missing", 404, "no flow has this identifier"),
        ("invalid", 422, "flow.siret: a SIRET has 14 digits"),
        ("stale", 412, "read it again"),
        ("away", 503, "try again"),
        ("broken", 500, "X-Correlation-Id"),
    ],
)
async def test_each_error_is_a_problem_that_says_what_to_do(
    odd: httpx.AsyncClient, kind: str, status: int, told: str
) -> None:
    answer = await odd.get(f"/errors/{kind}")
    document = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, document["status"]) == (status, status)
    assert told in document["detail"]
    assert "secret" not in answer.text
    assert UUID(answer.headers["x-correlation-id"])


async def test_a_stale_version_comes_with_the_current_one(odd: httpx.AsyncClient) -> None:
    assert (await odd.get("/errors/stale")).headers["etag"] == etag(5)


async def test_what_is_away_says_when_to_come_back(odd: httpx.AsyncClient) -> None:
    assert int((await odd.get("/errors/away")).headers["retry-after"]) > 0


@pytest.mark.parametrize(
    ("body", "field", "told"),
    [
        (b'{"tonnes": 1, "label": "x", "prise": 3}', "prise", "remove it"),
        (b'{"tonnes": 1}', "label", "add it"),
        (b'{"tonnes": 0, "label": "x"}', "tonnes", "greater than 0"),
        (b'{"tonnes": ', "body", "not JSON"),
        (b"[]", "body", "JSON object"),
        (b"", "body", "add it"),
        (b'{"tonnes": NaN, "label": "x"}', "tonnes", ""),
        (b"\xff\xfe", "body", ""),
        (b'{"tonnes": 1, "label": "\0"}', "body", "not JSON"),
    ],
)
async def test_a_body_that_is_wrong_is_told_which_field(
    odd: httpx.AsyncClient, body: bytes, field: str, told: str
) -> None:
    answer = await odd.post("/orders", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"
    if answer.status_code == 422:
        [fault] = answer.json()["errors"]
        assert fault["field"] == field
        assert told in fault["message"]


async def test_a_large_body_is_refused_before_it_is_read(odd: httpx.AsyncClient) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b"{"
        raise AssertionError("this was read")

    headers = {"Content-Length": str(BODY_BYTES_MAX + 1)}
    answer = await odd.post("/orders", content=body(), headers=headers)
    assert answer.status_code == 413


async def test_a_large_body_in_pieces_is_refused_where_it_passes_the_limit(
    odd: httpx.AsyncClient,
) -> None:
    async def body() -> AsyncIterator[bytes]:
        yield b'{"label": "'
        for _ in range(2 * BODY_BYTES_MAX // 65536):
            yield b"x" * 65536

    answer = await odd.post("/orders", content=body(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_just_small_enough_passes(odd: httpx.AsyncClient) -> None:
    text = json.dumps(ORDER | {"label": ""})
    full = json.dumps(ORDER | {"label": "x" * (BODY_BYTES_MAX - len(text))})
    assert len(full) == BODY_BYTES_MAX
    answer = await odd.post("/orders", content=full, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200


async def test_every_answer_wears_the_security_headers(
    odd: httpx.AsyncClient, tally: Runner[Store]
) -> None:
    async with client(service(), tally, role=None) as stranger:
        answers = [
            await odd.get(path)
            for path in ("/errors/broken", "/errors/missing", "/livez", "/nowhere", "/openapi.json")
        ]
        answers.append(await stranger.get("/flows"))
    for answer in answers:
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


async def test_a_correlation_identifier_is_kept_or_made(odd: httpx.AsyncClient) -> None:
    given = str(an_id("correlation"))
    for sent in (given, "'; drop table", ""):
        answer = await odd.post("/orders", json=ORDER, headers={"X-Correlation-Id": sent})
        echoed = answer.headers["x-correlation-id"]
        assert answer.json()["correlation"] == echoed
        assert (echoed == given) == (sent == given)
        assert UUID(echoed)


async def test_a_trace_is_passed_on_when_it_is_one(odd: httpx.AsyncClient) -> None:
    trace = f"00-{'a' * 32}-{'b' * 16}-01"
    for sent, kept in ((trace, trace), ("nonsense", None)):
        answer = await odd.post("/orders", json=ORDER, headers={"traceparent": sent})
        assert answer.json()["trace"] == kept


@pytest.mark.parametrize(
    ("sent", "version"), [('"3"', 3), ("*", None), (None, None), ("3", 422), ('W/"3"', 422)]
)
async def test_if_match_is_the_version_that_was_read(
    odd: httpx.AsyncClient, sent: str | None, version: int | None
) -> None:
    headers = {} if sent is None else {"If-Match": sent}
    answer = await odd.post("/orders", json=ORDER, headers=headers)
    if version == 422:
        assert answer.json()["errors"][0]["field"] == "If-Match"
    else:
        assert answer.json()["version"] == version


async def test_people_decide_and_machines_say_what_they_are(tally: Runner[Store]) -> None:
    odd_service = replace(service(), router=odd_routes)
    imported = {"X-Provenance": "import"}
    async with (
        client(odd_service, tally, "service") as machine,
        client(odd_service, tally, "advisor") as person,
    ):
        told = [
            (await caller.post("/orders", json=ORDER, headers=headers)).json()["provenance"]
            for caller, headers in ((machine, {}), (machine, imported), (person, imported))
        ]
    assert told == ["adapter", "import", "human"]


async def test_an_actor_sees_and_touches_only_its_own(tally: Runner[Store]) -> None:
    odd_service = replace(service(), router=odd_routes)
    other = an_id("another actor")
    async with client(odd_service, tally, "actor", ACTOR) as actor:
        assert (await actor.get(f"/actors/{ACTOR}")).json() == {"only": str(ACTOR)}
        assert (await actor.get(f"/actors/{other}")).status_code == 404
    async with client(odd_service, tally, "advisor") as advisor:
        assert (await advisor.get(f"/actors/{other}")).json() == {"only": None}
    async with client(odd_service, tally, "actor") as nobody:
        assert (await nobody.get(f"/actors/{other}")).status_code == 403


async def test_roles_that_may_not_are_told_who_may(tally: Runner[Store]) -> None:
    async with client(service(), tally, "observer") as observer:
        answer = await observer.post("/flows", json={"name": "a"})
    assert answer.status_code == 403
    assert "advisor" in answer.json()["detail"]


async def test_a_list_is_read_page_by_page(http: httpx.AsyncClient) -> None:
    for name in ("c", "a", "e", "b", "d"):
        await http.post("/flows", json={"name": name})
    names: list[str] = []
    cursor: str | None = None
    while True:
        asked = {"limit": 2} | ({"cursor": cursor} if cursor else {})
        page = (await http.get("/flows", params=asked)).json()
        names += page["items"]
        if (cursor := page["next"]) is None:
            break
    assert names == ["a", "b", "c", "d", "e"]


@pytest.mark.parametrize(
    "asked", ["limit=0", "limit=501", "limit=x", "cursor=%25%25", "cursor=e30"]
)
async def test_a_page_that_cannot_be_is_refused(http: httpx.AsyncClient, asked: str) -> None:
    answer = await http.get(f"/flows?{asked}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == asked.partition("=")[0]


def test_a_cursor_gives_back_what_it_was_made_of() -> None:
    parts = ("2026-11-23T12:00:00+00:00", "é/?&=")
    assert decode_cursor(encode_cursor(*parts), 2) == parts
    with pytest.raises(Invalid):
        decode_cursor(encode_cursor(*parts), 1)
    with pytest.raises(Invalid):
        decode_cursor(encode_cursor("x")[:-1] + "!", 1)


async def test_probes_ask_for_no_token(tally: Runner[Store]) -> None:
    async with client(service(), tally, role=None) as stranger:
        assert (await stranger.get("/livez")).status_code == 200
        assert (await stranger.get("/readyz")).status_code == 200
        exposition = await stranger.get("/metrics")
    assert "maillage_outbox_unsent" in exposition.text
    assert (
        'http_request_duration_seconds_count{method="GET",route="/livez",service="flows",'
        f'status="200",territory="{TERRITORY}"}} 1.0'
    ) in exposition.text


async def test_probes_tell_what_is_wrong(tally: Runner[Store]) -> None:
    health = Health("bus")
    app = create_app(
        service().router(tally),
        service="flows",
        verifier=verifier(),
        health=health,
        metrics=Metrics(territory=TERRITORY, service="flows"),
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://x") as http:
        assert (await http.get("/readyz")).status_code == 503
        health.report("bus", "topic x is missing")
        assert (await http.get("/readyz")).json()["parts"] == {"bus": "topic x is missing"}
        health.report("bus", None)
        assert (await http.get("/readyz")).status_code == 200
        health.watch(lambda: "nothing was heard")
        assert (await http.get("/livez")).status_code == 503


async def test_the_document_is_there_and_loads_nothing(http: httpx.AsyncClient) -> None:
    answer = await http.get("/openapi.json")
    assert answer.json()["openapi"].startswith("3.")
    assert "cdn" not in answer.text
    assert (await http.get("/docs")).status_code == 404


def test_tokens_of_tests_name_their_role() -> None:
    assert token("advisor").count(".") == 2
