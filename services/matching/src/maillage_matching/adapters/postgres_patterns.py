"""What cases taught, and what other territories teach, in PostgreSQL."""

from datetime import UTC, datetime
from uuid import UUID

from maillage_contracts.refusals import Invalid, Stale
from maillage_contracts.vocabulary import PatternId
from maillage_matching.adapters.postgres_decisions import PostgresDecisions, lock
from maillage_matching.domain.case import Case
from maillage_matching.domain.pattern import Taught
from maillage_matching.domain.suggestion import Suggestion
from maillage_matching.usecases.store import After


class PostgresPatterns(PostgresDecisions):
    """Cases that taught something, and suggestions from elsewhere."""

    async def taught(self, limit: int) -> list[Taught]:
        rows = await self.db.fetch(
            """
            SELECT c.doc, s.status, s.pattern_id, s.doc #>> '{material,resource_spec}' AS told
            FROM synergy_case c LEFT JOIN synergy s ON s.case_id = c.case_id
            WHERE s.synergy_id IS NOT NULL OR c.status = 'abandoned'
            ORDER BY c.opened_at DESC, c.case_id, s.synergy_id LIMIT $1
            """,
            limit,
        )
        return [
            Taught(
                Case.model_validate_json(row["doc"]),
                row["status"],
                row["pattern_id"] and PatternId(row["pattern_id"]),
                row["told"],
            )
            for row in rows
        ]

    async def suggestion(
        self, pattern_id: PatternId, origin: str, *, to_change: bool = False
    ) -> Suggestion | None:
        query = "SELECT doc FROM suggestion WHERE pattern_id = $1 AND origin = $2"
        doc = await self.db.fetchval(query + lock(to_change=to_change), pattern_id, origin)
        return doc and Suggestion.model_validate_json(doc)

    async def save_suggestion(self, suggestion: Suggestion) -> None:
        pattern_id, origin = suggestion.pattern.pattern_id, suggestion.origin
        written = await self.db.fetchval(
            """
            INSERT INTO suggestion AS kept
                (pattern_id, origin, status, version, received_at, doc)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (pattern_id, origin) DO UPDATE SET
                status = excluded.status, version = excluded.version, doc = excluded.doc
            WHERE kept.version = excluded.version - 1
            RETURNING version
            """,
            pattern_id,
            origin,
            suggestion.status,
            suggestion.version,
            suggestion.received_at,
            suggestion.model_dump_json(),
        )
        if written is None:
            found = await self.suggestion(pattern_id, origin)
            raise Stale(expected=suggestion.version - 1, found=found.version if found else 0)

    async def suggestions(
        self, *, status: str | None, after: After, limit: int
    ) -> list[Suggestion]:
        rows = await self.db.fetch(
            """
            SELECT doc FROM suggestion
            WHERE ($1::text IS NULL OR status = $1)
                AND ($2::timestamptz IS NULL
                    OR (received_at, pattern_id, origin COLLATE "C") > ($2, $3::uuid, $4))
            ORDER BY received_at, pattern_id, origin COLLATE "C" LIMIT $5
            """,
            status,
            *_place(after),
            limit,
        )
        return [Suggestion.model_validate_json(row["doc"]) for row in rows]


def _place(after: After) -> tuple[datetime | None, UUID | None, str | None]:
    if after is None:
        return None, None, None
    try:
        return datetime.fromisoformat(after[0]).astimezone(UTC), UUID(after[1]), after[2]
    except (ValueError, OverflowError) as error:
        raise Invalid("cursor", "send the value of `next` from the page before") from error
