"""The store in PostgreSQL: what firms share and could do together."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from maillage_common.postgres import Connection
from maillage_contracts.refusals import NotFound, Stale
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.adapters.postgres_decisions import joined, lock, place
from maillage_matching.domain.collecting import KeptPool, Pool
from maillage_matching.domain.missing_links import LinkReport
from maillage_matching.domain.sharing import OPEN, Sharing, Stretch, taken
from maillage_matching.usecases.store import After

NEVER_TWICE = "sharing_never_twice"


class PostgresCollective:
    """Sharing requests, pools and reports."""

    db: Connection

    async def sharing(self, sharing_id: UUID, *, to_change: bool = False) -> Sharing:
        query = "SELECT doc FROM sharing WHERE sharing_id = $1"
        doc = await self.db.fetchval(query + lock(to_change=to_change), sharing_id)
        if doc is None:
            raise NotFound(f"no sharing request has the identifier {sharing_id}")
        return Sharing.model_validate_json(doc)

    async def save_sharing(self, sharing: Sharing) -> None:
        await self.db.execute(
            "INSERT INTO shared_thing (flow_id) VALUES ($1) ON CONFLICT (flow_id) DO NOTHING",
            sharing.flow_id,
        )
        try:
            written = await self._write(sharing)
        except asyncpg.ExclusionViolationError as error:
            raise taken(sharing.stretch) from error
        if written is None:
            found = await self.sharing(sharing.sharing_id)
            raise Stale(expected=sharing.version - 1, found=found.version)

    async def _write(self, sharing: Sharing) -> object:
        return await self.db.fetchval(
            """
            INSERT INTO sharing AS kept (sharing_id, version, status, flow_id, owner_id,
                borrower_id, starts_at, ends_at, asked_at, doc, held)
            SELECT $1, $2, $3, thing.flow_id, $5, $6, $7, $8, $9, $10,
                CASE WHEN $11 THEN int8range(
                    (thing.number << 36) + extract(epoch FROM $7::timestamptz)::bigint,
                    (thing.number << 36) + extract(epoch FROM $8::timestamptz)::bigint) END
            FROM shared_thing AS thing WHERE thing.flow_id = $4
            ON CONFLICT (sharing_id) DO UPDATE SET
                version = excluded.version, status = excluded.status,
                starts_at = excluded.starts_at, ends_at = excluded.ends_at,
                held = excluded.held, doc = excluded.doc
            WHERE kept.version = excluded.version - 1
            RETURNING version
            """,
            sharing.sharing_id,
            sharing.version,
            sharing.status,
            sharing.flow_id,
            sharing.owner_id,
            sharing.borrower_id,
            sharing.starts_at,
            sharing.ends_at,
            sharing.asked_at,
            sharing.model_dump_json(),
            sharing.holds_time,
        )

    async def held(
        self, flow_id: FlowId, stretch: Stretch, *, but: UUID | None = None
    ) -> list[Stretch]:
        rows = await self.db.fetch(
            """
            SELECT starts_at, ends_at FROM sharing
            WHERE flow_id = $1 AND held IS NOT NULL AND starts_at < $3 AND ends_at > $2
                AND sharing_id IS DISTINCT FROM $4
            ORDER BY starts_at
            """,
            flow_id,
            *stretch,
            but,
        )
        return [Stretch(row["starts_at"], row["ends_at"]) for row in rows]

    async def sharings(
        self, *, statuses: Iterable[str], party: ActorId | None, after: After, limit: int
    ) -> list[Sharing]:
        rows = await self.db.fetch(
            """
            SELECT doc FROM sharing
            WHERE ($1::text[] = '{}' OR status = ANY($1))
                AND ($2::uuid IS NULL OR owner_id = $2 OR borrower_id = $2)
                AND ($3::timestamptz IS NULL OR (asked_at, sharing_id) > ($3, $4::uuid))
            ORDER BY asked_at, sharing_id LIMIT $5
            """,
            list(statuses),
            party,
            *place(after),
            limit,
        )
        return _sharings(rows)

    async def open_sharings_of(self, actor_id: ActorId) -> list[Sharing]:
        rows = await self.db.fetch(
            """
            SELECT doc FROM sharing
            WHERE (owner_id = $1 OR borrower_id = $1) AND status = ANY($2)
            ORDER BY sharing_id FOR UPDATE
            """,
            actor_id,
            list(OPEN),
        )
        return _sharings(rows)

    async def sharings_over(self, now: datetime, limit: int) -> list[Sharing]:
        rows = await self.db.fetch(
            """
            SELECT doc FROM sharing WHERE status = 'confirmed' AND ends_at <= $1
            ORDER BY ends_at, sharing_id LIMIT $2 FOR UPDATE
            """,
            now,
            limit,
        )
        return _sharings(rows)

    async def keep_pools(self, pools: Sequence[Pool], now: datetime) -> None:
        await self.db.execute("DELETE FROM pool")
        await self.db.execute(
            """
            INSERT INTO pool (slot, is_lead, place, resource, cell, flow_ids, gathered_at)
            SELECT slot, is_lead, place, resource, cell,
                string_to_array(flow_ids, ',')::uuid[], $6::timestamptz
            FROM unnest($1::text[], $2::boolean[], $3::text[], $4::text[], $5::text[])
                WITH ORDINALITY AS told (slot, is_lead, resource, cell, flow_ids, place)
            """,
            [pool.slot for pool in pools],
            [pool.is_lead for pool in pools],
            [pool.resource for pool in pools],
            [pool.cell for pool in pools],
            [joined(pool.flow_ids) for pool in pools],
            now,
        )

    async def keep_streams(self, scores: Mapping[str, float | None]) -> set[str]:
        query = "DELETE FROM stream WHERE stream = ANY($1) RETURNING stream"
        gone = await self.db.fetch(query, list(scores))
        kept = {stream: score for stream, score in scores.items() if score is not None}
        await self.db.execute(
            """
            INSERT INTO stream (stream, score)
            SELECT * FROM unnest($1::text[], $2::double precision[])
            """,
            list(kept),
            list(kept.values()),
        )
        return {row[0] for row in gone}

    async def lead_pools(self) -> list[str]:
        rows = await self.db.fetch("SELECT slot FROM pool WHERE is_lead")
        return sorted(row["slot"] for row in rows)

    async def pools(self, *, resource: str | None, after: int, limit: int) -> list[KeptPool]:
        rows = await self.db.fetch(
            """
            SELECT slot, is_lead, place, resource, cell, flow_ids, gathered_at FROM pool
            WHERE NOT is_lead AND place > $2 AND ($1::text IS NULL OR resource = $1)
            ORDER BY place LIMIT $3
            """,
            resource,
            after,
            limit,
        )
        return [KeptPool(_pool(row), row["place"], row["gathered_at"]) for row in rows]

    async def link_report(self, quarter: str | None) -> LinkReport | None:
        doc = await self.db.fetchval(
            """
            SELECT doc FROM link_report WHERE $1::text IS NULL OR quarter = $1
            ORDER BY quarter COLLATE "C" DESC LIMIT 1
            """,
            quarter,
        )
        return LinkReport.model_validate_json(doc) if doc else None

    async def keep_link_report(self, report: LinkReport) -> None:
        await self.db.execute(
            """
            INSERT INTO link_report (quarter, made_at, doc) VALUES ($1, $2, $3)
            ON CONFLICT (quarter) DO NOTHING
            """,
            report.quarter,
            report.made_at,
            report.model_dump_json(),
        )


def _pool(row: asyncpg.Record) -> Pool:
    return Pool(
        slot=row["slot"],
        is_lead=row["is_lead"],
        resource=row["resource"],
        cell=row["cell"],
        flow_ids=tuple(FlowId(one) for one in row["flow_ids"]),
    )


def _sharings(rows: Iterable[asyncpg.Record]) -> list[Sharing]:
    return [Sharing.model_validate_json(row["doc"]) for row in rows]
