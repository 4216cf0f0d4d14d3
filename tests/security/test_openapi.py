"""Requests made of the OpenAPI documents: what they promise is answered, and never a failure."""

# schemathesis leaves the types of its cases open.
# pyright: reportUnknownVariableType=false, reportUnknownMemberType=false
# pyright: reportUnknownArgumentType=false, reportUnknownParameterType=false

import asyncio
from collections.abc import Callable, Iterator, Mapping
from itertools import count
from typing import Any
from urllib.parse import parse_qsl

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from maillage_contracts.catalogue import SERVICES
from maillage_hub.testing_worlds import OWNER, World
from maillage_serving.policy import EVERYBODY
from maillage_serving.testing import token

Case = schemathesis.Case
KEPT = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
EACH = 9
"""Requests to each endpoint; the same in every run."""
generated = settings(
    max_examples=EACH,
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much),
)


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.mark.parametrize("service", SERVICES)
def test_every_answer_is_as_documented(
    worlds: Mapping[str, World], loop: asyncio.Runner, service: str
) -> None:
    world = worlds[service]
    document: Any = schemathesis.openapi.from_dict(world.app.openapi())
    answered: set[str] = set()
    for found in document.get_all_operations():
        generated(given(found.ok().as_strategy())(asked(world, loop, answered)))()
    assert answered == set(world.valid)


def asked(world: World, loop: asyncio.Runner, answered: set[str]) -> Callable[[Case], None]:
    """Sends one case after the other; remembers what it was about when it was answered."""
    turns = count()

    def ask(case: Case) -> None:
        answer = loop.run(send(world, nearer(case, world, next(turns))))
        case.validate_response(answer, checks=KEPT)
        if answer.is_success:
            answered.add(case.operation.label)

    return ask


def nearer(case: Case, world: World, turn: int) -> Case:
    """Two times out of three about what is there, its body valid but for one field."""
    valid = world.valid[case.operation.label]
    if turn % 3 == 0:
        return case
    case.query = {**case.query, **dict(parse_qsl(valid.query[1:]))}
    case.headers.pop("If-Match", None)
    known = {**world.usual, **valid.about}
    case.path_parameters = {name: str(known[name]) for name in case.path_parameters}
    if isinstance(case.body, dict) and isinstance(valid.body, dict):
        names = sorted(case.body)
        changed = names[turn % len(names)] if names and turn > 1 else None
        case.body = {**valid.body, **({changed: case.body[changed]} if changed else {})}
    return case


async def send(world: World, case: Case) -> httpx.Response:
    made = case.as_transport_kwargs(base_url="http://service.test")
    if "data" in made:
        made["content"] = made.pop("data")
    signed = token("advisor", OWNER, roles=[*EVERYBODY])
    headers = {**made["headers"], "Authorization": f"Bearer {signed}"}
    request: dict[str, Any] = {**made, "headers": headers, "cookies": None}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(world.app)) as http:
        answer = await http.request(**request)
    world.undo()
    return answer


def test_each_document_tells_of_tokens_and_problems(worlds: Mapping[str, World]) -> None:
    for world in worlds.values():
        for path, methods in world.app.openapi()["paths"].items():
            for method, operation in methods.items():
                codes = set(operation["responses"])
                assert operation["security"] == [{"token": []}], path
                assert codes >= {"401", "403", "404", "422", "503"}, path
                assert codes.isdisjoint({"409", "412", "413"}) == (method == "get"), path
