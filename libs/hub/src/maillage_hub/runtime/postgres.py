"""The database server: one PostgreSQL on the loopback interface, its data kept between runs."""

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil

from maillage_hub.runtime import places
from maillage_hub.runtime.account import Account, run_as, unprivileged
from maillage_hub.runtime.failures import HubFailure
from maillage_hub.runtime.files import write_whole
from maillage_hub.runtime.ports import LOOPBACK
from maillage_hub.runtime.postgres_binaries import Binaries, find_binaries
from maillage_hub.runtime.process import Program

SUPERUSER = "maillage"
PROBE_TIMEOUT_S = 5.0
INITDB_TIMEOUT_S = 120
LEFTOVER_TIMEOUT_S = 10

SETTINGS = {
    "listen_addresses": LOOPBACK,
    # In the data folder, however long its path: that of a socket may have 107 bytes.
    "unix_socket_directories": ".",
    "max_connections": "200",
}
SETTINGS_THROW_AWAY = {"fsync": "off", "full_page_writes": "off"}
"""Commits reach the system, so they survive kill -9, but not the end of the machine."""


@dataclass(frozen=True)
class PostgresServer:
    """One server on one data folder."""

    data: Path
    port: int
    password_file: Path
    log: Path
    throw_away: bool = False
    """Whether its data is deleted after use: then it need not survive the machine, and is fast."""

    name = "postgres"
    ready_within_s = 60.0

    @property
    def dsn(self) -> str:
        """Address of the database `postgres` for the superuser."""
        return superuser_dsn(f"{LOOPBACK}:{self.port}", self.password_file)

    async def prepare(self) -> None:
        """Make the data folder, if there is none, and clear what a crash has left.

        Raises HubFailure when the folder is of another major version than all programs at hand.
        """
        account = unprivileged()
        if not self._version.exists():
            await asyncio.to_thread(self._initialise, account)
        else:
            self._binaries(account)
            _end_leftover(self.data.resolve())

    def program(self) -> Program:
        """How the server is run."""
        account = unprivileged()
        settings = SETTINGS | (SETTINGS_THROW_AWAY if self.throw_away else {})
        settings["port"] = str(self.port)
        assignments = [word for name in settings for word in ("-c", f"{name}={settings[name]}")]
        server = str(self._binaries(account).folder / "postgres")
        return Program(
            name=self.name,
            command=[server, "-D", str(self.data.resolve()), *assignments],
            log=self.log,
            environment=_without_postgres_variables(),
            account=account,
            stop_signal=signal.SIGINT,  # sessions are ended, data written
            death_signal=signal.SIGQUIT,  # at once, its own children included
        )

    async def is_ready(self) -> bool:
        """Whether it answers a query. Raises HubFailure when the password is not its."""
        try:
            return await answers_queries(self.dsn)
        except asyncpg.InvalidPasswordError as error:
            raise HubFailure(
                f"PostgreSQL does not accept the password in {self.password_file}: put back the "
                f"one that {self.data} was made with, or move both away to begin anew."
            ) from error

    def remove_data(self) -> None:
        """Delete everything, wherever it was put."""
        place = self.data.resolve()
        shutil.rmtree(place.parent if self.data.is_symlink() else place)

    @property
    def _version(self) -> Path:
        return self.data / "PG_VERSION"

    def _binaries(self, account: Account | None) -> Binaries:
        if not self._version.exists():
            return find_binaries(account)
        major = int(self._version.read_text())
        try:
            return find_binaries(account, major)
        except HubFailure as failure:
            raise HubFailure(
                f"{self.data} holds data of PostgreSQL {major}. {failure} Or carry the data over "
                "with pg_dumpall and a new folder; nothing was changed."
            ) from failure

    def _initialise(self, account: Account | None) -> None:
        """Make the data beside its place and move it there whole: a crash leaves no half."""
        if self.data.is_dir() and any(self.data.iterdir()):
            raise HubFailure(f"{self.data} holds something else than data of PostgreSQL: move it")
        binaries = find_binaries(account)
        place = self._reachable_place(account)
        with tempfile.TemporaryDirectory(dir=place.parent, prefix=".postgres-") as workshop:
            made = Path(workshop) / "data"
            made.mkdir(mode=places.PRIVATE)
            password_file = Path(workshop) / "password"
            write_whole(password_file, kept_secret(self.password_file))
            if account is not None:
                for path in (Path(workshop), made, password_file):
                    os.chown(path, account.uid, account.gid)
            self._run_initdb(binaries, account, made, password_file)
            made.rename(place)

    def _run_initdb(
        self, binaries: Binaries, account: Account | None, data: Path, password_file: Path
    ) -> None:
        synced = ["--no-sync"] if self.throw_away else []
        command = [
            *(str(binaries.folder / "initdb"), "--pgdata", str(data)),
            *("--username", SUPERUSER, "--pwfile", str(password_file)),
            *("--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8"),
            *("--no-instructions", *synced),
        ]
        environment = _without_postgres_variables()
        run_as(account, command, timeout_s=INITDB_TIMEOUT_S, environment=environment)

    def _reachable_place(self, account: Account | None) -> Path:
        """Where the data can be: here, or behind a link when PostgreSQL cannot come this far."""
        if account is None or account.can_enter(self.data.parent):
            return self.data
        places.SHARED_DATA.mkdir(mode=places.OPEN, parents=True, exist_ok=True)
        elsewhere = Path(tempfile.mkdtemp(dir=places.SHARED_DATA, prefix="postgres-"))
        elsewhere.chmod(places.OPEN)
        self.data.unlink(missing_ok=True)
        self.data.symlink_to(elsewhere / "data")
        return elsewhere / "data"


def superuser_dsn(address: str, password_file: Path) -> str:
    """Address of the database `postgres` for the superuser of the server at host:port."""
    password = quote(kept_secret(password_file), safe="")
    return f"postgresql://{SUPERUSER}:{password}@{address}/postgres"


async def answers_queries(dsn: str) -> bool:
    """Whether the server at this address can be used; raises InvalidPasswordError."""
    try:
        connection = await asyncpg.connect(dsn, timeout=PROBE_TIMEOUT_S, ssl=False)
    except asyncpg.InvalidPasswordError:
        raise
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        return False
    try:
        return bool(await connection.fetchval("SELECT true", timeout=PROBE_TIMEOUT_S))
    finally:
        await connection.close(timeout=PROBE_TIMEOUT_S)


def kept_secret(path: Path) -> str:
    """The secret in a file, made at random when there is none yet."""
    if not path.exists():
        write_whole(path, secrets.token_urlsafe(24))
    return path.read_text()


def _without_postgres_variables() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def _end_leftover(data: Path) -> None:
    """End a server that outlived its supervisor, and remove the mark of one that did not.

    The mark names a process. PostgreSQL believes it when any process has that number, which in a
    container happens at every second start.
    """
    mark = data / "postmaster.pid"
    if not mark.exists():
        return
    try:
        process = psutil.Process(int(mark.read_text().split()[0]))
        if Path(process.cwd()) == data:
            process.send_signal(signal.SIGQUIT)
            process.wait(LEFTOVER_TIMEOUT_S)
    except (psutil.Error, ValueError, IndexError):
        pass
    mark.unlink(missing_ok=True)
