"""Tours in memory with a hub, a van, a bike and a closed centre, and a dispatcher at its door."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest

from maillage_common.handlers import Handlers
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.registry import (
    AccessZoneRulePublished,
    Hub,
    HubCapacityChanged,
    Vehicle,
    VehicleDeclared,
)
from maillage_contracts.samples import an_actor, an_actor_closed
from maillage_serving.testing import (
    FixedClock,
    client,
    deliver_twice,
    memory_runner,
    published,
    received,
)
from maillage_tours.adapters.memory import MemoryStore
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import TERMS, a_bike, a_hub, a_vehicle, a_zone
from maillage_tours.entrypoints import kafka
from maillage_tours.usecases.plan_day import Solver
from maillage_tours.usecases.store import Store
from maillage_tours.wiring import service

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock()


@pytest.fixture
def runner(clock: FixedClock) -> Runner[Store]:
    store: Store = MemoryStore()
    return memory_runner(store, service="tours", clock=clock)


@pytest.fixture
def handlers() -> Handlers[Store]:
    return kafka.handlers(TERMS)


@pytest.fixture
async def world(runner: Runner[Store], handlers: Handlers[Store]) -> Runner[Store]:
    """What the registry says, heard over the bus."""
    vans = [a_vehicle(is_insertion=True), a_bike()]
    told: list[Event] = [
        HubCapacityChanged(hub=Hub(**a_hub().model_dump(), docks=2)),
        *(VehicleDeclared(vehicle=Vehicle.model_validate(van.model_dump())) for van in vans),
        AccessZoneRulePublished.model_validate(a_zone().model_dump()),
    ]
    await deliver_twice(runner, handlers, *(received(event) for event in told))
    return runner


@pytest.fixture
async def dispatcher(
    world: Runner[Store], same_process: Solver
) -> AsyncIterator[httpx.AsyncClient]:
    async with client(service(TERMS, same_process), world, "dispatcher") as http:
        yield http


@pytest.fixture
def told(runner: Runner[Store]) -> Told:
    """Events of one type in the outbox, in order."""

    async def events(kind: type[Event]) -> list[Any]:
        return [m.event for m in await published(runner) if isinstance(m.event, kind)]

    return events


@pytest.fixture
def post(dispatcher: httpx.AsyncClient) -> Post:
    """Send a command that must succeed; return its answer."""

    async def sent(path: str, body: object = None, **headers: str) -> Any:  # noqa: ANN401 JSON
        answer = await dispatcher.post(path, json=body, headers=headers)
        assert answer.is_success, answer.text
        return answer.json()

    return sent


@pytest.fixture
def ask(post: Post) -> Callable[[Sequence[Order]], Awaitable[None]]:
    """Ask for orders at the door."""

    async def asked(orders: Sequence[Order]) -> None:
        for order in orders:
            await post("/v1/orders", body_of(order))

    return asked


@pytest.fixture
def close(runner: Runner[Store], handlers: Handlers[Store]) -> Callable[..., Awaitable[None]]:
    """An establishment ceased, as the registry tells it."""

    async def closed(actor_id: object, sequence: int = 2) -> None:
        actor = an_actor(actor_id=actor_id, status="closed")
        event = received(an_actor_closed(actor=actor), sequence=sequence)
        await deliver_twice(runner, handlers, event)

    return closed


def body_of(order: Order) -> dict[str, Any]:
    """The body with which an order is asked for."""
    ours = {"status", "reason", "carriages", "held_at", "ride", "taken_kg", "refused_kg", "follows"}
    left_out = {*ours, "version"}
    return order.model_dump(mode="json", exclude=left_out)


@pytest.fixture(name="body_of")
def _body_of() -> Callable[[Order], dict[str, Any]]:
    return body_of
