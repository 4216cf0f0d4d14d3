"""Flows and what we know of their actors, as rows of PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from pydantic import TypeAdapter

from maillage_common.postgres import Connection
from maillage_flows.domain.actor import Actor, Site
from maillage_flows.domain.declaration import folded, searched
from maillage_flows.domain.flow import Flow, Status
from maillage_flows.domain.reach import SHOWN_TO_MEMBERS
from maillage_flows.usecases.store import Due, KnownActor, Wanted

_FLOW = TypeAdapter(Flow)
_SITES = TypeAdapter(tuple[Site, ...])


class FlowRows:
    """See Store for what each method promises."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    async def keep_actors(self, actors: Sequence[KnownActor]) -> None:
        rows = sorted(actors, key=lambda actor: actor.actor_id)  # two writers never wait in a ring
        await self._db.execute(
            """
            INSERT INTO actor AS known (actor_id, sequence, is_closed, sites)
            SELECT * FROM unnest($1::uuid[], $2::bigint[], $3::boolean[], $4::text[]::jsonb[])
            ON CONFLICT (actor_id) DO UPDATE
            SET sequence = excluded.sequence, is_closed = excluded.is_closed,
                sites = excluded.sites
            WHERE known.sequence < excluded.sequence
            """,
            [actor.actor_id for actor in rows],
            [actor.sequence for actor in rows],
            [actor.is_closed for actor in rows],
            [_SITES.dump_json(actor.sites).decode() for actor in rows],
        )

    async def keep_consent(self, actor_id: UUID, sequence: int, *, is_given: bool) -> bool:
        kept = await self._db.fetchval(
            """
            INSERT INTO actor AS known (actor_id, consent_sequence, consents)
            VALUES ($1, $2, $3)
            ON CONFLICT (actor_id) DO UPDATE
            SET consent_sequence = excluded.consent_sequence, consents = excluded.consents
            WHERE known.consent_sequence < excluded.consent_sequence
            RETURNING true
            """,
            *(actor_id, sequence, is_given),
        )
        return kept is not None

    async def actor(self, actor_id: UUID) -> Actor | None:
        row = await self._db.fetchrow(
            """
            SELECT actor_id, is_closed, sites, consents FROM actor
            WHERE actor_id = $1 AND sequence > 0
            FOR SHARE
            """,
            actor_id,
        )
        return None if row is None else _actor(row)

    async def add_flow(self, flow: Flow) -> bool:
        added = await self._db.fetchval(
            """
            INSERT INTO flow
                (flow_id, version, actor_id, status, kind, direction, visibility, activity_zone,
                 spec, searched, held_by, observed_at, available_until, document)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
            ON CONFLICT DO NOTHING
            RETURNING true
            """,
            *_row(flow),
        )
        return added is not None

    async def flow(self, flow_id: UUID) -> tuple[Flow, Actor] | None:
        row = await self._db.fetchrow(
            """
            SELECT document, actor_id, is_closed, sites, consents
            FROM flow JOIN actor USING (actor_id)
            WHERE flow_id = $1
            FOR SHARE OF actor FOR UPDATE OF flow
            """,
            flow_id,
        )
        return None if row is None else (_flow(row), _actor(row))

    async def flows(self, flow_ids: Sequence[UUID]) -> list[Flow]:
        rows = await self._db.fetch(
            "SELECT document FROM flow WHERE flow_id = ANY ($1) ORDER BY flow_id FOR UPDATE",
            flow_ids,
        )
        return [_flow(row) for row in rows]

    async def flows_of(self, actor_id: UUID, statuses: Sequence[Status]) -> list[Flow]:
        rows = await self._db.fetch(
            """
            SELECT document FROM flow
            WHERE actor_id = $1 AND status = ANY ($2)
            ORDER BY flow_id
            FOR UPDATE
            """,
            *(actor_id, statuses),
        )
        return [_flow(row) for row in rows]

    async def flows_held_by(self, synergy_id: UUID) -> list[tuple[Flow, Actor]]:
        rows = await self._db.fetch(
            """
            SELECT document, actor_id, is_closed, sites, consents
            FROM flow JOIN actor USING (actor_id)
            WHERE held_by = $1
            ORDER BY flow_id
            FOR SHARE OF actor FOR UPDATE OF flow
            """,
            synergy_id,
        )
        return [(_flow(row), _actor(row)) for row in rows]

    async def flows_due(self, due: Due) -> list[Flow]:
        rows = await self._db.fetch(
            """
            SELECT document FROM flow
            WHERE status IN ('observed', 'declared', 'qualified', 'open') AND observed_at < $1
               OR status IN ('observed', 'declared', 'qualified', 'open', 'stale')
                  AND available_until < $2
            ORDER BY flow_id
            LIMIT $3
            FOR UPDATE SKIP LOCKED
            """,
            *(due.observed_before, due.today, due.limit),
        )
        return [_flow(row) for row in rows]

    async def save_flows(self, flows: Sequence[Flow]) -> None:
        await self._db.execute(
            """
            UPDATE flow SET
                version = t.version, status = t.status, kind = t.kind, direction = t.direction,
                visibility = t.visibility, activity_zone = t.activity_zone, spec = t.spec,
                searched = t.searched, held_by = t.held_by, observed_at = t.observed_at,
                available_until = t.available_until, document = t.document::jsonb
            FROM unnest(
                $1::uuid[], $2::integer[], $3::uuid[], $4::text[], $5::text[], $6::text[],
                $7::text[], $8::text[], $9::text[], $10::text[], $11::uuid[], $12::timestamptz[],
                $13::date[], $14::text[]
            ) AS t
                (flow_id, version, actor_id, status, kind, direction, visibility, activity_zone,
                 spec, searched, held_by, observed_at, available_until, document)
            WHERE flow.flow_id = t.flow_id
            """,
            *zip(*map(_row, flows), strict=True),
        )

    async def seen_flow(self, flow_id: UUID) -> Flow | None:
        row = await self._db.fetchrow("SELECT document FROM flow WHERE flow_id = $1", flow_id)
        return None if row is None else _flow(row)

    async def seen_flows(self, wanted: Wanted) -> list[Flow]:
        rows = await self._db.fetch(
            """
            SELECT document FROM flow
            WHERE ($1 OR visibility = ANY ($2) OR actor_id = $3)
              AND ($4::uuid IS NULL OR actor_id = $4)
              AND ($5::text IS NULL OR status = $5)
              AND ($6::text IS NULL OR kind = $6)
              AND ($7::text IS NULL OR direction = $7)
              AND ($8::text IS NULL OR activity_zone = $8)
              AND ($9::text IS NULL OR spec = $9)
              AND ($10::text IS NULL OR strpos(searched, $10) > 0)
              AND ($11::uuid IS NULL OR flow_id > $11)
            ORDER BY flow_id
            LIMIT $12
            """,
            *(wanted.reach.sees_all, SHOWN_TO_MEMBERS, wanted.reach.organisation),
            *(wanted.actor_id, wanted.status, wanted.kind, wanted.direction, wanted.zone),
            *(wanted.spec, None if wanted.text is None else folded(wanted.text)),
            *(wanted.after, wanted.limit),
        )
        return [_flow(row) for row in rows]


def _row(flow: Flow) -> tuple[Any, ...]:
    said = flow.declaration
    return (
        *(flow.flow_id, flow.version, flow.actor_id, flow.status, said.kind, said.direction),
        *(said.visibility, said.activity_zone, said.resource.spec, searched(said)),
        *(flow.held_by, flow.observed_at, said.available_until),
        _FLOW.dump_json(flow, exclude_none=True).decode(),
    )


def _flow(row: asyncpg.Record) -> Flow:
    return _FLOW.validate_json(row["document"])


def _actor(row: asyncpg.Record) -> Actor:
    sites = _SITES.validate_json(row["sites"])
    return Actor(row["actor_id"], row["is_closed"], sites, row["consents"])
