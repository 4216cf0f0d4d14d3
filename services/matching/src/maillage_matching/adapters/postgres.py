"""The store in PostgreSQL: copies of flows and actors, and what the engine found."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import asyncpg

from maillage_contracts.refusals import Stale
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.adapters.postgres_collective import PostgresCollective
from maillage_matching.adapters.postgres_index import PostgresIndex
from maillage_matching.adapters.postgres_outcomes import PostgresOutcomes
from maillage_matching.adapters.postgres_patterns import PostgresPatterns
from maillage_matching.adapters.postgres_rounds import PostgresRounds
from maillage_matching.adapters.postgres_rulings import PostgresRulings
from maillage_matching.domain.actor import WASTE_TRANSPORT, Actor
from maillage_matching.domain.existing_round import Box
from maillage_matching.domain.flow import Flow
from maillage_matching.domain.generated import Couple
from maillage_matching.domain.pair import Ask
from maillage_matching.domain.policy import Arrivals, Policy
from maillage_matching.domain.substitution import Pairing
from maillage_matching.usecases.store import After, Known, SaidOfConsent

DUE_CHANNEL = "maillage_due"
"""Told, at commit, that there are flows to look at."""
KNOWN = """
    SELECT f.doc, a.doc AS actor,
        ARRAY(SELECT c.purpose FROM consent c WHERE c.actor_id = f.actor_id AND NOT c.is_given)
            AS refuses
    FROM flow f LEFT JOIN actor a ON a.actor_id = f.actor_id
"""


class PostgresStore(
    PostgresOutcomes,
    PostgresPatterns,
    PostgresCollective,
    PostgresIndex,
    PostgresRounds,
    PostgresRulings,
):
    """Everything in one database; a transaction is open already."""

    async def follow_flows(self, flows: Sequence[tuple[Flow, int]], now: datetime) -> None:
        ordered = sorted(flows, key=lambda one: one[0].flow_id)  # no two batches lock crosswise
        points = [flow.position for flow, _ in ordered]
        rows = await self.db.fetch(
            """
            INSERT INTO flow AS kept
                (flow_id, actor_id, sequence, doc, is_matchable, lat, lon, followed_at)
            SELECT *, $8::timestamptz
            FROM unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::jsonb[], $5::boolean[],
                $6::double precision[], $7::double precision[])
            ON CONFLICT (flow_id) DO UPDATE SET
                actor_id = excluded.actor_id, sequence = excluded.sequence, doc = excluded.doc,
                is_matchable = excluded.is_matchable, lat = excluded.lat, lon = excluded.lon,
                followed_at = excluded.followed_at
            WHERE kept.sequence < excluded.sequence
            RETURNING flow_id
            """,
            [flow.flow_id for flow, _ in ordered],
            [flow.actor_id for flow, _ in ordered],
            [sequence for _, sequence in ordered],
            [flow.model_dump_json() for flow, _ in ordered],
            [flow.is_matchable for flow, _ in ordered],
            [point and point.lat for point in points],
            [point and point.lon for point in points],
            now,
        )
        await self.mark_due(now, flows=[row["flow_id"] for row in rows])

    async def follow_actors(self, actors: Sequence[tuple[Actor, int]], now: datetime) -> None:
        rows = await self.db.fetch(
            """
            INSERT INTO actor AS kept (actor_id, sequence, doc, scopes)
            SELECT actor_id, sequence, doc, string_to_array(scopes, ',')
            FROM unnest($1::uuid[], $2::bigint[], $3::jsonb[], $4::text[])
                AS told (actor_id, sequence, doc, scopes)
            ON CONFLICT (actor_id) DO UPDATE SET
                sequence = excluded.sequence, doc = excluded.doc, scopes = excluded.scopes
            WHERE kept.sequence < excluded.sequence
            RETURNING actor_id
            """,
            [actor.actor_id for actor, _ in actors],
            [sequence for _, sequence in actors],
            [actor.model_dump_json() for actor, _ in actors],
            [",".join(sorted({one.scope for one in actor.credentials})) for actor, _ in actors],
        )
        await self.mark_due(now, actors=[row["actor_id"] for row in rows])

    async def follow_consents(self, said: Sequence[SaidOfConsent], now: datetime) -> None:
        rows = await self.db.fetch(
            """
            INSERT INTO consent AS kept (actor_id, purpose, is_given, sequence)
            SELECT * FROM unnest($1::uuid[], $2::text[], $3::boolean[], $4::bigint[])
            ON CONFLICT (actor_id, purpose) DO UPDATE SET
                is_given = excluded.is_given, sequence = excluded.sequence
            WHERE kept.sequence < excluded.sequence
            RETURNING actor_id
            """,
            [one.actor_id for one in said],
            [one.purpose for one in said],
            [one.is_given for one in said],
            [one.sequence for one in said],
        )
        await self.mark_due(now, actors=[row["actor_id"] for row in rows])

    async def known_flows(self, flow_ids: Iterable[FlowId]) -> list[Known]:
        query = f"{KNOWN} WHERE f.flow_id = ANY($1) ORDER BY f.flow_id"
        return [_known(row) for row in await self.db.fetch(query, list(flow_ids))]

    async def actors(self, actor_ids: Iterable[ActorId]) -> list[Actor]:
        return await self._actors("a.actor_id = ANY($1)", list(actor_ids))

    async def waste_carriers(self) -> list[Actor]:
        return await self._actors("a.scopes && $1::text[]", [WASTE_TRANSPORT])

    async def _actors(self, condition: str, words: Sequence[object]) -> list[Actor]:
        rows = await self.db.fetch(
            f"""
            SELECT a.doc AS actor, ARRAY(
                SELECT c.purpose FROM consent c WHERE c.actor_id = a.actor_id AND NOT c.is_given
            ) AS refuses
            FROM actor a WHERE {condition} ORDER BY a.actor_id
            """,  # noqa: S608 both conditions are written above
            words,
        )
        return [_actor(row) for row in rows]

    async def arrivals(self, *, lately: datetime, since: datetime) -> Arrivals | None:
        row = await self.db.fetchrow(
            """
            SELECT count(*) FILTER (WHERE followed_at > $1) AS many,
                   min(followed_at) AS first_at, max(followed_at) AS last_at
            FROM flow WHERE is_matchable AND followed_at > $2
            """,
            lately,
            since,
        )
        return Arrivals(**row) if row and row["last_at"] else None

    async def policy(self) -> Policy:
        doc = await self.db.fetchval("SELECT doc FROM policy")
        return Policy.model_validate_json(doc) if doc else Policy()

    async def save_policy(self, policy: Policy) -> None:
        written = await self.db.fetchval(
            """
            INSERT INTO policy AS kept (version, doc) VALUES ($1, $2)
            ON CONFLICT (only_one) DO UPDATE SET version = excluded.version, doc = excluded.doc
            WHERE kept.version = excluded.version - 1
            RETURNING version
            """,
            policy.version,
            policy.model_dump_json(),
        )
        if written is None:
            raise Stale(expected=policy.version - 1, found=(await self.policy()).version)

    async def due_flows(self, now: datetime, knowledge: str, limit: int) -> list[Known]:
        # "<>" would read the whole table; smaller and greater have an index.
        rows = await self.db.fetch(
            """
            SELECT flow_id, min(due_at) AS due_at FROM (
                (SELECT flow_id, due_at FROM due WHERE due_at <= $1 ORDER BY due_at, flow_id)
                UNION ALL
                (SELECT flow_id, $1 FROM flow_key WHERE knowledge < $2 OR knowledge > $2)
            ) AS told
            GROUP BY flow_id ORDER BY min(due_at), flow_id LIMIT $3
            """,
            now,
            knowledge,
            limit,
        )
        flow_ids = [FlowId(row["flow_id"]) for row in rows]
        if not flow_ids:
            return []
        await self.db.execute("DELETE FROM due WHERE flow_id = ANY($1)", flow_ids)
        return await self.known_flows(flow_ids)

    async def mark_due(
        self, at: datetime, *, flows: Iterable[FlowId] = (), actors: Iterable[ActorId] = ()
    ) -> None:
        of_flows, of_actors = list(flows), list(actors)
        if not of_flows and not of_actors:
            return  # the engine is woken for nothing otherwise, and runs for three seconds more
        await self.db.execute(
            f"""
            WITH marked AS (
                INSERT INTO due (flow_id, due_at)
                SELECT flow_id, $1 FROM flow WHERE flow_id = ANY($2) OR actor_id = ANY($3)
            )
            SELECT pg_notify('{DUE_CHANNEL}', '')
            """,  # noqa: S608 a constant of ours
            at,
            of_flows,
            of_actors,
        )

    async def mark_due_within(self, at: datetime, boxes: Sequence[Box]) -> None:
        await self.db.execute(
            """
            INSERT INTO due (flow_id, due_at)
            SELECT f.flow_id, $1 FROM flow f
            WHERE f.is_matchable AND EXISTS (
                SELECT 1 FROM unnest($2::double precision[], $3::double precision[],
                    $4::double precision[], $5::double precision[])
                    AS part (south, west, north, east)
                WHERE f.lat BETWEEN south AND north AND f.lon BETWEEN west AND east
            ) AND NOT EXISTS (SELECT 1 FROM due d WHERE d.flow_id = f.flow_id AND d.due_at = $1)
            """,
            at,
            [one.south for one in boxes],
            [one.west for one in boxes],
            [one.north for one in boxes],
            [one.east for one in boxes],
        )

    async def mark_all_due(self, at: datetime) -> None:
        await self.db.execute(
            f"""
            WITH marked AS (INSERT INTO due (flow_id, due_at) SELECT flow_id, $1 FROM flow)
            SELECT pg_notify('{DUE_CHANNEL}', '')
            """,  # noqa: S608 a constant of ours
            at,
        )

    async def schedule(self, due: Mapping[FlowId, datetime]) -> None:
        await self.db.execute(
            "INSERT INTO due (flow_id, due_at) SELECT * FROM unnest($1::uuid[], $2::timestamptz[])",
            list(due),
            list(due.values()),
        )

    async def stream_flows(self, streams: Iterable[str]) -> list[Known]:
        query = f"""
            {KNOWN} JOIN flow_key k ON k.flow_id = f.flow_id
            WHERE f.is_matchable AND k.stream = ANY($1) ORDER BY f.flow_id
        """
        return [_known(row) for row in await self.db.fetch(query, list(streams))]

    async def open_flows(self, limit: int) -> list[Known]:
        query = f"{KNOWN} WHERE f.is_matchable ORDER BY f.flow_id LIMIT $1"
        return [_known(row) for row in await self.db.fetch(query, limit)]

    async def pool_flows(self, slots: Iterable[str]) -> Mapping[str, list[Known]]:
        rows = await self.db.fetch(
            "SELECT slot, flow_ids FROM pool WHERE slot = ANY($1)", list(slots)
        )
        members = {row["slot"]: frozenset(row["flow_ids"]) for row in rows}
        known = await self.known_flows({one for ids in members.values() for one in ids})
        matchable = [one for one in known if one[0].is_matchable]
        return {
            slot: [one for one in matchable if one[0].flow_id in ids]
            for slot, ids in members.items()
        }

    async def keep_pairings(
        self, flow_ids: Iterable[FlowId], pairings: Sequence[Pairing]
    ) -> set[Couple]:
        gone = await self.db.fetch(
            """
            WITH gone AS (
                DELETE FROM pairing WHERE need_id = ANY($1) OR offer_id = ANY($1)
                RETURNING need_id, offer_id, verdict
            )
            SELECT need_id, offer_id FROM gone WHERE verdict = 'pass'
            """,
            list(flow_ids),
        )
        await self.db.execute(
            """
            INSERT INTO pairing (need_id, offer_id, rule, verdict, score, code, reason, unblock)
            SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[],
                $5::double precision[], $6::text[], $7::text[], $8::text[])
            """,
            [one.need_id for one in pairings],
            [one.offer_id for one in pairings],
            [one.rule for one in pairings],
            [one.verdict for one in pairings],
            [one.score for one in pairings],
            [one.code for one in pairings],
            [one.reason for one in pairings],
            [one.unblock for one in pairings],
        )
        return {(FlowId(need), FlowId(offer)) for need, offer in gone}

    async def best_slots(self, limit: int) -> list[str]:
        rows = await self.db.fetch(
            """
            SELECT slot FROM (
                SELECT 'need:' || need_id AS slot, max(score) AS score
                FROM pairing WHERE verdict = 'pass' GROUP BY need_id
                UNION ALL
                SELECT stream, score FROM stream
            ) AS found
            WHERE NOT EXISTS (
                SELECT 1 FROM lead
                WHERE lead.slot = found.slot
                    AND (lead.status IN ('surfaced', 'deferred') OR lead.case_open)
            )
            ORDER BY score DESC, slot COLLATE "C" LIMIT $1
            """,
            limit,
        )
        return [row["slot"] for row in rows]

    async def good_pairings(
        self, need_ids: Iterable[FlowId], each: int, *, also: Iterable[FlowId] = ()
    ) -> list[Pairing]:
        rows = await self.db.fetch(
            """
            SELECT need_id, offer_id, rule, verdict, score, code, reason, unblock
            FROM (
                SELECT *, row_number() OVER (
                    PARTITION BY need_id, rule ORDER BY score DESC, offer_id
                ) AS place
                FROM pairing WHERE need_id = ANY($1) AND verdict = 'pass'
            ) AS ranked
            WHERE place <= $2 OR offer_id = ANY($3)
            ORDER BY need_id, coalesce(rule, '') COLLATE "C", score DESC, offer_id
            """,
            list(need_ids),
            each,
            list(also),
        )
        return [_pairing(row) for row in rows]

    async def pairings(
        self, *, verdicts: Iterable[str], flow_id: FlowId | None, after: After, limit: int
    ) -> list[Pairing]:
        rows = await self.db.fetch(
            """
            SELECT need_id, offer_id, rule, verdict, score, code, reason, unblock
            FROM pairing
            WHERE verdict = ANY($1)
                AND ($2::uuid IS NULL OR need_id = $2 OR offer_id = $2)
                AND ($3::uuid IS NULL OR (need_id, offer_id) > ($3, $4::uuid))
            ORDER BY need_id, offer_id LIMIT $5
            """,
            list(verdicts),
            flow_id,
            *(after or (None, None)),
            limit,
        )
        return [_pairing(row) for row in rows]

    async def asked(self, flow_ids: Iterable[FlowId]) -> Mapping[tuple[FlowId, str], datetime]:
        rows = await self.db.fetch(
            "SELECT flow_id, attribute, asked_at FROM asked WHERE flow_id = ANY($1)",
            list(flow_ids),
        )
        return {(FlowId(row["flow_id"]), row["attribute"]): row["asked_at"] for row in rows}

    async def keep_asks(self, asks: Sequence[Ask], now: datetime) -> None:
        await self.db.execute(
            """
            INSERT INTO asked (flow_id, attribute, asked_at)
            SELECT *, $3::timestamptz FROM unnest($1::uuid[], $2::text[])
            ON CONFLICT (flow_id, attribute) DO NOTHING
            """,
            [ask.flow_id for ask in asks],
            [ask.attribute for ask in asks],
            now,
        )


def _known(row: asyncpg.Record) -> Known:
    actor = _actor(row) if row["actor"] else None
    return Flow.model_validate_json(row["doc"]), actor


def _actor(row: asyncpg.Record) -> Actor:
    actor = Actor.model_validate_json(row["actor"])
    return actor.model_copy(update={"refuses": frozenset(row["refuses"])})


def _pairing(row: asyncpg.Record) -> Pairing:
    return Pairing(
        need_id=FlowId(row["need_id"]),
        offer_id=FlowId(row["offer_id"]),
        rule=row["rule"],
        verdict=row["verdict"],
        score=row["score"],
        code=row["code"],
        reason=row["reason"],
        unblock=row["unblock"],
    )
