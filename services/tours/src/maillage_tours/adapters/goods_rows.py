"""The part of the PostgreSQL store with goods on their way: hub stock, waste, containers."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from itertools import groupby
from uuid import UUID

from maillage_common.postgres import Connection
from maillage_contracts.refusals import NotFound
from maillage_contracts.vocabulary import (
    ActorId,
    ConsignmentId,
    HubId,
    OrderId,
    TemperatureClass,
    UnitId,
    Word,
)
from maillage_tours.domain.consignment import Consignment, ConsignmentStatus
from maillage_tours.domain.hub_stock import Movement, Stock
from maillage_tours.domain.returnable import Loops, Unit, UnitStatus, loops_of


class GoodsRows:
    """See the protocol for what each method promises."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    async def add_movement(self, movement: Movement) -> bool:
        added = await self._db.fetchval(
            """
            INSERT INTO stock_movement (movement_id, hub_id, document) VALUES ($1, $2, $3::jsonb)
            ON CONFLICT (movement_id) DO NOTHING
            RETURNING movement_id
            """,
            movement.movement_id,
            movement.hub_id,
            movement.model_dump_json(),
        )
        return added is not None

    async def movements(self, hub_id: HubId, before: UUID | None, limit: int) -> Sequence[Movement]:
        rows = await self._db.fetch(
            """
            SELECT document FROM stock_movement
            WHERE hub_id = $1 AND ($2::uuid IS NULL OR place < (
                SELECT last.place FROM stock_movement AS last WHERE last.movement_id = $2
            ))
            ORDER BY place DESC
            LIMIT $3
            """,
            hub_id,
            before,
            limit,
        )
        return [Movement.model_validate_json(row["document"]) for row in rows]

    async def stock_to_change(self, hub_id: HubId, temperature: TemperatureClass) -> Stock:
        await self._db.execute(
            """
            INSERT INTO hub_stock (hub_id, temperature, mass_kg, crates) VALUES ($1, $2, 0, 0)
            ON CONFLICT (hub_id, temperature) DO NOTHING
            """,
            hub_id,
            temperature,
        )
        row = await self._db.fetchrow(
            """
            SELECT hub_id, temperature, mass_kg, crates FROM hub_stock
            WHERE hub_id = $1 AND temperature = $2 FOR UPDATE
            """,
            hub_id,
            temperature,
        )
        return Stock.model_validate(dict(row or {}))

    async def put_stock(self, stock: Stock) -> None:
        await self._db.execute(
            """
            UPDATE hub_stock SET mass_kg = $3, crates = $4
            WHERE hub_id = $1 AND temperature = $2
            """,
            stock.hub_id,
            stock.temperature,
            stock.mass_kg,
            stock.crates,
        )

    async def stocks(self, hub_id: HubId) -> Sequence[Stock]:
        rows = await self._db.fetch(
            """
            SELECT hub_id, temperature, mass_kg, crates FROM hub_stock
            WHERE hub_id = $1 ORDER BY temperature COLLATE "C"
            """,
            hub_id,
        )
        return [Stock.model_validate(dict(row)) for row in rows]

    async def consignments_to_change(
        self, order_ids: AbstractSet[OrderId]
    ) -> Sequence[Consignment]:
        rows = await self._db.fetch(
            """
            SELECT document FROM consignment
            WHERE order_id = ANY($1::uuid[]) ORDER BY consignment_id FOR UPDATE
            """,
            list(order_ids),
        )
        return [Consignment.model_validate_json(row["document"]) for row in rows]

    async def put_consignment(self, consignment: Consignment) -> None:
        await self._db.execute(
            """
            INSERT INTO consignment (consignment_id, order_id, actor_ids, status, document)
            VALUES ($1, $2, $3, $4, $5::jsonb)
            ON CONFLICT (consignment_id) DO UPDATE
            SET status = excluded.status, document = excluded.document
            """,
            consignment.consignment_id,
            consignment.order_id,
            list(consignment.actor_ids),
            consignment.status.value,
            consignment.model_dump_json(),
        )

    async def consignment(self, consignment_id: ConsignmentId) -> Consignment:
        document = await self._db.fetchval(
            "SELECT document FROM consignment WHERE consignment_id = $1", consignment_id
        )
        if document is None:
            raise NotFound(f"no consignment {consignment_id} here")
        return Consignment.model_validate_json(document)

    async def consignments(
        self,
        status: ConsignmentStatus | None,
        actor_id: ActorId | None,
        after: ConsignmentId | None,
        limit: int,
    ) -> Sequence[Consignment]:
        rows = await self._db.fetch(
            """
            SELECT document FROM consignment
            WHERE ($1::text IS NULL OR status = $1)
                AND ($2::uuid IS NULL OR actor_ids @> ARRAY[$2::uuid])
                AND ($3::uuid IS NULL OR consignment_id > $3)
            ORDER BY consignment_id
            LIMIT $4
            """,
            status.value if status else None,
            actor_id,
            after,
            limit,
        )
        return [Consignment.model_validate_json(row["document"]) for row in rows]

    async def units_to_change(self, unit_ids: AbstractSet[UnitId]) -> Sequence[Unit]:
        rows = await self._db.fetch(
            """
            SELECT document FROM returnable_unit
            WHERE unit_id = ANY($1::uuid[]) ORDER BY unit_id FOR UPDATE
            """,
            list(unit_ids),
        )
        return [Unit.model_validate_json(row["document"]) for row in rows]

    async def put_units(self, units: Sequence[Unit]) -> None:
        await self._db.execute(
            """
            INSERT INTO returnable_unit (unit_id, kind, status, loops, document)
            SELECT unit_id, kind, status, loops, document::jsonb
            FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::text[])
                AS told (unit_id, kind, status, loops, document)
            ORDER BY unit_id
            ON CONFLICT (unit_id) DO UPDATE
            SET kind = excluded.kind, status = excluded.status, loops = excluded.loops,
                document = excluded.document
            """,
            [unit.unit_id for unit in units],
            [unit.kind for unit in units],
            [unit.status.value for unit in units],
            [unit.loops for unit in units],
            [unit.model_dump_json() for unit in units],
        )

    async def units(
        self, kind: Word | None, status: UnitStatus | None, after: UnitId | None, limit: int
    ) -> Sequence[Unit]:
        rows = await self._db.fetch(
            """
            SELECT document FROM returnable_unit
            WHERE ($1::text IS NULL OR kind = $1)
                AND ($2::text IS NULL OR status = $2)
                AND ($3::uuid IS NULL OR unit_id > $3)
            ORDER BY unit_id
            LIMIT $4
            """,
            kind,
            status.value if status else None,
            after,
            limit,
        )
        return [Unit.model_validate_json(row["document"]) for row in rows]

    async def loops(self) -> Sequence[Loops]:
        rows = await self._db.fetch(
            """
            SELECT kind, status, count(*) AS units, sum(loops) AS loops
            FROM returnable_unit GROUP BY kind, status ORDER BY kind COLLATE "C", status
            """
        )
        return [
            loops_of(kind, [(UnitStatus(r["status"]), r["units"], r["loops"]) for r in of_kind])
            for kind, of_kind in groupby(rows, key=lambda row: str(row["kind"]))
        ]
