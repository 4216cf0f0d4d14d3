"""Saying again what was said: a bus that lost its data is rebuilt from the event log."""

from datetime import datetime

from maillage_common.postgres import Connection
from maillage_common.postgres_ledger import CHANNEL


async def republish(
    connection: Connection, cluster_id: str, *, since: datetime | None = None
) -> int:
    """Queue the event log again, in order, for the bus with this identity; return how many.

    Readers have inboxes: what they know already does them nothing. Without `since`, everything.
    """
    async with connection.transaction():
        # Nobody queues meanwhile, so that no later event leaves before these.
        await connection.execute("LOCK TABLE outbox IN EXCLUSIVE MODE")
        await connection.execute(
            """
            INSERT INTO bus_identity (cluster_id) VALUES ($1)
            ON CONFLICT (one) DO UPDATE SET cluster_id = excluded.cluster_id, adopted_at = now()
            """,
            cluster_id,
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
        )
        await connection.execute("SELECT pg_notify($1, '')", CHANNEL)
    return count
