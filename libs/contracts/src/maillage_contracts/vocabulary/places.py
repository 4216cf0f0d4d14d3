"""Points on earth, areas, and places where a vehicle stops."""

from math import asin, cos, radians, sin, sqrt
from typing import Self

from pydantic import Field, model_validator

from maillage_contracts.vocabulary.identifiers import ActorId, SiteId
from maillage_contracts.vocabulary.words import Label, Value

EARTH_RADIUS_KM = 6371.0088
"""Mean radius, IUGG 1980."""


class GeoPoint(Value):
    """A place on earth, WGS 84, degrees."""

    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)

    def distance_km(self, other: "GeoPoint") -> float:
        """Great-circle distance in km (haversine)."""
        lat1, lat2 = radians(self.lat), radians(other.lat)
        dlat, dlon = lat2 - lat1, radians(other.lon - self.lon)
        a = sin(dlat / 2) ** 2 + cos(lat1) * cos(lat2) * sin(dlon / 2) ** 2
        return 2 * EARTH_RADIUS_KM * asin(min(1.0, sqrt(a)))


class Area(Value):
    """A simple polygon: one closed outer ring of at least four points, first equal to last."""

    ring: tuple[GeoPoint, ...] = Field(min_length=4, max_length=2000)

    @model_validator(mode="after")
    def _closed(self) -> Self:
        if self.ring[0] != self.ring[-1]:
            raise ValueError("the last point of the ring must repeat the first")
        return self

    def contains(self, point: GeoPoint) -> bool:
        """Whether the point is inside, by the even-odd rule."""
        inside = False
        for a, b in zip(self.ring, self.ring[1:], strict=False):
            if (a.lat > point.lat) != (b.lat > point.lat):
                at = a.lon + (point.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon)
                inside ^= point.lon < at
        return inside


class Place(Value):
    """Where a vehicle stops: a position, and whose it is when that is known."""

    label: Label
    position: GeoPoint
    actor_id: ActorId | None = None
    site_id: SiteId | None = None
