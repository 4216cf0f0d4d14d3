"""Rulings in PostgreSQL."""

from collections.abc import Iterable
from uuid import UUID

from maillage_common.postgres import Connection
from maillage_contracts.refusals import Stale
from maillage_matching.adapters.postgres_decisions import place
from maillage_matching.domain.ruling import Ruling
from maillage_matching.usecases.store import After


class PostgresRulings:
    """What advisors hold to be shut by the rules."""

    db: Connection

    async def rulings_to_change(self, ruling_ids: Iterable[UUID]) -> list[Ruling]:
        rows = await self.db.fetch(
            "SELECT doc FROM ruling WHERE ruling_id = ANY($1) ORDER BY ruling_id FOR UPDATE",
            list(ruling_ids),
        )
        return [Ruling.model_validate_json(row["doc"]) for row in rows]

    async def save_ruling(self, ruling: Ruling) -> None:
        written = await self.db.fetchval(
            """
            INSERT INTO ruling AS kept (ruling_id, version, status, proposed_at, doc)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (ruling_id) DO UPDATE SET
                version = excluded.version, status = excluded.status,
                proposed_at = excluded.proposed_at, doc = excluded.doc
            WHERE kept.version = excluded.version - 1
            RETURNING version
            """,
            ruling.ruling_id,
            ruling.version,
            ruling.status,
            ruling.proposed_at,
            ruling.model_dump_json(),
        )
        if written is None:
            found = await self.db.fetchval(
                "SELECT version FROM ruling WHERE ruling_id = $1", ruling.ruling_id
            )
            raise Stale(expected=ruling.version - 1, found=found)

    async def rulings(self, *, status: str | None, after: After, limit: int) -> list[Ruling]:
        rows = await self.db.fetch(
            """
            SELECT doc FROM ruling
            WHERE ($1::text IS NULL OR status = $1)
                AND ($2::timestamptz IS NULL OR (proposed_at, ruling_id) > ($2, $3::uuid))
            ORDER BY proposed_at, ruling_id LIMIT $4
            """,
            status,
            *place(after),
            limit,
        )
        return [Ruling.model_validate_json(row["doc"]) for row in rows]
