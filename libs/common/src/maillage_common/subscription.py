"""The Kafka door: whole batches, acknowledged only once they are settled."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import chain
from typing import Generic, TypeVar, cast

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage

from maillage_common.bus_guard import CHECK_EVERY_S, BusGuard
from maillage_common.consumer import Consumer, NotNow
from maillage_common.failures import backoff_s, is_transient, rest, uncut
from maillage_common.handlers import Handlers
from maillage_common.header_names import forgive_header_names
from maillage_common.health import Health
from maillage_common.kafka import REQUEST_TIMEOUT_MS, security
from maillage_common.ledger import DeadLetter, Delivered, Origin
from maillage_common.metrics import Metrics
from maillage_common.postgres_ledger import Headers
from maillage_common.reading import Reader
from maillage_common.settings import Settings
from maillage_common.topics import BusRefused
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Record

BATCH_EVENTS = 500
"""Of one transaction."""
BATCHES = 4
"""Taken at a time: each is read while the database is at the one before."""
POLL_INTERVAL_MS = 600_000
"""Longer than all of them may be tried for."""
POLL_MS = 1000
"""Longest wait of the client, and of the broker, when there is nothing: it ends when there is."""
ACK_TIMEOUT_S = 10.0
"""The client tries a commit for ever, silently, when the group's coordinator is lost."""
HOLD_S = 5.0
GRACE_S = 15.0
"""What a batch in hand is given to end when the process is told to."""
STOP_TIMEOUT_S = 30.0
SILENT_S_MAX = 60.0

log = structlog.get_logger()

S = TypeVar("S")


class Stuck(Exception):
    """Only a new process helps: exit, and let whoever supervises start one."""


class Subscription(Generic[S]):
    """One subscriber for all the topics of a service."""

    def __init__(
        self,
        settings: Settings,
        runner: Runner[S],
        handlers: Handlers[S],
        *,
        guard: BusGuard,
        metrics: Metrics,
        health: Health,
    ) -> None:
        forgive_header_names()
        self._settings = settings
        self._guard = guard
        self._metrics = metrics
        self._health = health
        self._clock = runner.clock
        self._topics = sorted(topic.facts(runner.territory) for topic in handlers.topics)
        self._group = f"{runner.territory}.{runner.service}"
        self._consumer = Consumer(runner, handlers, metrics=metrics, health=health)
        self._reader = Reader(
            consumer=runner.service, territory=runner.territory, known=handlers.known
        )
        self._client: AIOKafkaConsumer | None = None
        self._is_joining = False
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._next: dict[TopicPartition, int] = {}
        self._oldest_ms: int | None = None
        self._heard: dict[TopicPartition, int | None] = {}
        self._moved_at = time.monotonic()
        metrics.lag_seconds().set_function(self._lag_s)

    async def run(self) -> None:
        """Consume until cancelled, then finish the batch in hand. Raises Stuck."""
        failures = 0
        while self._topics:
            try:
                await self._guard.confirm()
                await self._consume(self._guard.changes)
            except BusRefused:
                failures += 1  # said by the guard, once
            except Exception as error:
                if not is_transient(error):
                    raise
                failures += 1
                log.warning("subscription_interrupted", error=type(error).__name__)
            await rest(backoff_s(failures))
        self._health.report("consumer", None)  # there is nothing to hear

    async def _consume(self, changes: int) -> None:
        """Consume until the bus changes."""
        broker = KafkaBroker(
            self._settings.brokers,
            security=security(self._settings),
            request_timeout_ms=REQUEST_TIMEOUT_MS,
            consumer_only=True,
            allow_auto_create_topics=False,
            graceful_timeout=GRACE_S,
            apply_types=False,
            logger=None,
        )

        async def parse(records: tuple[ConsumerRecord, ...]) -> KafkaAckableMessage:
            # FastStream's own parser decodes headers, and loses the whole batch on a bad one.
            return KafkaAckableMessage(raw_message=records, body=b"", consumer=subscriber.consumer)

        subscriber = broker.subscriber(
            *self._topics,
            batch=True,
            group_id=self._group,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=POLL_MS,
            max_poll_interval_ms=POLL_INTERVAL_MS,
            parser=parse,
            decoder=_whole,
        )
        subscriber.get_msg = _come  # type: ignore[method-assign]
        subscriber(self._take)
        self._consumer.stopping.clear()
        self._is_joining, self._moved_at = True, time.monotonic()
        try:
            await uncut(broker.start())
            self._client, self._is_joining = subscriber.consumer, False
            self._health.report("consumer", None)
            while not self._broken.done():
                await asyncio.wait({self._broken}, timeout=CHECK_EVERY_S)
                if self._guard.changes != changes:  # what the client knows is of another bus
                    raise BusRefused(self._guard.refused)
            self._broken.result()
        finally:
            self._consumer.stopping.set()
            self._client, self._is_joining = None, False
            async with asyncio.timeout(STOP_TIMEOUT_S):
                await broker.stop()

    async def _take(self, message: KafkaAckableMessage) -> None:
        """Settle a batch. Nothing may rise from here: FastStream would pass on to the next."""
        if self._broken.done():
            return
        records = cast("tuple[ConsumerRecord, ...]", message.raw_message)
        client = cast("AIOKafkaConsumer", message.consumer)
        self._oldest_ms = min(record.timestamp for record in records)
        try:
            await self._settle(records)
        except NotNow:
            _rewind(client, records)
            with suppress(NotNow):
                await self._consumer.hold(HOLD_S)
        except Exception as error:
            log.exception("consumer_broken")
            self._break(f"an error of our own: {error!r}")
        else:
            await self._acknowledge(message)
            self._oldest_ms = None
            self._measure(client, records)

    async def _settle(self, records: Sequence[ConsumerRecord]) -> None:
        starts = range(0, len(records), BATCH_EVENTS)
        first, *others = (records[start : start + BATCH_EVENTS] for start in starts)
        items = self._read(first)
        for batch in others:
            reading = asyncio.to_thread(self._read, batch)
            items, _ = await asyncio.gather(reading, self._consumer.settle(items))
        await self._consumer.settle(items)

    def _read(self, records: Sequence[ConsumerRecord]) -> list[Delivered | DeadLetter]:
        now = self._clock()
        return [
            self._reader.read(
                # Strangers send null keys, values and headers: all read as empty ones.
                Record(record.key or b"", record.value or b"", cast("Headers", record.headers)),
                Origin(record.topic, record.partition, record.offset),
                now,
            )
            for record in records
        ]

    async def _acknowledge(self, message: KafkaAckableMessage) -> None:
        try:
            async with asyncio.timeout(ACK_TIMEOUT_S):
                await message.ack()
        except TimeoutError:
            self._break(f"a commit was not answered within {ACK_TIMEOUT_S} s")
        except KafkaError as error:
            # The partitions went to another consumer: it hears all this again, and has the inbox.
            log.warning("not_acknowledged", error=type(error).__name__)

    def _break(self, why: str) -> None:
        if not self._broken.done():
            self._broken.set_exception(Stuck(why))

    def _measure(self, client: AIOKafkaConsumer, records: Sequence[ConsumerRecord]) -> None:
        for record in records:
            self._next[TopicPartition(record.topic, record.partition)] = record.offset + 1
        behind = 0
        for place in client.assignment() & self._next.keys():
            behind += max(0, (client.highwater(place) or 0) - self._next[place])
        self._metrics.lag_messages().set(behind)

    def _lag_s(self) -> float:
        """Age of the oldest record in hand; it grows while a batch cannot be settled."""
        return 0.0 if self._oldest_ms is None else max(0.0, time.time() - self._oldest_ms / 1000)

    def stuck(self) -> str | None:
        """Why the process must be restarted: nothing is heard of a bus that works.

        Asked every few seconds. What moves is the time of the last answer to a fetch, even of an
        empty one: a client can be alive, assigned, and never ask again. Or it waits for its place
        in the group for ever (both seen where brokers die often).
        """
        client = self._client
        assigned = client.assignment() if client is not None else set[TopicPartition]()
        heard = {place: client.last_poll_timestamp(place) for place in assigned} if client else {}
        has_none = not assigned and not self._is_joining
        is_waiting = has_none or self._health.parts.get("bus") or self._oldest_ms is not None
        if is_waiting or heard != self._heard:
            self._heard, self._moved_at = heard, time.monotonic()
        silent_s = time.monotonic() - self._moved_at
        if silent_s > SILENT_S_MAX:
            return f"nothing was heard of {len(assigned)} partitions for {silent_s:.0f} s"
        return None


async def _come(client: AIOKafkaConsumer) -> tuple[ConsumerRecord, ...]:
    """What has come. FastStream's own way sleeps after each empty poll while events wait."""
    found = await client.getmany(timeout_ms=POLL_MS, max_records=BATCH_EVENTS * BATCHES)
    return tuple(chain.from_iterable(found.values()))


async def _whole(message: KafkaAckableMessage) -> KafkaAckableMessage:
    """The decoder that gives the handler the batch itself."""
    return message


def _rewind(client: AIOKafkaConsumer, records: Sequence[ConsumerRecord]) -> None:
    """Have the client give these records again, from partitions that are still its own."""
    first: dict[TopicPartition, int] = {}
    for record in records:
        first.setdefault(TopicPartition(record.topic, record.partition), record.offset)
    for place, offset in first.items():
        if place in client.assignment():
            client.seek(place, offset)
