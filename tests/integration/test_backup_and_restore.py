"""Everything is lost but the dumps: they are restored, said again, and nothing is amiss."""

import asyncio
import json
import subprocess
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import pytest
from aiokafka.admin import AIOKafkaAdminClient

from maillage_contracts.catalogue import SERVICES
from maillage_hub.runtime.postgres_binaries import find_binaries
from maillage_hub.testing_calls import Calls, a_firm, an_open_flow
from maillage_hub.testing_hub import WholeHub
from maillage_serving.testing import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

RUN_TIMEOUT_S = 60


@pytest.fixture
async def hub() -> AsyncIterator[WholeHub]:
    """A hub of its own: it loses all that it has."""
    own = WholeHub("jourdies")
    try:
        await own.start()
        yield own
        await own.stop()
    finally:
        own.commands.end()
        own.remove()


async def test_what_was_dumped_comes_back_and_agrees_with_the_bus(
    hub: WholeHub, tmp_path: Path
) -> None:
    async with Calls(hub) as calls:
        kept = await a_firm(calls, "Kept")
        flow_id = await an_open_flow(calls, kept, "out")
        await agrees(hub)
        dump(hub, tmp_path)
        forgotten = await a_firm(calls, "Said after the dump")
        await agrees(hub)

    await hub.stop()
    async with only_servers(hub):
        restore(hub, tmp_path)
        await empty_bus(hub)
        code, told = await hub.maillage("outbox", "compare", "--json")
        counts = {one["service"]: one for one in map(json.loads, told.splitlines())}
        assert (code, counts["registry"]["missing"] > 0) == (1, True)
        await hub.maillage("outbox", "republish", "--json")
    await hub.start()
    await agrees(hub)

    async with Calls(hub) as calls:
        assert (await calls.get("flows", f"/v1/flows/{flow_id}"))["status"] == "open"
        await an_open_flow(calls, kept, "in")
        await agrees(hub)
    assert await status(hub, kept) == 200
    assert await status(hub, forgotten) == 404
    assert [await gaps(hub, service) for service in SERVICES] == [0.0] * len(SERVICES)


async def agrees(hub: WholeHub) -> None:
    """Wait until event logs, bus and inboxes hold the same."""

    async def compared() -> bool:
        code, told = await hub.maillage("outbox", "compare", "--json")
        assert code == 0, told
        return True

    await eventually(compared, deadline_s=60, every_s=0.5)


@asynccontextmanager
async def only_servers(hub: WholeHub) -> AsyncGenerator[None]:
    """Its bus and its databases, without services, for the length of a block."""
    await asyncio.to_thread(hub.commands.up, hub.territory)
    yield
    await asyncio.to_thread(hub.commands.maillage, "down", "--territory", hub.territory)


async def empty_bus(hub: WholeHub) -> None:
    """Delete the topics of the territory, and make them again."""
    admin = AIOKafkaAdminClient(bootstrap_servers=hub.kafka)
    await admin.start()
    topics = {name for name in await admin.list_topics() if name.startswith(f"{hub.territory}.")}
    await admin.delete_topics(list(topics))

    async def gone() -> bool:
        return topics.isdisjoint(await admin.list_topics())

    await eventually(gone)
    await admin.close()
    await hub.maillage("topics", "create")


def dump(hub: WholeHub, folder: Path) -> None:
    """As docs/operating/backup.md says."""
    for service in SERVICES:
        run("pg_dump", "--format=custom", f"--file={folder / service}", address(hub, service))


def restore(hub: WholeHub, folder: Path) -> None:
    """As docs/operating/backup.md says."""
    for service in SERVICES:
        options = ("--clean", "--if-exists", "--no-owner", "--single-transaction")
        run("pg_restore", *options, f"--dbname={address(hub, service)}", str(folder / service))


def run(program: str, *arguments: str) -> None:
    path = find_binaries(None).folder / program
    if not path.exists():
        pytest.skip(f"{path} is not there: install the client programs of PostgreSQL")
    done = subprocess.run(
        [path, *arguments], capture_output=True, text=True, check=False, timeout=RUN_TIMEOUT_S
    )
    assert done.returncode == 0, done.stderr


def address(hub: WholeHub, service: str) -> str:
    secret = quote(hub.folder.password_of(service).read_text(), safe="")
    return f"postgresql://{service}:{secret}@{hub.state.postgres}/{service}"


async def status(hub: WholeHub, actor_id: UUID) -> int:
    async with hub.door("registry") as door:
        return (await door.get(f"/v1/actors/{actor_id}")).status_code


async def gaps(hub: WholeHub, service: str) -> float:
    """Events that never came, since the service was started."""
    async with hub.door(service) as door:
        lines = (await door.get("/metrics")).text.splitlines()
    counted = [line for line in lines if line.startswith("maillage_sequence_gaps_total{")]
    return sum(float(line.rsplit(" ", 1)[1]) for line in counted)
