"""A logistics hub: receives, stores cold or ambient, prepares, dispatches."""

from typing import Annotated

from pydantic import AfterValidator, Field

from maillage_contracts.vocabulary import (
    ActorId,
    Count,
    DailyWindow,
    GeoPoint,
    HubId,
    Positive,
    TemperatureClass,
    Value,
)
from maillage_registry.domain.words import Line


def _sorted(tenants: tuple[ActorId, ...]) -> tuple[ActorId, ...]:
    return tuple(sorted(set(tenants)))


class StorageRoom(Value):
    """Room of a hub in one temperature class."""

    temperature: TemperatureClass
    pallets: Count
    volume_m3: Positive


def _one_each(rooms: tuple[StorageRoom, ...]) -> tuple[StorageRoom, ...]:
    if len({room.temperature for room in rooms}) < len(rooms):
        raise ValueError("two rooms have the same temperature class: add them up")
    return rooms


class HubFacts(Value):
    """What is said of a hub, before it has an identifier."""

    operator_id: ActorId
    label: Line
    position: GeoPoint
    docks: Count
    van_access: bool = True
    bike_bays: Count = 0
    rooms: Annotated[tuple[StorageRoom, ...], AfterValidator(_one_each)] = Field(
        default=(), max_length=8, description="One for each temperature class at most."
    )
    opening: DailyWindow = Field(description="Local time.")
    tenants: Annotated[tuple[ActorId, ...], AfterValidator(_sorted)] = Field(
        default=(), max_length=100, description="Who has a place there, the operator aside."
    )


class Hub(HubFacts):
    """A hub with its identifier."""

    hub_id: HubId

    def without_tenant(self, actor_id: ActorId) -> "Hub":
        """The same hub, this tenant gone."""
        left = tuple(tenant for tenant in self.tenants if tenant != actor_id)
        return self.model_copy(update={"tenants": left})
