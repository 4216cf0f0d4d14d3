"""Which failures pass by themselves, and are worth another try."""

import random

import asyncpg
from aiokafka.errors import KafkaError

_TRANSIENT: tuple[type[BaseException], ...] = (
    KafkaError,
    OSError,  # TimeoutError and ConnectionError among them
    asyncpg.PostgresConnectionError,
    asyncpg.TransactionRollbackError,  # serialization, deadlock
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InsufficientResourcesError,  # disk full, out of memory, too many connections
    asyncpg.OperatorInterventionError,  # shutdown, starting up, statement timeout
)


def is_transient(error: BaseException) -> bool:
    """Whether the same thing, tried again a little later, may well succeed."""
    if isinstance(error, asyncpg.InterfaceError):
        # asyncpg says so of a closed connection or pool, but also of wrong arguments: those stay.
        return "clos" in str(error)
    return isinstance(error, _TRANSIENT)


def backoff_s(failures: int, longest_s: float = 5.0) -> float:
    """How long to wait after so many failures in a row: longer each time, never two alike."""
    return min(longest_s, 0.1 * 2**failures) * random.uniform(0.5, 1)  # noqa: S311 no secret
