"""Time passes: flows go stale, expire, and come back."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.flows import FlowChanged, FlowOpened, FlowWentStale
from maillage_flows.usecases.age_flows import AgeFlows, age_flows
from maillage_flows.usecases.store import Store
from maillage_flows.wiring import service
from maillage_serving.testing import FixedClock, context

News = Callable[..., Awaitable[list[Event]]]
Open = Callable[..., Awaitable[UUID]]


async def tick(runner: Runner[Store], limit: int = 500) -> int:
    order = AgeFlows(stale_after_days=180, limit=limit)
    outcome = await runner.execute(age_flows, order, subject="age_flows", context=context())
    return len(outcome.events)


async def test_a_flow_that_nobody_confirms_goes_stale_and_comes_back(
    runner: Runner[Store],
    http: httpx.AsyncClient,
    open_flow: Open,
    news: News,
    clock: FixedClock,
) -> None:
    flow_id = await open_flow()
    clock.advance(timedelta(days=180))
    assert await tick(runner) == 0
    clock.advance(timedelta(seconds=1))
    assert await tick(runner) == 1
    stale = (await news())[-1]
    assert isinstance(stale, FlowWentStale)
    assert (stale.flow.status, stale.stale_after_days) == ("stale", 180)
    assert await tick(runner) == 0

    assert (await http.post(f"/v1/flows/{flow_id}/open")).status_code == 409
    await http.post(f"/v1/flows/{flow_id}/confirm")
    back = (await news())[-1]
    assert isinstance(back, FlowOpened)
    assert back.flow.observed_at == clock()
    assert await tick(runner) == 0


async def test_a_flow_expires_after_its_last_day(
    runner: Runner[Store],
    http: httpx.AsyncClient,
    open_flow: Open,
    news: News,
    clock: FixedClock,
) -> None:
    flow_id = await open_flow(available_until="2026-11-23")
    assert await tick(runner) == 0
    clock.advance(timedelta(hours=12))
    assert await tick(runner) == 1
    expired = (await news())[-1]
    assert isinstance(expired, FlowChanged)
    assert (expired.flow.status, expired.reason) == ("expired", "last_day_passed")
    assert (await http.post(f"/v1/flows/{flow_id}/confirm")).status_code == 409
    await http.patch(f"/v1/flows/{flow_id}", json={"available_until": "2026-11-30"})
    assert isinstance((await news())[-1], FlowOpened)


async def test_a_tick_takes_no_more_than_its_limit(
    runner: Runner[Store], open_flow: Open, clock: FixedClock
) -> None:
    for _ in range(3):
        await open_flow()
    clock.advance(timedelta(days=181))
    assert [await tick(runner, limit=2) for _ in range(3)] == [2, 1, 0]


@pytest.mark.parametrize(("told", "days"), [(None, 180), ("30", 30)])
def test_how_long_a_flow_is_fresh_is_a_setting(
    monkeypatch: pytest.MonkeyPatch, clock: FixedClock, told: str | None, days: int
) -> None:
    for name, value in {
        "TERRITORY": "jourdies",
        "DATABASE_URL": "postgresql://flows@127.0.0.1/flows",
        "KAFKA_BOOTSTRAP": "127.0.0.1:9092",
        "AUTH_ISSUER": "issuer",
        "AUTH_JWKS_FILE": "keys.json",
        "STALE_AFTER_DAYS": told,
    }.items():
        if value is not None:
            monkeypatch.setenv(f"MAILLAGE_{name}", value)
    (worker,) = service().workers
    assert worker.make_command(clock()) == AgeFlows(stale_after_days=days)
