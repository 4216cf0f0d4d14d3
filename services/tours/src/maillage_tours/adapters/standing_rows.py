"""The part of the PostgreSQL store with standing orders."""

from collections.abc import Sequence

from maillage_common.postgres import Connection
from maillage_contracts.refusals import NotFound
from maillage_tours.domain.standing import Standing, StandingId


class StandingRows:
    """One row each, with its document."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    async def put_standing(self, standing: Standing) -> None:
        await self._db.execute(
            """
            INSERT INTO standing_order (standing_id, ended_on, document)
            VALUES ($1, $2, $3::jsonb)
            ON CONFLICT (standing_id) DO UPDATE
            SET ended_on = excluded.ended_on, document = excluded.document
            """,
            standing.standing_id,
            standing.ended_on,
            standing.model_dump_json(),
        )

    async def standing_to_change(self, standing_id: StandingId) -> Standing:
        document = await self._db.fetchval(
            "SELECT document FROM standing_order WHERE standing_id = $1 FOR UPDATE", standing_id
        )
        if document is None:
            raise NotFound(f"no standing order {standing_id} here")
        return Standing.model_validate_json(document)

    async def standings(self, after: StandingId | None, limit: int) -> Sequence[Standing]:
        rows = await self._db.fetch(
            """
            SELECT document FROM standing_order
            WHERE ended_on IS NULL AND ($1::uuid IS NULL OR standing_id > $1)
            ORDER BY standing_id LIMIT $2
            """,
            after,
            limit,
        )
        return [Standing.model_validate_json(row["document"]) for row in rows]
