"""Doors to hubs."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import Field

from maillage_common.identifiers import uuid7
from maillage_common.transaction import Runner
from maillage_contracts.vocabulary import ActorId, HubId
from maillage_registry.domain.hub import Hub, HubFacts
from maillage_registry.entrypoints.created import created_if_new
from maillage_registry.entrypoints.pages import Listed, after, listed
from maillage_registry.usecases.declare_hub import DeclareHub, declare_hub
from maillage_registry.usecases.store import HubsWanted, Kept, Store, found
from maillage_serving.auth import Principal
from maillage_serving.http import Door, Paged, carry_out, command, etag, query


class HubView(Hub):
    """A hub as it is kept."""

    version: int = Field(description="Send it back in If-Match to change what you read.")


def _view(kept: Kept[Hub]) -> HubView:
    return HubView(**dict(kept.value), version=kept.version)


class HubDoors:
    """What can be asked about hubs."""

    def __init__(self, runner: Runner[Store]) -> None:
        self._runner = runner

    async def declare(
        self,
        body: HubFacts,
        door: Annotated[Door, command("registry.hub.write")],
        response: Response,
    ) -> dict[str, Any]:
        """Declare a hub under an identifier that we make: to choose it, PUT."""
        return await self._put(uuid7(), body, door, response)

    async def put(
        self,
        hub_id: UUID,
        body: HubFacts,
        door: Annotated[Door, command("registry.hub.write")],
        response: Response,
    ) -> dict[str, Any]:
        """Declare a hub, or replace what is said of it. The same again changes nothing."""
        return await self._put(hub_id, body, door, response)

    async def _put(
        self, hub_id: UUID, body: HubFacts, door: Door, response: Response
    ) -> dict[str, Any]:
        facts = {name: getattr(body, name) for name in HubFacts.model_fields}
        hub = Hub(**facts, hub_id=HubId(hub_id))
        order = DeclareHub(hub=hub, expected_version=door.expected_version)
        told = await carry_out(self._runner, declare_hub, order, hub_id, door=door)
        created_if_new(response, told, "hubs")
        return told

    async def list(
        self,
        _: Annotated[Principal, query("registry.hub.read")],
        page: Paged,
        operator: UUID | None = None,
        tenant: UUID | None = None,
    ) -> Listed[HubView]:
        """List hubs."""
        seen = after(page)
        wanted = HubsWanted(
            operator_id=operator and ActorId(operator),
            tenant_id=tenant and ActorId(tenant),
            after=seen and HubId(seen),
            limit=page.limit + 1,
        )
        rows = await self._runner.read(lambda store: store.hubs(wanted))
        return listed(page, rows, lambda kept: kept.value.hub_id, _view)

    async def read(
        self,
        hub_id: UUID,
        _: Annotated[Principal, query("registry.hub.read")],
        response: Response,
    ) -> HubView:
        """Read a hub."""
        kept = found(
            await self._runner.read(lambda store: store.hub(HubId(hub_id))), f"hub {hub_id}"
        )
        response.headers["ETag"] = etag(kept.version)
        return _view(kept)
