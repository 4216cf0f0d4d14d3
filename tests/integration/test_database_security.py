"""With the rules of deploy/k8s, a service enters its own database, encrypted, and no other."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from socket import socket
from ssl import SSLCertVerificationError
from typing import cast

import asyncpg
import pytest
import pytest_asyncio
import trustme
import yaml

from maillage_common.postgres import dedicated
from maillage_common.settings import Settings
from maillage_hub.runtime.account import unprivileged
from maillage_hub.runtime.places import OPEN
from maillage_hub.runtime.ports import LOOPBACK, Ports
from maillage_hub.runtime.postgres import SUPERUSER, PostgresServer
from maillage_hub.runtime.postgres_binaries import SETTING
from maillage_hub.runtime.process import Process, Program, start
from maillage_serving.testing import eventually

pytestmark = pytest.mark.integration

FILES = Path(__file__).parents[2] / "deploy/k8s"
MOUNTED = "/run/secrets/database-ca/ca.crt"
OPERATOR = f"host all {SUPERUSER} {LOOPBACK}/32 scram-sha-256"
"""An operator's own way in, which stands before our rules."""
REST = "host all all all scram-sha-256"
"""What CloudNativePG puts behind them: everybody may enter anything, over anything."""
ANSWER_S = 10

Connected = tuple[asyncio.Transport, asyncio.Protocol]


@dataclass(frozen=True)
class EncryptedServer(PostgresServer):
    """PostgreSQL with a certificate, and with rules of who may enter."""

    def furnish(self, authority: trustme.CA, rules: Sequence[str]) -> None:
        """Write both beside its data, once there is some."""
        place = self.data.resolve()
        issued = authority.issue_cert("localhost")
        issued.cert_chain_pems[0].write_to_path(place / "server.pem")
        issued.private_key_pem.write_to_path(place / "server.key")
        (place / "rules").write_text("".join(f"{line}\n" for line in (OPERATOR, *rules, REST)))
        for name in ("server.pem", "server.key", "rules"):
            (place / name).chmod(0o600)
            if (account := unprivileged()) is not None:
                os.chown(place / name, account.uid, account.gid)

    def program(self) -> Program:
        """How it is run."""
        asked = super().program()
        files = {"ssl_cert_file": "server.pem", "ssl_key_file": "server.key", "hba_file": "rules"}
        said = ["ssl=on", *(f"{name}={self.data.resolve() / file}" for name, file in files.items())]
        return replace(asked, command=[*asked.command, *(w for one in said for w in ("-c", one))])


@dataclass(frozen=True)
class Door:
    """Where the server is, and the files that its clients have."""

    port: int
    ca_file: Path
    password_file: Path

    def settings(self, **changes: str) -> Settings:
        """What flows is told by deploy/k8s, this server in the place of the cluster's."""
        described = yaml.safe_load((FILES / "base/flows/kustomization.yaml").read_text())
        patch = yaml.safe_load(described["patches"][-1]["patch"])
        [container] = patch["spec"]["template"]["spec"]["containers"]
        [url] = [v["value"] for v in container["env"] if v["name"] == "MAILLAGE_DATABASE_URL"]
        here = {"database-rw:5432": f"localhost:{self.port}", MOUNTED: str(self.ca_file)}
        for told, meant in {**here, **changes}.items():
            assert told in url
            url = url.replace(told, meant)
        return Settings(
            territory="jourdies",
            database_url=url,
            database_password_file=self.password_file,
            kafka_bootstrap=f"{LOOPBACK}:1",
            auth_issuer="urn:nobody",
            auth_jwks_file=self.ca_file,
        )


@pytest.fixture(scope="module")
def door() -> Iterator[Door]:
    """A server with the databases and the roles of two services."""
    described = yaml.safe_load((FILES / "components/databases/cluster.yaml").read_text())
    authority = trustme.CA()
    with _encrypting(), _folder() as folder, closing(Ports()) as ports:
        made = Door(ports.claim("postgres"), folder / "ca.pem", folder / "flows.password")
        authority.cert_pem.write_to_path(made.ca_file)
        made.password_file.write_text("of flows")
        server = EncryptedServer(
            data=folder / "postgres",
            port=made.port,
            password_file=folder / "password",
            log=folder / "postgres.log",
            throw_away=True,
        )

        async def begin() -> Process:
            await server.prepare()
            server.furnish(authority, described["spec"]["postgresql"]["pg_hba"])
            process = await start(server)
            await _furnish(server)
            return process

        process = asyncio.run(begin())
        yield made
        asyncio.run(process.stop())
        server.remove_data()


@pytest_asyncio.fixture(autouse=True)
async def hung_up(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    """A refusal is raised before TLS has taken its leave: the loop lives until sockets are closed.

    Where the server is slow, a loop that ends with the test leaves one open behind it.
    """
    loop = asyncio.get_running_loop()
    connect = cast(Callable[..., Awaitable[Connected]], loop.create_connection)
    opened: list[socket] = []

    async def noting(*asked: object, **how: object) -> Connected:
        made = await connect(*asked, **how)
        opened.append(made[0].get_extra_info("socket"))
        return made

    monkeypatch.setattr(loop, "create_connection", noting)
    yield
    assert opened
    await eventually(lambda: all(one.fileno() < 0 for one in opened))


async def test_a_service_enters_its_database_encrypted(door: Door) -> None:
    async with dedicated(door.settings().dsn, "test") as connection:
        query = "SELECT ssl, current_database() FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        assert tuple(await connection.fetchrow(query) or ()) == (True, "flows")


async def test_nobody_enters_unencrypted(door: Door) -> None:
    settings = door.settings(**{"sslmode=verify-full": "sslmode=disable"})
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match="no encryption"):
        async with dedicated(settings.dsn, "test"):
            pass


async def test_a_service_enters_no_other_database(door: Door) -> None:
    settings = door.settings(**{"/flows?": "/tours?"})
    with pytest.raises(asyncpg.InvalidAuthorizationSpecificationError, match='"tours"'):
        async with dedicated(settings.dsn, "test"):
            pass


async def test_a_service_does_not_enter_as_another(door: Door) -> None:
    settings = door.settings(**{"flows@": "tours@", "/flows?": "/tours?"})
    with pytest.raises(asyncpg.InvalidPasswordError):
        async with dedicated(settings.dsn, "test"):
            pass


async def test_a_server_with_another_certificate_gets_no_password(
    door: Door, tmp_path: Path
) -> None:
    trustme.CA().cert_pem.write_to_path(tmp_path / "ca.pem")
    settings = door.settings(**{str(door.ca_file): str(tmp_path / "ca.pem")})
    with pytest.raises(SSLCertVerificationError):
        async with dedicated(settings.dsn, "test"):
            pass


async def test_a_server_with_another_name_gets_no_password(door: Door) -> None:
    settings = door.settings(localhost=LOOPBACK)
    with pytest.raises(SSLCertVerificationError, match="not valid for"):
        async with dedicated(settings.dsn, "test"):
            pass


async def _furnish(server: PostgresServer) -> None:
    connection = await asyncpg.connect(server.dsn, timeout=ANSWER_S)
    for service in ("flows", "tours"):
        await connection.execute(f"CREATE ROLE {service} LOGIN PASSWORD 'of {service}'")
        await connection.execute(f"CREATE DATABASE {service} OWNER {service}")
    await connection.close(timeout=ANSWER_S)


@contextmanager
def _encrypting() -> Generator[None]:
    """Programs that were built with TLS: those of the wheel were not."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
    if not found and SETTING not in os.environ:
        pytest.skip(f"no PostgreSQL with TLS here: install Debian's postgresql, or set {SETTING}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(SETTING, os.environ.get(SETTING) or str(found[-1]))
        yield


@contextmanager
def _folder() -> Generator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="maillage-test-"))
    folder.chmod(OPEN)  # PostgreSQL may have to be another account
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
