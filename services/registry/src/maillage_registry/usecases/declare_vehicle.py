"""A vehicle joins the fleet that may be planned, changes, or comes back to service."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts import registry as contract
from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import VehicleId
from maillage_registry.domain.vehicle import Vehicle, VehicleFacts
from maillage_registry.usecases.require_actors import require_open
from maillage_registry.usecases.store import Store, must_be_version


@dataclass(frozen=True, kw_only=True)
class DeclareVehicle:
    vehicle_id: VehicleId
    facts: VehicleFacts
    in_service: bool | None = None
    """None: as it was, and in service when it is new. So an import brings nothing back."""
    expected_version: int | None = None


async def declare_vehicle(
    command: DeclareVehicle,
    store: Store,
    now: datetime,
) -> Iterable[Event]:
    """The same again is nothing new. Raises Stale, or Invalid when its owner is not there."""
    statuses = await store.statuses([command.facts.owner_id])
    kept = await store.vehicle_to_change(command.vehicle_id)
    must_be_version(command.expected_version, kept)
    in_service = command.in_service
    if in_service is None:
        in_service = kept.value.in_service if kept else True
    vehicle = Vehicle(**dict(command.facts), vehicle_id=command.vehicle_id, in_service=in_service)
    if kept is not None and kept.value == vehicle:
        return ()
    require_open(statuses, [("owner_id", command.facts.owner_id)])
    await store.put_vehicle(vehicle)
    return [tell_vehicle(vehicle)]


def tell_vehicle(vehicle: Vehicle) -> contract.VehicleDeclared:
    """The event that carries this vehicle."""
    document = contract.Vehicle.model_validate(vehicle, from_attributes=True)
    return contract.VehicleDeclared(vehicle=document)
