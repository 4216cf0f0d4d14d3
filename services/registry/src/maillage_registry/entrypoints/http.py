"""The HTTP doors of the registry: every path, and what opens behind it."""

from fastapi import APIRouter

from maillage_common.transaction import Runner
from maillage_registry.entrypoints.actors import ActorDoors
from maillage_registry.entrypoints.hubs import HubDoors
from maillage_registry.entrypoints.maps import GeoJson, MapDoors
from maillage_registry.entrypoints.persons import PersonDoors
from maillage_registry.entrypoints.vehicles import VehicleDoors
from maillage_registry.entrypoints.zones import ZoneDoors
from maillage_registry.usecases.store import Store
from maillage_serving.http import Guarded


def router(runner: Runner[Store]) -> APIRouter:
    """All the paths, in one list."""
    routes = APIRouter(prefix="/v1", route_class=Guarded)
    _actors(routes, ActorDoors(runner))
    _persons(routes, PersonDoors(runner))
    _equipment(routes, runner)
    maps = MapDoors(runner)
    for path, door in (("/sites.geojson", maps.sites), ("/zones.geojson", maps.zones)):
        routes.add_api_route(path, door, methods=["GET"], response_class=GeoJson, tags=["maps"])
    return routes


def _actors(routes: APIRouter, doors: ActorDoors) -> None:
    for method, path, door in (
        ("GET", "/actors", doors.list),
        ("POST", "/actors", doors.register),
        ("GET", "/actors/{actor_id}", doors.read),
        ("PUT", "/actors/{actor_id}", doors.change),
        ("POST", "/actors/{actor_id}/activate", doors.activate),
        ("POST", "/actors/{actor_id}/make-dormant", doors.make_dormant),
        ("POST", "/actors/{actor_id}/close", doors.close),
        ("PUT", "/actors/{actor_id}/sites/{site_id}", doors.put_site),
        ("DELETE", "/actors/{actor_id}/sites/{site_id}", doors.remove_site),
        ("POST", "/actors/{actor_id}/credentials", doors.grant),
        ("DELETE", "/actors/{actor_id}/credentials/{credential_id}", doors.revoke),
    ):
        routes.add_api_route(path, door, methods=[method], tags=["actors"])


def _persons(routes: APIRouter, doors: PersonDoors) -> None:
    for method, path, door in (
        ("GET", "/actors/{actor_id}/contact", doors.read_contact),
        ("PUT", "/actors/{actor_id}/contact", doors.keep_contact),
        ("DELETE", "/actors/{actor_id}/contact", doors.erase_contact),
        ("GET", "/actors/{actor_id}/consents", doors.list_consents),
        ("PUT", "/actors/{actor_id}/consents/{purpose}", doors.give_consent),
        ("DELETE", "/actors/{actor_id}/consents/{purpose}", doors.withdraw_consent),
    ):
        routes.add_api_route(path, door, methods=[method], tags=["contacts and consents"])


def _equipment(routes: APIRouter, runner: Runner[Store]) -> None:
    hubs, vehicles, zones = HubDoors(runner), VehicleDoors(runner), ZoneDoors(runner)
    for method, path, door in (
        ("GET", "/hubs", hubs.list),
        ("POST", "/hubs", hubs.declare),
        ("GET", "/hubs/{hub_id}", hubs.read),
        ("PUT", "/hubs/{hub_id}", hubs.put),
        ("GET", "/vehicles", vehicles.list),
        ("POST", "/vehicles", vehicles.declare),
        ("GET", "/vehicles/{vehicle_id}", vehicles.read),
        ("PUT", "/vehicles/{vehicle_id}", vehicles.put),
        ("POST", "/vehicles/{vehicle_id}/withdraw", vehicles.withdraw),
        ("GET", "/zones", zones.list),
        ("POST", "/zones", zones.publish),
        ("GET", "/zones/{zone_id}", zones.read),
        ("PUT", "/zones/{zone_id}", zones.put),
    ):
        tag = path.split("/")[1]
        routes.add_api_route(path, door, methods=[method], tags=[tag])
