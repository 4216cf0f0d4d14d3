"""Both stores, for the suites that each of them must pass."""

from collections.abc import AsyncGenerator

import asyncpg
import pytest

from maillage_common.migrations import migrate
from maillage_impact.adapters.memory import MemoryStore
from maillage_impact.adapters.postgres import PostgresStore
from maillage_impact.usecases.store import Store
from maillage_impact.wiring import service


@pytest.fixture
async def store(database: str | None) -> AsyncGenerator[Store]:
    """An empty store, outside of any transaction."""
    if database is None:
        yield MemoryStore()
        return
    await migrate(database, service().migrations)
    connection = await asyncpg.connect(database)
    try:
        yield PostgresStore(connection)
    finally:
        await connection.close()
