"""Doors to access zones."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import Field

from maillage_common.identifiers import uuid7
from maillage_common.transaction import Runner
from maillage_contracts.vocabulary import Word, ZoneId
from maillage_registry.domain.access_zone import AccessZone, AccessZoneFacts
from maillage_registry.entrypoints.created import created_if_new
from maillage_registry.entrypoints.pages import Listed, after, listed
from maillage_registry.usecases.publish_zone import PublishZone, publish_zone
from maillage_registry.usecases.store import Kept, Store, ZonesWanted, found
from maillage_serving.auth import Principal
from maillage_serving.http import Door, Paged, carry_out, command, etag, query


class ZoneView(AccessZone):
    """A zone as it is kept."""

    version: int = Field(description="Send it back in If-Match to change what you read.")


def _view(kept: Kept[AccessZone]) -> ZoneView:
    return ZoneView(**dict(kept.value), version=kept.version)


class ZoneDoors:
    """What can be asked about access zones."""

    def __init__(self, runner: Runner[Store]) -> None:
        self._runner = runner

    async def publish(
        self,
        body: AccessZoneFacts,
        door: Annotated[Door, command("registry.zone.write")],
        response: Response,
    ) -> dict[str, Any]:
        """Publish a zone under an identifier that we make: to choose it, PUT."""
        return await self._put(uuid7(), body, door, response)

    async def put(
        self,
        zone_id: UUID,
        body: AccessZoneFacts,
        door: Annotated[Door, command("registry.zone.write")],
        response: Response,
    ) -> dict[str, Any]:
        """Publish a zone, or replace its rules. The same again changes nothing."""
        return await self._put(zone_id, body, door, response)

    async def _put(
        self, zone_id: UUID, body: AccessZoneFacts, door: Door, response: Response
    ) -> dict[str, Any]:
        facts = {name: getattr(body, name) for name in AccessZoneFacts.model_fields}
        zone = AccessZone(**facts, zone_id=ZoneId(zone_id))
        order = PublishZone(zone=zone, expected_version=door.expected_version)
        told = await carry_out(self._runner, publish_zone, order, zone_id, door=door)
        created_if_new(response, told, "zones")
        return told

    async def list(
        self,
        _: Annotated[Principal, query("registry.zone.read")],
        page: Paged,
        kind: Word | None = None,
    ) -> Listed[ZoneView]:
        """List zones."""
        seen = after(page)
        wanted = ZonesWanted(kind=kind, after=seen and ZoneId(seen), limit=page.limit + 1)
        rows = await self._runner.read(lambda store: store.zones(wanted))
        return listed(page, rows, lambda kept: kept.value.zone_id, _view)

    async def read(
        self,
        zone_id: UUID,
        _: Annotated[Principal, query("registry.zone.read")],
        response: Response,
    ) -> ZoneView:
        """Read a zone."""
        kept = found(
            await self._runner.read(lambda store: store.zone(ZoneId(zone_id))), f"zone {zone_id}"
        )
        response.headers["ETag"] = etag(kept.version)
        return _view(kept)
