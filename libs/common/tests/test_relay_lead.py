"""Who may publish: nothing is read from the outbox before the lock is held."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from simulated import METRICS, Confirming
from wired import running

from maillage_common import postgres, relay
from maillage_common.relay import Relay
from maillage_serving.testing import eventually


class Queueing:
    """A connection that is given the lock at the third time of asking."""

    def __init__(self) -> None:
        self.asked_for_the_lock = 0
        self.read_with_lock: list[bool] = []

    async def fetchval(self, _sql: str, _lock: int) -> bool:
        self.asked_for_the_lock += 1
        return self.asked_for_the_lock >= 3

    async def add_listener(self, *_: object) -> None:
        return

    async def execute(self, _sql: str) -> None:
        return

    async def fetch(self, sql: str, *_: object) -> list[object]:
        if "count(*)" in sql:
            return [{"unsent": 0, "oldest_s": 0}]
        self.read_with_lock.append(self.asked_for_the_lock >= 3)
        return []


async def test_a_relay_without_the_lock_reads_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    connection = Queueing()

    @asynccontextmanager
    async def dedicated(_dsn: str, _name: str) -> AsyncGenerator[Queueing]:
        yield connection

    class Silent:
        async def start(self) -> None:
            return

        async def drop(self) -> None:
            return

    def silent(**_: object) -> Silent:
        return Silent()

    def nowhere(_settings: object) -> dict[str, Any]:
        return {}

    class Settings:
        dsn = "postgresql://nowhere"

    monkeypatch.setattr(relay, "dedicated", dedicated)
    monkeypatch.setattr(relay, "Producer", silent)
    monkeypatch.setattr(relay, "reach", nowhere)
    monkeypatch.setattr(postgres, "LEAD_POLL_S", 0.001)
    settings: Any = Settings()
    guard: Any = Confirming()
    async with running(Relay(settings, "flows", guard, METRICS).run()):
        await eventually(lambda: connection.read_with_lock)
    assert all(connection.read_with_lock)


async def test_a_lead_that_is_lost_ends_what_is_being_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A bus that was away would be given it after all that the next leader said meanwhile."""

    class Closed:
        def is_closed(self) -> bool:
            return True

    monkeypatch.setattr(relay, "CHECK_EVERY_S", 0.001)
    guard: Any = Confirming()
    leading: Any = Relay(guard, "flows", guard, METRICS)
    sending = asyncio.Event()
    async with asyncio.timeout(10):
        with pytest.raises(ConnectionError, match="the lead is lost"):
            await leading._watched(sending.wait(), Closed())
