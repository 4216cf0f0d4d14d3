"""The five services in memory, each with one valid request for each of its endpoints."""

import asyncio
from collections.abc import Mapping

import pytest

from maillage_hub.testing_worlds import WORLDS, World


@pytest.fixture(scope="session")
def worlds() -> Mapping[str, World]:
    """They never change: what a request does in one of them is undone."""

    async def made() -> dict[str, World]:
        return {name: await making.in_memory() for name, making in WORLDS.items()}

    return asyncio.run(made())
