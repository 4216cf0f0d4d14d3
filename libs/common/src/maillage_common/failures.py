"""What to do when something fails or must end: try again, wait, or finish first."""

import asyncio
import random
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import asyncpg
from aiokafka.errors import KafkaError

UNCUT_S_MAX = 20.0

T = TypeVar("T")

_TRANSIENT: tuple[type[BaseException], ...] = (
    KafkaError,
    OSError,  # TimeoutError and ConnectionError among them
    asyncpg.PostgresConnectionError,
    asyncpg.TransactionRollbackError,  # serialization, deadlock
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.OperatorInterventionError,  # shutdown, starting up, statement timeout
    asyncpg.InternalClientError,  # used while the server's last words to an idle client are read
)


def is_transient(error: BaseException) -> bool:
    """Whether the same thing, tried again a little later, may well succeed."""
    # asyncpg says so of a closed connection or pool, but also of wrong arguments: those stay.
    is_closed = isinstance(error, asyncpg.InterfaceError) and "clos" in str(error)
    return is_closed or isinstance(error, _TRANSIENT)


def backoff_s(failures: int, longest_s: float = 5.0) -> float:
    """How long to wait after so many failures in a row: longer each time, never two alike."""
    return min(longest_s, 0.1 * 2**failures) * random.uniform(0.5, 1)  # noqa: S311 no secret


async def rest(for_s: float) -> None:
    """Wait before the next attempt, unless this task was told to end: then it ends."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():  # what failed was its end, which hid that it is one
        raise asyncio.CancelledError
    await asyncio.sleep(for_s)


async def rest_until(told: asyncio.Event, longest_s: float) -> None:
    """Wait until an event is set, so long at most."""
    with suppress(TimeoutError):  # not wait_for, which may forget that it was told to end
        async with asyncio.timeout(longest_s):
            await told.wait()


async def uncut(work: Coroutine[Any, Any, T]) -> T:
    """Await something that a cancellation must not cut in the middle: it is let finish first."""
    task = asyncio.create_task(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait({task}, timeout=UNCUT_S_MAX)
        raise
