"""The servers that benchmarks run on: a bus and a database as `maillage up` starts them."""

import asyncio
import os
import re
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

import psutil

from maillage_hub.runtime.jars import ROOTS
from maillage_hub.runtime.ports import LOOPBACK, Ports
from maillage_hub.runtime.process import start
from maillage_hub.runtime.services import ServiceProcess
from maillage_hub.runtime.state import HubState
from maillage_hub.testing_hub import WholeHub, a_home

TERRITORY = "bench"


@asynccontextmanager
async def servers() -> AsyncGenerator[WholeHub]:
    """A bus and a database server without services, their data on disk and synchronised."""
    hub = WholeHub(TERRITORY, a_home())
    try:
        await asyncio.to_thread(hub.commands.up, TERRITORY)
        yield hub
    finally:
        await asyncio.to_thread(hub.commands.maillage, "down", "--territory", TERRITORY)
        hub.remove()


@asynccontextmanager
async def whole_hub() -> AsyncGenerator[WholeHub]:
    """A hub with its five services."""
    hub = WholeHub(TERRITORY, a_home())
    try:
        await hub.start()
        yield hub
    finally:
        await hub.stop()
        hub.remove()


@asynccontextmanager
async def service(hub: WholeHub, name: str, roles: str = "") -> AsyncGenerator["Serving"]:
    """One service beside a hub without services, with all its parts or these."""
    ports = Ports()
    address = f"http://{LOOPBACK}:{ports.claim(name)}"
    state = hub.state.model_copy(update={"services": {name: address}})
    child = ServiceProcess(name, HubState.model_validate(state))
    await child.prepare()
    with _told(MAILLAGE_ROLES=roles):
        process = await start(child)
    try:
        yield Serving(address, psutil.Process(process.pid))
    finally:
        await process.stop()
        ports.close()


@dataclass(frozen=True)
class Serving:
    """A service that runs."""

    address: str
    process: psutil.Process

    def processor_s(self) -> float:
        """Processor time it has spent."""
        spent = self.process.cpu_times()
        return spent.user + spent.system


@contextmanager
def _told(**settings: str) -> Generator[None]:
    """Have children told this, beside what they are told anyway."""
    given = {name: value for name, value in settings.items() if value}
    os.environ.update(given)
    try:
        yield
    finally:
        for name in given:
            del os.environ[name]


async def broker_of(hub: WholeHub) -> str:
    """What the servers are, with their versions."""
    kafka = ROOTS[0].rpartition(":")[2]
    connection = await hub.database("registry")
    try:
        said: str = await connection.fetchval("SHOW server_version")
    finally:
        await connection.close()
    version = re.match(r"[\d.]+", said)
    brokers = hub.state.brokers
    return f"{brokers} x Apache Kafka {kafka}, PostgreSQL {version[0] if version else said}"
