"""Several waits at once, of which the first failure ends the others and is told as it is."""

import asyncio
from collections.abc import Coroutine, Iterable

from maillage_hub.runtime.failures import HubFailure


async def all_of(waits: Iterable[Coroutine[object, object, object]]) -> None:
    """Wait for all. Raises the first HubFailure among them, when all others have ended."""
    try:
        async with asyncio.TaskGroup() as group:
            for wait in waits:
                group.create_task(wait)
    except* HubFailure as failures:
        first = failures
        while isinstance(first, BaseExceptionGroup):
            first = first.exceptions[0]
        raise first from None
