"""A small service for the kernel's benchmarks: it copies flows, and asks about those that open."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from maillage_common.bus_guard import BusGuard
from maillage_common.handlers import Handlers
from maillage_common.health import Health
from maillage_common.identifiers import uuid7
from maillage_common.metrics import Metrics
from maillage_common.migrations import migrate
from maillage_common.postgres import Connection, Pool, PostgresDatabase, open_pool
from maillage_common.relay import Relay
from maillage_common.settings import Settings
from maillage_common.subscription import Subscription
from maillage_common.topics import specs_of
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Envelope, Event, Received, Record, encode
from maillage_contracts.flows import FLOWS, FlowDeclared, FlowOpened
from maillage_contracts.matching import FlowQuestionRaised
from maillage_contracts.samples import a_flow, a_flow_question_raised
from maillage_contracts.samples.words import at
from maillage_contracts.vocabulary import FlowId
from maillage_hub.runtime.services import settings_for
from maillage_hub.testing_hub import WholeHub

SERVICE = "matching"
NEIGHBOUR = "flows"
MIGRATIONS = Path(__file__).parent / "migrations"
BLOCK = 125
"""So many flows are declared, then the same opened: a batch holds runs of both types."""


class Copies:
    """The store."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    async def follow(self, flows: Sequence[tuple[UUID, int, str]]) -> None:
        """Keep the newest of each."""
        await self._db.execute(
            """
            INSERT INTO flow_copy AS kept (flow_id, sequence, doc)
            SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::jsonb[])
            ON CONFLICT (flow_id) DO UPDATE SET sequence = excluded.sequence, doc = excluded.doc
            WHERE kept.sequence < excluded.sequence
            """,
            *map(list, zip(*flows, strict=True)),
        )


async def follow_flows(
    messages: Sequence[Received[FlowDeclared]], store: Copies, _: datetime
) -> None:
    """Project: one round trip for all."""
    told = ((m.event.flow, m.envelope.sequence) for m in messages)
    await store.follow([(flow.flow_id, number, flow.model_dump_json()) for flow, number in told])


async def ask(message: Received[FlowOpened], _: Copies, __: datetime) -> Iterable[Event]:
    """React: one event out for one that came in."""
    return [question_about(message.event.flow.flow_id)]


def question_about(flow_id: FlowId) -> FlowQuestionRaised:
    """An event that follows from an open flow."""
    return a_flow_question_raised(flow_id=flow_id, question_id=uuid4())


def handlers() -> Handlers[Copies]:
    """Half of the events are projected, half are reacted to."""
    return Handlers[Copies]().batch(FlowDeclared, run=follow_flows).each(FlowOpened, run=ask)


@dataclass
class Kernel:
    """The parts of a process of the service, to be run one by one."""

    settings: Settings
    runner: Runner[Copies]
    pool: Pool
    guard: BusGuard
    metrics: Metrics

    def relay(self) -> Relay:
        """What publishes its outbox."""
        return Relay(self.settings, self.runner.service, self.guard, self.metrics)

    def subscription(self, runner: Runner[Copies] | None = None) -> Subscription[Copies]:
        """What hears flows."""
        return Subscription(
            self.settings,
            runner or self.runner,
            handlers(),
            guard=self.guard,
            metrics=self.metrics,
            health=Health(),
        )

    async def value(self, sql: str) -> Any:  # noqa: ANN401 whatever the query gives
        """Ask the database."""
        async with self.pool.acquire() as connection:
            return await connection.fetchval(sql)

    async def begin_again(self) -> None:
        """Forget all that was consumed, and hear the topic of flows from its beginning."""
        async with self.pool.acquire() as connection:
            await connection.execute(
                "TRUNCATE flow_copy, inbox, aggregate_progress, aggregate_sequence, outbox,"
                " event_log"
            )
        topic = FLOWS.facts(self.settings.territory)
        places = [TopicPartition(topic, number) for number in range(FLOWS.partitions)]
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.settings.brokers,
            group_id=f"{self.settings.territory}.{SERVICE}",
            enable_auto_commit=False,
        )
        async with consumer:
            consumer.assign(places)
            await consumer.commit(dict.fromkeys(places, 0))


@asynccontextmanager
async def kernel(hub: WholeHub, service: str = SERVICE) -> AsyncGenerator[Kernel]:
    """The service over the servers of a hub; its database is migrated."""
    settings = settings_for(hub.state, service)
    await migrate(settings.dsn, MIGRATIONS)
    pool = await open_pool(settings.dsn, service)
    runner = Runner(PostgresDatabase(pool, Copies), service=service, territory=settings.territory)
    metrics = Metrics(territory=settings.territory, service=service)
    specs = specs_of(service, [FLOWS], settings.territory)
    guard = BusGuard(settings, pool, specs, metrics)
    try:
        yield Kernel(settings, runner, pool, guard, metrics)
    finally:
        await guard.close()
        await pool.close()


@asynccontextmanager
async def running(part: Coroutine[Any, Any, None]) -> AsyncGenerator[None]:
    """Run a part of a process meanwhile."""
    task = asyncio.create_task(part)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def fill(settings: Settings, flows: int) -> int:
    """Put flows on the bus, each declared then opened; returns the number of events."""
    async with AIOKafkaProducer(
        bootstrap_servers=settings.brokers, max_batch_size=900_000
    ) as producer:
        partitions: Mapping[int, list[Record]] = {n: [] for n in range(FLOWS.partitions)}
        for block in range(flows // BLOCK):
            known = [a_flow(flow_id=FlowId(uuid7())) for _ in range(BLOCK)]
            events = [*(FlowDeclared(flow=f) for f in known), *(FlowOpened(flow=f) for f in known)]
            partitions[block % FLOWS.partitions].extend(
                encode(envelope_of(event, 1 + (place >= BLOCK), settings.territory), event)
                for place, event in enumerate(events)
            )
        for partition, records in partitions.items():
            await send(producer, FLOWS.facts(settings.territory), partition, records)
    return flows // BLOCK * BLOCK * 2


def envelope_of(event: Event, sequence: int, territory: str) -> Envelope:
    """The envelope of an event of flows."""
    return Envelope(
        id=uuid7(),
        source=f"/{territory}/flows",
        type=event.TYPE,
        subject=event.subject,
        time=at(12),
        territory=territory,
        sequence=sequence,
        correlation_id=uuid7(),
    )


async def send(
    producer: AIOKafkaProducer, topic: str, partition: int, records: Sequence[Record]
) -> None:
    """Put records on a partition in their order."""
    left = list(reversed(records))
    while left:
        batch = producer.create_batch()
        while left:
            one, headers = left[-1], list(left[-1].headers)
            if batch.append(key=one.key, value=one.value, timestamp=None, headers=headers) is None:
                break
            left.pop()
        await (await producer.send_batch(batch, topic, partition=partition))
