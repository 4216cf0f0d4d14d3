"""POST of a flow by 16 writers: what one process of flows acknowledges, each in its own commit.

With everything a door does: token, limits, validation, rules, idempotency key, outbox, relay. Its
peer writes the kernel's rows alone, one commit each, from 16 connections of asyncpg.
"""

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AsyncExitStack
from http import HTTPStatus
from typing import TypeVar
from uuid import UUID, uuid4

import asyncpg
import uvloop
from aiokafka import AIOKafkaProducer

import hubs
from caller import Connection, connections
from maillage_common.postgres import Pool
from maillage_contracts.envelope import encode
from maillage_contracts.registry import ActorRegistered
from maillage_contracts.samples import an_actor
from maillage_contracts.vocabulary import ActorId
from maillage_hub.runtime.services import settings_for
from maillage_hub.testing_calls import a_declaration
from maillage_hub.testing_hub import WholeHub
from maillage_serving.testing import eventually, received
from record import Asked, Figure

WRITERS = 16
FIRMS = 50
ROUND_S = 6.0
ROUNDS = 4

T = TypeVar("T")


async def _measure(seconds: float) -> Iterable[Figure]:
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(hubs.servers())
        flows = await stack.enter_async_context(hubs.service(hub, "flows"))
        writers = await stack.enter_async_context(connections(flows.address, WRITERS))
        pool = await stack.enter_async_context(
            asyncpg.create_pool(settings_for(hub.state, "flows").dsn, max_size=WRITERS)
        )
        writing = Writing({"Authorization": f"Bearer {hub.token('advisor')}"}, await _firms(hub))
        await eventually(lambda: writing.is_known(writers[0]))
        await _for_a_while(writers, writing.post, seconds / 3)
        rates: list[float] = []
        processor_us: list[float] = []
        rows: list[float] = []
        for _ in range(ROUNDS):
            before_s = flows.processor_s()
            commits = await _for_a_while(writers, writing.post, seconds)
            rates.append(commits / seconds)
            processor_us.append((flows.processor_s() - before_s) / commits * 1e6)
            alone = await _for_a_while([pool] * WRITERS, _commit_rows, seconds / 3)
            rows.append(alone / seconds * 3)
        kept = await pool.fetchval("SELECT count(*) FROM flow")
        assert kept == writing.acknowledged, f"{kept} flows, {writing.acknowledged} acknowledged"
        broker = await hubs.broker_of(hub)
    return (
        Figure(
            name=f"POST of a flow, {WRITERS} writers",
            value=statistics.median(rates),
            unit="commits/s",
            peer="its rows alone with asyncpg",
            peer_value=statistics.median(rows),
            must="value >= 500",
            goal="value >= 1000",
            broker=broker,
        ),
        Figure(
            name=f"POST of a flow, {WRITERS} writers, processor of the service",
            value=statistics.median(processor_us),
            unit="us/request",
            broker=broker,
        ),
    )


class Writing:
    """What the writers send."""

    def __init__(self, headers: dict[str, str], firms: Sequence[UUID]) -> None:
        self._headers = headers
        self._bodies = [a_declaration(firm) for firm in firms]
        self.acknowledged = 0

    async def post(self, writer: Connection) -> None:
        """One new flow."""
        body = self._bodies[self.acknowledged % FIRMS]
        headers = {**self._headers, "Idempotency-Key": uuid4().hex}
        answer = await writer.send("POST", "/v1/flows", headers, body)
        assert answer.status == HTTPStatus.CREATED, answer
        self.acknowledged += 1

    async def is_known(self, writer: Connection) -> bool:
        """Whether the last firm is: a flow of it is accepted."""
        answer = await writer.send("POST", "/v1/flows", self._headers, self._bodies[-1])
        self.acknowledged += answer.status == HTTPStatus.CREATED
        return answer.status == HTTPStatus.CREATED


async def _for_a_while(
    writers: Sequence[T], write: Callable[[T], Awaitable[None]], seconds: float
) -> int:
    """Have all write without a pause; returns how often they did."""
    until = time.perf_counter() + seconds

    async def again_and_again(writer: T) -> int:
        done = 0
        while time.perf_counter() < until:
            await write(writer)
            done += 1
        return done

    return sum(await asyncio.gather(*map(again_and_again, writers)))


async def _firms(hub: WholeHub) -> list[UUID]:
    """Tell the bus of firms, as the registry would."""
    events = [
        ActorRegistered.model_validate(
            {"actor": an_actor(actor_id=ActorId(uuid4())), "source": "import"}
        )
        for _ in range(FIRMS)
    ]
    topic = ActorRegistered.TOPIC.facts(hub.territory)
    async with AIOKafkaProducer(bootstrap_servers=hub.kafka) as producer:
        for event in events:
            record = encode(received(event, territory=hub.territory).envelope, event)
            headers = list(record.headers)
            await producer.send_and_wait(topic, record.value, record.key, headers=headers)
    return [event.actor.actor_id for event in events]


async def _commit_rows(pool: Pool) -> None:
    """The key, the number, the log, the outbox and the notification of one command."""
    subject = str(uuid4())
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute(
            "INSERT INTO idempotency (caller, key, fingerprint) VALUES ('alone', $1, '')", subject
        )
        await connection.execute(
            "INSERT INTO aggregate_sequence (entity, subject, last) VALUES ('flow', $1, 1)", subject
        )
        await connection.execute(
            """
            WITH logged AS (
                INSERT INTO event_log (event_id, topic, type, subject, key, headers, payload)
                VALUES ($1::uuid, 'nowhere', '', $1::text, '', '[]', $2)
                RETURNING seq
            ), queued AS (
                INSERT INTO outbox (seq) SELECT seq FROM logged WHERE false
            )
            SELECT pg_notify('alone', '')
            """,
            subject,
            bytes(1200),
        )


def measure(asked: Asked) -> Iterable[Figure]:
    """Measure the door."""
    return uvloop.run(_measure(asked.duration_s or ROUND_S))
