"""The two databases that every suite of the ledger runs over."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from tally import MemoryTally, Store, service
from wired import Wired, wired_to

from maillage_common.transaction import Runner
from maillage_serving.testing import either_runner, postgres_runner


@pytest.fixture
async def runner(database: str | None) -> AsyncGenerator[Runner[Store]]:
    async with either_runner(database, service(), MemoryTally()) as started:
        yield started


@pytest.fixture
async def durable(fresh_database: str) -> AsyncGenerator[Runner[Store]]:
    """A runner over PostgreSQL, for what has no meaning in memory."""
    async with postgres_runner(fresh_database, service()) as over_postgres:
        yield over_postgres


@pytest.fixture
async def wired(
    fresh_database: str, kafka_bootstrap: str, territory: str, tmp_path: Path
) -> AsyncGenerator[Wired]:
    """The tally service on a real bus and a real database."""
    async with wired_to(fresh_database, kafka_bootstrap, territory, tmp_path) as parts:
        yield parts
