"""What came of leads and cases, counted in PostgreSQL."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from maillage_matching.adapters.postgres_decisions import PostgresDecisions
from maillage_matching.domain.calibration import TakenUp
from maillage_matching.domain.case import OVER
from maillage_matching.domain.draft import LeadKind
from maillage_matching.domain.lead import Lead
from maillage_matching.domain.throttle import Decided
from maillage_matching.domain.yields import Reviews, Tally

NO_PAIRS = {"pass": 0, "fail": 0, "unknown": 0}
TALLIES = """
    SELECT 'lead' AS what, source, kind, status AS word, count(*) FROM lead
        GROUP BY source, kind, status
    UNION ALL
    SELECT 'put_off', source, kind, '', sum((doc ->> 'put_off')::bigint)::bigint FROM lead
        GROUP BY source, kind
    UNION ALL
    SELECT 'reason', source, kind, reason, count(*)
        FROM lead, jsonb_array_elements_text(doc -> 'reasons') AS reason
        WHERE status = 'rejected' GROUP BY source, kind, reason
    UNION ALL
    SELECT 'case', doc ->> 'source', kind, status, count(*) FROM synergy_case
        GROUP BY doc ->> 'source', kind, status
    UNION ALL
    SELECT 'introduced', doc ->> 'source', kind, '', count(introduced_at) FROM synergy_case
        GROUP BY doc ->> 'source', kind
    UNION ALL
    SELECT 'minutes', doc ->> 'source', kind, '', sum((doc ->> 'minutes_spent')::bigint)::bigint
        FROM synergy_case GROUP BY doc ->> 'source', kind
    UNION ALL
    SELECT 'obstacle', doc ->> 'source', kind, reason, count(*)
        FROM synergy_case, jsonb_array_elements_text(doc -> 'reasons') AS reason
        WHERE status = 'abandoned' GROUP BY doc ->> 'source', kind, reason
    UNION ALL
    SELECT 'synergy', c.doc ->> 'source', c.kind, s.status, count(*)
        FROM synergy s JOIN synergy_case c ON c.case_id = s.case_id
        GROUP BY c.doc ->> 'source', c.kind, s.status
    UNION ALL
    SELECT 'answer', c.doc ->> 'source', c.kind, s.attribution, count(*)
        FROM synergy s JOIN synergy_case c ON c.case_id = s.case_id
        WHERE s.attribution IS NOT NULL GROUP BY c.doc ->> 'source', c.kind, s.attribution
"""


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

    async def taken_up(self) -> list[TakenUp]:
        rows = await self.db.fetch(
            """
            SELECT round((doc #>> '{content,score}')::numeric, 2)::float8 AS score,
                   count(*) AS decided, count(*) FILTER (WHERE status = 'accepted') AS accepted
            FROM lead
            WHERE status IN ('accepted', 'rejected') AND source = 'engine'
                AND doc #>> '{content,score}' IS NOT NULL
            GROUP BY 1 ORDER BY 1
            """
        )
        return [TakenUp(**row) for row in rows]

    async def decided_since(self, moment: datetime) -> list[Lead]:
        rows = await self.db.fetch(
            """
            SELECT doc FROM lead
            WHERE status IN ('accepted', 'rejected') AND decided_at >= $1
            ORDER BY decided_at, lead_id
            """,
            moment,
        )
        return [Lead.model_validate_json(row["doc"]) for row in rows]

    async def waiting_since(self) -> list[datetime]:
        rows = await self.db.fetch("SELECT surfaced_at FROM lead WHERE status = 'surfaced'")
        return sorted(row["surfaced_at"] for row in rows)

    async def open_since(self) -> list[datetime]:
        query = "SELECT opened_at FROM synergy_case WHERE status <> ALL($1)"
        return sorted(row["opened_at"] for row in await self.db.fetch(query, list(OVER)))

    async def introductions(self, limit: int) -> list[tuple[datetime, datetime]]:
        rows = await self.db.fetch(
            """
            SELECT min((f.doc ->> 'observed_at')::timestamptz) AS seen_at, c.introduced_at
            FROM (
                SELECT case_id, introduced_at, doc FROM synergy_case
                WHERE introduced_at IS NOT NULL
                ORDER BY introduced_at DESC, case_id DESC LIMIT $1
            ) AS c
            CROSS JOIN LATERAL jsonb_array_elements(c.doc -> 'members') AS m
            JOIN flow f ON f.flow_id = (m ->> 'flow_id')::uuid
            GROUP BY c.case_id, c.introduced_at ORDER BY c.introduced_at, c.case_id
            """,
            limit,
        )
        return [(row["seen_at"], row["introduced_at"]) for row in rows]

    async def questions(self) -> tuple[int, int]:
        row = await self.db.fetchrow(
            """
            SELECT count(*) FILTER (WHERE f.doc -> 'open_questions' ? a.attribute), count(*)
            FROM asked a JOIN flow f ON f.flow_id = a.flow_id
            """
        )
        return (row[0], row[1]) if row else (0, 0)

    async def verdicts(self) -> Mapping[str, int]:
        rows = await self.db.fetch("SELECT verdict, many FROM pairing_count")
        return NO_PAIRS | {row[0]: row[1] for row in rows}

    async def count_generated(self, new: Mapping[LeadKind, int]) -> None:
        await self.db.execute(
            """
            INSERT INTO lead_generated AS kept (kind, many)
            SELECT * FROM unnest($1::text[], $2::bigint[])
            ON CONFLICT (kind) DO UPDATE SET many = kept.many + excluded.many
            """,
            sorted(new),
            [new[kind] for kind in sorted(new)],
        )

    async def generated(self) -> Mapping[str, int]:
        rows = await self.db.fetch("SELECT kind, many FROM lead_generated")
        return {row["kind"]: row["many"] for row in rows}

    async def reviews(self, bounds_s: Sequence[float]) -> Reviews:
        rows = await self.db.fetch(
            """
            SELECT count(took_s) AS many, coalesce(sum(took_s), 0)::float8 AS took_s
            FROM unnest($1::float8[] || 'infinity'::float8) AS bound
            LEFT JOIN (
                SELECT extract(epoch FROM decided_at - surfaced_at)::float8 AS took_s FROM lead
                WHERE status IN ('accepted', 'rejected') AND source = 'engine'
            ) AS decided ON took_s <= bound
            GROUP BY bound ORDER BY bound
            """,
            list(bounds_s),
        )
        *within, whole = rows
        return Reviews(whole["many"], whole["took_s"], tuple(row["many"] for row in within))

    async def tallies(self) -> list[Tally]:
        rows = await self.db.fetch(TALLIES)
        return sorted(Tally(*row) for row in rows if row["count"])
