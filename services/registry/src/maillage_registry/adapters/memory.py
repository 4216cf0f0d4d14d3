"""The register in dictionaries, for tests."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar
from uuid import UUID

from maillage_contracts.vocabulary import ActorId, HubId, VehicleId, ZoneId
from maillage_registry.domain.access_zone import AccessZone
from maillage_registry.domain.actor import Actor, Status
from maillage_registry.domain.consent import Consent
from maillage_registry.domain.contact import Contact
from maillage_registry.domain.hub import Hub
from maillage_registry.domain.vehicle import Vehicle
from maillage_registry.domain.words import folded
from maillage_registry.usecases.store import (
    ActorsWanted,
    HubsWanted,
    IdentifierTaken,
    Kept,
    RegisteredMeanwhile,
    SiretTaken,
    VehiclesWanted,
    ZonesWanted,
)

K = TypeVar("K", bound=UUID)
T = TypeVar("T")


@dataclass
class MemoryStore:
    """Nothing waits here: transactions in memory come one after the other."""

    _actors: dict[ActorId, Kept[Actor]] = field(default_factory=dict[ActorId, Kept[Actor]])
    _contacts: dict[ActorId, Kept[Contact]] = field(default_factory=dict[ActorId, Kept[Contact]])
    _consents: dict[tuple[ActorId, str], Consent] = field(
        default_factory=dict[tuple[ActorId, str], Consent]
    )
    _hubs: dict[HubId, Kept[Hub]] = field(default_factory=dict[HubId, Kept[Hub]])
    _vehicles: dict[VehicleId, Kept[Vehicle]] = field(
        default_factory=dict[VehicleId, Kept[Vehicle]]
    )
    _zones: dict[ZoneId, Kept[AccessZone]] = field(default_factory=dict[ZoneId, Kept[AccessZone]])

    async def actor(self, actor_id: ActorId) -> Kept[Actor] | None:
        return self._actors.get(actor_id)

    async def actor_to_change(self, actor_id: ActorId) -> Kept[Actor] | None:
        return self._actors.get(actor_id)

    async def add_actor(self, actor: Actor) -> None:
        if actor.actor_id in self._actors:
            raise RegisteredMeanwhile
        self._must_be_nobody_elses(actor)
        _put(self._actors, actor.actor_id, actor)

    async def save_actor(self, actor: Actor) -> None:
        self._must_be_nobody_elses(actor)
        _put(self._actors, actor.actor_id, actor)

    async def actors(self, wanted: ActorsWanted) -> Sequence[Kept[Actor]]:
        hub = self._hubs.get(wanted.hub_id) if wanted.hub_id else None
        there = {hub.value.operator_id, *hub.value.tenants} if hub else set[ActorId]()
        return _page(
            self._actors,
            wanted.after,
            wanted.limit,
            lambda actor: (
                (wanted.role is None or wanted.role in actor.profile.roles)
                and (wanted.zone is None or wanted.zone in _zones_of(actor))
                and wanted.status in {None, actor.status}
                and (wanted.hub_id is None or actor.actor_id in there)
                and _tells(actor, wanted)
            ),
        )

    async def actors_with_lapsed_credentials(self, today: date, limit: int) -> Sequence[Actor]:
        open_ones = (k.value for k in self._actors.values() if k.value.status is not Status.CLOSED)
        return [
            actor
            for actor in open_ones
            if any(credential.has_lapsed(today) for credential in actor.running_credentials)
        ][:limit]

    async def statuses(self, actor_ids: Sequence[ActorId]) -> Mapping[ActorId, Status]:
        there = ((actor_id, self._actors.get(actor_id)) for actor_id in actor_ids)
        return {actor_id: kept.value.status for actor_id, kept in there if kept}

    async def contact(self, actor_id: ActorId) -> Kept[Contact] | None:
        return self._contacts.get(actor_id)

    async def keep_contact(self, actor_id: ActorId, contact: Contact) -> None:
        _put(self._contacts, actor_id, contact)

    async def erase_contact(self, actor_id: ActorId) -> None:
        self._contacts.pop(actor_id, None)

    async def erase_contacts_closed_before(self, moment: datetime) -> int:
        closed = [
            kept.value.actor_id
            for kept in self._actors.values()
            if kept.value.closed_at is not None and kept.value.closed_at < moment
        ]
        return sum(self._contacts.pop(actor_id, None) is not None for actor_id in closed)

    async def consents(self, actor_id: ActorId) -> Sequence[Consent]:
        said = [consent for consent in self._consents.values() if consent.actor_id == actor_id]
        return sorted(said, key=lambda consent: consent.purpose)

    async def save_consent(self, consent: Consent) -> None:
        self._consents[consent.actor_id, consent.purpose] = consent

    async def hub(self, hub_id: HubId) -> Kept[Hub] | None:
        return self._hubs.get(hub_id)

    async def hub_to_change(self, hub_id: HubId) -> Kept[Hub] | None:
        return self._hubs.get(hub_id)

    async def hubs_with_tenant_to_change(self, actor_id: ActorId) -> Sequence[Hub]:
        wanted = HubsWanted(tenant_id=actor_id, limit=len(self._hubs))
        return [kept.value for kept in await self.hubs(wanted)]

    async def put_hub(self, hub: Hub) -> None:
        _put(self._hubs, hub.hub_id, hub)

    async def hubs(self, wanted: HubsWanted) -> Sequence[Kept[Hub]]:
        return _page(
            self._hubs,
            wanted.after,
            wanted.limit,
            lambda hub: (
                wanted.operator_id in {None, hub.operator_id}
                and (wanted.tenant_id is None or wanted.tenant_id in hub.tenants)
            ),
        )

    async def vehicle(self, vehicle_id: VehicleId) -> Kept[Vehicle] | None:
        return self._vehicles.get(vehicle_id)

    async def vehicle_to_change(self, vehicle_id: VehicleId) -> Kept[Vehicle] | None:
        return self._vehicles.get(vehicle_id)

    async def vehicles_in_service_to_change(self, owner_id: ActorId) -> Sequence[Vehicle]:
        wanted = VehiclesWanted(owner_id=owner_id, in_service=True, limit=len(self._vehicles))
        return [kept.value for kept in await self.vehicles(wanted)]

    async def put_vehicle(self, vehicle: Vehicle) -> None:
        _put(self._vehicles, vehicle.vehicle_id, vehicle)

    async def vehicles(self, wanted: VehiclesWanted) -> Sequence[Kept[Vehicle]]:
        return _page(
            self._vehicles,
            wanted.after,
            wanted.limit,
            lambda vehicle: (
                wanted.owner_id in {None, vehicle.owner_id}
                and wanted.vehicle_class in {None, vehicle.vehicle_class}
                and wanted.in_service in {None, vehicle.in_service}
            ),
        )

    async def zone(self, zone_id: ZoneId) -> Kept[AccessZone] | None:
        return self._zones.get(zone_id)

    async def zone_to_change(self, zone_id: ZoneId) -> Kept[AccessZone] | None:
        return self._zones.get(zone_id)

    async def put_zone(self, zone: AccessZone) -> None:
        _put(self._zones, zone.zone_id, zone)

    async def zones(self, wanted: ZonesWanted) -> Sequence[Kept[AccessZone]]:
        return _page(
            self._zones,
            wanted.after,
            wanted.limit,
            lambda zone: wanted.kind in {None, zone.kind},
        )

    def _must_be_nobody_elses(self, actor: Actor) -> None:
        others = [k.value for k in self._actors.values() if k.value.actor_id != actor.actor_id]
        siret = actor.profile.siret
        if siret is not None and actor.status is not Status.CLOSED:
            open_ones = (other for other in others if other.status is not Status.CLOSED)
            if any(other.profile.siret == siret for other in open_ones):
                raise SiretTaken
        if _site_ids([actor]) & _site_ids(others):
            raise IdentifierTaken("site")
        if _credential_ids([actor]) & _credential_ids(others):
            raise IdentifierTaken("credential")


def _put(rows: dict[K, Kept[T]], key: K, value: T) -> None:
    version = rows[key].version + 1 if key in rows else 1
    rows[key] = Kept(value, version)


def _page(
    rows: Mapping[K, Kept[T]], after: K | None, limit: int, wanted: Callable[[T], bool]
) -> list[Kept[T]]:
    keys = sorted(key for key in rows if after is None or key > after)
    return [rows[key] for key in keys if wanted(rows[key].value)][:limit]


def _zones_of(actor: Actor) -> set[str | None]:
    return {site.activity_zone for site in actor.profile.sites}


def _tells(actor: Actor, wanted: ActorsWanted) -> bool:
    if wanted.text is None:
        return True
    if actor.is_sole_trader and not wanted.knows_persons:
        return False
    profile = actor.profile
    by_siret = profile.siret is not None and wanted.text.replace(" ", "") in profile.siret
    return by_siret or folded(wanted.text) in folded(profile.name)


def _site_ids(actors: Iterable[Actor]) -> set[UUID]:
    return {site.site_id for actor in actors for site in actor.profile.sites}


def _credential_ids(actors: Iterable[Actor]) -> set[UUID]:
    return {held.credential_id for actor in actors for held in actor.credentials}
