"""The servers that benchmarks run on: a bus and a database as `maillage up` starts them."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import httpx

from maillage_hub.runtime.jars import ROOTS
from maillage_hub.runtime.ports import LOOPBACK, Ports
from maillage_hub.runtime.process import start
from maillage_hub.runtime.services import ServiceProcess
from maillage_hub.runtime.state import HubState
from maillage_hub.testing_hub import WholeHub, a_home

TERRITORY = "bench"
CALL_TIMEOUT_S = 30.0


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
async def service(hub: WholeHub, name: str) -> AsyncGenerator[httpx.AsyncClient]:
    """One service beside a hub without services; yields a caller of it."""
    ports = Ports()
    address = f"http://{LOOPBACK}:{ports.claim(name)}"
    state = hub.state.model_copy(update={"services": {name: address}})
    child = ServiceProcess(name, HubState.model_validate(state))
    await child.prepare()
    process = await start(child)
    headers = {"Authorization": f"Bearer {hub.token('advisor')}"}
    try:
        async with httpx.AsyncClient(
            base_url=address, headers=headers, timeout=CALL_TIMEOUT_S
        ) as caller:
            yield caller
    finally:
        await process.stop()
        ports.close()


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
