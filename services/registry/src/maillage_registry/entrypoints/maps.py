"""Sites and zones as GeoJSON (RFC 7946), for whatever draws maps; `next` is a foreign member."""

from collections.abc import Iterator
from typing import Annotated, Any

from fastapi.responses import JSONResponse

from maillage_common.transaction import Runner
from maillage_contracts.vocabulary import ActorId, GeoPoint, ZoneId
from maillage_registry.domain.access_zone import AccessZone
from maillage_registry.domain.actor import Actor, Status
from maillage_registry.domain.words import SiteKind
from maillage_registry.entrypoints.actors import knows_persons
from maillage_registry.entrypoints.pages import after, listed
from maillage_registry.usecases.read_actors import list_actors
from maillage_registry.usecases.store import ActorsWanted, Store, ZonesWanted
from maillage_serving.auth import Principal
from maillage_serving.http import Paged, query

Feature = dict[str, Any]


class GeoJson(JSONResponse):
    """What is drawn."""

    media_type = "application/geo+json"


class MapDoors:
    """What can be asked for maps."""

    def __init__(self, runner: Runner[Store]) -> None:
        self._runner = runner

    async def sites(
        self,
        who: Annotated[Principal, query("registry.actor.read")],
        page: Paged,
        kind: SiteKind | None = None,
    ) -> GeoJson:
        """Draw the sites of actors that are not closed; a page counts actors."""
        seen = after(page)
        wanted = ActorsWanted(
            knows_persons=knows_persons(who), after=seen and ActorId(seen), limit=page.limit + 1
        )
        rows = await self._runner.read(lambda store: list_actors(store, wanted))
        actors = listed(page, rows, lambda kept: kept.value.actor_id, lambda kept: kept.value)
        drawn = (feature for actor in actors.items for feature in _sites(actor, kind))
        return _collection(drawn, actors.next)

    async def zones(
        self, _: Annotated[Principal, query("registry.zone.read")], page: Paged
    ) -> GeoJson:
        """Draw the access zones."""
        seen = after(page)
        wanted = ZonesWanted(after=seen and ZoneId(seen), limit=page.limit + 1)
        rows = await self._runner.read(lambda store: store.zones(wanted))
        zones = listed(page, rows, lambda kept: kept.value.zone_id, lambda kept: kept.value)
        return _collection(map(_zone, zones.items), zones.next)


def _collection(features: Iterator[Feature], following: str | None) -> GeoJson:
    return GeoJson({"type": "FeatureCollection", "features": list(features), "next": following})


def _sites(actor: Actor, kind: str | None) -> Iterator[Feature]:
    if actor.status is Status.CLOSED:
        return
    for site in actor.profile.sites:
        if kind in {None, site.kind}:
            said = site.model_dump(mode="json", exclude={"position", "site_id"}, exclude_none=True)
            yield {
                "type": "Feature",
                "id": str(site.site_id),
                "geometry": {"type": "Point", "coordinates": _coordinates(site.position)},
                "properties": {
                    **said,
                    "actor_id": str(actor.actor_id),
                    "name": actor.profile.name,
                    "roles": actor.profile.roles,
                    "status": actor.status,
                },
            }


def _zone(zone: AccessZone) -> Feature:
    said = zone.model_dump(mode="json", exclude={"area", "zone_id"}, exclude_none=True)
    ring = [_coordinates(point) for point in zone.area.ring]
    return {
        "type": "Feature",
        "id": str(zone.zone_id),
        "geometry": {"type": "Polygon", "coordinates": [ring]},
        "properties": said,
    }


def _coordinates(point: GeoPoint) -> list[float]:
    return [point.lon, point.lat]
