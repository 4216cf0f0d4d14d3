"""A database for each service, with an account that can do nothing outside it."""

import asyncpg

from maillage_common.postgres import Connection
from maillage_contracts.catalogue import SERVICES
from maillage_hub.runtime.places import HubFolder
from maillage_hub.runtime.postgres import PostgresServer, kept_secret

TIMEOUT_S = 30.0


async def provide_databases(server: PostgresServer, folder: HubFolder) -> None:
    """Make what is missing of accounts and databases; a database is never replaced."""
    connection = await asyncpg.connect(
        server.dsn, timeout=TIMEOUT_S, command_timeout=TIMEOUT_S, ssl=False
    )
    try:
        accounts = await _names(connection, "SELECT rolname FROM pg_roles")
        databases = await _names(connection, "SELECT datname FROM pg_database")
        for service in SERVICES:
            if service not in accounts:
                await connection.execute(f'CREATE ROLE "{service}" LOGIN')
            if service not in databases:
                await connection.execute(f'CREATE DATABASE "{service}" OWNER "{service}"')
            password = kept_secret(folder.password_of(service))
            await connection.execute(f"ALTER ROLE \"{service}\" PASSWORD '{password}'")
        for database in (*SERVICES, "postgres", "template1"):
            # PUBLIC is everybody: it may connect anywhere unless told otherwise.
            await connection.execute(f'REVOKE ALL ON DATABASE "{database}" FROM PUBLIC')
    finally:
        await connection.close(timeout=TIMEOUT_S)


async def _names(connection: Connection, query: str) -> set[str]:
    return {row[0] for row in await connection.fetch(query)}
