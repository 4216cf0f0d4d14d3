"""The services of a hub: which there are, what each is told, how it is run."""

import os
import ssl
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import urlsplit

import httpx

from maillage_common.settings import PREFIX, Settings
from maillage_contracts.catalogue import SERVICES
from maillage_hub.runtime.issuer import AUDIENCE
from maillage_hub.runtime.places import HubFolder
from maillage_hub.runtime.process import Process, Program
from maillage_hub.runtime.state import HubState

PROBE_TIMEOUT_S = 5.0
NO_CERTIFICATES = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Probes are plain HTTP. Reading the certificates of all authorities took 30 ms for each of them,
which is more than all the rest, while whoever is probed needs the processor to start."""


@dataclass(frozen=True)
class ServiceProcess:
    """One service as a child process of a hub."""

    name: str
    hub: HubState
    variables: Mapping[str, str] = field(default_factory=dict[str, str])
    """What its environment has beside its settings."""

    ready_within_s = 60.0

    async def prepare(self) -> None:
        """Bring its database to the shape this version needs; raises HubFailure."""
        process = Process.spawn(self._program("migrate"))
        try:
            code = await process.ended()
        finally:
            process.kill()
        if code != 0:
            raise process.program.failure(f"could not migrate its database (code {code})")

    def program(self) -> Program:
        """How it is run."""
        return self._program("serve")

    async def is_ready(self) -> bool:
        """Whether it says that it can do its work."""
        return await trouble_of(self.hub.services[self.name]) is None

    def _program(self, verb: str) -> Program:
        return Program(
            name=self.name,
            command=[sys.executable, "-m", f"maillage_{self.name}", verb],
            log=HubFolder(self.hub.folder).logs / f"{self.name}.log",
            environment={**os.environ, **settings_of(self.hub, self.name), **self.variables},
            patience_s=20.0,  # it lets requests and batches end
        )


async def trouble_of(address: str) -> str | None:
    """Why the service at this address cannot do its work; None when it can."""
    async with httpx.AsyncClient(timeout=PROBE_TIMEOUT_S, verify=NO_CERTIFICATES) as client:
        try:
            answer = await client.get(f"{address}/readyz")
        except httpx.TransportError as error:
            return f"does not answer ({type(error).__name__})"
    return None if answer.is_success else answer.text


def installed_services() -> tuple[str, ...]:
    """The services of the catalogue that can be run here."""
    return tuple(name for name in SERVICES if find_spec(f"maillage_{name}.__main__"))


def settings_of(hub: HubState, service: str) -> dict[str, str]:
    """What a service of this hub is told, as environment variables."""
    folder = HubFolder(hub.folder)
    settings = {
        "TERRITORY": hub.territory,
        "DATABASE_URL": f"postgresql://{service}@{hub.postgres}/{service}",
        "DATABASE_PASSWORD_FILE": str(folder.password_of(service)),
        "KAFKA_BOOTSTRAP": hub.kafka,
        "KAFKA_SECURITY": "plaintext",  # on loopback
        "BUS_REPLICATION": str(hub.brokers),
        "AUTH_ISSUER": hub.issuer,
        "AUTH_AUDIENCE": AUDIENCE,
        "AUTH_JWKS_FILE": str(folder.keys),
    }
    if address := hub.services.get(service):
        url = urlsplit(address)
        settings |= {"HTTP_HOST": str(url.hostname), "HTTP_PORT": str(url.port)}
    return {f"{PREFIX}{name}": value for name, value in settings.items()}


def bus_settings(hub: HubState) -> Settings:
    """Settings of one of the services, for whoever speaks to the bus and to no database."""
    return settings_for(hub, SERVICES[0])


def settings_for(hub: HubState, service: str) -> Settings:
    """What a service of this hub is told, as it reads it."""
    told = settings_of(hub, service)
    return Settings.model_validate(
        {name.removeprefix(PREFIX).lower(): value for name, value in told.items()}
    )
