"""A lane is replayed while its consumer goes on: what arrives meanwhile is not left behind."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import cast

import pytest
from tally import Store, applied, given, hear_consent

from maillage_common.dead_letters import letter_of
from maillage_common.handlers import Handlers
from maillage_common.postgres import PostgresDatabase
from maillage_common.replay import replay
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event, Received
from maillage_contracts.registry import ConsentGiven
from maillage_contracts.samples import an_id
from maillage_serving.testing import NOON, delivered, eventually, received

A, B = str(an_id("a")), str(an_id("b"))


@pytest.mark.integration
async def test_nothing_is_parked_behind_what_is_replayed_meanwhile(durable: Runner[Store]) -> None:
    """It was, and stayed: the replay had looked for it before it was committed."""
    [first] = delivered(received(given("a"), 1))
    parked = letter_of(first, durable.service, "error", "why", NOON)
    await durable.park(parked)
    began, go_on = asyncio.Event(), asyncio.Event()

    async def linger(
        message: Received[ConsentGiven], store: Store, now: datetime
    ) -> Iterable[Event]:
        if message.envelope.subject == B:
            began.set()
            await go_on.wait()
        return await hear_consent(message, store, now)

    menu = Handlers[Store]().each(ConsentGiven, run=linger)
    both = received(given("a"), 2), received(given("b"), 1)
    heard = durable.execute_batch(durable.service, delivered(*both), menu)
    hearing = asyncio.create_task(heard)
    await began.wait()
    replaying = asyncio.create_task(replay(durable, parked.id, menu))

    async def waits() -> bool:
        pool = cast("PostgresDatabase[Store]", durable.database).pool
        asked = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        return replaying.done() or await pool.fetchval(asked) > 0

    await eventually(waits)
    go_on.set()
    await asyncio.gather(hearing, replaying)
    assert await applied(durable) == {B: [1], A: [1, 2]}
