"""A hub opens, or what it can hold changes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts import registry as contract
from maillage_contracts.envelope import Event
from maillage_registry.domain.hub import Hub
from maillage_registry.usecases.require_actors import require_open
from maillage_registry.usecases.store import Store, must_be_version


@dataclass(frozen=True, kw_only=True)
class DeclareHub:
    hub: Hub
    expected_version: int | None = None


async def declare_hub(command: DeclareHub, store: Store, now: datetime) -> Iterable[Event]:
    """The same again is nothing new. Raises Stale, or Invalid when somebody named is not there."""
    hub = command.hub
    statuses = await store.statuses([hub.operator_id, *hub.tenants])
    kept = await store.hub_to_change(hub.hub_id)
    must_be_version(command.expected_version, kept)
    if kept is not None and kept.value == hub:
        return ()
    tenants = [("tenants", tenant) for tenant in hub.tenants]
    require_open(statuses, [("operator_id", hub.operator_id), *tenants])
    await store.put_hub(hub)
    return [tell_hub(hub)]


def tell_hub(hub: Hub) -> contract.HubCapacityChanged:
    """The event that carries this hub."""
    document = contract.Hub.model_validate(hub, from_attributes=True)
    return contract.HubCapacityChanged(hub=document)
