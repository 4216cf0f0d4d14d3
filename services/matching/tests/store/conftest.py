"""A runner over each store, in memory and in PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from maillage_common.transaction import Runner
from maillage_matching.adapters.memory import MemoryStore
from maillage_matching.usecases.store import (
    Store,
)
from maillage_matching.wiring import service
from maillage_serving.testing import either_runner

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TODAY = NOW.date()
Do = Callable[[Callable[[Store], Awaitable[T]]], Awaitable[T]]


@pytest.fixture
async def runner(database: str | None) -> AsyncIterator[Runner[Store]]:
    """A runner over each store."""
    async with either_runner(database, service(), MemoryStore()) as started:
        yield started


@pytest.fixture
def do(runner: Runner[Store]) -> Do[Any]:
    """Do something with the store, in a transaction of its own, and return what it gave."""

    async def in_a_transaction(work: Callable[[Store], Awaitable[T]]) -> T:
        async with runner.database.transaction() as (store, _):
            return await work(store)

    return in_a_transaction
