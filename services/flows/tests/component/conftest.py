"""A running service in memory, with two actors that it knows."""

from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.samples import an_actor, an_actor_registered, an_id
from maillage_flows.adapters.memory import MemoryStore
from maillage_flows.entrypoints.kafka import handlers
from maillage_flows.usecases.store import Store
from maillage_flows.wiring import service
from maillage_serving.testing import (
    FixedClock,
    client,
    deliver_twice,
    memory_runner,
    published,
    received,
)

Say = Callable[..., dict[str, Any]]


def _said(**changes: object) -> dict[str, Any]:
    return {
        "actor_id": str(an_id("Villaverde")),
        "kind": "material",
        "direction": "out",
        "intent": "offer",
        "willingness": "open",
        "resource": {"label": "Palettes usagées", "spec": "pallet"},
    } | changes


@pytest.fixture
def say() -> Say:
    """The body of a declaration: pallets of Villaverde, which is willing to give them."""
    return _said


@pytest.fixture
def clock() -> FixedClock:
    """The clock of the service."""
    return FixedClock()


@pytest.fixture
async def runner(clock: FixedClock) -> Runner[Store]:
    """The service in memory; Villaverde and STRH are registered."""
    store: Store = MemoryStore()
    started: Runner[Store] = memory_runner(store, service="flows", clock=clock)
    actors = [an_actor(), an_actor(name="STRH")]
    messages = [received(an_actor_registered(actor=actor)) for actor in actors]
    await deliver_twice(started, handlers(), *messages)
    return started


@pytest.fixture
async def http(runner: Runner[Store]) -> AsyncIterator[httpx.AsyncClient]:
    """An advisor at the door."""
    async with client(service(), runner, "advisor") as advisor:
        yield advisor


@pytest.fixture
async def firm(runner: Runner[Store]) -> AsyncIterator[httpx.AsyncClient]:
    """Villaverde at the door."""
    async with client(service(), runner, "actor", organisation=an_id("Villaverde")) as own:
        yield own


@pytest.fixture
async def neighbour(runner: Runner[Store]) -> AsyncIterator[httpx.AsyncClient]:
    """STRH at the door."""
    async with client(service(), runner, "actor", organisation=an_id("STRH")) as other:
        yield other


@pytest.fixture
def open_flow(http: httpx.AsyncClient, say: Say) -> Callable[..., Any]:
    """Declare and open a flow, and give its identifier."""

    async def opened(**changes: object) -> UUID:
        answer = await http.post("/v1/flows", json=say(status="open", **changes))
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["id"])

    return opened


@pytest.fixture
def news(runner: Runner[Store]) -> Callable[..., Any]:
    """All events that were published after the first `skip`."""

    async def told(skip: int = 0) -> list[Event]:
        return [message.event for message in await published(runner)][skip:]

    return told
