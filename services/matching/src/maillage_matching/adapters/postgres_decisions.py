"""The store in PostgreSQL: what people see and decide."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import cast
from uuid import UUID

import asyncpg

from maillage_common.postgres import Connection
from maillage_contracts.matching import Synergy
from maillage_contracts.refusals import Invalid, NotFound, Stale
from maillage_contracts.vocabulary import ActorId, CaseId, FlowId, LeadId, SynergyId
from maillage_matching.domain.agreement import SynergyStatus
from maillage_matching.domain.case import OVER, Case
from maillage_matching.domain.lead import Lead
from maillage_matching.domain.policy import Desk
from maillage_matching.domain.suppression import Suppression
from maillage_matching.usecases.store import After, KeptSynergy

SYNERGY = """
    SELECT doc, status, agreed_at, pattern_id, ended_on, end_reason, attribution, version
    FROM synergy
"""


class PostgresDecisions:
    """Leads, suppressions, cases and synergies."""

    def __init__(self, db: Connection) -> None:
        """Work on this connection, inside its transaction."""
        self.db = db

    async def lead(self, lead_id: LeadId, *, to_change: bool = False) -> Lead:
        query = "SELECT doc FROM lead WHERE lead_id = $1"
        doc = await self.db.fetchval(query + lock(to_change=to_change), lead_id)
        if doc is None:
            raise NotFound(f"no lead has the identifier {lead_id}")
        return Lead.model_validate_json(doc)

    async def leads_of_slots(self, slots: Iterable[str]) -> list[Lead]:
        rows = await self.db.fetch(
            "SELECT doc FROM lead WHERE slot = ANY($1) ORDER BY lead_id", list(slots)
        )
        return _leads(rows)

    async def waiting_leads(
        self,
        *,
        flows: Iterable[FlowId] = (),
        actors: Iterable[ActorId] = (),
        rules: Iterable[str] = (),
        slots: Iterable[str] = (),
    ) -> list[Lead]:
        rows = await self.db.fetch(
            """
            SELECT doc FROM lead
            WHERE status IN ('surfaced', 'deferred')
                AND (flow_ids && $1::uuid[] OR actor_ids && $2::uuid[] OR rule = ANY($3)
                    OR slot = ANY($4))
            ORDER BY lead_id FOR UPDATE
            """,
            list(flows),
            list(actors),
            list(rules),
            list(slots),
        )
        return _leads(rows)

    async def save_leads(self, leads: Sequence[Lead]) -> None:
        await self.db.execute(
            """
            INSERT INTO lead (lead_id, slot, status, source, kind, rule, case_open, flow_ids,
                actor_ids, surfaced_at, deferred_until, decided_at, doc)
            SELECT lead_id, slot, status, source, kind, rule, case_open,
                string_to_array(flow_ids, ',')::uuid[], string_to_array(actor_ids, ',')::uuid[],
                surfaced_at, deferred_until, decided_at, doc
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                    $7::boolean[], $8::text[], $9::text[], $10::timestamptz[],
                    $11::date[], $12::timestamptz[], $13::jsonb[])
                AS told (lead_id, slot, status, source, kind, rule, case_open, flow_ids, actor_ids,
                    surfaced_at, deferred_until, decided_at, doc)
            ON CONFLICT (lead_id) DO UPDATE SET
                status = excluded.status, rule = excluded.rule, case_open = excluded.case_open,
                flow_ids = excluded.flow_ids, actor_ids = excluded.actor_ids,
                surfaced_at = excluded.surfaced_at, deferred_until = excluded.deferred_until,
                decided_at = excluded.decided_at, doc = excluded.doc
            """,
            [lead.lead_id for lead in leads],
            [lead.slot for lead in leads],
            [lead.status for lead in leads],
            [lead.source for lead in leads],
            [lead.content.kind for lead in leads],
            [lead.content.rule for lead in leads],
            [lead.case_open for lead in leads],
            [joined(lead.content.flow_ids) for lead in leads],
            [joined(lead.content.actor_ids) for lead in leads],
            [lead.surfaced_at for lead in leads],
            [lead.deferred_until for lead in leads],
            [lead.decided_at for lead in leads],
            [lead.model_dump_json() for lead in leads],
        )

    async def desk(self, week: datetime) -> Desk:
        row = await self.db.fetchrow(
            """
            SELECT
                (SELECT count(*) FROM lead WHERE source = 'engine' AND surfaced_at >= $1)
                    AS surfaced_this_week,
                (SELECT count(*) FROM lead
                    WHERE source = 'engine' AND status IN ('surfaced', 'deferred')) AS waiting
            """,
            week,
        )
        cases = await self.db.fetch(
            """
            SELECT doc ->> 'owner' AS owner, count(*) AS many FROM synergy_case
            WHERE status <> ALL($1) GROUP BY doc ->> 'owner'
            """,
            list(OVER),
        )
        cases_of = {one["owner"]: one["many"] for one in cases}
        return Desk.model_validate({**dict(row or {}), "cases_of": cases_of})

    async def deferred_to(self, day: date) -> list[Lead]:
        rows = await self.db.fetch(
            """
            SELECT doc FROM lead WHERE status = 'deferred' AND deferred_until <= $1
            ORDER BY lead_id FOR UPDATE
            """,
            day,
        )
        return _leads(rows)

    async def leads(
        self, *, statuses: Iterable[str], source: str | None, after: After, limit: int
    ) -> list[Lead]:
        rows = await self.db.fetch(
            """
            SELECT doc FROM lead
            WHERE ($1::text[] = '{}' OR status = ANY($1))
                AND ($2::text IS NULL OR source = $2)
                AND ($3::timestamptz IS NULL OR (surfaced_at, lead_id) > ($3, $4::uuid))
            ORDER BY surfaced_at, lead_id LIMIT $5
            """,
            list(statuses),
            source,
            *place(after),
            limit,
        )
        return _leads(rows)

    async def suppressions(self, day: date) -> list[Suppression]:
        rows = await self.db.fetch(
            "SELECT doc FROM suppression WHERE lifted_at IS NULL AND until >= $1", day
        )
        return [Suppression.model_validate_json(row["doc"]) for row in rows]

    async def all_suppressions(self, *, after: After, limit: int) -> list[Suppression]:
        rows = await self.db.fetch(
            """
            SELECT doc FROM suppression
            WHERE $1::timestamptz IS NULL OR (since, suppression_id) > ($1, $2::uuid)
            ORDER BY since, suppression_id LIMIT $3
            """,
            *place(after),
            limit,
        )
        return [Suppression.model_validate_json(row["doc"]) for row in rows]

    async def suppression(self, suppression_id: UUID) -> Suppression:
        doc = await self.db.fetchval(
            "SELECT doc FROM suppression WHERE suppression_id = $1 FOR UPDATE", suppression_id
        )
        if doc is None:
            raise NotFound(f"no suppression has the identifier {suppression_id}")
        return Suppression.model_validate_json(doc)

    async def save_suppressions(self, suppressions: Sequence[Suppression]) -> None:
        await self.db.execute(
            """
            INSERT INTO suppression (suppression_id, since, until, lifted_at, doc)
            SELECT * FROM unnest($1::uuid[], $2::timestamptz[], $3::date[], $4::timestamptz[],
                $5::jsonb[])
            ON CONFLICT (suppression_id) DO UPDATE SET
                since = excluded.since, until = excluded.until, lifted_at = excluded.lifted_at,
                doc = excluded.doc
            """,
            [one.suppression_id for one in suppressions],
            [one.since for one in suppressions],
            [one.until for one in suppressions],
            [one.lifted_at for one in suppressions],
            [one.model_dump_json() for one in suppressions],
        )

    async def case(self, case_id: CaseId, *, to_change: bool = False) -> Case:
        query = "SELECT doc FROM synergy_case WHERE case_id = $1"
        doc = await self.db.fetchval(query + lock(to_change=to_change), case_id)
        if doc is None:
            raise NotFound(f"no case has the identifier {case_id}")
        return Case.model_validate_json(doc)

    async def save_case(self, case: Case) -> None:
        written = await self.db.fetchval(
            """
            INSERT INTO synergy_case AS kept
                (case_id, version, status, kind, actor_ids, opened_at, introduced_at, doc)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            ON CONFLICT (case_id) DO UPDATE SET
                version = excluded.version, status = excluded.status,
                actor_ids = excluded.actor_ids, introduced_at = excluded.introduced_at,
                doc = excluded.doc
            WHERE kept.version = excluded.version - 1
            RETURNING version
            """,
            case.case_id,
            case.version,
            case.status,
            case.kind,
            list(case.actor_ids),
            case.opened_at,
            case.introduced_at,
            case.model_dump_json(),
        )
        if written is None:
            found = await self.case(case.case_id)
            raise Stale(expected=case.version - 1, found=found.version)

    async def open_cases_of(self, actor_id: ActorId) -> list[Case]:
        rows = await self.db.fetch(
            """
            SELECT doc FROM synergy_case WHERE actor_ids @> ARRAY[$1::uuid] AND status <> ALL($2)
            ORDER BY case_id FOR UPDATE
            """,
            actor_id,
            list(OVER),
        )
        return [Case.model_validate_json(row["doc"]) for row in rows]

    async def cases(
        self,
        *,
        statuses: Iterable[str],
        party: ActorId | None,
        after: After,
        limit: int,
    ) -> list[Case]:
        rows = await self.db.fetch(
            """
            SELECT doc FROM synergy_case
            WHERE ($1::text[] = '{}' OR status = ANY($1))
                AND ($2::uuid IS NULL
                    OR (introduced_at IS NOT NULL AND actor_ids @> ARRAY[$2::uuid]))
                AND ($3::timestamptz IS NULL OR (opened_at, case_id) > ($3, $4::uuid))
            ORDER BY opened_at, case_id LIMIT $5
            """,
            list(statuses),
            party,
            *place(after),
            limit,
        )
        return [Case.model_validate_json(row["doc"]) for row in rows]

    async def synergy(self, synergy_id: SynergyId, *, to_change: bool = False) -> KeptSynergy:
        query = f"{SYNERGY} WHERE synergy_id = $1"
        row = await self.db.fetchrow(query + lock(to_change=to_change), synergy_id)
        if row is None:
            raise NotFound(f"no synergy has the identifier {synergy_id}")
        return _synergy(row)

    async def save_synergy(self, kept: KeptSynergy) -> None:
        synergy = kept.synergy
        written = await self.db.fetchval(
            """
            INSERT INTO synergy AS kept (synergy_id, version, case_id, status, pattern_id,
                actor_ids, agreed_at, ended_on, end_reason, attribution, doc)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
            ON CONFLICT (synergy_id) DO UPDATE SET
                version = excluded.version, status = excluded.status,
                ended_on = excluded.ended_on, end_reason = excluded.end_reason,
                attribution = excluded.attribution
            WHERE kept.version = excluded.version - 1
            RETURNING version
            """,
            synergy.synergy_id,
            kept.version,
            synergy.case_id,
            kept.status,
            kept.pattern_id,
            [party.actor_id for party in synergy.parties],
            kept.agreed_at,
            kept.ended_on,
            kept.end_reason,
            kept.attribution,
            synergy.model_dump_json(),
        )
        if written is None:
            found = await self.synergy(synergy.synergy_id)
            raise Stale(expected=kept.version - 1, found=found.version)

    async def running_synergies_of(self, actor_id: ActorId) -> list[KeptSynergy]:
        rows = await self.db.fetch(
            f"""
            {SYNERGY} WHERE status = 'agreed' AND actor_ids @> ARRAY[$1::uuid]
            ORDER BY synergy_id FOR UPDATE
            """,
            actor_id,
        )
        return [_synergy(row) for row in rows]

    async def synergies(
        self, *, status: str | None, party: ActorId | None, after: After, limit: int
    ) -> list[KeptSynergy]:
        rows = await self.db.fetch(
            f"""
            {SYNERGY}
            WHERE ($1::text IS NULL OR status = $1)
                AND ($2::uuid IS NULL OR actor_ids @> ARRAY[$2::uuid])
                AND ($3::timestamptz IS NULL OR (agreed_at, synergy_id) > ($3, $4::uuid))
            ORDER BY agreed_at, synergy_id LIMIT $5
            """,
            status,
            party,
            *place(after),
            limit,
        )
        return [_synergy(row) for row in rows]


def place(after: After) -> tuple[datetime | None, UUID | None]:
    """Where a page begins, from the cursor of a caller; raises Invalid."""
    if after is None:
        return None, None
    try:
        return datetime.fromisoformat(after[0]).astimezone(UTC), UUID(after[1])
    except (ValueError, OverflowError) as error:
        raise Invalid("cursor", "send the value of `next` from the page before") from error


def lock(*, to_change: bool) -> str:
    """A query may not lock: it runs in a read-only transaction."""
    return " FOR UPDATE" if to_change else ""


def joined(identifiers: Iterable[UUID]) -> str:
    return ",".join(map(str, identifiers))


def _leads(rows: Iterable[asyncpg.Record]) -> list[Lead]:
    return [Lead.model_validate_json(row["doc"]) for row in rows]


def _synergy(row: asyncpg.Record) -> KeptSynergy:
    return KeptSynergy(
        synergy=Synergy.model_validate_json(row["doc"]),
        status=cast("SynergyStatus", row["status"]),
        agreed_at=row["agreed_at"],
        pattern_id=row["pattern_id"],
        ended_on=row["ended_on"],
        end_reason=row["end_reason"],
        attribution=row["attribution"],
        version=row["version"],
    )
