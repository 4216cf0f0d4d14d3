"""The lines of the ledger in PostgreSQL; the table itself refuses updates and deletes."""

import json
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from maillage_common.postgres import Connection
from maillage_contracts.refusals import NotFound, Refused
from maillage_impact.adapters.postgres_sums import add_days
from maillage_impact.adapters.rows import entry_of, sealed_json, sealed_of
from maillage_impact.domain.entry import Entry, Subject
from maillage_impact.domain.seal import Head, Sealed, seal_all
from maillage_impact.usecases.store import EntryFilter

_ENTRY = """
    number, entry_id, subject_kind, subject_id, indicator, account, value, low, high,
    period_start, period_end, quality, state, method, causes, factors, baseline_id,
    corrects, delta, reason, reverses, claim, revision, terms, recorded_at
"""


class PostgresLines:
    """The part of `usecases.store.Store` that is the ledger itself."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    async def append(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        if not entries:
            return []
        # The head is locked first: whoever appends at the same time waits for its turn.
        head = await self.db.fetchrow(
            "select place, hash, clock_timestamp() as now from chain_head for update"
        )
        assert head is not None  # noqa: S101 the migration wrote it
        new = await self._unknown(entries)
        if not new:
            return []
        sealed = seal_all(new, Head(head["place"], head["hash"]), head["now"])
        try:
            await self._insert(sealed)
        except asyncpg.UniqueViolationError as error:
            raise Refused(f"counted already, or not next in the ledger: {error.detail}") from error
        return new

    async def _unknown(self, entries: Sequence[Entry]) -> list[Entry]:
        rows = await self.db.fetch(
            "select entry_id, corrects from entry where entry_id = any($1) or corrects = any($2)",
            [entry.entry_id for entry in entries],
            [entry.correction.corrects for entry in entries if entry.correction],
        )
        known = {row["entry_id"] for row in rows}
        corrected = {row["corrects"] for row in rows}
        new: dict[UUID, Entry] = {}
        for entry in entries:
            if entry.entry_id in known:
                continue
            if entry.correction and entry.correction.corrects in corrected:
                raise Refused(f"line {entry.correction.corrects} is corrected already")
            new.setdefault(entry.entry_id, entry)
        return list(new.values())

    async def _insert(self, sealed: Sequence[Sealed]) -> None:
        await self.db.execute(
            """
            with written as (
                insert into entry (entry_id, subject_kind, subject_id, indicator, account, value,
                    low, high, period_start, period_end, quality, state, method, causes, factors,
                    baseline_id, corrects, delta, reason, reverses, claim, revision, terms,
                    recorded_at, place, previous_hash, hash)
                select entry_id, subject_kind, subject_id, indicator, account, value,
                    low, high, period_start, period_end, quality, state, method, causes, factors,
                    baseline_id, corrects, delta, reason, reverses, claim, revision, terms,
                    recorded_at, place, decode(previous_hash, 'hex'), decode(hash, 'hex')
                from jsonb_to_recordset($1::jsonb) as line (entry_id uuid, subject_kind text,
                    subject_id uuid, indicator text, account text, value numeric, low numeric,
                    high numeric, period_start date, period_end date, quality text, state text,
                    method text, causes uuid[], factors jsonb, baseline_id uuid, corrects uuid,
                    delta numeric, reason text, reverses uuid, claim text, revision integer,
                    terms jsonb, recorded_at timestamptz, place bigint, previous_hash text,
                    hash text)
                order by place
            )
            update chain_head set place = $2, hash = $3
            """,
            json.dumps([sealed_json(line) for line in sealed]),
            sealed[-1].place,
            sealed[-1].hash,
        )
        await add_days(self.db, [line.entry for line in sealed])

    async def claimed(self, claims: Sequence[str]) -> dict[str, Entry]:
        rows = await self.db.fetch(
            f"""
            select distinct on (claim) {_ENTRY} from entry where claim = any($1)
            order by claim, revision desc
            """,  # noqa: S608 the columns above
            list(claims),
        )
        return {row["claim"]: entry_of(dict(row)) for row in rows}

    async def chain(self, after: int, limit: int) -> Sequence[Sealed]:
        rows = await self.db.fetch(
            f"""
            select {_ENTRY}, place, previous_hash, hash from entry
            where place > $1 order by place limit $2
            """,  # noqa: S608 the columns above
            after,
            limit,
        )
        return [sealed_of(dict(row)) for row in rows]

    async def head(self) -> Head:
        row = await self.db.fetchrow("select place, hash from chain_head")
        assert row is not None  # noqa: S101 the migration wrote it
        return Head(row["place"], row["hash"])

    async def unpaired(self) -> UUID | None:
        return await self.db.fetchval(
            """
            select corrects from entry better where corrects is not null
                and not exists (select from entry back where back.reverses = better.corrects)
            order by place limit 1
            """
        )

    async def entry(self, entry_id: UUID) -> Entry:
        row = await self.db.fetchrow(
            f"select {_ENTRY} from entry where entry_id = $1",  # noqa: S608 the columns above
            entry_id,
        )
        if row is None:
            raise NotFound(f"no line {entry_id} in the ledger")
        return entry_of(dict(row))

    async def correction_of(self, entry_id: UUID) -> UUID | None:
        return await self.db.fetchval("select entry_id from entry where corrects = $1", entry_id)

    async def entries(
        self, asked: EntryFilter, *, after: int | None = None, limit: int | None = None
    ) -> Sequence[tuple[int, Entry]]:
        rows = await self.db.fetch(
            f"""
            select {_ENTRY} from entry
            where number > $1
                and ($2::text is null or subject_kind = $2)
                and ($3::uuid is null or subject_id = $3)
                and ($4::text is null or indicator = $4)
                and ($5::text is null or account = $5)
                and ($6::timestamptz is null or recorded_at <= $6)
                and ($7::date is null or period_start >= $7)
                and ($8::date is null or period_start <= $8)
                and ($9 or reverses is null)
            order by number limit $10
            """,  # noqa: S608 the columns above
            after or 0,
            asked.subject_kind,
            asked.subject_id,
            asked.indicator,
            asked.account,
            asked.known_at,
            asked.first,
            asked.last,
            asked.with_reversals,
            limit,
        )
        return [(row["number"], entry_of(dict(row))) for row in rows]

    async def in_force(self, subject: Subject, indicator: str) -> Entry | None:
        row = await self.db.fetchrow(
            f"""
            select {_ENTRY} from entry
            where subject_kind = $1 and subject_id = $2 and indicator = $3 and reverses is null
                and not exists (select from entry later where later.corrects = entry.entry_id)
            order by number desc limit 1
            """,  # noqa: S608 the columns above
            subject.kind,
            subject.id,
            indicator,
        )
        return entry_of(dict(row)) if row else None
