"""Tours in the formats of others: GeoJSON (RFC 7946), shipments of the Data Food Consortium.

Shipments use the terms of the business ontology of the consortium (`dfc-b`, version 1.16 and its
connector, read in November 2026): startsAt, endsAt, startDate, endDate, isShippedIn, transports.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from maillage_contracts.vocabulary import GeoPoint, Place
from maillage_tours.domain.access import Zone
from maillage_tours.domain.tour import Stop, Task, TaskStatus, Tour

DFC_CONTEXT = "https://www.datafoodconsortium.org"
PLACES = "https://maillage.org/places"


def geojson(tours: Iterable[Tour]) -> dict[str, Any]:
    """A line for each tour, straight from stop to stop, and a point for each stop."""
    return {
        "type": "FeatureCollection",
        "features": [feature for tour in tours for feature in _features(tour)],
    }


def zones_geojson(zones: Iterable[Zone]) -> dict[str, Any]:
    """Regulated zones as polygons, with the mark by which a map makes a class of their roads."""
    return {
        "type": "FeatureCollection",
        "features": [
            _feature(
                {"type": "Polygon", "coordinates": [[_lon_lat(one) for one in zone.area.ring]]},
                {"lez": True, "name": zone.name, "kind": zone.kind, "zone_id": str(zone.zone_id)},
            )
            for zone in zones
        ],
    }


def _features(tour: Tour) -> Iterator[dict[str, Any]]:
    places = [tour.start, *(stop.place for stop in tour.stops), tour.end]
    about = {"tour_id": str(tour.tour_id), "vehicle": tour.vehicle.label}
    yield _feature(
        {"type": "LineString", "coordinates": [_lon_lat(one.position) for one in places]},
        {
            **about,
            "on": tour.on.isoformat(),
            "status": tour.status.value,
            "vehicle_class": tour.vehicle.vehicle_class,
            "starts_at": tour.starts_at.isoformat(),
            "ends_at": tour.ends_at.isoformat(),
            "distance_km": str(tour.figures.distance_km) if tour.figures else None,
            "matrix": tour.matrix,
        },
    )
    for stop in tour.stops:
        yield _feature(
            {"type": "Point", "coordinates": _lon_lat(stop.place.position)},
            {
                **about,
                "number": stop.number,
                "kind": stop.kind,
                "label": stop.place.label,
                "arrives_at": stop.arrives_at.isoformat(),
                "departs_at": stop.departs_at.isoformat(),
                "onboard_kg": str(stop.onboard_kg),
            },
        )


def _feature(geometry: dict[str, Any], properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "geometry": geometry, "properties": properties}


def _lon_lat(point: GeoPoint) -> list[float]:
    return [point.lon, point.lat]


def shipments(tours: Iterable[Tour]) -> dict[str, Any]:
    """What each tour carries from where to where, as a graph of JSON-LD."""
    nodes: dict[str, dict[str, Any]] = {}
    for tour in tours:
        for node in _nodes(tour):
            nodes.setdefault(node["@id"], node)
    return {"@context": DFC_CONTEXT, "@graph": list(nodes.values())}


def _nodes(tour: Tour) -> Iterator[dict[str, Any]]:
    vehicle = f"urn:uuid:{tour.vehicle.vehicle_id}"
    yield {
        "@id": vehicle,
        "@type": "dfc-b:Vehicle",
        "dfc-b:name": tour.vehicle.label,
        "dfc-b:description": f"{tour.vehicle.vehicle_class}, {tour.vehicle.energy}",
    }
    left = [(s, t) for s in tour.stops for t in s.tasks if t.status != TaskStatus.VOID]
    for stop, task in left:
        if task.action == "pickup":
            given = next(
                there
                for there, other in left
                if (other.order_id, other.leg, other.action) == (task.order_id, task.leg, "dropoff")
            )
            yield from (_place(stop.place), _place(given.place), _stock(task, stop))
            yield _shipment(tour, task, stop, given)


def _shipment(tour: Tour, task: Task, taken: Stop, given: Stop) -> dict[str, Any]:
    return {
        "@id": f"{_order(task)}#shipment-{task.leg}",
        "@type": "dfc-b:Shipment",
        "dfc-b:date": tour.on.isoformat(),
        "dfc-b:startDate": taken.departs_at.isoformat(),
        "dfc-b:endDate": given.arrives_at.isoformat(),
        "dfc-b:startsAt": _place_id(taken.place),
        "dfc-b:endsAt": _place_id(given.place),
        "dfc-b:isShippedIn": f"urn:uuid:{tour.vehicle.vehicle_id}",
        "dfc-b:transports": f"{_order(task)}#goods",
    }


def _stock(task: Task, taken: Stop) -> dict[str, Any]:
    kilograms = {
        "@type": "dfc-b:QuantitativeValue",
        "dfc-b:value": float(task.load.mass_kg),
        "dfc-b:hasUnit": "dfc-m:Kilogram",
    }
    return {
        "@id": f"{_order(task)}#goods",
        "@type": "dfc-b:RealStock",
        "dfc-b:hasQuantity": kilograms,
        "dfc-b:isStoredIn": _place_id(taken.place),
    }


def _place(place: Place) -> dict[str, Any]:
    return {
        "@id": _place_id(place),
        "@type": "dfc-b:PhysicalPlace",
        "dfc-b:name": place.label,
        "dfc-b:hasAddress": {
            "@type": "dfc-b:Address",
            "dfc-b:latitude": place.position.lat,
            "dfc-b:longitude": place.position.lon,
        },
    }


def _place_id(place: Place) -> str:
    return f"{PLACES}/{place.position.lat},{place.position.lon}"


def _order(task: Task) -> str:
    return f"urn:uuid:{task.order_id}"
