"""Tours over both of its stores, one after the other."""

from collections.abc import AsyncIterator

import pytest

from maillage_common.transaction import Runner
from maillage_serving.testing import either_runner
from maillage_tours.adapters.memory import MemoryStore
from maillage_tours.domain.samples import TERMS
from maillage_tours.usecases.store import Store
from maillage_tours.wiring import service


@pytest.fixture
async def runner(database: str | None) -> AsyncIterator[Runner[Store]]:
    async with either_runner(database, service(TERMS), MemoryStore()) as started:
        yield started
