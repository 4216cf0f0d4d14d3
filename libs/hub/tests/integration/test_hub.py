"""A hub on this machine: started, found, killed in every way, stopped, and nothing left running."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from maillage_common.identifiers import uuid7
from maillage_contracts.envelope import Envelope, encode
from maillage_contracts.samples.flows import a_flow_opened
from maillage_hub.runtime import places
from maillage_hub.runtime.account import unprivileged
from maillage_hub.testing_command import Hubs
from maillage_serving.auth import Verifier, keys_from_file
from maillage_serving.testing import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(180)]

Hub = dict[str, Any]
TOPIC = "jourdies.flows.flow.v1"


@asynccontextmanager
async def producing(hub: Hub) -> AsyncGenerator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=hub["kafka"], acks="all", enable_idempotence=True)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def say(hub: Hub, value: bytes) -> None:
    async with producing(hub) as producer:
        await producer.send_and_wait(TOPIC, value, key=b"key")


async def said(hub: Hub) -> bytes:
    """The first record of the topic."""
    consumer = AIOKafkaConsumer(TOPIC, bootstrap_servers=hub["kafka"], auto_offset_reset="earliest")
    await consumer.start()
    try:
        record = await consumer.getone()
        return record.value or b""
    finally:
        await consumer.stop()


async def ask(hub: Hub, query: str) -> object:
    password = (Path(hub["folder"]) / "secrets" / "postgres.password").read_text()
    connection = await asyncpg.connect(
        f"postgresql://maillage:{password}@{hub['postgres']}/postgres", timeout=10
    )
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close(timeout=10)


async def test_nothing_acknowledged_is_lost_whoever_is_killed(hubs: Hubs) -> None:
    hub = hubs.up()
    await ask(hub, "CREATE TABLE kept AS SELECT 42 AS answer")
    await say(hub, b"acknowledged")

    # Kafka and PostgreSQL are killed: they are started again.
    children = {child["name"]: child["pid"] for child in hub["children"]}
    for pid in children.values():
        os.kill(pid, signal.SIGKILL)
    status = await eventually(lambda: mended(hubs, children))
    assert status is not None
    assert {child["restarts"] for child in status["children"]} == {1}
    assert await ask(hub, "SELECT answer FROM kept") == 42
    assert await said(hub) == b"acknowledged"

    # Their supervisor is killed: so are they, and another start finds all as it was.
    os.kill(hub["pid"], signal.SIGKILL)
    await eventually(lambda: not hubs.processes(), deadline_s=10)
    hubs.maillage("status", expect=3)
    again = hubs.up()
    assert (again["kafka"], again["postgres"]) == (hub["kafka"], hub["postgres"])
    assert await ask(again, "SELECT answer FROM kept") == 42
    assert await said(again) == b"acknowledged"

    hubs.maillage("down")
    assert not hubs.processes()


def mended(hubs: Hubs, killed: dict[str, int]) -> Hub | None:
    """The state of the hub once other processes are in the place of those that were killed."""
    status = json.loads((hubs.home / "jourdies" / "state.json").read_text())
    if any(child["pid"] in (None, killed[child["name"]]) for child in status["children"]):
        return None
    return status


async def test_a_hub_is_found_by_the_commands(hubs: Hubs) -> None:
    hub = hubs.up()

    second = hubs.maillage("up", "--no-services", expect=4)
    assert "runs already" in second.stderr
    assert hub["kafka"] in second.stderr
    assert all(child["ready"] for child in hubs.status()["children"])

    checked = json.loads(hubs.maillage("topics", "check", "--json").stdout)
    assert checked["complaints"] == []
    await drop_topic(hub)
    found = hubs.maillage("topics", "check", expect=1)
    assert f"{TOPIC} is missing" in found.stdout
    created = json.loads(hubs.maillage("topics", "create", "--json").stdout)
    assert created == {"created": [TOPIC]}

    token = hubs.maillage("token", "--role", "advisor").stdout.strip()
    keys = keys_from_file(Path(hub["folder"]) / "jwks.json")
    verifier = Verifier(keys, issuer=hub["issuer"], audience="maillage", territory="jourdies")
    assert (await verifier.principal(token)).roles == {"advisor"}

    await publish(hub)
    tail = ("events", "tail", "--from-beginning", "--count", "1", "--type", "flow.opened.v1")
    event = json.loads(hubs.maillage(*tail, "--json").stdout)
    assert event["topic"] == TOPIC
    assert event["data"]["flow"]["flow_id"] == event["subject"]
    assert "flow.opened.v1" in hubs.maillage(*tail).stdout


async def drop_topic(hub: Hub) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=hub["kafka"])
    await admin.start()
    await admin.delete_topics([TOPIC])
    await admin.close()


async def publish(hub: Hub) -> None:
    """Publish something that is no event, then one that is."""
    event = a_flow_opened()
    envelope = Envelope(
        id=uuid7(),
        source="/jourdies/flows",
        type=event.TYPE,
        subject=event.subject,
        time=datetime.now(UTC),
        territory="jourdies",
        sequence=1,
        correlation_id=UUID(int=1),
    )
    record = encode(envelope, event)
    async with producing(hub) as producer:
        await producer.send_and_wait(TOPIC, b"no event", key=record.key)
        headers = list(record.headers)
        await producer.send_and_wait(TOPIC, record.value, key=record.key, headers=headers)


def test_territories_run_side_by_side(hubs: Hubs) -> None:
    one, other = hubs.up("jourdies"), hubs.up("marseille")

    assert one["kafka"] != other["kafka"]
    assert one["postgres"] != other["postgres"]
    told = hubs.maillage("status", "--json").stdout.splitlines()
    assert [json.loads(line)["territory"] for line in told] == ["jourdies", "marseille"]
    assert "several hubs run" in hubs.maillage("down", expect=2).stderr

    hubs.maillage("down", "--territory", "marseille")
    assert all(child["ready"] for child in hubs.status("jourdies")["children"])


def test_stops_in_order_on_ctrl_c(hubs: Hubs) -> None:
    with subprocess.Popen(
        [*hubs.command, "up", "--no-services", "--json"],
        env=hubs.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as supervisor:
        assert supervisor.stdout is not None
        hub = json.loads(supervisor.stdout.readline())
        assert hub["phase"] == "running"
        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(30) == 0

    assert not hubs.processes()
    log = (hubs.home / "jourdies" / "logs" / "postgres.log").read_text()
    assert "database system is shut down" in log


def test_a_demo_that_is_cut_off_leaves_nothing_running(hubs: Hubs) -> None:
    packs = Path(__file__).parents[4] / "territories"
    with subprocess.Popen(
        [*hubs.command, "demo", "--territories", str(packs)],
        env=hubs.environment,
        stdout=subprocess.PIPE,
    ) as demo:
        assert demo.stdout is not None
        assert any(b"postgres is ready" in line for line in demo.stdout)
        demo.send_signal(signal.SIGTERM)
        assert demo.wait(90) == 130

    assert not hubs.processes()


async def test_three_brokers_carry_on_when_one_is_killed(hubs: Hubs) -> None:
    hub = hubs.up("jourdies", "--brokers", "3")
    assert len(hub["kafka"].split(",")) == 3
    admin = AIOKafkaAdminClient(bootstrap_servers=hub["kafka"])
    await admin.start()
    [topic] = await admin.describe_topics([TOPIC])
    await admin.close()
    assert {len(partition["replicas"]) for partition in topic["partitions"]} == {3}

    os.kill(hubs.pid_of("kafka-1"), signal.SIGKILL)
    await say(hub, b"acknowledged by two")
    assert await said(hub) == b"acknowledged by two"

    hubs.maillage("down")
    refused = hubs.maillage("up", "--brokers", "1", "--no-services", expect=1)
    assert "made with 3 broker(s), not 1" in refused.stderr


def test_a_start_that_fails_says_why_and_leaves_nothing(hubs: Hubs) -> None:
    hubs.environment["MAILLAGE_JAVA"] = "/bin/false"
    failed = hubs.maillage("up", "--no-services", expect=1)

    assert "/bin/false failed with code 1" in failed.stderr
    assert not hubs.processes()
    hubs.maillage("status", expect=3)


def test_runs_for_somebody_who_is_not_root(hubs: Hubs, open_folder: Path) -> None:
    account = unprivileged()
    if account is None:
        return  # all the other tests show it
    python = f"/usr/bin/python{sys.version_info.major}.{sys.version_info.minor}"
    if not Path(python).exists():
        pytest.skip(f"needs {python}, for an account that may not enter the one we run with")
    shutil.copytree(places.cache() / "jars", open_folder / "cache" / "jars")
    for folder in (hubs.home, open_folder / "cache" / "jars"):
        os.chown(folder, account.uid, account.gid)
    become = ["setpriv", f"--reuid={account.uid}", f"--regid={account.gid}", "--clear-groups"]
    hubs.command = [*become, python, "-m", "maillage_hub"]
    hubs.environment["PYTHONPATH"] = os.pathsep.join(sys.path)
    hubs.environment["MAILLAGE_CACHE"] = str(open_folder / "cache")

    hubs.up()

    assert {process.uids().effective for process in hubs.processes()} == {account.uid}
    hubs.maillage("down")
    assert not hubs.processes()
