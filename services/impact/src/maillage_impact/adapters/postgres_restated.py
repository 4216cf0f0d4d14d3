"""What newer factors change, in PostgreSQL: differences beside the lines of the ledger."""

import json
from collections.abc import Sequence
from decimal import Decimal
from uuid import UUID

from maillage_common.postgres import Connection
from maillage_impact.adapters.rows import terms_of
from maillage_impact.domain.restate import Restatable
from maillage_impact.usecases.store import Restatement


class PostgresRestated:
    """The part of `usecases.store.Store` that keeps restatements."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    async def restatable(self, after: int, limit: int) -> Sequence[Restatable]:
        rows = await self.db.fetch(
            """
            select place, entry_id, indicator, terms, period_start, period_end,
                value + coalesce((
                    select sum(delta) from restated where restated.entry_id = entry.entry_id
                ), 0) as current
            from entry where place > $1 and terms <> '[]' order by place limit $2
            """,
            after,
            limit,
        )
        told = json.loads(f"[{','.join(row['terms'] for row in rows)}]")
        return [
            Restatable(
                place=row["place"],
                entry_id=row["entry_id"],
                indicator=row["indicator"],
                current=row["current"],
                terms=terms_of(terms),
                period_start=row["period_start"],
                period_end=row["period_end"],
            )
            for row, terms in zip(rows, told, strict=True)
        ]

    async def save_differences(
        self, restatement_id: UUID, deltas: Sequence[tuple[UUID, Decimal]]
    ) -> None:
        if deltas:
            await self.db.copy_records_to_table(
                "restated",
                columns=("restatement_id", "entry_id", "delta"),
                records=[(restatement_id, entry_id, delta) for entry_id, delta in deltas],
            )

    async def save_restatement(self, restatement: Restatement) -> None:
        await self.db.execute(
            """
            insert into restatement (restatement_id, version, reason, lines, digest)
            values ($1, $2, $3, $4, $5)
            """,
            restatement.restatement_id,
            restatement.version,
            restatement.reason,
            restatement.lines,
            restatement.digest,
        )

    async def restatements(self) -> Sequence[Restatement]:
        rows = await self.db.fetch(
            """
            select restatement_id, version, reason, lines, digest from restatement
            order by recorded_at, restatement_id
            """
        )
        return [Restatement(**dict(row)) for row in rows]

    async def difference_of(self, entry_id: UUID) -> Decimal:
        found = await self.db.fetchval(
            "select coalesce(sum(delta), 0) from restated where entry_id = $1", entry_id
        )
        return Decimal(found)
