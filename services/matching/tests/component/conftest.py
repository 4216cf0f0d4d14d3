"""Matching from its doors to its outbox: what is heard, what the engine does, what is told."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from functools import partial

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event, Received
from maillage_contracts.flows import Flow, FlowChanged, FlowOpened
from maillage_contracts.matching import Lead, LeadSurfaced
from maillage_contracts.registry import ActorRegistered
from maillage_contracts.samples import a_credential, a_flow, an_actor, an_id
from maillage_contracts.vocabulary import ActorId
from maillage_matching.adapters.memory import MemoryStore
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.entrypoints.kafka import handlers
from maillage_matching.usecases.look_for_leads import LookForLeads, look_for_leads
from maillage_matching.usecases.store import Store
from maillage_matching.wiring import service
from maillage_serving.policy import Role
from maillage_serving.testing import (
    FixedClock,
    client,
    context,
    deliver_twice,
    either_runner,
    published,
    received,
)

A_WHILE = timedelta(seconds=5)
Hear = Callable[..., Awaitable[list[Event]]]


@pytest.fixture
def clock() -> FixedClock:
    """Stands still until a test, or the engine at work, moves it."""
    return FixedClock()


@pytest.fixture
def database(request: pytest.FixtureRequest) -> str | None:
    """None for memory; the address of an empty database in tests that ask for `postgres`."""
    wanted = getattr(request, "param", "memory")
    return request.getfixturevalue("fresh_database") if wanted == "postgres" else None


@pytest.fixture
async def runner(database: str | None, clock: FixedClock) -> AsyncIterator[Runner[Store]]:
    """A runner over memory, or over PostgreSQL where a test asks for it."""
    async with either_runner(database, service(), MemoryStore(), clock=clock) as started:
        yield started


@pytest.fixture
def hear(runner: Runner[Store]) -> Hear:
    """Hand events to the Kafka door, twice; flows and actors stand for their events.

    Returns the events that were published because of them.
    """
    heard: dict[str, int] = {}

    async def deliver(*told: object) -> list[Event]:
        messages: list[Received[Event]] = []
        for event in map(_as_event, told):
            lane = f"{event.TOPIC.entity}/{event.subject}"
            heard[lane] = heard.get(lane, 0) + 1
            messages.append(received(event, heard[lane]))
        before = len(await published(runner))
        await deliver_twice(runner, handlers(), *messages)
        return [message.event for message in (await published(runner))[before:]]

    return deliver


def _as_event(told: object) -> Event:
    if isinstance(told, Flow):
        if told.status == "open":
            return FlowOpened(flow=told)
        return FlowChanged(flow=told, changed=("status",))
    if isinstance(told, Event):
        return told
    return ActorRegistered.model_validate({"actor": told, "source": "import"})


@pytest.fixture
def look(runner: Runner[Store], clock: FixedClock) -> Callable[[], Awaitable[list[Event]]]:
    """Let some seconds pass and the engine work; returns the events it published."""
    use_case = partial(look_for_leads, knowledge=our_knowledge())

    async def work() -> list[Event]:
        before = len(await published(runner))
        for _ in range(2):
            clock.advance(A_WHILE)
            await runner.execute(use_case, LookForLeads(), subject="look", context=context())
        return [message.event for message in (await published(runner))[before:]]

    return work


@pytest.fixture
def surfaced(runner: Runner[Store]) -> Callable[[], Awaitable[list[Lead]]]:
    """All leads that were put in front of an advisor so far."""

    async def leads() -> list[Lead]:
        events = [message.event for message in await published(runner)]
        return [event.lead for event in events if isinstance(event, LeadSurfaced)]

    return leads


@pytest.fixture
def door(runner: Runner[Store]) -> Callable[..., httpx.AsyncClient]:
    """The HTTP door, with a token of a role (an advisor's by default)."""

    def opened(
        role: Role | None = "advisor", organisation: ActorId | None = None
    ) -> httpx.AsyncClient:
        return client(service(), runner, role, organisation)

    return opened


@pytest.fixture
def firms() -> list[object]:
    """The firms of the usual pair, and who may carry waste."""
    boucle = an_actor(name="Boucle", roles=("carrier",), credentials=(a_credential(),))
    return [an_actor(name="Villaverde", sector="47.76Z"), an_actor(name="STRH"), boucle]


@pytest.fixture
async def stream(hear: Hear, look: Callable[[], Awaitable[list[Event]]]) -> Lead:
    """The one lead of three firms with pallets to give."""
    givers = [an_actor(name=f"Firm {n}") for n in range(3)]
    pallets = [a_flow(flow_id=an_id(f"f{n}"), actor_id=f.actor_id) for n, f in enumerate(givers)]
    await hear(*givers, *pallets)
    [shown] = await look()
    assert isinstance(shown, LeadSurfaced)
    assert shown.lead.kind == "mutualisation"
    return shown.lead
