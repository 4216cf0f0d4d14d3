"""The tally service on a real bus and a real database, part by part."""

import asyncio
from collections.abc import AsyncGenerator, Coroutine, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, cast
from urllib.parse import urlsplit, urlunsplit

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import RecordMetadata
from tally import Declaration, Store, declare, handlers, service

from maillage_common.bus_guard import BusGuard
from maillage_common.handlers import Handlers
from maillage_common.health import Health
from maillage_common.kafka import administration
from maillage_common.metrics import Metrics
from maillage_common.postgres import Pool, PostgresDatabase
from maillage_common.producer import Producer
from maillage_common.relay import Relay
from maillage_common.settings import Settings
from maillage_common.subscription import Subscription
from maillage_common.topics import create_topics, specs_of
from maillage_common.transaction import Runner
from maillage_contracts.catalogue import EVENTS, TopicSpec
from maillage_contracts.envelope import Event, Record, decode, encode
from maillage_contracts.flows import FLOWS
from maillage_contracts.registry import CONSENTS
from maillage_serving.testing import context, eventually, postgres_runner, received

Running = AbstractAsyncContextManager[asyncio.Task[None]]


def settings_for(dsn: str, kafka: str, territory: str, folder: Path) -> Settings:
    """Settings of the tally service; the password goes to a file."""
    address = urlsplit(dsn)
    password = folder / "password"
    password.write_text(address.password or "")
    place = address.netloc.rpartition("@")[2]
    url = urlunsplit(address._replace(netloc=f"{address.username}@{place}"))
    keys = folder / "keys.json"
    keys.write_text('{"keys": []}')
    return Settings(
        territory=territory,
        database_url=url,
        database_password_file=password,
        kafka_bootstrap=kafka,
        auth_issuer="https://issuer.test",
        auth_jwks_file=keys,
    )


@dataclass
class Wired:
    """What a process of the service has; its parts run while a `with` says so."""

    settings: Settings
    runner: Runner[Store]
    pool: Pool
    specs: Sequence[TopicSpec]
    metrics: Metrics = field(init=False)
    health: Health = field(init=False)
    guard: BusGuard = field(init=False)

    def __post_init__(self) -> None:
        territory = self.settings.territory
        self.metrics = Metrics(territory=territory, service="flows")
        self.health = Health("consumer")
        self.guard = BusGuard(self.settings, self.pool, self.specs, self.metrics)
        self.consents = CONSENTS.facts(territory)
        self.flows = FLOWS.facts(territory)

    def relay(self) -> Relay:
        return Relay(self.settings, "flows", self.guard, self.metrics)

    def subscription(self, menu: Handlers[Store] | None = None) -> Subscription[Store]:
        return Subscription(
            self.settings,
            self.runner,
            menu or handlers(),
            guard=self.guard,
            metrics=self.metrics,
            health=self.health,
        )

    def relaying(self) -> Running:
        return running(self.relay().run())

    def consuming(self, menu: Handlers[Store] | None = None) -> Running:
        return running(self.subscription(menu).run())

    def record(self, event: Event, sequence: int = 1) -> Record:
        message = received(event, sequence, territory=self.settings.territory)
        return encode(message.envelope, event)

    async def send(self, *records: Record, topic: str | None = None) -> None:
        """Put records on one partition of the topic of consents, in their order."""
        async with AIOKafkaProducer(bootstrap_servers=self.settings.brokers) as producer:
            for record in records:
                await producer.send_and_wait(
                    topic or self.consents,
                    record.value,
                    record.key,
                    0,
                    headers=list(record.headers),
                )

    async def on(self, topic: str) -> list[ConsumerRecord]:
        """Everything on a topic, partition by partition."""
        return await everything_on(self.settings.kafka_bootstrap, topic)

    async def committed(self) -> int:
        """How far the group has acknowledged the partition that `send` uses."""
        group = f"{self.settings.territory}.flows"
        async with AIOKafkaConsumer(
            bootstrap_servers=self.settings.brokers, group_id=group, enable_auto_commit=False
        ) as consumer:
            return await consumer.committed(TopicPartition(self.consents, 0)) or 0

    async def unsent(self) -> int:
        return await self.value("SELECT count(*) FROM outbox")

    async def letters(self) -> dict[str, int]:
        """Parked letters by reason."""
        async with self.pool.acquire() as connection:
            rows = await connection.fetch(
                "SELECT reason, count(*) AS n FROM dead_letter WHERE state = 'parked' GROUP BY 1"
            )
        return {row["reason"]: row["n"] for row in rows}

    async def value(self, sql: str) -> Any:  # noqa: ANN401 whatever the query gives
        async with self.pool.acquire() as connection:
            return await connection.fetchval(sql)

    def metric(self, name: str, **labels: str) -> float:
        common = {"territory": self.settings.territory, "service": "flows"}
        return self.metrics.registry.get_sample_value(name, common | labels) or 0.0


@asynccontextmanager
async def running(part: Coroutine[Any, Any, None]) -> AsyncGenerator[asyncio.Task[None]]:
    """Run a part of a process; it is told to end when the block does."""
    task = asyncio.create_task(part)
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})
        if not task.cancelled() and (error := task.exception()):
            raise error


@asynccontextmanager
async def wired_to(dsn: str, kafka: str, territory: str, folder: Path) -> AsyncGenerator[Wired]:
    """The service with its database migrated and its topics made; both are removed at the end."""
    settings = settings_for(dsn, kafka, territory, folder)
    specs = specs_of("flows", [CONSENTS], territory)
    async with (
        administration(settings) as admin,
        postgres_runner(dsn, service(), territory=territory) as runner,
    ):
        await create_topics(admin, specs, replication=1)
        database = cast("PostgresDatabase[Store]", runner.database)
        wired = Wired(settings, runner, database.pool, specs)
        try:
            yield wired
        finally:
            await wired.guard.close()
            await admin.delete_topics([spec.name for spec in specs])


async def everything_on(kafka: str, topic: str) -> list[ConsumerRecord]:
    """Everything on a topic, partition by partition."""
    async with AIOKafkaConsumer(
        topic, bootstrap_servers=kafka, auto_offset_reset="earliest"
    ) as consumer:  # without a group it is given every partition
        places = sorted(await eventually(consumer.assignment))
        ends = await consumer.end_offsets(places)
        found: dict[TopicPartition, list[ConsumerRecord]] = {place: [] for place in places}
        for place in places:
            while len(found[place]) < ends[place]:
                for records in (await consumer.getmany(place, timeout_ms=200)).values():
                    found[place] += records
        return [record for place in places for record in found[place]]


@asynccontextmanager
async def detour(port: int, target: str) -> AsyncGenerator[None]:
    """A way to the bus by another port, for clients that began when nothing answered there."""
    host, _, target_port = target.rpartition(":")

    ends: list[asyncio.StreamWriter] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

    async def pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection(host, int(target_port))
        ends.extend((writer, far_writer))
        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    server = await asyncio.start_server(pass_on, "127.0.0.1", port)
    try:
        yield
    finally:
        server.close()
        for end in ends:
            end.close()
        for end in ends:
            with suppress(ConnectionError):
                await end.wait_closed()


async def terminate(dsn: str, name: str) -> int:
    """Cut the database connections of one application name, as a crash of the network does."""
    connection = await asyncpg.connect(dsn)
    try:
        return await connection.fetchval(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE application_name = $1",
            name,
        )
    finally:
        await connection.close()


async def all_applied(wired: Wired, count: int) -> None:
    async def are_applied() -> bool:
        return await wired.value("SELECT count(*) FROM applied") >= count

    await eventually(are_applied)


async def all_acknowledged(wired: Wired, count: int) -> None:
    async def are_acknowledged() -> bool:
        return await wired.committed() == count

    await eventually(are_acknowledged)


async def say(wired: Wired, name: str, times: int = 1) -> None:
    call = Declaration(name=name, times=times)
    await wired.runner.execute(declare, call, subject=name, context=context())


async def all_sent(wired: Wired) -> None:
    async def is_empty() -> bool:
        return await wired.unsent() == 0

    await eventually(is_empty)


def sequences(records: list[ConsumerRecord]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for record in records:
        envelope = decode(record.headers, record.value, EVENTS).envelope
        found.setdefault(envelope.subject, []).append(envelope.sequence)
    return found


class Flaky(Producer):
    """A producer whose n-th batches are refused."""

    refused: ClassVar[set[int]] = set()
    asked: ClassVar[int] = 0

    async def send_batch(
        self, batch: BatchBuilder, topic: str, *, partition: int
    ) -> asyncio.Future[RecordMetadata]:
        type(self).asked += 1
        if self.asked in self.refused:
            raise KafkaError("as a broker that is not itself")
        return await super().send_batch(batch, topic, partition=partition)
