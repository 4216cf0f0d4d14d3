"""The grid of Uber's H3: hexagons of one size all over the earth, each with a name."""

from functools import lru_cache
from math import ceil, sqrt

import h3

from maillage_contracts.vocabulary import GeoPoint


class Hexagons:
    """The cells of one resolution of H3: 8 for half a kilometre of edge, 6 for nearly four."""

    def __init__(self, resolution: int) -> None:
        """Lay out cells of this resolution."""
        self._resolution = resolution
        # Rings of cells are at least so far apart. Cells differ in size by a factor of two in area,
        # hence in width by its root, and a disk of rings is a hexagon: narrower by its own half.
        self._ring_km = h3.average_hexagon_edge_length(resolution) * 1.5 / sqrt(2)
        self.centre = lru_cache(maxsize=200_000)(_centre)
        self._disk = lru_cache(maxsize=20_000)(self._disk_of)

    def cell(self, point: GeoPoint) -> str:
        """The cell that a point is in."""
        return h3.latlng_to_cell(point.lat, point.lon, self._resolution)

    def near(self, point: GeoPoint, reach_km: float) -> list[tuple[str, float]]:
        """The cells whose centre lies within so many km of a point, and how far, by name."""
        home = self.cell(point)
        beyond_km = reach_km + point.distance_km(self.centre(home))
        around = self._disk(home, ceil(reach_km / self._ring_km) + 1)
        near = (cell for cell, km in around if km <= beyond_km)
        distances = ((cell, point.distance_km(self.centre(cell))) for cell in near)
        return [(cell, km) for cell, km in distances if km <= reach_km]

    def _disk_of(self, home: str, rings: int) -> list[tuple[str, float]]:
        middle = self.centre(home)
        cells = sorted(h3.grid_disk(home, rings))
        return [(cell, middle.distance_km(self.centre(cell))) for cell in cells]


def _centre(cell: str) -> GeoPoint:
    lat, lon = h3.cell_to_latlng(cell)
    return GeoPoint(lat=lat, lon=lon)
