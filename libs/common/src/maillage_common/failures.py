"""Which failures pass by themselves, and are worth another try."""

import asyncpg

_TRANSIENT: tuple[type[BaseException], ...] = (
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
