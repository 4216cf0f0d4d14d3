"""The outbox relay: a backlog of 100,000 events sent in order, each gone once acknowledged.

Against the same by hand with asyncpg and aiokafka: read, send one batch a partition, await, delete.
"""

import statistics
import time
from collections import defaultdict
from collections.abc import Awaitable, Iterable, Sequence
from datetime import datetime
from uuid import uuid4

import asyncpg
import uvloop
from aiokafka import AIOKafkaProducer
from aiokafka.partitioner import murmur2

import hubs
from kernel import Copies, Kernel, kernel, question_about, running
from maillage_common.postgres import Connection
from maillage_common.postgres_ledger import unpack
from maillage_contracts.envelope import Event
from maillage_contracts.matching import FlowQuestionRaised
from maillage_contracts.vocabulary import FlowId
from maillage_serving.testing import context, eventually
from record import Asked, Figure

EVENTS = 100_000
EVENTS_PER_COMMAND = 1_000
BATCH_EVENTS = 1_000
ROUNDS = 3
PATIENCE_S = 120.0


async def _measure() -> Iterable[Figure]:
    async with hubs.servers() as hub, kernel(hub) as parts:
        for _ in range(EVENTS // EVENTS_PER_COMMAND):
            await parts.runner.execute(_say_much, None, subject="bench", context=context())
        mine: list[float] = []
        by_hand: list[float] = []
        for number in range(ROUNDS):
            await _queue(parts, again=number > 0)
            mine.append(EVENTS / await _ours(parts))
            await _queue(parts, again=True)
            by_hand.append(EVENTS / await _by_hand(parts))
        broker = await hubs.broker_of(hub)
    return [
        Figure(
            name="outbox relay, backlog of 100,000",
            value=statistics.median(mine),
            unit="events/s",
            peer="asyncpg and aiokafka by hand",
            peer_value=statistics.median(by_hand),
            must="value >= 20000",
            goal="value >= 35000",
            broker=broker,
        )
    ]


async def _say_much(_: None, __: Copies, ___: datetime) -> Iterable[Event]:
    return [question_about(FlowId(uuid4())) for _ in range(EVENTS_PER_COMMAND)]


async def _queue(parts: Kernel, *, again: bool) -> None:
    async with parts.pool.acquire() as connection:
        if again:
            await connection.execute("INSERT INTO outbox (seq) SELECT seq FROM event_log")
        await connection.execute("VACUUM ANALYZE outbox")


async def _ours(parts: Kernel) -> float:
    """Seconds from the start of the relay, its lead and its look at the bus included."""
    published = parts.metrics.published(FlowQuestionRaised.TYPE)
    before = _value(parts)
    published.inc(0)
    began = time.perf_counter()
    async with running(parts.relay().run()):
        await eventually(
            lambda: _value(parts) - before >= EVENTS, deadline_s=PATIENCE_S, every_s=0.01
        )
        took_s = time.perf_counter() - began
    assert await parts.value("SELECT count(*) FROM outbox") == 0
    return took_s


def _value(parts: Kernel) -> float:
    labels = {
        "territory": parts.settings.territory,
        "service": parts.runner.service,
        "type": FlowQuestionRaised.TYPE,
    }
    return parts.metrics.registry.get_sample_value("maillage_events_published_total", labels) or 0


async def _by_hand(parts: Kernel) -> float:
    began = time.perf_counter()
    async with (
        AIOKafkaProducer(
            bootstrap_servers=parts.settings.brokers,
            enable_idempotence=True,
            max_batch_size=900_000,
        ) as producer,
        parts.pool.acquire() as connection,
    ):
        while rows := await connection.fetch(
            """
            SELECT seq, topic, key, headers, payload FROM outbox JOIN event_log USING (seq)
            ORDER BY seq LIMIT $1
            """,
            BATCH_EVENTS,
        ):
            await _send(rows, producer, connection)
    return time.perf_counter() - began


async def _send(rows: Sequence[asyncpg.Record], producer: AIOKafkaProducer, db: Connection) -> None:
    lanes: dict[tuple[str, int], list[asyncpg.Record]] = defaultdict(list)
    for row in rows:
        partitions = await producer.partitions_for(row["topic"])
        lanes[row["topic"], (murmur2(row["key"]) & 0x7FFF_FFFF) % len(partitions)].append(row)
    waiting = [await _batch(producer, *place, lane) for place, lane in lanes.items()]
    for acknowledged in waiting:
        await acknowledged
    await db.execute("DELETE FROM outbox WHERE seq = ANY($1::bigint[])", [r["seq"] for r in rows])


async def _batch(
    producer: AIOKafkaProducer, topic: str, partition: int, rows: Sequence[asyncpg.Record]
) -> Awaitable[object]:
    batch = producer.create_batch()
    for row in rows:
        headers = list(unpack(row["headers"]))
        added = batch.append(key=row["key"], value=row["payload"], timestamp=None, headers=headers)
        assert added is not None
    return await producer.send_batch(batch, topic, partition=partition)


def measure(_: Asked) -> Iterable[Figure]:
    """Measure the relay."""
    return uvloop.run(_measure())
