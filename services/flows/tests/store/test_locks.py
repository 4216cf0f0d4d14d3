"""What two writers do at the same moment, in PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from maillage_common.postgres import PostgresDatabase
from maillage_common.transaction import Runner
from maillage_contracts.samples import an_actor_closed, an_actor_registered, an_id
from maillage_flows.domain.flow import Flow
from maillage_flows.entrypoints.kafka import handlers
from maillage_flows.usecases.store import Store
from maillage_flows.wiring import service
from maillage_serving.testing import deliver, eventually, postgres_runner, received

FlowMaker = Callable[..., Flow]

pytestmark = pytest.mark.integration


@pytest.fixture
async def runner(fresh_database: str) -> AsyncIterator[Runner[Store]]:
    """Villaverde is known."""
    async with postgres_runner(fresh_database, service()) as started:
        await deliver(started, handlers(), received(an_actor_registered()))
        yield started


async def somebody_waits(runner: Runner[Store]) -> None:
    """Until a transaction waits for a lock that another one holds."""
    database = runner.database
    assert isinstance(database, PostgresDatabase)

    async def waits() -> bool:
        found = await database.pool.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(found)

    await eventually(waits)


async def test_what_is_declared_while_its_actor_closes_is_suspended_too(
    runner: Runner[Store], a_flow: FlowMaker
) -> None:
    async with asyncio.TaskGroup() as both:
        async with runner.database.transaction() as (store, _):
            assert await store.actor(an_id("Villaverde"))
            closing = both.create_task(deliver(runner, handlers(), received(an_actor_closed(), 2)))
            await somebody_waits(runner)
            await store.add_flow(a_flow("open"))
        assert len((await closing).events) == 1
    flow = await runner.read(lambda store: store.seen_flow(an_id("flow")))
    assert flow is not None
    assert flow.status == "suspended"


async def test_a_flow_that_is_being_changed_when_its_actor_closes_keeps_both(
    runner: Runner[Store], a_flow: FlowMaker
) -> None:
    async with runner.database.transaction() as (store, _):
        await store.add_flow(a_flow("open"))
    async with asyncio.TaskGroup() as both, runner.database.transaction() as (store, _):
        assert await store.flow(an_id("flow"))
        both.create_task(deliver(runner, handlers(), received(an_actor_closed(), 2)))
        await somebody_waits(runner)
        await store.save_flows([a_flow("open", pain_rank=1, version=2)])
    flow = await runner.read(lambda store: store.seen_flow(an_id("flow")))
    assert flow is not None
    assert (flow.status, flow.declaration.pain_rank) == ("suspended", 1)
