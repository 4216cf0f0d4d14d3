"""A pytest plugin: a real PostgreSQL and a real Kafka for the tests of a run.

Taken, in this order, from the environment (MAILLAGE_TEST_POSTGRES, a DSN of a superuser, and
MAILLAGE_TEST_KAFKA, host:port), from Docker where an engine answers, else started here from
packages. One of each serves a whole run: tests are kept apart by database and by territory.
"""

import asyncio
import os
import secrets
import shutil
import tempfile
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from urllib.parse import urlsplit, urlunsplit

import asyncpg
import pytest
import pytest_asyncio

from maillage_hub.runtime import places
from maillage_hub.runtime.jars import fetch_jars, jars_below
from maillage_hub.runtime.kafka import bus
from maillage_hub.runtime.ports import Ports
from maillage_hub.runtime.postgres import PostgresServer
from maillage_hub.runtime.process import Daemon, Process, start
from maillage_hub.testing_command import Hubs

CONNECT_TIMEOUT_S = 10
DOCKER_SOCKET = Path("/var/run/docker.sock")


@pytest.fixture(scope="session")
def postgres_dsn() -> Iterator[str]:
    """Address of a PostgreSQL server, as a superuser: tests make databases of their own in it."""
    if given := os.environ.get("MAILLAGE_TEST_POSTGRES"):
        yield given
    elif containers := _containers():
        with containers.postgres_container() as dsn:
            yield dsn
    else:
        with _embedded_postgres() as dsn:
            yield dsn


@pytest.fixture(scope="session")
def kafka_bootstrap() -> Iterator[str]:
    """Address of a Kafka broker; tests name their topics after a territory of their own."""
    if given := os.environ.get("MAILLAGE_TEST_KAFKA"):
        yield given
    elif containers := _containers():
        with containers.kafka_container() as bootstrap:
            yield bootstrap
    else:
        with _embedded_kafka() as bootstrap:
            yield bootstrap


@pytest_asyncio.fixture
async def fresh_database(postgres_dsn: str) -> AsyncIterator[str]:
    """Address of an empty database, dropped after the test."""
    name = f"test_{secrets.token_hex(6)}"
    server = await asyncpg.connect(postgres_dsn, timeout=CONNECT_TIMEOUT_S)
    try:
        await server.execute(f'CREATE DATABASE "{name}"')
        yield urlunsplit(urlsplit(postgres_dsn)._replace(path=f"/{name}"))
        await server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await server.close(timeout=CONNECT_TIMEOUT_S)


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.integration)])
def database(request: pytest.FixtureRequest) -> str | None:
    """Address of an empty database, None for the store in memory: what asks for it runs on both."""
    if request.param == "memory":
        return None
    dsn: str = request.getfixturevalue("fresh_database")
    return dsn


@pytest.fixture
def territory() -> str:
    """A territory that no other test has: its topics are this test's alone."""
    return f"t-{secrets.token_hex(3)}"


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account can enter, unlike those of pytest."""
    with _open_folder() as folder:
        yield folder


@pytest.fixture
def hubs(open_folder: Path) -> Iterator[Hubs]:
    """The `maillage` command in a project of its own; whatever it started is stopped at the end."""
    home = open_folder / "d'été, à côté"  # as people name folders, and programs stumble
    home.mkdir()
    made = Hubs(home)
    yield made
    made.end()


def _containers() -> ModuleType | None:
    """What runs servers in containers; None where no Docker engine answers."""
    if "DOCKER_HOST" not in os.environ and not DOCKER_SOCKET.exists():
        return None
    # Half a second to import, so only where it may be of use.
    from maillage_hub import testing_docker  # noqa: PLC0415

    return testing_docker if testing_docker.engine_answers() else None


@contextmanager
def _embedded_postgres() -> Generator[str]:
    with _open_folder() as folder, _claimed_ports() as ports:
        server = PostgresServer(
            data=folder / "postgres",
            port=ports.claim("postgres"),
            password_file=folder / "password",
            log=folder / "postgres.log",
            throw_away=True,
        )
        with _running(server):
            yield server.dsn
        server.remove_data()


@contextmanager
def _embedded_kafka() -> Generator[str]:
    cache = places.cache()
    asyncio.run(fetch_jars(cache, print))
    with _open_folder() as folder, _claimed_ports() as ports:
        jars = jars_below(cache)
        [broker] = bus(brokers=1, folder=folder, jars=jars, ports=ports, logs=folder)
        with _running(broker):
            yield broker.node.address


@contextmanager
def _running(daemon: Daemon) -> Generator[None]:
    """Run a daemon; it has no event loop, for each test brings its own."""

    async def begin() -> Process:
        await daemon.prepare()
        return await start(daemon)

    process = asyncio.run(begin())
    try:
        yield
    finally:
        asyncio.run(process.stop())


@contextmanager
def _open_folder() -> Generator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="maillage-test-"))
    folder.chmod(places.OPEN)  # PostgreSQL may have to be another account
    try:
        yield folder
    finally:
        shutil.rmtree(folder)


@contextmanager
def _claimed_ports() -> Generator[Ports]:
    ports = Ports()
    try:
        yield ports
    finally:
        ports.close()
