"""Doors to vehicles."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import Response
from pydantic import Field

from maillage_common.identifiers import uuid7
from maillage_common.transaction import Runner
from maillage_contracts.vocabulary import ActorId, VehicleId
from maillage_registry.domain.vehicle import Vehicle, VehicleFacts
from maillage_registry.domain.words import VehicleClass
from maillage_registry.entrypoints.created import created_if_new
from maillage_registry.entrypoints.pages import Listed, after, listed
from maillage_registry.usecases.declare_vehicle import DeclareVehicle, declare_vehicle
from maillage_registry.usecases.store import Kept, Store, VehiclesWanted, found
from maillage_registry.usecases.withdraw_vehicle import WithdrawVehicle, withdraw_vehicle
from maillage_serving.auth import Principal
from maillage_serving.http import Door, Paged, carry_out, command, etag, query


class VehicleBody(VehicleFacts):
    """A vehicle. Whether it is in service stays as it was when nothing is said of it."""

    in_service: bool | None = None

    @property
    def facts(self) -> VehicleFacts:
        """What is said of the vehicle itself."""
        return VehicleFacts(**{name: getattr(self, name) for name in VehicleFacts.model_fields})


class VehicleView(Vehicle):
    """A vehicle as it is kept."""

    version: int = Field(description="Send it back in If-Match to change what you read.")


def _view(kept: Kept[Vehicle]) -> VehicleView:
    return VehicleView(**dict(kept.value), version=kept.version)


class VehicleDoors:
    """What can be asked about vehicles."""

    def __init__(self, runner: Runner[Store]) -> None:
        self._runner = runner

    async def declare(
        self,
        body: VehicleBody,
        door: Annotated[Door, command("registry.vehicle.write")],
        response: Response,
    ) -> dict[str, Any]:
        """Declare a vehicle under an identifier that we make: to choose it, PUT."""
        return await self._put(uuid7(), body, door, response)

    async def put(
        self,
        vehicle_id: UUID,
        body: VehicleBody,
        door: Annotated[Door, command("registry.vehicle.write")],
        response: Response,
    ) -> dict[str, Any]:
        """Declare a vehicle, or replace what is said of it. The same again changes nothing."""
        return await self._put(vehicle_id, body, door, response)

    async def _put(
        self, vehicle_id: UUID, body: VehicleBody, door: Door, response: Response
    ) -> dict[str, Any]:
        order = DeclareVehicle(
            vehicle_id=VehicleId(vehicle_id),
            facts=body.facts,
            in_service=body.in_service,
            expected_version=door.expected_version,
        )
        told = await carry_out(self._runner, declare_vehicle, order, vehicle_id, door=door)
        created_if_new(response, told, "vehicles")
        return told

    async def withdraw(
        self, vehicle_id: UUID, door: Annotated[Door, command("registry.vehicle.write")]
    ) -> dict[str, Any]:
        """Take a vehicle out of service. Again changes nothing."""
        order = WithdrawVehicle(
            vehicle_id=VehicleId(vehicle_id), expected_version=door.expected_version
        )
        return await carry_out(self._runner, withdraw_vehicle, order, vehicle_id, door=door)

    async def list(
        self,
        _: Annotated[Principal, query("registry.vehicle.read")],
        page: Paged,
        owner: UUID | None = None,
        vehicle_class: VehicleClass | None = None,
        in_service: bool | None = None,  # noqa: FBT001 a parameter of the address, by name
    ) -> Listed[VehicleView]:
        """List vehicles."""
        seen = after(page)
        wanted = VehiclesWanted(
            owner_id=owner and ActorId(owner),
            vehicle_class=vehicle_class,
            in_service=in_service,
            after=seen and VehicleId(seen),
            limit=page.limit + 1,
        )
        rows = await self._runner.read(lambda store: store.vehicles(wanted))
        return listed(page, rows, lambda kept: kept.value.vehicle_id, _view)

    async def read(
        self,
        vehicle_id: UUID,
        _: Annotated[Principal, query("registry.vehicle.read")],
        response: Response,
    ) -> VehicleView:
        """Read a vehicle."""
        kept = found(
            await self._runner.read(lambda store: store.vehicle(VehicleId(vehicle_id))),
            f"vehicle {vehicle_id}",
        )
        response.headers["ETag"] = etag(kept.version)
        return _view(kept)
