"""One whole hub for a run of these tests: real Kafka, real PostgreSQL, all five services."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio

from maillage_hub.testing_calls import Calls
from maillage_hub.testing_hub import WholeHub
from maillage_serving.testing import eventually


@pytest.fixture(scope="session")
def hub() -> Iterator[WholeHub]:
    """The hub of a territory of its own. Each test brings its own actors to it."""
    running = WholeHub(f"t-{secrets.token_hex(3)}")
    asyncio.run(running.start())
    yield running
    code = asyncio.run(_end(running))
    left = running.commands.processes()
    running.remove()
    assert (code, left) == (0, [])


@pytest_asyncio.fixture
async def calls(hub: WholeHub) -> AsyncIterator[Calls]:
    """An advisor at the doors of the hub."""
    async with Calls(hub) as made:
        yield made


async def _end(hub: WholeHub) -> int:
    code = await hub.stop()
    # A process that was killed is listed until init, or whoever adopted it, has taken note.
    await eventually(lambda: not hub.commands.processes(), deadline_s=5)
    return code
