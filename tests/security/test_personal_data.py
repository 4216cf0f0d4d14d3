"""Where the personal data of a contact is kept, and that nothing of it is left once erased."""

from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from maillage_common.postgres import PostgresDatabase
from maillage_common.transaction import Runner
from maillage_hub.testing_worlds import OWNER, WORLDS
from maillage_serving.testing import client, postgres_runner

pytestmark = pytest.mark.integration

CANARY = "canary-7f3a@example.org"
CONTACT = f"/v1/actors/{OWNER}/contact"


@pytest.fixture
async def runner(fresh_database: str) -> AsyncIterator[Runner[Any]]:
    """The registry on PostgreSQL, with the firm whose contact is kept."""
    registry = WORLDS["registry"]
    async with postgres_runner(fresh_database, registry.service) as runner:
        await registry.fill(runner)
        yield runner


@pytest.fixture
async def advisor(runner: Runner[Any]) -> AsyncIterator[httpx.AsyncClient]:
    async with client(WORLDS["registry"].service, runner) as http:
        yield http


async def test_a_contact_is_in_one_table_and_then_in_none(
    runner: Runner[Any], advisor: httpx.AsyncClient
) -> None:
    headers = {"Idempotency-Key": "k-1"}
    kept = await advisor.put(CONTACT, json={"email": CANARY}, headers=headers)
    assert kept.is_success, kept.text
    assert await tables_with_it(runner) == ["contact"]

    erased = await advisor.delete(CONTACT)
    assert erased.is_success, erased.text
    assert await tables_with_it(runner) == []
    assert (await advisor.get(CONTACT)).status_code == 404


async def test_a_refused_contact_is_not_repeated_to_anybody(
    advisor: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    refused = await advisor.put(CONTACT, json={"email": f"{CANARY} ", "phone": f"no {CANARY}"})
    assert refused.status_code == 422
    assert CANARY not in refused.text + caplog.text


async def tables_with_it(runner: Runner[Any]) -> list[str]:
    """Every table of the database, payloads in bytes as well, that holds the canary."""
    database = runner.database
    assert isinstance(database, PostgresDatabase)
    async with database.pool.acquire() as connection:
        return [name for name in await _tables(connection) if await _has_it(connection, name)]


async def _tables(connection: "asyncpg.pool.PoolConnectionProxy[Any]") -> list[str]:
    rows = await connection.fetch(
        "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1"
    )
    return [row["table_name"] for row in rows]


async def _has_it(connection: "asyncpg.pool.PoolConnectionProxy[Any]", table: str) -> bool:
    found: int = await connection.fetchval(
        f'SELECT count(*) FROM "{table}" AS one'  # noqa: S608 a name of the catalogue
        " WHERE strpos(one::text, $1) > 0 OR strpos(one::text, $2) > 0",
        CANARY,
        CANARY.encode().hex(),
    )
    return found > 0
