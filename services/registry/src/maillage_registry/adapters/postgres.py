"""The register in PostgreSQL: here hubs, vehicles and access zones, actors beside."""

from collections.abc import Sequence
from typing import TypeVar

import asyncpg
from pydantic import BaseModel

from maillage_contracts.vocabulary import ActorId, HubId, VehicleId, ZoneId
from maillage_registry.adapters.actor_rows import ActorRows
from maillage_registry.domain.access_zone import AccessZone
from maillage_registry.domain.hub import Hub
from maillage_registry.domain.vehicle import Vehicle
from maillage_registry.usecases.store import HubsWanted, Kept, VehiclesWanted, ZonesWanted

D = TypeVar("D", bound=BaseModel)


class PostgresStore(ActorRows):
    """The whole store over one connection, in the transaction of whoever made it."""

    async def hub(self, hub_id: HubId) -> Kept[Hub] | None:
        row = await self._db.fetchrow("SELECT document, version FROM hub WHERE hub_id = $1", hub_id)
        return _kept(Hub, row)

    async def hub_to_change(self, hub_id: HubId) -> Kept[Hub] | None:
        row = await self._db.fetchrow(
            "SELECT document, version FROM hub WHERE hub_id = $1 FOR UPDATE", hub_id
        )
        return _kept(Hub, row)

    async def hubs_with_tenant_to_change(self, actor_id: ActorId) -> Sequence[Hub]:
        rows = await self._db.fetch(
            "SELECT document FROM hub WHERE $1 = ANY (tenants) ORDER BY hub_id FOR UPDATE", actor_id
        )
        return [Hub.model_validate_json(row["document"]) for row in rows]

    async def put_hub(self, hub: Hub) -> None:
        await self._db.execute(
            """
            INSERT INTO hub AS kept (hub_id, operator_id, tenants, document)
            VALUES ($1, $2, $3, $4)
            ON CONFLICT (hub_id) DO UPDATE
            SET version = kept.version + 1, operator_id = excluded.operator_id,
                tenants = excluded.tenants, document = excluded.document
            """,
            *(hub.hub_id, hub.operator_id, hub.tenants, hub.model_dump_json()),
        )

    async def hubs(self, wanted: HubsWanted) -> Sequence[Kept[Hub]]:
        rows = await self._db.fetch(
            """
            SELECT document, version FROM hub
            WHERE ($1::uuid IS NULL OR hub_id > $1)
              AND ($2::uuid IS NULL OR operator_id = $2)
              AND ($3::uuid IS NULL OR $3 = ANY (tenants))
            ORDER BY hub_id
            LIMIT $4
            """,
            *(wanted.after, wanted.operator_id, wanted.tenant_id, wanted.limit),
        )
        return _all(Hub, rows)

    async def vehicle(self, vehicle_id: VehicleId) -> Kept[Vehicle] | None:
        row = await self._db.fetchrow(
            "SELECT document, version FROM vehicle WHERE vehicle_id = $1", vehicle_id
        )
        return _kept(Vehicle, row)

    async def vehicle_to_change(self, vehicle_id: VehicleId) -> Kept[Vehicle] | None:
        row = await self._db.fetchrow(
            "SELECT document, version FROM vehicle WHERE vehicle_id = $1 FOR UPDATE", vehicle_id
        )
        return _kept(Vehicle, row)

    async def vehicles_in_service_to_change(self, owner_id: ActorId) -> Sequence[Vehicle]:
        rows = await self._db.fetch(
            """
            SELECT document FROM vehicle WHERE owner_id = $1 AND in_service
            ORDER BY vehicle_id FOR UPDATE
            """,
            owner_id,
        )
        return [Vehicle.model_validate_json(row["document"]) for row in rows]

    async def put_vehicle(self, vehicle: Vehicle) -> None:
        await self._db.execute(
            """
            INSERT INTO vehicle AS kept (vehicle_id, owner_id, vehicle_class, in_service, document)
            VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT (vehicle_id) DO UPDATE
            SET version = kept.version + 1, owner_id = excluded.owner_id,
                vehicle_class = excluded.vehicle_class, in_service = excluded.in_service,
                document = excluded.document
            """,
            *(vehicle.vehicle_id, vehicle.owner_id, vehicle.vehicle_class, vehicle.in_service),
            vehicle.model_dump_json(),
        )

    async def vehicles(self, wanted: VehiclesWanted) -> Sequence[Kept[Vehicle]]:
        rows = await self._db.fetch(
            """
            SELECT document, version FROM vehicle
            WHERE ($1::uuid IS NULL OR vehicle_id > $1)
              AND ($2::uuid IS NULL OR owner_id = $2)
              AND ($3::text IS NULL OR vehicle_class = $3)
              AND ($4::boolean IS NULL OR in_service = $4)
            ORDER BY vehicle_id
            LIMIT $5
            """,
            *(wanted.after, wanted.owner_id, wanted.vehicle_class, wanted.in_service),
            wanted.limit,
        )
        return _all(Vehicle, rows)

    async def zone(self, zone_id: ZoneId) -> Kept[AccessZone] | None:
        row = await self._db.fetchrow(
            "SELECT document, version FROM access_zone WHERE zone_id = $1", zone_id
        )
        return _kept(AccessZone, row)

    async def zone_to_change(self, zone_id: ZoneId) -> Kept[AccessZone] | None:
        row = await self._db.fetchrow(
            "SELECT document, version FROM access_zone WHERE zone_id = $1 FOR UPDATE", zone_id
        )
        return _kept(AccessZone, row)

    async def put_zone(self, zone: AccessZone) -> None:
        await self._db.execute(
            """
            INSERT INTO access_zone AS kept (zone_id, kind, document) VALUES ($1, $2, $3)
            ON CONFLICT (zone_id) DO UPDATE
            SET version = kept.version + 1, kind = excluded.kind, document = excluded.document
            """,
            *(zone.zone_id, zone.kind, zone.model_dump_json()),
        )

    async def zones(self, wanted: ZonesWanted) -> Sequence[Kept[AccessZone]]:
        rows = await self._db.fetch(
            """
            SELECT document, version FROM access_zone
            WHERE ($1::uuid IS NULL OR zone_id > $1) AND ($2::text IS NULL OR kind = $2)
            ORDER BY zone_id
            LIMIT $3
            """,
            *(wanted.after, wanted.kind, wanted.limit),
        )
        return _all(AccessZone, rows)


def _kept(model: type[D], row: asyncpg.Record | None) -> Kept[D] | None:
    return None if row is None else _read(model, row)


def _all(model: type[D], rows: Sequence[asyncpg.Record]) -> list[Kept[D]]:
    return [_read(model, row) for row in rows]


def _read(model: type[D], row: asyncpg.Record) -> Kept[D]:
    return Kept(model.model_validate_json(row["document"]), row["version"])
