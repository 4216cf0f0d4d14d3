"""From the outbox to the bus: in order, by one process at a time, gone only once acknowledged."""

import asyncio
import time
from collections import Counter, defaultdict, deque
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import asynccontextmanager
from functools import lru_cache

import asyncpg
import structlog
from aiokafka.partitioner import murmur2
from aiokafka.producer.message_accumulator import BatchBuilder

from maillage_common.bus_guard import CHECK_EVERY_S, BusGuard
from maillage_common.failures import backoff_s, is_transient, rest, rest_until, uncut
from maillage_common.kafka import reach
from maillage_common.metrics import Metrics
from maillage_common.postgres import RELAY_LOCK, Connection, dedicated, take_lead
from maillage_common.postgres_ledger import CHANNEL, unpack
from maillage_common.producer import Producer
from maillage_common.settings import Settings
from maillage_common.topics import BusRefused

BATCH_EVENTS = 1000
BATCH_BYTES = 900_000
"""Of one request for one partition; brokers take a mebibyte by default."""
REQUEST_BYTES_MAX = 1_048_576
SEND_TIMEOUT_S = 20.0
GATHER_S = 0.01
"""When more was said while the last was sent, many speak: theirs is sent together."""
SAFETY_POLL_S = 5.0
"""The outbox is looked at anyway, and measured: should a notification ever be lost."""

log = structlog.get_logger()

Place = tuple[str, int]
"""A topic and a partition."""


class Relay:
    """Publishes what a service said.

    The leader holds an advisory lock on the very connection it reads from: one that loses its
    database leads no more. Two relays at once would put the events of an aggregate out of order.
    """

    def __init__(self, settings: Settings, service: str, guard: BusGuard, metrics: Metrics) -> None:
        self._settings = settings
        self._name = f"{service}-relay"
        self._guard = guard
        self._metrics = metrics
        self._wake = asyncio.Event()
        self._measured_at = 0.0

    async def run(self) -> None:
        """Lead, or stand by, until cancelled. Whatever fails for a while is begun anew."""
        failures = 0
        while True:
            try:
                async with dedicated(self._settings.dsn, self._name) as connection:
                    await take_lead(connection, RELAY_LOCK)
                    await self._guard.confirm()
                    async with self._producer() as producer:
                        failures = 0
                        await self._lead(connection, producer)
            except BusRefused:
                failures += 1  # said by the guard, once
            except Exception as error:
                if not is_transient(error):
                    raise
                failures += 1
                log.warning("relay_interrupted", error=type(error).__name__, failures=failures)
            await rest(backoff_s(failures))

    @asynccontextmanager
    async def _producer(self) -> AsyncGenerator[Producer]:
        producer = Producer(
            **reach(self._settings),
            acks="all",
            enable_idempotence=True,
            linger_ms=0,  # batches are made here; waiting for more measured slower
            max_batch_size=BATCH_BYTES,
            max_request_size=REQUEST_BYTES_MAX,
        )
        try:
            await uncut(producer.start())
            yield producer
        finally:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await producer.drop()  # what it has in hand is in the outbox

    async def _lead(self, connection: Connection, producer: Producer) -> None:
        await connection.add_listener(CHANNEL, self._woken)
        log.info("relay_leads")
        while True:
            self._wake.clear()
            await self._measure(connection)
            while await uncut(self._round(connection, producer)):
                pass
            if self._wake.is_set():
                await asyncio.sleep(GATHER_S)
            await rest_until(self._wake, SAFETY_POLL_S)

    def _woken(self, *_notification: object) -> None:
        self._wake.set()

    async def _round(self, connection: Connection, producer: Producer) -> bool:
        """Publish the oldest events; whether there may be more."""
        rows = await connection.fetch(
            """
            SELECT seq, topic, state_topic, type, key, headers, payload, adopted_at
            FROM outbox JOIN event_log USING (seq) LEFT JOIN bus_identity ON one
            ORDER BY seq
            LIMIT $1
            """,
            BATCH_EVENTS,
        )
        if not rows:
            return False
        await self._guard.confirm(rows[0]["adopted_at"])
        waiting = Counter({row["seq"]: 1 + bool(row["state_topic"]) for row in rows})
        try:
            async with asyncio.timeout(SEND_TIMEOUT_S):
                await self._watched(self._send(rows, waiting, connection, producer), connection)
        finally:
            # Also after a failure: what the bus has acknowledged is not sent again. But it may have
            # lost it since, and all was queued again for the bus as it is now: that stays.
            acknowledged = [row for row in rows if not waiting[row["seq"]]]
            await connection.execute(
                """
                DELETE FROM outbox
                WHERE seq = ANY($1::bigint[])
                    AND NOT EXISTS (SELECT FROM bus_identity WHERE adopted_at <> $2)
                """,
                [row["seq"] for row in acknowledged],
                rows[0]["adopted_at"],
            )
            for kind, count in Counter(row["type"] for row in acknowledged).items():
                self._metrics.published(kind).inc(count)
        return len(rows) == BATCH_EVENTS

    async def _watched(self, sending: Coroutine[None, None, None], connection: Connection) -> None:
        """Await it while we lead and the bus stays ours.

        What is tried again must not reach another bus, nor come after what the next leader says.
        """
        task = asyncio.create_task(sending)
        try:
            while not (await asyncio.wait({task}, timeout=CHECK_EVERY_S))[0]:
                _must_lead(connection)
                await self._guard.confirm()
            task.result()
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def _send(
        self,
        rows: Sequence[asyncpg.Record],
        waiting: Counter[int],
        connection: Connection,
        producer: Producer,
    ) -> None:
        """Send rows; `waiting` counts the copies of each that are not acknowledged yet."""
        lanes: dict[Place, list[asyncpg.Record]] = defaultdict(list)
        for row in rows:
            for topic in filter(None, (row["topic"], row["state_topic"])):
                partitions = await producer.partitions_for(topic)
                lanes[topic, _hash(row["key"]) % len(partitions)].append(row)
        sent = (_send_lane(*lane, waiting, connection, producer) for lane in lanes.items())
        outcomes = await asyncio.gather(*sent, return_exceptions=True)
        for error in filter(None, outcomes):
            raise error

    async def _measure(self, connection: Connection) -> None:
        if time.monotonic() - self._measured_at < SAFETY_POLL_S:
            return
        self._measured_at = time.monotonic()
        [row] = await connection.fetch(
            """
            SELECT count(*) AS unsent, coalesce(extract(epoch FROM now() - (
                SELECT recorded_at FROM event_log WHERE seq = (SELECT min(seq) FROM outbox)
            )), 0) AS oldest_s
            FROM outbox
            """
        )
        self._metrics.outbox_unsent().set(row["unsent"])
        self._metrics.outbox_oldest_s().set(float(row["oldest_s"]))
        await connection.execute(
            "DELETE FROM idempotency WHERE called_at < now() - interval '7 days'"
        )


async def _send_lane(
    place: Place,
    rows: Sequence[asyncpg.Record],
    waiting: Counter[int],
    connection: Connection,
    producer: Producer,
) -> None:
    """Send the rows of one partition: no batch leaves before the one before it is acknowledged."""
    topic, partition = place
    left = deque(rows)
    while left:
        _must_lead(connection)
        batch = producer.create_batch()
        taken: list[int] = []
        while left and _add(batch, left[0]):
            taken.append(left.popleft()["seq"])
        acknowledged = await producer.send_batch(batch, topic, partition=partition)
        await acknowledged
        waiting.subtract(taken)


def _must_lead(connection: Connection) -> None:
    if connection.is_closed():
        raise ConnectionError("the lead is lost with its connection")


def _add(batch: BatchBuilder, row: asyncpg.Record) -> bool:
    headers = list(unpack(row["headers"]))
    added = batch.append(key=row["key"], value=row["payload"], timestamp=None, headers=headers)
    return added is not None


@lru_cache(maxsize=100_000)
def _hash(key: bytes) -> int:
    """As Java's default partitioner, so that other producers agree on the partition of a key."""
    return murmur2(key) & 0x7FFF_FFFF
