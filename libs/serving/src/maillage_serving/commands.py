"""The commands of a service's process, and how each of them ends."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncGenerator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import uvloop

from maillage_common.dead_letters import list_letters, show_letter
from maillage_common.kafka import administration, begin_anew
from maillage_common.migrations import MigrationChanged, migrate
from maillage_common.outbox import made_anew, republish
from maillage_common.postgres import PostgresDatabase, dedicated, open_pool
from maillage_common.replay import discard, replay
from maillage_common.settings import BadSetting, Chosen, Settings, load
from maillage_common.topics import look
from maillage_common.transaction import Runner
from maillage_contracts.catalogue import consumed_by
from maillage_contracts.refusals import Invalid, Refused
from maillage_serving.logging import configure_logging
from maillage_serving.process import serve
from maillage_serving.service import Service

FAILED, USAGE = 1, 2

Command = Callable[[Service[Any], Settings, argparse.Namespace], Coroutine[Any, Any, int]]


def run(service: Service[Any], arguments: Sequence[str] | None = None) -> int:
    """Run one command of a service; returns the exit code."""
    asked = _parser(service).parse_args(arguments)

    def command(settings: Settings) -> int:
        configure_logging(settings.log_level, service=service.name, territory=settings.territory)
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(asked.command(service, settings, asked))

    return with_settings(service.settings, command)


def with_settings(kind: type[Chosen], command: Callable[[Chosen], int]) -> int:
    """Run a command; returns its exit code, or, saying why, 1 (it failed) or 2 (told wrong)."""
    try:
        return command(load(kind))
    except BadSetting as wrong:
        print(wrong, file=sys.stderr)  # noqa: T201 one line for whoever starts it
        return USAGE
    except (MigrationChanged, Refused) as no:
        print(f"{no.field}: {no}" if isinstance(no, Invalid) else no, file=sys.stderr)  # noqa: T201
    except (OSError, asyncpg.PostgresError) as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)  # noqa: T201
    return FAILED


def _parser(service: Service[Any]) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"maillage_{service.name}")
    commands = parser.add_subparsers(required=True, metavar="command")

    def command(name: str, what: str, call: Command) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=what, description=what)
        added.set_defaults(command=call)
        return added

    command("serve", "run the service until it is told to stop", _serve)
    command("migrate", "bring the database to the shape this version needs", _migrate)
    command("check-config", "say whether the settings are complete", _check_config)
    again = command("republish", "queue the event log again, for the bus as it is now", _republish)
    again.add_argument("--since", type=datetime.fromisoformat, help="a moment, as 2026-11-23")
    listed = command("deadletters", "list what was put aside, as JSON", _list)
    listed.add_argument("--state", default="parked", choices=["parked", "replayed", "discarded"])
    listed.add_argument("--limit", type=int, default=100)
    for name, what, call in (
        ("deadletter", "show one letter with its payload, as JSON", _show),
        ("replay", "try again a letter and what waits behind it", _replay),
        ("discard", "give a letter up; what waits behind it can be replayed then", _discard),
    ):
        command(name, what, call).add_argument("id", type=UUID)
    return parser


async def _serve(service: Service[Any], settings: Settings, _: argparse.Namespace) -> int:
    return await serve(service, settings)


async def _migrate(service: Service[Any], settings: Settings, _: argparse.Namespace) -> int:
    return _tell(applied=await migrate(settings.dsn, service.migrations))


async def _check_config(service: Service[Any], settings: Settings, _: argparse.Namespace) -> int:
    return _tell(service=service.name, territory=settings.territory, parts=sorted(settings.roles))


async def _republish(service: Service[Any], settings: Settings, asked: argparse.Namespace) -> int:
    async with administration(settings) as admin:
        bus = await look(admin)
    since: datetime | None = asked.since and asked.since.replace(tzinfo=asked.since.tzinfo or UTC)
    async with dedicated(settings.dsn, f"{service.name}-republish") as connection:
        heard = {topic.facts(settings.territory) for topic in consumed_by(service.name)}
        places = [place for place in await made_anew(connection, bus) if place.topic in heard]
        if places:
            await begin_anew(settings, f"{settings.territory}.{service.name}", places)
        count = await republish(connection, bus, since=since)
    return _tell(queued=count, cluster_id=bus.cluster_id)


async def _list(service: Service[Any], settings: Settings, asked: argparse.Namespace) -> int:
    async with dedicated(settings.dsn, f"{service.name}-deadletters") as connection:
        return _tell(letters=await list_letters(connection, state=asked.state, limit=asked.limit))


async def _show(service: Service[Any], settings: Settings, asked: argparse.Namespace) -> int:
    async with dedicated(settings.dsn, f"{service.name}-deadletters") as connection:
        return _tell(**await show_letter(connection, asked.id))


async def _replay(service: Service[Any], settings: Settings, asked: argparse.Namespace) -> int:
    async with _runner(service, settings) as runner:
        outcome = await replay(runner, asked.id, service.handlers())
    _tell(**vars(outcome))
    return FAILED if outcome.why else 0


async def _discard(service: Service[Any], settings: Settings, asked: argparse.Namespace) -> int:
    async with _runner(service, settings) as runner:
        await discard(runner, asked.id)
    return _tell(discarded=asked.id)


@asynccontextmanager
async def _runner(service: Service[Any], settings: Settings) -> AsyncGenerator[Runner[Any]]:
    async with await open_pool(settings.dsn, service.name) as pool:
        database = PostgresDatabase(pool, service.make_store)
        yield Runner(database, service=service.name, territory=settings.territory)


def _tell(**found: Any) -> int:  # noqa: ANN401 any document
    print(json.dumps(found, default=str))  # noqa: T201 the answer of a command
    return 0
