"""The consumer chain by hand: aiokafka, pydantic and asyncpg in batches, with nothing of ours.

The same work for the same events: read the data into the same models, find what is new in an inbox,
project half of them, write an event for each of the others to a log and an outbox, commit, then
acknowledge. It counts no gaps, numbers no events, parks nothing, checks no envelope.
"""

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from kernel import question_about
from maillage_common.postgres import Connection, Pool
from maillage_common.settings import Settings
from maillage_contracts.flows import FLOWS, FlowDeclared, FlowOpened
from maillage_contracts.matching import FlowQuestionRaised

BATCH_EVENTS = 500
POLL_MS = 20

Told = tuple[UUID, str, int, bytes]
"""Identifier, type, sequence and data of an event."""


@asynccontextmanager
async def listening(settings: Settings) -> AsyncGenerator[AIOKafkaConsumer]:
    """A client of the group, from the beginning."""
    async with AIOKafkaConsumer(
        FLOWS.facts(settings.territory),
        bootstrap_servers=settings.brokers,
        group_id=f"{settings.territory}.raw-{uuid4().hex}",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    ) as consumer:
        yield consumer


async def take(consumer: AIOKafkaConsumer, pool: Pool) -> int:
    """One batch; returns how many events it had."""
    found = await consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH_EVENTS)
    events = [_told(record) for records in found.values() for record in records]
    if events:
        async with pool.acquire() as connection, connection.transaction():
            await _settle(events, connection)
        await consumer.commit()
    return len(events)


def _told(record: ConsumerRecord) -> Told:
    headers = {name: value or b"" for name, value in record.headers}
    return (
        UUID(headers["ce_id"].decode()),
        headers["ce_type"].decode(),
        int(headers["ce_sequence"]),
        record.value or b"",
    )


async def _settle(events: Sequence[Told], db: Connection) -> None:
    rows = await db.fetch(
        """
        INSERT INTO inbox (consumer, event_id) SELECT 'raw', unnest($1::uuid[])
        ON CONFLICT DO NOTHING RETURNING event_id
        """,
        [event[0] for event in events],
    )
    new = {row["event_id"] for row in rows}
    fresh = [event for event in events if event[0] in new]
    declared = [
        (FlowDeclared.model_validate_json(data).flow, number)
        for _, kind, number, data in fresh
        if kind == FlowDeclared.TYPE
    ]
    if declared:
        await db.execute(
            """
            INSERT INTO flow_copy AS kept (flow_id, sequence, doc)
            SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::jsonb[])
            ON CONFLICT (flow_id) DO UPDATE SET sequence = excluded.sequence, doc = excluded.doc
            WHERE kept.sequence < excluded.sequence
            """,
            [flow.flow_id for flow, _ in declared],
            [number for _, number in declared],
            [flow.model_dump_json() for flow, _ in declared],
        )
    opened = [
        (event_id, FlowOpened.model_validate_json(data).flow)
        for event_id, kind, _, data in fresh
        if kind == FlowOpened.TYPE
    ]
    if opened:
        await _publish([(cause, question_about(flow.flow_id)) for cause, flow in opened], db)


async def _publish(caused: Sequence[tuple[UUID, FlowQuestionRaised]], db: Connection) -> None:
    await db.execute(
        """
        WITH logged AS (
            INSERT INTO event_log (event_id, topic, type, subject, key, headers, payload)
            SELECT event_id, 'questions', 'question', subject, key, headers::json, payload
            FROM unnest($1::uuid[], $2::text[], $3::bytea[], $4::text[], $5::bytea[])
                AS t (event_id, subject, key, headers, payload)
            RETURNING seq
        ), queued AS (
            INSERT INTO outbox (seq) SELECT seq FROM logged
        )
        SELECT pg_notify('maillage_outbox', '')
        """,
        [uuid4() for _ in caused],
        [event.subject for _, event in caused],
        [event.subject.encode() for _, event in caused],
        [json.dumps([["ce_causationid", str(cause)]]) for cause, _ in caused],
        [event.model_dump_json(exclude_none=True).encode() for _, event in caused],
    )
