"""What a door does not read, or nobody can see, is refused: parameters, characters of a text."""

import json
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter
from tally import MemoryTally, Store, service

from maillage_common.transaction import Runner
from maillage_serving.auth import Principal
from maillage_serving.http import Body, Door, Guarded, Paged, command, query
from maillage_serving.testing import client, memory_runner

READS = query("flows.flow.read")


class Note(Body):
    text: str
    parts: tuple["Note", ...] = ()


def routes(_: Runner[Store]) -> APIRouter:
    routes = APIRouter(route_class=Guarded)

    @routes.get("/notes")
    async def listed(page: Paged, who: Annotated[Principal, READS]) -> int:
        return page.limit

    @routes.get("/notes/{name}")
    async def shown(name: str, who: Annotated[Principal, READS]) -> str:
        return name

    @routes.post("/notes")
    async def taken(body: Note, door: Annotated[Door, command("flows.flow.declare")]) -> str:
        return body.text

    return routes


@pytest.fixture
async def http() -> AsyncGenerator[httpx.AsyncClient]:
    runner: Runner[Store] = memory_runner(MemoryTally(), service="flows")
    async with client(replace(service(), router=routes), runner) as caller:
        caller.headers["Content-Type"] = "application/json"
        yield caller


def refused(answer: httpx.Response) -> tuple[str, str]:
    """The one field that is wrong, and what is said of it."""
    assert answer.status_code == 422, answer.text
    [fault] = answer.json()["errors"]
    return fault["field"], fault["message"]


@pytest.mark.parametrize("is_escaped", [True, False])
@pytest.mark.parametrize("sign", ["\0", "\b", "\x1b", "\x7f", "\x9b", "\u202e", "\u2066"])
async def test_a_text_that_is_not_what_it_looks_like(
    http: httpx.AsyncClient, sign: str, *, is_escaped: bool
) -> None:
    note = {"text": "a", "parts": [{"text": f"gnp.{sign}exe"}]}
    body = json.dumps(note, ensure_ascii=is_escaped).encode()
    field, message = refused(await http.post("/notes", content=body))
    assert field == "parts.0.text"
    assert f"U+{ord(sign):04X}" in message


@pytest.mark.parametrize("is_escaped", [True, False])
@pytest.mark.parametrize(
    "text", ["œuvre\u202f: « à prendre »", "one\r\n\ttwo", r"C:\u0000", "\u200f\u05d0\u05d1"]
)
async def test_what_people_write_is_taken_as_it_is(
    http: httpx.AsyncClient, text: str, *, is_escaped: bool
) -> None:
    body = json.dumps({"text": text}, ensure_ascii=is_escaped).encode()
    assert (await http.post("/notes", content=body)).json() == text


async def test_a_body_is_utf_8(http: httpx.AsyncClient) -> None:
    marked = await http.post("/notes", content='{"text": "x"}'.encode("utf-8-sig"))
    assert marked.json() == "x"
    field, message = refused(await http.post("/notes", content='{"text": "x"}'.encode("utf-16")))
    assert field == "body"
    assert "UTF-8" in message


@pytest.mark.parametrize(
    ("address", "field", "told"),
    [
        ("/notes?limt=5", "limt", "use cursor, limit"),
        ("/notes?limit=5&statuss=open", "statuss", "use cursor, limit"),
        ("/notes/one?x=", "x", "leave it out"),
        ("/notes?cursor=%1b", "cursor", "U+001B"),
        ("/notes/%e2%80%ae", "address", "U+202E"),
    ],
)
async def test_an_address_that_is_wrong(
    http: httpx.AsyncClient, address: str, field: str, told: str
) -> None:
    named, message = refused(await http.get(address))
    assert named == field
    assert told in message


async def test_an_address_that_is_right(http: httpx.AsyncClient) -> None:
    assert (await http.get("/notes?limit=5")).json() == 5
    assert (await http.get("/notes/caf%C3%A9")).json() == "café"
