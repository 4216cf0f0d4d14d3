"""Rounds that others drive, in PostgreSQL."""

from collections.abc import Sequence

from maillage_common.postgres import Connection
from maillage_matching.domain.existing_round import Round


class PostgresRounds:
    """Copies of rounds."""

    db: Connection

    async def follow_rounds(self, rounds: Sequence[tuple[Round, int]]) -> list[Round]:
        ordered = sorted(rounds, key=lambda one: one[0].round_id)  # no two batches lock crosswise
        # What RETURNING looks up is as it was when the statement began.
        rows = await self.db.fetch(
            """
            INSERT INTO existing_round AS kept (round_id, sequence, is_driven, doc)
            SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::boolean[], $4::jsonb[])
            ON CONFLICT (round_id) DO UPDATE SET
                sequence = excluded.sequence, is_driven = excluded.is_driven, doc = excluded.doc
            WHERE kept.sequence < excluded.sequence
            RETURNING doc AS now, (
                SELECT old.doc FROM existing_round old WHERE old.round_id = kept.round_id
            ) AS before
            """,
            [one.round_id for one, _ in ordered],
            [sequence for _, sequence in ordered],
            [one.is_driven for one, _ in ordered],
            [one.model_dump_json() for one, _ in ordered],
        )
        docs = [doc for row in rows for doc in (row["before"], row["now"]) if doc]
        return [Round.model_validate_json(doc) for doc in docs]

    async def rounds(self, limit: int) -> list[Round]:
        rows = await self.db.fetch(
            "SELECT doc FROM existing_round WHERE is_driven ORDER BY round_id LIMIT $1", limit
        )
        return [Round.model_validate_json(row["doc"]) for row in rows]
