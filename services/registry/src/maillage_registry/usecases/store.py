"""What the registry must keep, and the refusals of whoever keeps it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

from maillage_contracts.refusals import NotFound, Refused, Stale
from maillage_contracts.vocabulary import ActorId, HubId, VehicleId, ZoneId
from maillage_registry.domain.access_zone import AccessZone
from maillage_registry.domain.actor import Actor, Status
from maillage_registry.domain.consent import Consent
from maillage_registry.domain.contact import Contact
from maillage_registry.domain.hub import Hub
from maillage_registry.domain.vehicle import Vehicle

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True)
class Kept(Generic[T_co]):
    """A thing as it is kept, with the version that counts its changes from 1."""

    value: T_co
    version: int


def found(kept: Kept[T] | None, what: str) -> Kept[T]:
    """The thing that is there; raises NotFound with what is not."""
    if kept is None:
        raise NotFound(f"there is no {what} in this territory")
    return kept


def must_be_version(expected: int | None, kept: Kept[object] | None) -> None:
    """Raise Stale when the caller read another version than the one that is kept."""
    version = 0 if kept is None else kept.version
    if expected is not None and expected != version:
        raise Stale(expected=expected, found=version)


class SiretTaken(Refused):
    """Two actors that are not closed cannot have one SIRET."""

    def __init__(self) -> None:
        # Not which: a SIRET may be that of a person, and refusals are logged here and there.
        super().__init__("another actor that is not closed has this siret: find it by q=")


class IdentifierTaken(Refused):
    """A site or a credential with this identifier belongs to another actor."""

    def __init__(self, what: str) -> None:
        super().__init__(f"another actor has a {what} with this identifier: give it its own")


class RegisteredMeanwhile(Refused):
    """Somebody registered the same actor at the same moment."""

    def __init__(self) -> None:
        super().__init__("this actor is being registered by somebody else: read it, then try again")


@dataclass(frozen=True, kw_only=True)
class ActorsWanted:
    """Which actors, in the order of their identifiers. What is None does not matter."""

    role: str | None = None
    zone: str | None = None
    status: Status | None = None
    text: str | None = None
    """Part of a name or of a SIRET."""
    hub_id: HubId | None = None
    """The operator and the tenants of this hub."""
    knows_persons: bool = False
    """Whether `text` is looked for in names and SIRETs of sole traders too."""
    after: ActorId | None = None
    limit: int


@dataclass(frozen=True, kw_only=True)
class VehiclesWanted:
    """Which vehicles, in the order of their identifiers. What is None does not matter."""

    owner_id: ActorId | None = None
    vehicle_class: str | None = None
    in_service: bool | None = None
    after: VehicleId | None = None
    limit: int


@dataclass(frozen=True, kw_only=True)
class HubsWanted:
    """Which hubs, in the order of their identifiers. What is None does not matter."""

    operator_id: ActorId | None = None
    tenant_id: ActorId | None = None
    after: HubId | None = None
    limit: int


@dataclass(frozen=True, kw_only=True)
class ZonesWanted:
    """Which access zones, in the order of their identifiers. What is None does not matter."""

    kind: str | None = None
    after: ZoneId | None = None
    limit: int


class Store(Protocol):
    """The register. `..._to_change` lock what they return until the transaction ends.

    Actors are locked before hubs, hubs before vehicles, so that nobody waits in a circle.
    """

    async def actor(self, actor_id: ActorId) -> Kept[Actor] | None: ...

    async def actor_to_change(self, actor_id: ActorId) -> Kept[Actor] | None: ...

    async def add_actor(self, actor: Actor) -> None:
        """Keep a new actor; raises SiretTaken, IdentifierTaken or RegisteredMeanwhile."""
        ...

    async def save_actor(self, actor: Actor) -> None:
        """Keep a changed actor under its next version; raises SiretTaken or IdentifierTaken."""
        ...

    async def actors(self, wanted: ActorsWanted) -> Sequence[Kept[Actor]]: ...

    async def actors_with_lapsed_credentials(self, today: date, limit: int) -> Sequence[Actor]:
        """Those that are not closed and hold a credential past its last day, locked."""
        ...

    async def statuses(self, actor_ids: Sequence[ActorId]) -> Mapping[ActorId, Status]:
        """Which of these are there. Their statuses stay so until the transaction ends."""
        ...

    async def contact(self, actor_id: ActorId) -> Kept[Contact] | None: ...

    async def keep_contact(self, actor_id: ActorId, contact: Contact) -> None: ...

    async def erase_contact(self, actor_id: ActorId) -> None: ...

    async def erase_contacts_closed_before(self, moment: datetime) -> int:
        """Erase contacts of actors that were closed before this moment; return how many."""
        ...

    async def consents(self, actor_id: ActorId) -> Sequence[Consent]:
        """All an actor said, in the order of purposes."""
        ...

    async def save_consent(self, consent: Consent) -> None: ...

    async def hub(self, hub_id: HubId) -> Kept[Hub] | None: ...

    async def hub_to_change(self, hub_id: HubId) -> Kept[Hub] | None: ...

    async def hubs_with_tenant_to_change(self, actor_id: ActorId) -> Sequence[Hub]: ...

    async def put_hub(self, hub: Hub) -> None: ...

    async def hubs(self, wanted: HubsWanted) -> Sequence[Kept[Hub]]: ...

    async def vehicle(self, vehicle_id: VehicleId) -> Kept[Vehicle] | None: ...

    async def vehicle_to_change(self, vehicle_id: VehicleId) -> Kept[Vehicle] | None: ...

    async def vehicles_in_service_to_change(self, owner_id: ActorId) -> Sequence[Vehicle]: ...

    async def put_vehicle(self, vehicle: Vehicle) -> None: ...

    async def vehicles(self, wanted: VehiclesWanted) -> Sequence[Kept[Vehicle]]: ...

    async def zone(self, zone_id: ZoneId) -> Kept[AccessZone] | None: ...

    async def zone_to_change(self, zone_id: ZoneId) -> Kept[AccessZone] | None: ...

    async def put_zone(self, zone: AccessZone) -> None: ...

    async def zones(self, wanted: ZonesWanted) -> Sequence[Kept[AccessZone]]: ...
