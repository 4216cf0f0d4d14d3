"""The registry in memory, callers at its door, and every command sent twice."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from uuid import uuid4

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_registry.adapters.memory import MemoryStore
from maillage_registry.usecases.store import Store
from maillage_registry.wiring import service
from maillage_serving.testing import FixedClock, client, memory_runner, published

Send = Callable[..., Awaitable[httpx.Response]]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def runner(clock: FixedClock) -> Runner[Store]:
    store: Store = MemoryStore()
    return memory_runner(store, service="registry", clock=clock)


@pytest.fixture
async def advisor(runner: Runner[Store]) -> AsyncIterator[httpx.AsyncClient]:
    async with client(service(), runner, "advisor") as http:
        yield http


@pytest.fixture
async def dispatcher(runner: Runner[Store]) -> AsyncIterator[httpx.AsyncClient]:
    async with client(service(), runner, "dispatcher") as http:
        yield http


@pytest.fixture
def told(runner: Runner[Store]) -> Callable[[], Awaitable[list[Event]]]:
    """All events in the outbox, in order."""

    async def events() -> list[Event]:
        return [message.event for message in await published(runner)]

    return events


@pytest.fixture
def send(told: Callable[[], Awaitable[list[Event]]]) -> Send:
    """Send a command, and once more with the same key as a caller does that heard no answer."""

    async def twice(
        http: httpx.AsyncClient,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        **headers: str,
    ) -> httpx.Response:
        dressed = {"Idempotency-Key": str(uuid4())}
        dressed |= {name.replace("_", "-"): value for name, value in headers.items()}
        first = await http.request(method, path, json=body, headers=dressed)
        after_first = await told()
        again = await http.request(method, path, json=body, headers=dressed)
        assert again.status_code == first.status_code, again.text
        assert await told() == after_first
        if first.is_success:
            assert again.json() == {**first.json(), "replayed": True}
            assert first.json()["replayed"] is False
        return first

    return twice
