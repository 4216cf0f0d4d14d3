"""The five services on a secured bus, for tests: each with an account and a database of its own."""

import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from maillage_common.postgres import Connection
from maillage_common.settings import PREFIX
from maillage_contracts.catalogue import SERVICES
from maillage_hub.runtime.issuer import Issuer
from maillage_hub.runtime.places import HubFolder
from maillage_hub.runtime.ports import LOOPBACK, Ports
from maillage_hub.runtime.process import Process, start
from maillage_hub.runtime.services import ServiceProcess
from maillage_hub.runtime.state import HubState
from maillage_hub.runtime.together import all_of
from maillage_hub.testing_secured import SecuredBroker

ANSWER_S = 10.0


@dataclass(frozen=True)
class SecuredHub:
    """Where its services are, and a token of an advisor for them."""

    services: Mapping[str, str]
    token: str


@asynccontextmanager
async def secured_hub(
    bus: SecuredBroker, territory: str, server: str, home: Path
) -> AsyncGenerator[SecuredHub]:
    """The services of a territory, ready; `server` is the DSN of a PostgreSQL, as a superuser."""
    folder = HubFolder(home)
    folder.make()
    issuer = Issuer.of(territory, folder)
    async with AsyncExitStack() as stack:
        ports = stack.enter_context(closing(Ports()))
        state = _state(bus, territory, issuer.name, folder, ports)
        connection = await asyncpg.connect(server, timeout=ANSWER_S)
        stack.push_async_callback(connection.close, timeout=ANSWER_S)
        daemons = [
            ServiceProcess(
                name,
                state,
                _variables(
                    {
                        **await _database(stack, connection, server, folder),
                        **bus.told(f"{name}-kafka", territory),
                    }
                ),
            )
            for name in SERVICES
        ]
        running: list[Process] = []
        stack.push_async_callback(_end, running)
        await all_of(_begin(daemon, running) for daemon in daemons)
        token = issuer.mint(
            subject="advisor-1",
            roles=("advisor",),
            now=datetime.now(UTC),
            lifetime=timedelta(hours=1),
        )
        yield SecuredHub(state.services, token)


def _state(
    bus: SecuredBroker, territory: str, issuer: str, folder: HubFolder, ports: Ports
) -> HubState:
    return HubState(
        territory=territory,
        phase="running",
        pid=os.getpid(),
        started_at=datetime.now(UTC),
        brokers=1,
        kafka=bus.node.address,
        postgres="",
        services={name: f"http://{LOOPBACK}:{ports.claim(name)}" for name in SERVICES},
        issuer=issuer,
        folder=folder.path,
        children=[],
    )


async def _database(
    stack: AsyncExitStack, connection: Connection, server: str, folder: HubFolder
) -> dict[str, str]:
    """The settings for an empty database, which is there until the stack is left."""
    name = f"secured_{token_hex(6)}"
    await connection.execute(f'CREATE DATABASE "{name}"')
    stack.push_async_callback(connection.execute, f'DROP DATABASE "{name}" WITH (FORCE)')
    parts = urlsplit(server)
    secret = folder.password_of("postgres")
    secret.write_text(unquote(parts.password or ""))
    place = parts._replace(
        path=f"/{name}", netloc=f"{parts.username}@{parts.hostname}:{parts.port}"
    )
    return {"database_url": urlunsplit(place), "database_password_file": str(secret)}


async def _begin(daemon: ServiceProcess, running: list[Process]) -> None:
    await daemon.prepare()
    running.append(await start(daemon))


async def _end(running: list[Process]) -> None:
    await all_of(process.stop() for process in running)


def _variables(settings: Mapping[str, str]) -> dict[str, str]:
    return {f"{PREFIX}{name.upper()}": value for name, value in settings.items()}
