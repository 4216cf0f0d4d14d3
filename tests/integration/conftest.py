"""Two whole hubs for a run of these tests: real Kafka, real PostgreSQL, all five services."""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from maillage_hub.demo.play import TALES, play_on
from maillage_hub.demo.story import Story
from maillage_hub.packs.reading import read_pack
from maillage_hub.testing_calls import Calls
from maillage_hub.testing_hub import WholeHub
from maillage_serving.testing import eventually

TERRITORIES = Path(__file__).parents[2] / "territories"


@pytest.fixture(scope="session")
def hub() -> Iterator[WholeHub]:
    """The hub of Marseille. Tests bring their own actors to it, and may break what they like."""
    with _running("marseille") as running:
        yield running


@pytest.fixture(scope="session")
def neighbour() -> Iterator[WholeHub]:
    """The hub of another territory on the same machine, which is left in peace."""
    with _running("jourdies") as running:
        yield running


@pytest.fixture(scope="session")
def pallets(neighbour: WholeHub) -> Story:
    """The story of the pallets of Les Jourdies, as it was played."""
    return _played(neighbour, "pallets")


@pytest.fixture(scope="session")
def livrazou(hub: WholeHub) -> Story:
    """The story of a shared day in Marseille, as it was played."""
    return _played(hub, "livrazou")


@pytest.fixture(scope="session")
def full_day(hub: WholeHub, livrazou: Story) -> Story:
    """The story of the full day, as it was played with a twentieth of its orders."""
    assert livrazou.ok
    return _played(hub, "full_day", of_orders=20)


@pytest_asyncio.fixture
async def calls(hub: WholeHub) -> AsyncIterator[Calls]:
    """Whoever calls at the doors of the hub."""
    async with Calls(hub) as made:
        yield made


def _played(hub: WholeHub, name: str, of_orders: int = 1) -> Story:
    """Play a story; of the orders of its pack, one of so many."""
    (tale,) = [tale for tale in TALES if tale.name == name]
    pack = read_pack(TERRITORIES / tale.pack, datetime.now(UTC))
    assert not pack.faults
    gone = {item.id for place, item in enumerate(pack.of("order")) if place % of_orders}
    pack.items = [item for item in pack.items if item.id not in gone]
    return asyncio.run(play_on(hub.state, tale, pack, print))


@contextmanager
def _running(territory: str) -> Generator[WholeHub]:
    """A hub from its first start to its stop.

    Nothing of it may run after that, and nothing may have ended meanwhile that was not killed.
    """
    hub = WholeHub(territory)
    try:
        asyncio.run(hub.start())
        yield hub
        code = asyncio.run(_stop(hub))
        assert (code, hub.commands.processes(), hub.failures()) == (0, [], [])
    finally:
        hub.commands.end()
        hub.remove()


async def _stop(hub: WholeHub) -> int:
    code = await hub.stop()
    # What was killed is listed until init, or whoever adopted it, has taken note.
    await eventually(lambda: not hub.commands.processes(), deadline_s=10)
    return code
