"""Requests with something in them that no client means: refused with a problem, never a failure."""

import json
import re
from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence
from typing import Any, cast

import httpx
import pytest

from maillage_contracts.catalogue import SERVICES
from maillage_hub.testing_worlds import OWNER, WORLDS, World
from maillage_serving.http import encode_cursor
from maillage_serving.policy import EVERYBODY
from maillage_serving.testing import postgres_runner, token

DEEP: object = json.loads("[" * 400 + "]" * 400)
VALUES: tuple[object, ...] = (
    "\0",
    "\ud800",
    -1,
    10**400,
    2**63,
    1e308,
    "1E+1000000",
    "0001-01-01",
    "9999-12-31",
    "9999-12-31T23:59:59Z",
    "x" * 100_000,
    None,
    [],
    DEEP,
)
"""In turn at each place of a valid body."""
WORDS = ("\0", "a\0b", "9" * 400, "-1", "9999-12-31", "x" * 5000, "", "%00", "..", "٣")
"""In turn in each parameter of an address."""
CURSORS = [
    encode_cursor(*parts)
    for parts in (
        ("a",),
        ("a", "b"),
        ("\0", "\0"),
        ("\ud800", "\ud800"),
        ("-1",),
        ("9" * 400,),
        ("9999-12-31T23:59:59Z", str(OWNER)),
        ("0001-01-01T00:00:00+14:00", str(OWNER)),
        ("infinity", str(OWNER)),
    )
]
BODIES = {
    "not UTF-8": b'{"name": "\xff"}',
    "UTF-16": '{"name": "Villaverde"}'.encode("utf-16"),
    "NUL, escaped": rb'{"name": "\u0000"}',
    "NUL, not escaped": b'{"name": "\0"}',
    "deeply nested": b"[" * 100_000,
    "a number without end": b'{"name": ' + b"9" * 5000 + b"}",
    "no number": b'{"name": NaN}',
    "cut off": b'{"name": "Vill',
    "a name twice, and a comma": b'{"name": 1, "name": 2,}',
}


IN_DATABASES = ("\0", 2**63, "1E+1000000", "0001-01-01", "9999-12-31T23:59:59Z")
"""The values that memory might keep and PostgreSQL would not."""
A_DAY = re.compile(r'("[0-9]{4}-[0-9]{2}-[0-9]{2}")')
WHAT_VOUCHES = re.compile(r'"(?:evidence|document|explanation)": ("[^"]*")')
"""In a body: what somebody may want to check later."""


@pytest.fixture
def world(worlds: Mapping[str, World], service: str) -> World:
    return worlds[service]


@pytest.fixture
async def world_on_postgres(fresh_database: str, service: str) -> AsyncIterator[World]:
    making = WORLDS[service]
    async with postgres_runner(fresh_database, making.service) as runner:
        yield await making.fill(runner)


@pytest.mark.parametrize("service", SERVICES)
class TestInMemory:
    async def test_values_that_nobody_means(self, world: World) -> None:
        await bodies_are_refused(world, VALUES)

    async def test_parameters_that_nobody_means(self, world: World) -> None:
        await addresses_are_refused(world, {"path", "query"})

    async def test_parameters_that_nobody_reads(self, world: World) -> None:
        for endpoint in world.valid:
            answer = await world.send(endpoint, whoever(), parameters={"limt": "5"})
            assert answer.status_code == 422, (endpoint, answer.text)
            assert answer.json()["errors"][0]["field"] == "limt", endpoint

    async def test_bodies_that_are_no_json(self, world: World) -> None:
        for endpoint, valid in world.valid.items():
            if valid.body is None:
                continue
            for what, content in BODIES.items():
                answer = await world.send(endpoint, whoever(), content)
                assert answer.status_code == 422, (what, endpoint, answer.text)
                assert answer.json()["errors"], (what, endpoint, answer.text)

    async def test_a_number_is_no_day_and_blanks_are_no_evidence(self, world: World) -> None:
        for endpoint, valid in world.valid.items():
            text = json.dumps(valid.body)
            for place, instead in ((A_DAY, "0"), (WHAT_VOUCHES, '"  "')):
                for found in place.finditer(text):
                    content = text[: found.start(1)] + instead + text[found.end(1) :]
                    answer = await world.send(endpoint, whoever(), content.encode())
                    assert answer.status_code == 422, (endpoint, content)


@pytest.mark.integration
@pytest.mark.parametrize("service", SERVICES)
class TestOnPostgres:
    async def test_what_a_database_does_not_take(self, world_on_postgres: World) -> None:
        await addresses_are_refused(world_on_postgres, {"query"})
        await bodies_are_refused(world_on_postgres, IN_DATABASES)


async def bodies_are_refused(world: World, values: Sequence[object]) -> None:
    signed = whoever()
    found: list[str] = []
    for endpoint, valid in world.valid.items():
        for where, document in altered(valid.body, values):
            answer = await world.send(endpoint, signed, json.dumps(document).encode())
            found += failure(f"{endpoint} {where}", answer)
    assert found == []


async def addresses_are_refused(world: World, places: Collection[str]) -> None:
    signed = whoever()
    paths = world.app.openapi()["paths"]
    found: list[str] = []
    for endpoint in world.valid:
        method, path = endpoint.split(" ")
        for one in paths[path][method.lower()].get("parameters", ()):
            for word in (*WORDS, *(CURSORS if one["name"] == "cursor" else ())):
                if one["in"] in places:
                    answer = await world.send(endpoint, signed, parameters={one["name"]: word})
                    found += failure(f"{endpoint} {one['name']}={word[:40]!r}", answer)
    assert found == []


def whoever() -> str:
    """A token that opens every door."""
    return token("advisor", OWNER, roles=[*EVERYBODY])


def altered(document: object, values: Sequence[object]) -> Iterator[tuple[str, object]]:
    """A JSON document with each of the values at each place; of a list only at its first."""
    named = cast("dict[Any, object]", document) if isinstance(document, dict) else None
    first = cast("Sequence[object]", document)[:1] if isinstance(document, list | tuple) else ()
    for key, inner in (named or dict(enumerate(first))).items():
        copy: Any = {**named} if named else [inner]
        for value in values:
            copy[key] = value
            yield f"{key}: {value!r:.40}", copy
        for where, other in altered(inner, values):
            copy[key] = other
            yield f"{key}.{where}", copy


def failure(what: str, answer: httpx.Response) -> list[str]:
    """What is wrong: a failure of ours, or a refusal that does not say what it is about."""
    is_right = answer.is_success or (
        answer.is_client_error
        and answer.headers["content-type"] == "application/problem+json"
        and answer.json()["detail"]
    )
    return [] if is_right else [f"{what}: {answer.status_code} {answer.text[:200]}"]
