"""Tours over both of its stores, one after the other."""

from collections.abc import AsyncIterator

import pytest

from maillage_common.transaction import Runner
from maillage_serving.testing import memory_runner, postgres_runner
from maillage_tours.adapters.memory import MemoryStore
from maillage_tours.domain.samples import TERMS
from maillage_tours.usecases.store import Store
from maillage_tours.wiring import service


@pytest.fixture
async def runner(database: str | None) -> AsyncIterator[Runner[Store]]:
    if database is None:
        store: Store = MemoryStore()
        yield memory_runner(store, service="tours")
        return
    async with postgres_runner(database, service(TERMS)) as over_postgres:
        yield over_postgres
