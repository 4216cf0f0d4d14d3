"""The lines of the ledger in PostgreSQL; the table itself refuses updates and deletes."""

import json
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from maillage_common.postgres import Connection
from maillage_contracts.refusals import NotFound, Refused
from maillage_impact.adapters.postgres_sums import add_days
from maillage_impact.adapters.rows import entry_of, rows_of, sealed_of
from maillage_impact.domain.entry import Entry, Subject
from maillage_impact.domain.seal import Head, Sealed
from maillage_impact.domain.sums import add_by_day
from maillage_impact.usecases.store import EntryFilter

_ENTRY = """
    number, entry_id, subject_kind, subject_id, indicator, account, value, low, high,
    period_start, period_end, quality, state, method, causes, factors, baseline_id,
    corrects, delta, reason, reverses, claim, revision, terms, recorded_at
"""
_TYPES = """place bigint, entry_id uuid, subject_kind text, subject_id uuid, indicator text,
    account text, value numeric, low numeric, high numeric, period_start date, period_end date,
    quality text, state text, method text, causes uuid[], factors text, baseline_id uuid,
    corrects uuid, delta numeric, reason text, reverses uuid, claim text, revision integer,
    terms text, recorded_at timestamptz"""
COLUMNS = tuple(column.split()[0] for column in _TYPES.split(","))
_FROM_JSON = f"jsonb_to_recordset($1::jsonb) as line ({_TYPES})"
_FROM_STAGED = "staged"
_STAGED = f"""
    create temporary table if not exists staged ({_TYPES}) on commit drop;
    truncate staged;
"""
# The text that is hashed is that of `domain.seal`: whoever verifies makes it again there.
_SEAL = """
    with head as (select hash from chain_head),
    told as (
        select source.*, jsonb_build_array(
            place::text, entry_id::text, subject_kind, subject_id::text, indicator, account,
            value::text, low::text, high::text, to_char(period_start, 'YYYY-MM-DD'),
            to_char(period_end, 'YYYY-MM-DD'), quality, state, method,
            array_to_string(causes, ','), factors, baseline_id::text,
            corrects::text, delta::text, reason, reverses::text, claim, revision::text,
            to_char(recorded_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
        ) || case when terms = '[]' then '[]' else jsonb_build_array(terms) end as text
        from (select * from {source}) source
    ),
    hashed as (
        select told.*, chain_hash(head.hash, text::text) over (order by place) as hash
        from told, head
    ),
    sealed as (
        insert into entry (entry_id, subject_kind, subject_id, indicator, account, value,
            low, high, period_start, period_end, quality, state, method, causes, factors,
            baseline_id, corrects, delta, reason, reverses, claim, revision, terms,
            recorded_at, place, previous_hash, hash)
        select entry_id, subject_kind, subject_id, indicator, account, value,
            low, high, period_start, period_end, quality, state, method, causes, factors::jsonb,
            baseline_id, corrects, delta, reason, reverses, claim, revision, terms::jsonb,
            recorded_at, place, lag(hashed.hash, 1, head.hash) over (order by place), hashed.hash
        from hashed, head order by place
        returning place, hash
    )
    update chain_head set place = last.place, hash = last.hash
    from (select place, hash from sealed order by place desc limit 1) last
"""


class PostgresLines:
    """The part of `usecases.store.Store` that is the ledger itself."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    async def append(self, entries: Sequence[Entry]) -> Sequence[Entry]:
        if not entries:
            return []
        # The head is locked first: whoever appends at the same time waits for its turn.
        place, now = await self._next()
        if new := await self._unknown(entries):
            rows = rows_of(new, place, now)
            lines = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
            await self._seal(_FROM_JSON, json.dumps(lines, default=str))
            await add_days(self.db, add_by_day({}, new))
        return new

    async def stage(self, entries: Sequence[Entry]) -> None:
        """Bring lines that are new for certain into the table `staged`, in bulk."""
        place, now = await self._next()
        await self.db.execute(_STAGED)
        await self.db.copy_records_to_table(
            "staged", columns=COLUMNS, records=rows_of(entries, place, now)
        )

    async def append_staged(self) -> None:
        """Seal what is staged, and add it to the ledger; its days are not summed."""
        await self._seal(_FROM_STAGED)

    async def _next(self) -> tuple[int, datetime]:
        row = await self.db.fetchrow(
            "select place + 1 as place, clock_timestamp() as now from chain_head for update"
        )
        assert row is not None  # noqa: S101 the migration wrote it
        return row["place"], row["now"]

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

    async def _seal(self, source: str, *values: object) -> None:
        try:
            await self.db.execute(_SEAL.format(source=source), *values)
        except asyncpg.UniqueViolationError as error:
            raise Refused(f"counted already, or not next in the ledger: {error.detail}") from error

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
