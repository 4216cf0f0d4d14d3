"""The part of the PostgreSQL store with days that were compared."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from maillage_common.postgres import Connection
from maillage_contracts.refusals import NotFound
from maillage_tours.domain.scenario import Comparison


class ComparisonRows:
    """See the protocol for what each method promises."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    async def add_comparison(self, comparison: Comparison) -> None:
        await self._db.execute(
            """
            INSERT INTO comparison (comparison_id, on_date, document) VALUES ($1, $2, $3::jsonb)
            """,
            comparison.comparison_id,
            comparison.on,
            comparison.model_dump_json(round_trip=True),  # what is computed is computed again
        )

    async def comparison(self, comparison_id: UUID) -> Comparison:
        found = await self._db.fetchval(
            "SELECT document FROM comparison WHERE comparison_id = $1", comparison_id
        )
        if found is None:
            raise NotFound(f"no comparison {comparison_id} here")
        return Comparison.model_validate_json(found)

    async def comparisons(
        self, on: date | None, after: tuple[date, UUID] | None, limit: int
    ) -> Sequence[Comparison]:
        since, last = after or (None, None)
        rows = await self._db.fetch(
            """
            SELECT document FROM comparison
            WHERE ($1::date IS NULL OR on_date = $1)
                AND ($2::date IS NULL OR (on_date, comparison_id) < ($2, $3::uuid))
            ORDER BY on_date DESC, comparison_id DESC
            LIMIT $4
            """,
            on,
            since,
            last,
            limit,
        )
        return [Comparison.model_validate_json(row["document"]) for row in rows]
