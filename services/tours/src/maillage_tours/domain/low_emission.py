"""How much of a round lies inside low-emission zones, by the straight lines between its stops."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from maillage_contracts.vocabulary import Area, GeoPoint, Kilometres
from maillage_tours.domain.access import Zone
from maillage_tours.domain.tour import Stop, Tour

LOW_EMISSION = "low_emission"
"""The kind of zone that is meant: others keep vehicles out too, not for the air."""


def inside_km(
    tour: Tour, stops: Sequence[Stop], distance_km: Decimal, zones: Iterable[Zone]
) -> Kilometres | None:
    """Of the km that these stops took, those inside; None where there is no such zone.

    Each way counts by the share of its straight line: which roads were taken, nobody tells.
    """
    areas = [zone.area for zone in zones if zone.kind == LOW_EMISSION]
    if not areas:
        return None
    places = [tour.start.position, *(stop.place.position for stop in stops), tour.end.position]
    ways = [(tour.travel.between(*way)[0], way) for way in pairwise(places)]
    all_m = sum(metres for metres, _ in ways)
    inside_m = sum(metres * share_inside(*way, areas) for metres, way in ways)
    return round(distance_km * Decimal(inside_m / all_m if all_m else 0), 3)


def share_inside(start: GeoPoint, end: GeoPoint, areas: Sequence[Area]) -> float:
    """From 0 to 1, of the line between two places; where areas overlap, it counts once."""
    cuts = {0.0, 1.0}
    for area in areas:
        cuts.update(_crossings(start, end, area))
    parts = (
        after - before
        for before, after in pairwise(sorted(cuts))
        if any(area.contains(_along(start, end, (before + after) / 2)) for area in areas)
    )
    return sum(parts)


def _along(start: GeoPoint, end: GeoPoint, share: float) -> GeoPoint:
    lat = start.lat + share * (end.lat - start.lat)
    return GeoPoint(lat=lat, lon=start.lon + share * (end.lon - start.lon))


def _crossings(start: GeoPoint, end: GeoPoint, area: Area) -> Iterator[float]:
    """Where on the line, from 0 to 1, it meets the edge; degrees serve as a plane on a city."""
    way = end.lat - start.lat, end.lon - start.lon
    for a, b in pairwise(area.ring):
        side, off = (b.lat - a.lat, b.lon - a.lon), (a.lat - start.lat, a.lon - start.lon)
        if turn := _cross(way, side):
            on_way, on_side = _cross(off, side) / turn, _cross(off, way) / turn
            if 0 <= on_way <= 1 and 0 <= on_side <= 1:
                yield on_way


def _cross(one: tuple[float, float], other: tuple[float, float]) -> float:
    return one[0] * other[1] - one[1] * other[0]
