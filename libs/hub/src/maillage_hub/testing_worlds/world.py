"""What a world is: one service that knows two firms and what they do, and does not change."""

import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Generic, TypeVar
from urllib.parse import parse_qsl, quote
from uuid import UUID

import httpx
from fastapi import FastAPI

from maillage_common.transaction import Runner
from maillage_contracts.samples import an_id
from maillage_serving.application import permissions
from maillage_serving.memory import MemoryDatabase
from maillage_serving.policy import Role
from maillage_serving.service import Service
from maillage_serving.testing import app_of, client, memory_runner

S = TypeVar("S")

OWNER: UUID = an_id("Villaverde")
"""Whatever can belong to an organisation belongs to this one."""
PARTNER: UUID = an_id("STRH")
STRANGER: UUID = an_id("An organisation that has nothing to do with the others")


@dataclass(frozen=True)
class Valid:
    """A request that a service takes as it stands; `about` names another object than usual."""

    body: object = None
    query: str = ""
    about: Mapping[str, object] = field(default_factory=dict[str, object])


class World:
    """A service that answers as ever: in memory, what a request does is undone once answered."""

    def __init__(
        self,
        service: Service[Any],
        runner: Runner[Any],
        usual: Mapping[str, object],
        valid: Mapping[str, Valid],
    ) -> None:
        self.name = service.name
        self.endpoints: Mapping[str, str] = {
            endpoint: permission or ""
            for endpoint, permission in permissions(service.router(runner))
        }
        self.valid = valid
        self.app: FastAPI = app_of(service, runner)
        self.usual = usual
        database = runner.database
        self._memory = database if isinstance(database, MemoryDatabase) else None
        self._kept = self._state()
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://service.test"
        )

    async def ask(
        self, endpoint: str, token: str | None = None, valid: Valid | None = None
    ) -> "Answer":
        """Send the valid request of an endpoint, or this one, then undo what it did."""
        valid = valid or self.valid[endpoint]
        method, path = endpoint.split(" ")
        address = path.format(**{**self.usual, **valid.about}) + valid.query
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        sent = await self._http.request(method, address, json=valid.body, headers=headers)
        return Answer(sent, did_something=self.undo())

    async def send(
        self,
        endpoint: str,
        token: str,
        content: bytes | None = None,
        parameters: Mapping[str, str] = MappingProxyType({}),
    ) -> httpx.Response:
        """Send the valid request but for its content, or for parameters of its address."""
        valid = self.valid[endpoint]
        method, path = endpoint.split(" ")
        filled = {**self.usual, **valid.about}
        filled |= {name: quote(value, safe="") or "%20" for name, value in parameters.items()}
        query = dict(parse_qsl(valid.query[1:]))
        query |= {name: value for name, value in parameters.items() if f"{{{name}}}" not in path}
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        if content is None and valid.body is not None:
            content = json.dumps(valid.body).encode()
        sent = await self._http.request(
            method, path.format(**filled), params=query, content=content, headers=headers
        )
        self.undo()
        return sent

    def undo(self) -> bool:
        """Forget what was done since the world was made; whether anything was.

        A database other than memory keeps it, and does not tell.
        """
        now = self._state()
        if self._memory is not None:
            self._memory.store, self._memory.ledger = self._kept
        return any(one is not other for one, other in zip(now, self._kept, strict=True))

    def _state(self) -> tuple[Any, Any]:
        return (self._memory.store, self._memory.ledger) if self._memory else (None, None)


@dataclass(frozen=True)
class Making(Generic[S]):
    """How the world of a service comes to be, over any database."""

    service: Service[S]
    store: Callable[[], S]
    fill: Callable[[Runner[S]], Awaitable[World]]

    async def in_memory(self) -> World:
        """The world in memory, at noon of the usual day."""
        return await self.fill(memory_runner(self.store(), service=self.service.name))


@dataclass(frozen=True)
class Answer:
    """What was answered, and whether anything was committed before."""

    http: httpx.Response
    did_something: bool


class Builder:
    """Makes a world through the doors of its service."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self._http = http

    async def get(self, path: str) -> dict[str, Any]:
        """Read."""
        return _read(await self._http.get(f"/v1{path}"))

    async def put(self, path: str, body: object) -> dict[str, Any]:
        """Command."""
        return _read(await self._http.put(f"/v1{path}", json=body))

    async def patch(self, path: str, body: object) -> dict[str, Any]:
        """Command."""
        return _read(await self._http.patch(f"/v1{path}", json=body))

    async def post(self, path: str, body: object = None) -> str:
        """Command; the identifier of what it was about."""
        return _read(await self._http.post(f"/v1{path}", json=body))["id"]


@asynccontextmanager
async def building(
    service: Service[Any],
    runner: Runner[Any],
    role: Role = "advisor",
    organisation: UUID | None = None,
) -> AsyncGenerator[Builder]:
    """A builder with a token of this role."""
    async with client(service, runner, role, organisation) as http:
        yield Builder(http)


def _read(answer: httpx.Response) -> dict[str, Any]:
    if not answer.is_success:
        raise AssertionError(f"{answer.request.method} {answer.request.url}: {answer.text}")
    return answer.json()
