"""The one place that knows the concrete parts of the service."""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from maillage_common.identifiers import uuid7
from maillage_common.postgres import PostgresDatabase, dedicated, open_pool
from maillage_common.settings import load
from maillage_common.transaction import Context, Runner, utc_now
from maillage_impact.adapters.event_log import events_of, read_log
from maillage_impact.adapters.no_cycles import no_cycles
from maillage_impact.adapters.postgres import PostgresStore
from maillage_impact.adapters.rebuilding import RebuildingStore
from maillage_impact.adapters.worked_files import read_worked, shipped_cases
from maillage_impact.domain.worked.running import Verdict, run_cases
from maillage_impact.entrypoints import http, kafka
from maillage_impact.entrypoints.commands import answer, written
from maillage_impact.settings import ImpactSettings
from maillage_impact.usecases.judge_worked import judge_published
from maillage_impact.usecases.restate_ledger import RestateLedger, restate_ledger
from maillage_impact.usecases.store import Store
from maillage_serving.commands import with_settings
from maillage_serving.service import Service


def service() -> Service[Store]:
    """The service, ready to run."""
    return Service(
        name="impact",
        migrations=Path(__file__).parent / "migrations",
        make_store=PostgresStore,
        router=http.router,
        handlers=lambda: kafka.handlers(load(ImpactSettings).zone),
        settings=ImpactSettings,
    )


def ask_ledger(asked: argparse.Namespace) -> int:
    """Run a command that reads the ledger of our settings; 1 failed, 2 wrong settings."""

    def command(settings: ImpactSettings) -> int:
        said, code = asyncio.run(_ask(asked, settings))
        print(written(said))  # noqa: T201 the answer
        return code

    return with_settings(ImpactSettings, command)


async def _ask(asked: argparse.Namespace, settings: ImpactSettings) -> tuple[dict[str, Any], int]:
    if asked.command == "restate":
        return await _restate(RestateLedger(asked.factors, asked.reason), settings)
    if asked.command == "rebuild":
        return await _rebuild(settings)
    async with (
        dedicated(settings.dsn, "impact-command") as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        with no_cycles():
            return await answer(asked, PostgresStore(connection))


async def _rebuild(settings: ImpactSettings) -> tuple[dict[str, Any], int]:
    follow, now = kafka.handlers(settings.zone), utc_now()
    topics = sorted(topic.facts(settings.territory) for topic in follow.topics)
    told = await read_log(settings, topics)
    events = events_of(told, territory=settings.territory, known=follow.known, now=now)
    async with (
        dedicated(settings.dsn, "impact-command") as connection,
        connection.transaction(),
    ):
        building = RebuildingStore(target=PostgresStore(connection))
        await building.begin()
        with no_cycles():
            count = await building.follow(events, follow, now)
        await building.finish()
        head = await building.head()
    return {"events": count, "lines": head.place, "head": head.hash.hex()}, 0


async def _restate(command: RestateLedger, settings: ImpactSettings) -> tuple[dict[str, Any], int]:
    async with await open_pool(settings.dsn, "impact-command") as pool:
        database = PostgresDatabase(pool, PostgresStore)
        runner = Runner(database, service="impact", territory=settings.territory)
        with no_cycles():
            outcome = await runner.execute(
                restate_ledger, command, subject=command.version, context=Context(uuid7())
            )
        restatements = await runner.read(lambda store: store.restatements())
    told = [vars(one) | {"digest": one.digest.hex()} for one in restatements]
    return {"written": len(outcome.events), "restatements": told}, 0


def judge(path: Path | None) -> Sequence[Verdict]:
    """The verdicts on a file of worked examples, or on those that are shipped."""
    if path is None:
        return run_cases(shipped_cases())
    worked = read_worked(path)
    if worked.expectations is not None:
        return judge_published(worked.expectations, shipped_cases())
    return run_cases(worked.cases)
