"""Looking at a hub after faults: whether it is at rest, and all that it holds, read by SQL."""

import asyncio
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from maillage_contracts.catalogue import SERVICES, consumed_by
from maillage_contracts.envelope import Topic
from maillage_contracts.flows import EXISTING_ROUNDS, FLOWS
from maillage_contracts.registry import ACTORS
from maillage_hub.chaos.load import Load
from maillage_hub.chaos.rig import Rig
from maillage_hub.chaos.verdict import Copy, Logged, Seen
from maillage_hub.runtime.services import trouble_of
from maillage_hub.testing_bus import facts_of

REQUEST_TIMEOUT_MS = 5_000
COPIES: tuple[tuple[str, str, str, Topic], ...] = (
    ("flows", "actor", "actor_id", ACTORS),
    ("matching", "actor", "actor_id", ACTORS),
    ("tours", "known_actor", "actor_id", ACTORS),
    ("impact", "actor", "actor_id", ACTORS),
    ("matching", "flow", "flow_id", FLOWS),
    ("tours", "known_round", "round_id", EXISTING_ROUNDS),
    ("impact", "reference_round", "round_id", EXISTING_ROUNDS),
)
"""Who keeps a row of each aggregate of a topic: the table, and its key."""

Row = Sequence[Any]
Place = tuple[str, str, int]
"""A reader, a topic and a partition."""


@dataclass(frozen=True)
class Offsets:
    """How far each reader is on the bus, and how far it could be."""

    acknowledged: Mapping[Place, int]
    ends: Mapping[Place, int]

    @property
    def behind(self) -> int:
        """How many records are still to be acknowledged."""
        return sum(max(0, end - self.acknowledged.get(at, 0)) for at, end in self.ends.items())


async def is_at_rest(rig: Rig) -> bool:
    """Whether all are ready, and nothing is on its way between them; else fails, saying what.

    The bus is looked at before and after the outboxes: between the two nothing went through.
    """
    unready = await _unready(rig)
    assert not unready, "; ".join(unready)  # noqa: S101 `eventually` takes it as not yet
    before = await offsets(rig)
    queued = await _each(rig, "SELECT count(*) FROM outbox")
    after = await offsets(rig)
    left = {"unsent": sum(rows[0][0] for rows in queued.values()), "unread": after.behind}
    assert not any(left.values()), f"{left}"  # noqa: S101 same
    return before == after


async def look(rig: Rig, load: Load) -> Seen:
    """Read everything that a verdict is made of; the load is over."""
    reached = await offsets(rig)
    # What left the outbox before its bus was read must be on it; so the bus is read last.
    logged = await _logged(rig)
    told = await facts_of(rig.kafka, rig.territory)
    heard = await _each(rig, "SELECT event_id, received_at FROM inbox")
    letters = await _each(rig, "SELECT id, reason, detail FROM dead_letter WHERE state = 'parked'")
    kept = await _rows(rig, "impact", "SELECT evidence, baseline_id FROM baseline")
    return Seen(
        acknowledged=load.acknowledged,
        owed=load.owed,
        baselines=load.baselines,
        kept_baselines=[(name, str(identifier)) for name, identifier in kept],
        logged=logged,
        told=told,
        heard={reader: _as_inbox(rows) for reader, rows in heard.items()},
        acknowledged_to=reached.acknowledged,
        copies=[await _copy(rig, *each) for each in COPIES],
        letters=[f"{name}: {row}" for name, rows in letters.items() for row in rows],
        unready=await _unready(rig),
    )


async def offsets(rig: Rig) -> Offsets:
    """Ask the bus how far each service has come on its topics."""
    acknowledged: dict[Place, int] = {}
    wanted: dict[Place, TopicPartition] = {}
    async with _asking(rig) as (admin, consumer):
        for reader in SERVICES:
            group = f"{rig.territory}.{reader}"
            for at, found in (await admin.list_consumer_group_offsets(group)).items():
                acknowledged[reader, at.topic, at.partition] = found.offset
            for topic in consumed_by(reader):
                name = topic.facts(rig.territory)
                for number in range(topic.partitions):
                    wanted[reader, name, number] = TopicPartition(name, number)
        found_ends = await consumer.end_offsets(list(set(wanted.values())))
    return Offsets(acknowledged, {place: found_ends[at] for place, at in wanted.items()})


@asynccontextmanager
async def _asking(rig: Rig) -> AsyncGenerator[tuple[AIOKafkaAdminClient, AIOKafkaConsumer]]:
    asked: dict[str, Any] = {
        "bootstrap_servers": rig.kafka.split(","),
        "request_timeout_ms": REQUEST_TIMEOUT_MS,
    }
    admin, consumer = AIOKafkaAdminClient(**asked), AIOKafkaConsumer(**asked)
    try:
        await admin.start()
        await consumer.start()
        yield admin, consumer
    finally:
        await consumer.stop()
        await admin.close()


async def _logged(rig: Rig) -> dict[str, Logged]:
    query = """
        SELECT event_id, topic, subject, outbox.seq IS NOT NULL
        FROM event_log LEFT JOIN outbox USING (seq)
        WHERE topic LIKE '%.v1'
    """
    return {
        str(event_id): Logged(service, topic, subject, is_queued)
        for service, rows in (await _each(rig, query)).items()
        for event_id, topic, subject, is_queued in rows
    }


async def _copy(rig: Rig, reader: str, table: str, key: str, topic: Topic) -> Copy:
    rows = await _rows(rig, reader, f"SELECT {key}, sequence FROM {table}")  # noqa: S608 our words
    return Copy(reader, topic.facts(rig.territory), {str(row[0]): row[1] for row in rows})


def _as_inbox(rows: Sequence[Row]) -> dict[str, datetime]:
    return {str(event_id): received_at for event_id, received_at in rows}


async def _unready(rig: Rig) -> list[str]:
    names = list(rig.state.services)
    said = await asyncio.gather(*(trouble_of(rig.state.services[name]) for name in names))
    return [f"{name} {what}" for name, what in zip(names, said, strict=True) if what]


async def _each(rig: Rig, query: str) -> dict[str, Sequence[Row]]:
    """What each service answers to a query."""
    return {service: await _rows(rig, service, query) for service in SERVICES}


async def _rows(rig: Rig, service: str, query: str) -> Sequence[Row]:
    database = await rig.database(service)
    try:
        return [tuple(row) for row in await database.fetch(query)]
    finally:
        await database.close()
