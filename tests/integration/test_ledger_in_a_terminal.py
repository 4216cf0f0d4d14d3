"""`maillage impact` about a hub that runs: checked, opened, restated, and written again."""

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest

from maillage_common.migrations import migrate
from maillage_hub.demo.story import Story
from maillage_hub.runtime.postgres import superuser_dsn
from maillage_hub.runtime.services import settings_for, settings_of
from maillage_hub.testing_bus import facts_of
from maillage_hub.testing_hub import WholeHub
from maillage_impact.adapters.postgres import PostgresStore
from maillage_impact.wiring import service

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

ANSWERED_WITHIN_S = 60
AGAIN = "ledger_again"


async def asked(hub: WholeHub, *words: str) -> dict[str, Any]:
    code, out = await hub.maillage("impact", *words, "--json")
    assert code == 0, out
    said: dict[str, Any] = json.loads(out)
    return said


async def test_a_figure_of_the_pallets_opens_down_to_events_of_the_bus(
    neighbour: WholeHub, pallets: Story
) -> None:
    assert all(step.ok for step in pallets.steps)
    told = await facts_of(neighbour.kafka, neighbour.territory)
    recorded = [json.loads(one.value or b"") for one in told if one.type == "impact.recorded"]
    avoided = [
        one["statement"]
        for one in recorded
        if one["statement"]["indicator"] == "ghg_avoided_material"
    ]
    opened = await asked(neighbour, "explain", avoided[0]["statement_id"])
    assert Decimal(opened["value"]) == Decimal(avoided[0]["value"])
    assert opened["baseline"]["status"] == "approved"
    assert all(factor["source"] and factor["year"] for factor in opened["factors"])
    assert set(opened["causes"]) <= {one.id for one in told}


async def test_the_ledger_holds_before_and_after_other_factors(
    neighbour: WholeHub, pallets: Story
) -> None:
    assert all(step.ok for step in pallets.steps)
    before = await asked(neighbour, "verify")
    assert before["lines"] > 0
    await asked(neighbour, "restate", "--factors", "2026.1")
    after = await asked(neighbour, "verify", "--head", before["head"])
    assert after["lines"] >= before["lines"]


@pytest.fixture
async def empty(hub: WholeHub) -> AsyncIterator[str]:
    """A database of impact beside that of the hub, with nothing but the baselines."""
    settings = settings_for(hub.state, "impact")
    server = await asyncpg.connect(
        superuser_dsn(hub.state.postgres, hub.folder.password_of("postgres"))
    )
    await server.execute(f'create database "{AGAIN}" owner impact')
    dsn = urlunsplit(urlsplit(settings.dsn)._replace(path=f"/{AGAIN}"))
    try:
        await migrate(dsn, service().migrations)
        old, new = await asyncpg.connect(settings.dsn), await asyncpg.connect(dsn)
        for baseline in await PostgresStore(old).baselines():
            await PostgresStore(new).save_baseline(baseline)
        await old.close()
        await new.close()
        yield dsn
    finally:
        await server.execute(f'drop database "{AGAIN}" with (force)')
        await server.close()


async def test_the_bus_alone_writes_the_same_ledger_again(
    hub: WholeHub, livrazou: Story, empty: str
) -> None:
    assert all(step.ok for step in livrazou.steps)
    environment = {
        **hub.commands.environment,
        **settings_of(hub.state, "impact"),
        "MAILLAGE_DATABASE_URL": f"postgresql://impact@{hub.state.postgres}/{AGAIN}",
    }
    words = ["impact", "rebuild", "--json"]
    done = await asyncio.to_thread(
        subprocess.run,
        [*hub.commands.command, *words],
        env=environment,
        capture_output=True,
        text=True,
        timeout=ANSWERED_WITHIN_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    again = await sums_of(empty)
    assert said["lines"] > 0
    assert again == await sums_of(settings_for(hub.state, "impact").dsn)


async def sums_of(dsn: str) -> dict[tuple[str, str, str], Decimal]:
    """What events made a ledger say, by subject and indicator."""
    connection = await asyncpg.connect(dsn)
    try:
        rows = await connection.fetch(
            """
            select subject_kind, subject_id, indicator, sum(value) as value from entry
            where claim is null or claim not like 'figure/%'
            group by subject_kind, subject_id, indicator
            """
        )
    finally:
        await connection.close()
    return {
        (row["subject_kind"], str(row["subject_id"]), row["indicator"]): row["value"]
        for row in rows
    }


async def test_a_ledger_with_lines_is_not_written_over(hub: WholeHub, livrazou: Story) -> None:
    assert all(step.ok for step in livrazou.steps)
    with pytest.raises(AssertionError, match="rebuild it into an empty database"):
        await hub.maillage("impact", "rebuild", "--json")
