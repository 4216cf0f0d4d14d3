"""What came of leads and cases, counted in PostgreSQL."""

from maillage_matching.adapters.postgres_decisions import PostgresDecisions
from maillage_matching.domain.throttle import Decided


class PostgresOutcomes(PostgresDecisions):
    """Decisions and what followed."""

    async def decisions(self, limit: int) -> list[Decided]:
        rows = await self.db.fetch(
            """
            SELECT surfaced_at, decided_at, status = 'accepted' AS is_accepted FROM (
                SELECT surfaced_at, decided_at, status, lead_id FROM lead
                WHERE status IN ('accepted', 'rejected') AND source = 'engine'
                ORDER BY decided_at DESC, lead_id DESC LIMIT $1
            ) AS last ORDER BY decided_at, lead_id
            """,
            limit,
        )
        return [Decided(**row) for row in rows]
