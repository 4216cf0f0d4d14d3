"""What is on a bus, and what services count, read with plain clients and none of our own code."""

from collections import defaultdict
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from prometheus_client.parser import text_string_to_metric_families

REQUEST_BYTES_MAX = 1_048_576
FETCH_TIMEOUT_MS = 500


@dataclass(frozen=True)
class Told:
    """One record, with its headers as words."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, str]

    @property
    def id(self) -> str:
        """The attribute `id` of its event."""
        return self.headers["ce_id"]

    @property
    def type(self) -> str:
        """The attribute `type`, without its prefix and its version: `flow.opened`."""
        return self.headers["ce_type"].removeprefix("org.maillage.").rpartition(".v")[0]

    @property
    def subject(self) -> str:
        """The attribute `subject`: the aggregate."""
        return self.headers["ce_subject"]

    @property
    def sequence(self) -> int:
        """The attribute `sequence`, from 1 for each aggregate."""
        return int(self.headers["ce_sequence"])

    @property
    def cause(self) -> str | None:
        """The attribute `causationid`: the event that it follows from, None for a command's."""
        return self.headers.get("ce_causationid")


async def facts_of(bootstrap: str, territory: str) -> list[Told]:
    """All events of a territory; those of one aggregate in their order."""
    names = [name for name in await topics_on(bootstrap) if name.startswith(f"{territory}.")]
    kept = [name for name in names if name.endswith(".v1") and ".state." not in name]
    return await everything_on(bootstrap, *kept)


def told_once_and_in_order(events: Sequence[Told]) -> None:
    """Fail unless each aggregate's events are in its partition in their order, from 1, no gap.

    An event may be on the bus again, as it was: its first time counts.
    """
    first: dict[str, Told] = {}
    lanes: dict[tuple[str, str], list[Told]] = defaultdict(list)
    for event in events:
        known = first.setdefault(event.id, event)
        if (event.value, event.headers) != (known.value, known.headers):
            raise AssertionError(f"{event} came again as something else than {known}")
        if known is event:
            lanes[event.topic, event.subject].append(event)
    for (topic, subject), told in lanes.items():
        numbers = [event.sequence for event in told]
        if numbers != list(range(1, len(told) + 1)):
            raise AssertionError(f"{subject} on {topic} was told in the order {numbers}")
        if len({event.partition for event in told}) != 1:
            raise AssertionError(f"{subject} is on several partitions of {topic}")


async def topics_on(bootstrap: str) -> Mapping[str, int]:
    """All topics, with their numbers of partitions."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        described: list[dict[str, Any]] = await admin.describe_topics()
    finally:
        await admin.close()
    return {topic["topic"]: len(topic["partitions"]) for topic in described}


async def everything_on(bootstrap: str, *topics: str) -> list[Told]:
    """All records that these topics hold now; each partition in its order."""
    counts = await topics_on(bootstrap)
    places = [TopicPartition(topic, n) for topic in topics for n in range(counts[topic])]
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends: Mapping[TopicPartition, int] = await consumer.end_offsets(places)
        found: list[Told] = []
        while any([await consumer.position(place) < ends[place] for place in places]):
            batch: Mapping[TopicPartition, Sequence[ConsumerRecord]]
            batch = await consumer.getmany(timeout_ms=FETCH_TIMEOUT_MS)
            found += [_told(record) for records in batch.values() for record in records]
        return found
    finally:
        await consumer.stop()


def _told(record: ConsumerRecord) -> Told:
    headers = {name: bytes(text or b"").decode(errors="replace") for name, text in record.headers}
    return Told(record.topic, record.partition, record.offset, record.key, record.value, headers)


@asynccontextmanager
async def a_producer(bootstrap: str) -> AsyncGenerator[AIOKafkaProducer]:
    """Whoever else can write to the bus: anything, to any topic."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=REQUEST_BYTES_MAX)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def counted(service: httpx.AsyncClient, name: str, **labels: str) -> float:
    """What a service counts under a name, summed over all labels that are not named."""
    answer = await service.get("/metrics")
    answer.raise_for_status()
    return sum(
        sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )
