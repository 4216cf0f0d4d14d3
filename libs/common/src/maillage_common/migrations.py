"""Migrations: plain SQL files in dbmate's format, applied once each, in order, by one process."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import asyncpg

from maillage_common.postgres import CONNECT_TIMEOUT_S, MIGRATION_LOCK, Connection

KERNEL = Path(__file__).parent / "migrations"
STATEMENT_TIMEOUT_S = 600.0


class MigrationChanged(Exception):
    """A file was edited after it was applied: write a new one instead."""


@dataclass(frozen=True)
class Migration:
    """One file. Its version is the digits its name begins with, after `kernel-` for ours."""

    version: str
    path: Path

    @property
    def checksum(self) -> str:
        """SHA-256 of the whole file."""
        return sha256(self.path.read_bytes()).hexdigest()

    @property
    def up(self) -> str:
        """The SQL that goes forward."""
        _, _, after = self.path.read_text().partition("-- migrate:up")
        return after.partition("-- migrate:down")[0]


def _migrations(service: Path) -> Iterator[Migration]:
    for prefix, folder in (("kernel-", KERNEL), ("", service)):
        for path in sorted(folder.glob("*.sql")):
            yield Migration(prefix + path.name.partition("_")[0], path)


async def migrate(dsn: str, service: Path) -> list[str]:
    """Apply the kernel's files, then the service's, each in its own transaction.

    Returns the versions applied now. Another process that migrates at the same time is waited for.
    """
    connection = await asyncpg.connect(
        dsn, timeout=CONNECT_TIMEOUT_S, command_timeout=STATEMENT_TIMEOUT_S
    )
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", MIGRATION_LOCK)
        waiting = await pending(connection, service)
        for migration in waiting:
            await _apply(connection, migration)
        return [migration.version for migration in waiting]
    finally:
        await connection.close(timeout=CONNECT_TIMEOUT_S)


async def pending(connection: Connection, service: Path) -> list[Migration]:
    """What is not applied yet. Raises MigrationChanged."""
    applied: dict[str, str | None] = {}
    with suppress(asyncpg.UndefinedTableError):  # nothing was ever applied
        rows = await connection.fetch("SELECT version, checksum FROM schema_migrations")
        applied = {row["version"]: row["checksum"] for row in rows}
    waiting: list[Migration] = []
    for migration in _migrations(service):
        if migration.version not in applied:
            waiting.append(migration)
        elif applied[migration.version] not in (None, migration.checksum):  # dbmate writes none
            raise MigrationChanged(f"{migration.path.name} is not as it was when it was applied")
    return waiting


async def _apply(connection: Connection, migration: Migration) -> None:
    async with connection.transaction():
        await connection.execute(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                version varchar(128) PRIMARY KEY,
                checksum text,
                applied_at timestamptz NOT NULL DEFAULT now()
            )
            """
        )
        # Rather give up than make the code that runs now wait for a table.
        await connection.execute("SET LOCAL lock_timeout = '5s'")
        await connection.execute(migration.up)
        await connection.execute(
            "INSERT INTO schema_migrations (version, checksum) VALUES ($1, $2)",
            migration.version,
            migration.checksum,
        )
