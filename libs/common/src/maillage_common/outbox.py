"""Saying again what was said: a bus that lost its data is rebuilt from the event log."""

import json
from datetime import datetime

from aiokafka import TopicPartition

from maillage_common.postgres import Connection
from maillage_common.postgres_ledger import CHANNEL
from maillage_common.topics import Bus

REPUBLISH_S_MAX = 3600.0
"""A log of years takes minutes to queue, which no other statement may."""


async def made_anew(connection: Connection, bus: Bus) -> list[TopicPartition]:
    """Partitions of topics that are not those the database knows: what they held is gone."""
    known = json.loads(await connection.fetchval("SELECT topics FROM bus_identity") or "{}")
    anew = [name for name, one in bus.topic_ids.items() if known.get(name, one) != one]
    return [TopicPartition(name, n) for name in anew for n in range(bus.partitions[name])]


async def republish(connection: Connection, bus: Bus, *, since: datetime | None = None) -> int:
    """Queue the event log again, in order, and accept the bus as it is now; return how many.

    Readers have inboxes: what they know already does them nothing. Without `since`, everything.
    """
    async with connection.transaction():
        await connection.execute("SET LOCAL statement_timeout = 0")
        # Nobody queues meanwhile, so that no later event leaves before these.
        await connection.execute("LOCK TABLE outbox IN EXCLUSIVE MODE")
        await connection.execute(
            """
            INSERT INTO bus_identity (cluster_id, topics) VALUES ($1, $2)
            ON CONFLICT (one) DO UPDATE SET
                cluster_id = excluded.cluster_id, topics = excluded.topics, adopted_at = now()
            """,
            bus.cluster_id,
            json.dumps(bus.topic_ids),
        )
        count = await connection.fetchval(
            """
            WITH queued AS (
                INSERT INTO outbox (seq)
                SELECT seq FROM event_log WHERE $1::timestamptz IS NULL OR recorded_at >= $1
                ON CONFLICT DO NOTHING
                RETURNING seq
            )
            SELECT count(*) FROM queued
            """,
            since,
            timeout=REPUBLISH_S_MAX,
        )
        await connection.execute("SELECT pg_notify($1, '')", CHANNEL)
    return count
