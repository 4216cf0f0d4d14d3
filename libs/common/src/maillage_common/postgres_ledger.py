"""The kernel's rows in PostgreSQL, with the SQL beside the method that runs it."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from uuid import UUID

import asyncpg
import orjson
from asyncpg.pool import PoolConnectionProxy
from pydantic import TypeAdapter

from maillage_common.ledger import (
    Closed,
    DeadLetter,
    Idempotency,
    Lane,
    Origin,
    Outcome,
    Outgoing,
    Settled,
)
from maillage_contracts.envelope import Record, unwrap

CHANNEL = "maillage_outbox"
"""What the relay listens to."""

_OUTCOME = TypeAdapter(Outcome)
Headers = tuple[tuple[str, bytes], ...]


class PostgresLedger:
    """See Ledger for what each method promises."""

    def __init__(self, connection: "PoolConnectionProxy[asyncpg.Record]") -> None:
        self._db = connection
        self.has_queued = False
        """Whether there will be news for the relay."""

    async def recall(self, call: Idempotency) -> tuple[str, Outcome] | None:
        row = await self._db.fetchrow(
            "SELECT fingerprint, outcome FROM idempotency WHERE caller = $1 AND key = $2",
            call.caller,
            call.key,
        )
        return None if row is None else (row["fingerprint"], _OUTCOME.validate_json(row["outcome"]))

    async def take_numbers(self, counts: Mapping[Lane, int]) -> Mapping[Lane, int]:
        rows = await self._db.fetch(
            # Always in the same order, so that two writers wait for each other but never in a ring.
            """
            INSERT INTO aggregate_sequence AS known (entity, subject, last)
            SELECT entity, subject, taken
            FROM unnest($1::text[], $2::text[], $3::bigint[]) AS t (entity, subject, taken)
            ORDER BY entity, subject
            ON CONFLICT (entity, subject) DO UPDATE SET last = known.last + excluded.last
            RETURNING entity, subject, last
            """,
            [entity for entity, _ in counts],
            [subject for _, subject in counts],
            list(counts.values()),
        )
        return {(row["entity"], row["subject"]): row["last"] for row in rows}

    async def append(self, outgoing: Sequence[Outgoing], settled: Settled | None = None) -> None:
        if not outgoing and not settled:
            return
        await self._db.execute(
            """
            WITH logged AS (
                INSERT INTO event_log
                    (event_id, topic, state_topic, type, subject, key, headers, payload)
                SELECT event_id, topic, state_topic, type, subject, key, headers::json, payload
                FROM unnest(
                    $1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[],
                    $6::bytea[], $7::text[], $8::bytea[]
                ) WITH ORDINALITY AS t
                    (event_id, topic, state_topic, type, subject, key, headers, payload, place)
                ORDER BY place
                RETURNING seq
            ), queued AS (
                INSERT INTO outbox (seq) SELECT seq FROM logged
            )
            INSERT INTO idempotency (caller, key, fingerprint, outcome)
            SELECT $9, $10, $11, $12 WHERE $9::text IS NOT NULL
            """,
            [one.event_id for one in outgoing],
            [one.topic for one in outgoing],
            [one.state_topic for one in outgoing],
            [one.type for one in outgoing],
            [one.subject for one in outgoing],
            [one.record.key for one in outgoing],
            [_pack(one.record.headers) for one in outgoing],
            [one.record.value for one in outgoing],
            *_call(settled),
        )
        self.has_queued |= bool(outgoing)

    async def first_sight(self, consumer: str, event_ids: Sequence[UUID]) -> AbstractSet[UUID]:
        if not event_ids:
            return frozenset()
        rows = await self._db.fetch(
            """
            INSERT INTO inbox (consumer, event_id) SELECT $1, unnest($2::uuid[])
            ON CONFLICT DO NOTHING
            RETURNING event_id
            """,
            consumer,
            event_ids,
        )
        return {row["event_id"] for row in rows}

    async def advance(self, consumer: str, arrived: Sequence[tuple[Lane, int]]) -> int:
        jumped: int = await self._db.fetchval(
            """
            WITH arrived AS (
                SELECT DISTINCT topic, subject, number
                FROM unnest($2::text[], $3::text[], $4::bigint[]) AS t (topic, subject, number)
            ), beyond AS (
                SELECT arrived.topic, arrived.subject, max(number) AS top, count(*) AS came,
                       max(coalesce(known.last, 0)) AS last
                FROM arrived
                LEFT JOIN aggregate_progress AS known
                    ON known.consumer = $1
                    AND (known.topic, known.subject) = (arrived.topic, arrived.subject)
                WHERE number > coalesce(known.last, 0)
                GROUP BY arrived.topic, arrived.subject
            ), kept AS (
                INSERT INTO aggregate_progress AS known (consumer, topic, subject, last)
                SELECT $1, topic, subject, top FROM beyond ORDER BY topic, subject
                ON CONFLICT (consumer, topic, subject)
                    DO UPDATE SET last = greatest(known.last, excluded.last)
            )
            SELECT coalesce(sum(top - last - came), 0)::bigint FROM beyond
            """,
            consumer,
            [topic for (topic, _), _ in arrived],
            [subject for (_, subject), _ in arrived],
            [number for _, number in arrived],
        )
        return jumped

    async def held(self, consumer: str, lanes: AbstractSet[Lane]) -> AbstractSet[Lane]:
        if not lanes:
            return frozenset()
        rows = await self._db.fetch(
            """
            SELECT topic, subject FROM unnest($2::text[], $3::text[]) AS lane (topic, subject)
            WHERE EXISTS (  -- not replayed to its end before what waits behind it is parked
                SELECT FROM dead_letter AS letter
                WHERE consumer = $1 AND state = 'parked'
                    AND (letter.topic, letter.subject) = (lane.topic, lane.subject)
                FOR SHARE
            )
            """,
            consumer,
            [topic for topic, _ in lanes],
            [subject for _, subject in lanes],
        )
        return {(row["topic"], row["subject"]) for row in rows}

    async def parked(self, consumer: str) -> int:
        return await self._db.fetchval(
            "SELECT count(*) FROM dead_letter WHERE consumer = $1 AND state = 'parked'", consumer
        )

    async def park(self, letters: Sequence[DeadLetter]) -> AbstractSet[UUID]:
        rows = await self._db.fetch(
            """
            INSERT INTO dead_letter
                (id, consumer, reason, detail, attempts, topic, partition, record_offset,
                 type, subject, sequence, key, headers, payload, parked_at)
            SELECT * FROM unnest(
                $1::uuid[], $2::text[], $3::text[], $4::text[], $5::integer[], $6::text[],
                $7::integer[], $8::bigint[], $9::text[], $10::text[], $11::bigint[],
                $12::bytea[], $13::json[], $14::bytea[], $15::timestamptz[]
            )
            ON CONFLICT DO NOTHING
            RETURNING id
            """,
            [one.id for one in letters],
            [one.consumer for one in letters],
            [one.reason for one in letters],
            [one.detail for one in letters],
            [one.attempts for one in letters],
            [one.origin.topic for one in letters],
            [one.origin.partition for one in letters],
            [one.origin.offset for one in letters],
            [one.envelope and one.envelope.type for one in letters],
            [one.envelope and one.envelope.subject for one in letters],
            [one.envelope and one.envelope.sequence for one in letters],
            [one.record.key for one in letters],
            [_pack(one.record.headers) for one in letters],
            [one.record.value for one in letters],
            [one.parked_at for one in letters],
        )
        return {row["id"] for row in rows}

    async def first_parked(self, consumer: str, letter_id: UUID) -> DeadLetter | None:
        row = await self._db.fetchrow(
            """
            SELECT consumer, reason, detail, attempts, topic, partition, record_offset,
                   subject, key, headers, payload, parked_at
            FROM dead_letter
            WHERE consumer = $1 AND state = 'parked' AND (
                id = $2
                OR (topic, subject) = (SELECT topic, subject FROM dead_letter WHERE id = $2)
            )
            ORDER BY sequence, parked_at
            LIMIT 1
            FOR UPDATE
            """,
            consumer,
            letter_id,
        )
        return None if row is None else _letter(row)

    async def close(self, letter_id: UUID, state: Closed) -> bool:
        closed = await self._db.fetchval(
            """
            UPDATE dead_letter SET state = $2, settled_at = now()
            WHERE id = $1 AND state = 'parked'
            RETURNING true
            """,
            letter_id,
            state,
        )
        return closed is not None

    async def blame(self, letter_id: UUID, reason: str, detail: str) -> None:
        await self._db.execute(
            """
            UPDATE dead_letter SET reason = $2, detail = $3, attempts = attempts + 1
            WHERE id = $1
            """,
            letter_id,
            reason,
            detail,
        )


def _call(settled: Settled | None) -> Sequence[str | None]:
    if settled is None:
        return [None] * 4
    call, outcome = settled.call, settled.outcome
    return call.caller, call.key, call.fingerprint, _OUTCOME.dump_json(outcome).decode()


def _pack(headers: Headers) -> str:
    """Headers as JSON. Latin-1 maps every byte to one character and back."""
    return orjson.dumps(
        [(name, (value or b"").decode("latin-1")) for name, value in headers]
    ).decode()


def unpack(headers: str) -> Headers:
    """Headers as they were before they were kept."""
    return tuple((name, value.encode("latin-1")) for name, value in orjson.loads(headers))


def _letter(row: asyncpg.Record) -> DeadLetter:
    record = Record(row["key"], row["payload"], unpack(row["headers"]))
    same = ("consumer", "reason", "detail", "attempts", "parked_at")
    return DeadLetter(
        **{name: row[name] for name in same},
        record=record,
        origin=Origin(row["topic"], row["partition"], row["record_offset"]),
        envelope=None if row["subject"] is None else unwrap(record.headers, record.value)[0],
    )
