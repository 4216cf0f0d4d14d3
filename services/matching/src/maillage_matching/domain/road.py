"""Kilometres by road, where only places are known."""

from maillage_contracts.vocabulary import GeoPoint

DETOUR = 1.4
"""Roads are that much longer than the straight line; measured 1.37 to 1.53 on French departments
(road matrices of Duhamel, Lacomme and Prodhon, 2009)."""


def by_road_km(here: GeoPoint, there: GeoPoint) -> float:
    """Kilometres by road, estimated from the straight line."""
    return here.distance_km(there) * DETOUR
