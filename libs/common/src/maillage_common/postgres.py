"""The transaction in PostgreSQL, and how we connect to it."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Generic, TypeVar

import asyncpg

from maillage_common.ledger import Ledger
from maillage_common.postgres_ledger import CHANNEL, PostgresLedger

if TYPE_CHECKING:
    from asyncpg.pool import PoolConnectionProxy

    Connection = asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]
    Pool = asyncpg.Pool[asyncpg.Record]
else:
    Connection = asyncpg.Connection
    Pool = asyncpg.Pool

CONNECT_TIMEOUT_S = 5.0
ACQUIRE_TIMEOUT_S = 10.0
LEAD_POLL_S = 1.0
COMMAND_TIMEOUT_S = 30.0
CONNECTIONS_MAX = 12
"""Group commit saturates at about 16 writers on a small machine."""
IDLE_S_MAX = 30.0
"""A connection costs the server some ten MiB: those of a busy moment are not kept for long."""
SERVER_SETTINGS = {
    "timezone": "UTC",
    "lock_timeout": "10s",
    "statement_timeout": "25s",
    "idle_in_transaction_session_timeout": "30s",
    # A client whose machine is gone frees its locks after 30 s, which is longer than anything of
    # the relay can still be on its way to the bus.
    "tcp_keepalives_idle": "15",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}

MIGRATION_LOCK = 7_249_001
RELAY_LOCK = 7_249_002
WORKER_LOCK = 7_249_003
"""Numbers of advisory locks, which are per database: no two programs of ours mean another thing."""

S = TypeVar("S")


async def open_pool(dsn: str, service: str) -> Pool:
    """A pool that connects when it is first asked: the database may still be away."""
    return await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=CONNECTIONS_MAX,
        max_inactive_connection_lifetime=IDLE_S_MAX,
        timeout=CONNECT_TIMEOUT_S,
        command_timeout=COMMAND_TIMEOUT_S,
        server_settings=SERVER_SETTINGS | {"application_name": f"maillage-{service}"},
        reset=_nothing,
    )


async def _nothing(_: Connection) -> None:
    """Transactions leave nothing behind in a connection: to reset it is a round trip for each."""


@asynccontextmanager
async def dedicated(dsn: str, name: str) -> AsyncGenerator[Connection]:
    """One connection of its own, for a lock that must not outlive it."""
    connection = await asyncpg.connect(
        dsn,
        timeout=CONNECT_TIMEOUT_S,
        command_timeout=COMMAND_TIMEOUT_S,
        server_settings=SERVER_SETTINGS | {"application_name": f"maillage-{name}"},
    )
    try:
        yield connection
    finally:
        await connection.close(timeout=CONNECT_TIMEOUT_S)


async def take_lead(connection: Connection, lock: int) -> None:
    """Wait until this connection holds an advisory lock, as one in the whole database can."""
    asked = "SELECT pg_try_advisory_lock($1)"
    while not await connection.fetchval(asked, lock):  # noqa: ASYNC110 no event tells us
        await asyncio.sleep(LEAD_POLL_S)


class PostgresDatabase(Generic[S]):
    """A service's store and the kernel's ledger over one connection."""

    def __init__(self, pool: Pool, make_store: Callable[[Connection], S]) -> None:
        self.pool = pool
        self._make_store = make_store
        self._news = _News(pool)

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncGenerator[tuple[S, Ledger]]:
        isolation = "repeatable_read" if read_only else "read_committed"
        async with (
            self.pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection,
            connection.transaction(isolation=isolation, readonly=read_only),
        ):
            ledger = PostgresLedger(connection)
            yield self._make_store(connection), ledger
        if ledger.has_queued:
            self._news.tell()


class _News:
    """Wakes the relay after commits, once for all those that come while it is being told.

    A NOTIFY within the transaction would hold a lock of the whole server until the commit is on
    disk: writers would queue for it instead of being written together.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._is_new = False
        self._telling: asyncio.Task[None] | None = None

    def tell(self) -> None:
        """Something was committed to the outbox."""
        self._is_new = True
        if self._telling is None or self._telling.done():
            self._telling = asyncio.create_task(self._tell())

    async def _tell(self) -> None:
        # What no notification tells is found all the same: the relay looks too.
        with suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            while self._is_new:
                self._is_new = False
                await self._pool.execute(f"NOTIFY {CHANNEL}")
