"""The process of a service: its commands, its end, and what kill -9 in the middle of work costs."""

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiokafka import AIOKafkaProducer
from tally import applied, given
from wired import Wired, all_applied, all_sent, say, sequences

from maillage_serving.testing import eventually

pytestmark = pytest.mark.integration


class Child:
    """The tally service as a process of its own."""

    def __init__(self, wired: Wired, port: int) -> None:
        settings = wired.settings
        self.address = f"http://127.0.0.1:{port}"
        self.environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "MAILLAGE_TERRITORY": settings.territory,
            "MAILLAGE_DATABASE_URL": settings.database_url,
            "MAILLAGE_DATABASE_PASSWORD_FILE": str(settings.database_password_file),
            "MAILLAGE_KAFKA_BOOTSTRAP": settings.kafka_bootstrap,
            "MAILLAGE_AUTH_ISSUER": settings.auth_issuer,
            "MAILLAGE_AUTH_JWKS_FILE": str(settings.auth_jwks_file),
            "MAILLAGE_HTTP_PORT": str(port),
        }
        self.process: asyncio.subprocess.Process | None = None

    async def start(self, *arguments: str, **changes: str) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        self.process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tally", *arguments),
            env=self.environment | changes,
            stdout=pipe,
            stderr=pipe,
        )
        return self.process

    async def told(self, *arguments: str, code: int = 0) -> dict[str, Any]:
        """Run a command to its end; its answer, if it has one."""
        process = await self.start(*arguments)
        out, error = await process.communicate()
        assert process.returncode == code, error
        return json.loads(out) if out else {"error": error.decode()}

    async def is_ready(self) -> bool:
        async with httpx.AsyncClient() as http:
            try:
                return (await http.get(f"{self.address}/readyz")).is_success
            except httpx.TransportError:
                return False

    async def end(self, told: signal.Signals) -> int:
        assert self.process is not None
        self.process.send_signal(told)
        await self.process.communicate()
        assert self.process.returncode is not None
        return self.process.returncode


@pytest.fixture
async def child(wired: Wired, unused_tcp_port: int) -> AsyncGenerator[Child]:
    made = Child(wired, unused_tcp_port)
    yield made
    if made.process is not None and made.process.returncode is None:
        await made.end(signal.SIGKILL)


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_when_it_is_told_to(wired: Wired, child: Child, told: signal.Signals) -> None:
    await child.start("serve")
    await eventually(child.is_ready)
    await wired.send(wired.record(given("a", "announce")))
    await all_applied(wired, 1)
    await eventually(lambda: wired.on(wired.flows))
    assert await child.end(told) == 0


SLOW_BORDERS = """
import asyncio
from aiokafka import AIOKafkaProducer
from faststream.kafka.message import KafkaAckableMessage

def slowly(call):
    async def late(*arguments, **more):
        await asyncio.wait({asyncio.get_running_loop().create_future()}, timeout=0.2)
        return await call(*arguments, **more)
    return late

KafkaAckableMessage.ack = slowly(KafkaAckableMessage.ack)
AIOKafkaProducer.send_batch = slowly(AIOKafkaProducer.send_batch)
"""


async def test_kill_9_in_the_middle_of_work_costs_nothing(
    wired: Wired, child: Child, tmp_path: Path
) -> None:
    """Events in, events out, five kills: each applied once, each said once, all in order.

    Commit and acknowledgement are held apart in the child, so that kills do fall between them.
    """
    (tmp_path / "sitecustomize.py").write_text(SLOW_BORDERS)
    child.environment["PYTHONPATH"] += f"{os.pathsep}{tmp_path}"
    actors, rounds, parts = 20, 60, "api,consumer,relay"

    async def produce() -> None:
        async with AIOKafkaProducer(bootstrap_servers=wired.settings.brokers) as producer:
            for sequence in range(1, rounds + 1):
                for actor in range(actors):
                    record = wired.record(given(f"a{actor}", "announce"), sequence)
                    await producer.send(
                        wired.consents, record.value, record.key, headers=list(record.headers)
                    )
                await producer.flush()

    async def kill_and_start() -> None:
        for share in (0.1, 0.3, 0.5, 0.7, 0.9):
            await child.start("serve", MAILLAGE_ROLES=parts)
            await all_applied(wired, int(actors * rounds * share))
            assert await child.end(signal.SIGKILL) == -signal.SIGKILL
        await child.start("serve", MAILLAGE_ROLES=parts)

    await asyncio.gather(produce(), kill_and_start())
    await all_applied(wired, actors * rounds)
    await all_sent(wired)
    once = list(range(1, rounds + 1))
    assert list((await applied(wired.runner)).values()) == [once] * actors
    said = sequences(await wired.on(wired.flows))
    # The bus may carry a record again after a kill, and readers have inboxes; none is missing, and
    # none comes before the one it follows.
    assert len(said) == actors
    assert all(list(dict.fromkeys(numbers)) == once for numbers in said.values())


async def test_a_part_that_is_stuck_ends_the_process(
    wired: Wired, child: Child, tmp_path: Path
) -> None:
    hang = tmp_path / "sitecustomize.py"
    hang.write_text(
        "from maillage_common import subscription\n"
        "subscription.Subscription.stuck = lambda self: 'nothing was heard'\n"
    )
    path = f"{tmp_path}{os.pathsep}{child.environment['PYTHONPATH']}"
    process = await child.start("serve", PYTHONPATH=path)
    _, error = await process.communicate()
    assert process.returncode == 1
    assert b"nothing was heard" in error


async def test_a_port_that_is_taken_is_a_wrong_setting(wired: Wired, child: Child) -> None:
    with socket.create_server(("127.0.0.1", int(child.environment["MAILLAGE_HTTP_PORT"]))):
        answer = await child.told("serve", code=2)
    assert "MAILLAGE_HTTP_PORT" in answer["error"].splitlines()[-1]


async def test_a_worker_ticks_in_one_process_at_a_time(wired: Wired, child: Child) -> None:
    await child.start("serve", MAILLAGE_ROLES="worker")

    async def has_ticked() -> bool:
        return len((await applied(wired.runner)).get("tick", [])) > 3

    await eventually(has_ticked)


async def test_dead_letters_are_shown_tried_again_and_given_up(wired: Wired, child: Child) -> None:
    await wired.send(
        wired.record(given("a", "poison"), 1),
        wired.record(given("a"), 2),
        wired.record(given("b", "refused"), 1),
    )
    async with wired.consuming():
        await eventually(lambda: _has_letters(wired, 3))
    listed = (await child.told("deadletters"))["letters"]
    found = {letter["reason"]: UUID(letter["id"]) for letter in listed}
    poison, behind, refused = (found[reason] for reason in ("ValueError", "behind", "Refused"))
    shown = await child.told("deadletter", str(poison))
    assert json.loads(shown["payload"])["purpose"] == "poison"
    assert shown["headers"]["ce_sequence"] == "1"
    failed = await child.told("replay", str(behind), code=1)
    assert (failed["replayed"], failed["stopped_at"]) == ([], str(poison))
    assert "cannot be understood" in failed["why"]
    assert await child.told("discard", str(poison)) == {"discarded": str(poison)}
    assert (await child.told("replay", str(behind)))["replayed"] == [str(behind)]
    again = await child.told("replay", str(behind), code=1)
    assert "nothing is parked" in again["error"]
    assert list((await applied(wired.runner)).values()) == [[2]]
    assert await wired.letters() == {"Refused": 1}
    async with wired.relaying():
        await all_sent(wired)
    mirrored = await wired.on(f"{wired.consents}.dlt")
    assert len(mirrored) == 3
    told = dict(mirrored[2].headers)
    assert (told["dlt_reason"], told["dlt_id"]) == (b"Refused", str(refused).encode())
    assert (told["dlt_topic"], told["dlt_offset"]) == (wired.consents.encode(), b"2")


async def _has_letters(wired: Wired, count: int) -> bool:
    return sum((await wired.letters()).values()) == count


async def test_the_log_is_published_again_by_command(wired: Wired, child: Child) -> None:
    await say(wired, "a", times=3)
    async with wired.relaying():
        await all_sent(wired)
    assert (await child.told("republish"))["queued"] == 3
    assert (await child.told("republish", "--since", "2100-01-01"))["queued"] == 0
    assert await wired.unsent() == 3


async def test_a_service_waits_for_its_database_to_be_migrated(wired: Wired, child: Child) -> None:
    async with wired.pool.acquire() as connection:
        await connection.execute("ALTER TABLE schema_migrations RENAME TO hidden")
    await child.start("serve")

    async def migrations() -> str:
        async with httpx.AsyncClient() as http:
            try:
                answer = await http.get(f"{child.address}/readyz")
            except httpx.TransportError:
                return ""
            return str(answer.json()["parts"]["migrations"])

    async def is_asked_for() -> bool:
        return "run migrate" in await migrations()

    await eventually(is_asked_for)
    async with wired.pool.acquire() as connection:
        await connection.execute("ALTER TABLE hidden RENAME TO schema_migrations")
    await eventually(child.is_ready)


async def test_logs_are_json_and_carry_no_payload(wired: Wired, child: Child) -> None:
    await wired.send(wired.record(given("a", "poison")))
    process = await child.start("serve")
    await eventually(lambda: _has_letters(wired, 1))
    process.send_signal(signal.SIGTERM)
    _, error = await process.communicate()
    lines = [json.loads(line) for line in error.splitlines()]
    assert {line["service"] for line in lines} == {"flows"}
    [letter] = [line for line in lines if line["event"] == "dead_letter"]
    assert letter["reason"] == "ValueError"
    assert b"purpose" not in error
