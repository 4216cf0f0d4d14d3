"""On what the registry says of actors, vehicles, hubs and zones: keep the part that plans need."""

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

from pydantic import BaseModel

from maillage_contracts.envelope import Received
from maillage_contracts.registry import (
    AccessZoneRulePublished,
    Actor,
    ActorProfileChanged,
    ActorRegistered,
    HubCapacityChanged,
    VehicleDeclared,
)
from maillage_contracts.vocabulary import Place, Value
from maillage_tours.domain.access import Zone
from maillage_tours.domain.fleet import Hub, RelayPoint, Vehicle
from maillage_tours.usecases.store import KnownActor, Store, Told

V = TypeVar("V", bound=Value)


async def follow_actors(
    messages: Sequence[Received[ActorRegistered | ActorProfileChanged]],
    store: Store,
    now: datetime,
) -> None:
    """Who exists, is not closed, lets crews rest, and has room for crates."""
    await store.keep_actors([Told(_known(m.event.actor), m.envelope.sequence) for m in messages])


def _known(actor: Actor) -> KnownActor:
    whose = actor.actor_id
    return KnownActor(
        actor_id=whose,
        is_closed=actor.status == "closed",
        rests=tuple(
            Place(label=site.label, position=site.position, actor_id=whose, site_id=site.site_id)
            for site in actor.sites
            if site.kind == "courier_rest"
        ),
        relays=tuple(
            _part(RelayPoint, site) for site in actor.sites if site.crates_max is not None
        ),
    )


async def follow_vehicles(
    messages: Sequence[Received[VehicleDeclared]], store: Store, now: datetime
) -> None:
    """What a plan can use."""
    await store.keep_vehicles(
        [Told(_part(Vehicle, m.event.vehicle), m.envelope.sequence) for m in messages]
    )


async def follow_hubs(
    messages: Sequence[Received[HubCapacityChanged]], store: Store, now: datetime
) -> None:
    """Where loads change vehicles."""
    await store.keep_hubs([Told(_part(Hub, m.event.hub), m.envelope.sequence) for m in messages])


async def follow_zones(
    messages: Sequence[Received[AccessZoneRulePublished]], store: Store, now: datetime
) -> None:
    """Who may enter where, and when."""
    await store.keep_zones([Told(_part(Zone, m.event), m.envelope.sequence) for m in messages])


def _part(model: type[V], document: BaseModel) -> V:
    """The fields of a document that are ours."""
    return model.model_validate(document.model_dump(), extra="ignore")
