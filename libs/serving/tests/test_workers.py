"""Timers: one process at a time, and a failure of one takes nothing else with it."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from dataclasses import replace
from datetime import datetime
from typing import cast

import asyncpg
import pytest
from tally import Store, applied, service
from wired import running

from maillage_common.postgres import PostgresDatabase
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_serving.testing import eventually, postgres_runner
from maillage_serving.workers import SOON_RUNS, Worker, run_worker

pytestmark = pytest.mark.integration


@pytest.fixture
async def durable(fresh_database: str) -> AsyncGenerator[Runner[Store]]:
    async with postgres_runner(fresh_database, service()) as over_postgres:
        yield over_postgres


def worker(*failures: Exception) -> tuple[Worker[Store], list[datetime]]:
    """A worker that fails so, once each, and the times it was run at."""
    left, ran = list(failures), list[datetime]()

    async def tick(now_: datetime, store: Store, now: datetime) -> Iterable[Event]:
        ran.append(now_)
        await store.add([("tick", len(ran))])
        if left:
            raise left.pop(0)
        return ()

    return Worker("tick", every_s=0.01, use_case=tick, make_command=lambda now: now), ran


@pytest.mark.parametrize(
    "failure",
    [Refused("not now"), ZeroDivisionError(), asyncpg.DeadlockDetectedError(), TimeoutError()],
    ids=lambda error: type(error).__name__,
)
async def test_a_failure_is_over_at_the_next_tick(
    durable: Runner[Store], fresh_database: str, failure: Exception
) -> None:
    ticking, ran = worker(failure)
    async with running(run_worker(ticking, durable, fresh_database)) as part:
        await eventually(lambda: len(ran) >= 3)
        assert not part.done()
    assert 1 not in (await applied(durable))["tick"]  # rolled back


async def test_a_notification_runs_it_before_its_time(
    durable: Runner[Store], fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maillage_serving.workers.SOON_S_MAX", 0.05)
    ticking, ran = worker()
    seldom = replace(ticking, every_s=3600, wakes_on="due")
    pool = cast("PostgresDatabase[Store]", durable.database).pool
    async with running(run_worker(seldom, durable, fresh_database)):
        await eventually(lambda: ran)
        for _ in range(2):
            before = len(ran)
            await pool.execute("NOTIFY due")
            # More than once: what was not ripe the first time is looked at again.
            await eventually(lambda before=before: len(ran) == before + SOON_RUNS)


async def test_one_process_leads_and_another_takes_over(
    durable: Runner[Store], fresh_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maillage_common.postgres.LEAD_POLL_S", 0.05)
    (one, ran_one), (two, ran_two) = worker(), worker()
    async with running(run_worker(one, durable, fresh_database)) as first:
        await eventually(lambda: ran_one)
        async with running(run_worker(two, durable, fresh_database)):
            waiting = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND application_name = 'maillage-flows-tick'"
            )
            pool = cast("PostgresDatabase[Store]", durable.database).pool

            async def both_are_there() -> bool:
                return await pool.fetchval(waiting) == 2

            await eventually(both_are_there)
            seen = len(ran_one)
            await eventually(lambda: len(ran_one) > seen + 5)
            assert not ran_two
            first.cancel()
            await asyncio.wait({first})
            await eventually(lambda: ran_two)
