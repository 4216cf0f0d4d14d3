"""What tours says of plans and hubs, in PostgreSQL: rounds driven alone, goods in and out."""

import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID

from maillage_common.postgres import Connection
from maillage_impact.domain.transport import Alone, ReferenceRound
from maillage_impact.usecases.store import HubMove


class PostgresMoves:
    """The part of `usecases.store.Store` that keeps them."""

    def __init__(self, db: Connection) -> None:
        self.db = db

    async def save_alone(self, alone: Alone, sequence: int) -> None:
        rounds = [
            [str(one.round_id), one.weekdays, one.vehicle_class, one.energy, str(one.distance_km)]
            + ([] if one.low_emission_km is None else [str(one.low_emission_km)])
            for one in alone.rounds
        ]
        await self.db.execute(
            """
            insert into alone (plan_id, sequence, rounds, unplanned, cause)
            values ($1, $2, $3, $4, $5)
            on conflict (plan_id) do update set sequence = excluded.sequence,
                rounds = excluded.rounds, unplanned = excluded.unplanned, cause = excluded.cause
            where alone.sequence < excluded.sequence
            """,
            alone.plan_id,
            sequence,
            json.dumps(rounds),
            alone.unplanned,
            alone.cause,
        )

    async def alone(self, plan_id: UUID) -> Alone | None:
        row = await self.db.fetchrow(
            "select plan_id, rounds, unplanned, cause from alone where plan_id = $1", plan_id
        )
        if row is None:
            return None
        rounds = tuple(
            ReferenceRound(UUID(id_), tuple(weekdays), vehicle_class, energy, *map(Decimal, km))
            for id_, weekdays, vehicle_class, energy, *km in json.loads(row["rounds"])
        )
        return Alone(row["plan_id"], rounds, row["unplanned"], row["cause"])

    async def save_hub_moves(self, moves: Sequence[HubMove]) -> None:
        await self.db.execute(
            """
            insert into hub_move (move_id, hub_id, temperature, kind, mass_kg, moved_on)
            select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::numeric[],
                $6::date[])
            on conflict (move_id) do nothing
            """,
            [move.move_id for move in moves],
            [move.hub_id for move in moves],
            [move.temperature for move in moves],
            [move.kind for move in moves],
            [move.mass_kg for move in moves],
            [move.on for move in moves],
        )

    async def hub_moves(self, hub_id: UUID, first: date, last: date) -> Sequence[HubMove]:
        rows = await self.db.fetch(
            """
            select move_id, hub_id, temperature, kind, mass_kg, moved_on as "on" from hub_move
            where hub_id = $1 and moved_on between $2 and $3 order by moved_on, move_id
            """,
            hub_id,
            first,
            last,
        )
        return [HubMove(**dict(row)) for row in rows]
