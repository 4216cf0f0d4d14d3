"""The part of the PostgreSQL store with what others say of actors, vehicles, hubs and zones."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from pydantic import BaseModel, TypeAdapter

from maillage_common.postgres import Connection
from maillage_contracts.flows import ExistingRound
from maillage_contracts.vocabulary import ActorId, Place, VehicleId
from maillage_tours.domain.access import Zone
from maillage_tours.domain.fleet import Hub, RelayPoint, Vehicle
from maillage_tours.usecases.store import KnownActor, Told

T = TypeVar("T")
PLACES = TypeAdapter(tuple[Place, ...])
RELAYS = TypeAdapter(tuple[RelayPoint, ...])


class KnownRows:
    """One table for each kind of thing; a lower sequence never replaces a higher one."""

    def __init__(self, db: Connection) -> None:
        self._db = db

    async def keep_actors(self, told: Sequence[Told[KnownActor]]) -> None:
        newest = {one.about.actor_id: one for one in sorted(told, key=lambda one: one.sequence)}
        await self._db.execute(
            """
            INSERT INTO known_actor (actor_id, is_closed, rests, relays, sequence)
            SELECT actor_id, is_closed, rests::jsonb, relays::jsonb, sequence
            FROM unnest($1::uuid[], $2::boolean[], $3::text[], $4::text[], $5::bigint[])
                AS told (actor_id, is_closed, rests, relays, sequence)
            ORDER BY actor_id
            ON CONFLICT (actor_id) DO UPDATE
            SET is_closed = excluded.is_closed, rests = excluded.rests,
                relays = excluded.relays, sequence = excluded.sequence
            WHERE known_actor.sequence < excluded.sequence
            """,
            list(newest),
            [one.about.is_closed for one in newest.values()],
            [PLACES.dump_json(one.about.rests).decode() for one in newest.values()],
            [RELAYS.dump_json(one.about.relays).decode() for one in newest.values()],
            [one.sequence for one in newest.values()],
        )

    async def keep_vehicles(self, told: Sequence[Told[Vehicle]]) -> None:
        await self._keep(
            """
            INSERT INTO known_vehicle (vehicle_id, document, sequence)
            SELECT id, document::jsonb, sequence
            FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS told (id, document, sequence)
            ORDER BY id
            ON CONFLICT (vehicle_id) DO UPDATE
            SET document = excluded.document, sequence = excluded.sequence
            WHERE known_vehicle.sequence < excluded.sequence
            """,
            {one.about.vehicle_id: one for one in _oldest_first(told)},
        )

    async def keep_hubs(self, told: Sequence[Told[Hub]]) -> None:
        await self._keep(
            """
            INSERT INTO known_hub (hub_id, document, sequence)
            SELECT id, document::jsonb, sequence
            FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS told (id, document, sequence)
            ORDER BY id
            ON CONFLICT (hub_id) DO UPDATE
            SET document = excluded.document, sequence = excluded.sequence
            WHERE known_hub.sequence < excluded.sequence
            """,
            {one.about.hub_id: one for one in _oldest_first(told)},
        )

    async def keep_zones(self, told: Sequence[Told[Zone]]) -> None:
        await self._keep(
            """
            INSERT INTO known_zone (zone_id, document, sequence)
            SELECT id, document::jsonb, sequence
            FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS told (id, document, sequence)
            ORDER BY id
            ON CONFLICT (zone_id) DO UPDATE
            SET document = excluded.document, sequence = excluded.sequence
            WHERE known_zone.sequence < excluded.sequence
            """,
            {one.about.zone_id: one for one in _oldest_first(told)},
        )

    async def keep_rounds(self, told: Sequence[Told[ExistingRound]]) -> None:
        await self._keep(
            """
            INSERT INTO known_round (round_id, document, sequence)
            SELECT id, document::jsonb, sequence
            FROM unnest($1::uuid[], $2::text[], $3::bigint[]) AS told (id, document, sequence)
            ORDER BY id
            ON CONFLICT (round_id) DO UPDATE
            SET document = excluded.document, sequence = excluded.sequence
            WHERE known_round.sequence < excluded.sequence
            """,
            {one.about.round_id: one for one in _oldest_first(told)},
        )

    async def _keep(self, upsert: str, newest: Mapping[UUID, Told[BaseModel]]) -> None:
        await self._db.execute(
            upsert,
            list(newest),
            [one.about.model_dump_json() for one in newest.values()],
            [one.sequence for one in newest.values()],
        )

    async def closed_among(self, actor_ids: AbstractSet[ActorId]) -> AbstractSet[ActorId]:
        rows = await self._db.fetch(
            "SELECT actor_id FROM known_actor WHERE actor_id = ANY($1::uuid[]) AND is_closed",
            list(actor_ids),
        )
        return {row["actor_id"] for row in rows}

    async def vehicles(self) -> Sequence[Vehicle]:
        rows = await self._db.fetch("SELECT document FROM known_vehicle ORDER BY vehicle_id")
        return [Vehicle.model_validate_json(row["document"]) for row in rows]

    async def vehicle_to_change(self, vehicle_id: VehicleId) -> Vehicle | None:
        document = await self._db.fetchval(
            "SELECT document FROM known_vehicle WHERE vehicle_id = $1 FOR UPDATE", vehicle_id
        )
        return Vehicle.model_validate_json(document) if document else None

    async def hubs(self) -> Sequence[Hub]:
        rows = await self._db.fetch("SELECT document FROM known_hub ORDER BY hub_id")
        return [Hub.model_validate_json(row["document"]) for row in rows]

    async def rests(self) -> Sequence[Place]:
        rows = await self._db.fetch(
            """
            SELECT rests FROM known_actor
            WHERE NOT is_closed AND rests <> '[]' ORDER BY actor_id
            """
        )
        return [place for row in rows for place in PLACES.validate_json(row["rests"])]

    async def relays(self) -> Sequence[RelayPoint]:
        rows = await self._db.fetch(
            """
            SELECT relays FROM known_actor
            WHERE NOT is_closed AND relays <> '[]' ORDER BY actor_id
            """
        )
        return [relay for row in rows for relay in RELAYS.validate_json(row["relays"])]

    async def keep_detour(self, factor: Decimal) -> None:
        await self._db.execute(
            """
            INSERT INTO learned_detour (factor) VALUES ($1)
            ON CONFLICT (is_only) DO UPDATE SET factor = excluded.factor
            """,
            factor,
        )

    async def detour(self) -> Decimal | None:
        return await self._db.fetchval("SELECT factor FROM learned_detour")

    async def zones(self) -> Sequence[Zone]:
        rows = await self._db.fetch("SELECT document FROM known_zone ORDER BY zone_id")
        return [Zone.model_validate_json(row["document"]) for row in rows]

    async def rounds(self) -> Sequence[ExistingRound]:
        rows = await self._db.fetch("SELECT document FROM known_round ORDER BY round_id")
        return [ExistingRound.model_validate_json(row["document"]) for row in rows]

    async def round_to_agree_on(self, round_id: UUID) -> ExistingRound | None:
        document = await self._db.fetchval(
            "SELECT document FROM known_round WHERE round_id = $1 FOR UPDATE", round_id
        )
        return ExistingRound.model_validate_json(document) if document else None


def _oldest_first(told: Sequence[Told[T]]) -> Sequence[Told[T]]:
    """So that the newest of each thing is the one that stays in a mapping."""
    return sorted(told, key=lambda one: one.sequence)
