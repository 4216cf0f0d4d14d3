"""A vehicle leaves service: it is planned no more."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import VehicleId
from maillage_registry.usecases.declare_vehicle import tell_vehicle
from maillage_registry.usecases.store import Store, found, must_be_version


@dataclass(frozen=True, kw_only=True)
class WithdrawVehicle:
    vehicle_id: VehicleId
    expected_version: int | None = None


async def withdraw_vehicle(
    command: WithdrawVehicle,
    store: Store,
    now: datetime,
) -> Iterable[Event]:
    """Withdrawing again is nothing new. Raises NotFound or Stale."""
    kept = found(await store.vehicle_to_change(command.vehicle_id), f"vehicle {command.vehicle_id}")
    must_be_version(command.expected_version, kept)
    if not kept.value.in_service:
        return ()
    vehicle = kept.value.withdrawn()
    await store.put_vehicle(vehicle)
    return [tell_vehicle(vehicle)]
