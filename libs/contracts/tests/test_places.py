"""Points, areas and places."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from maillage_contracts.samples import a_place, an_area
from maillage_contracts.vocabulary import EARTH_RADIUS_KM, Area, GeoPoint

points = st.builds(GeoPoint, lat=st.floats(-90, 90), lon=st.floats(-180, 180))
HALF_ROUND_KM = math.pi * EARTH_RADIUS_KM


def an_area_of(*corners: tuple[float, float]) -> Area:
    return Area(ring=tuple(GeoPoint(lat=lat, lon=lon) for lat, lon in (*corners, corners[0])))


@given(points, points)
def test_it_is_as_far_there_as_back(a: GeoPoint, b: GeoPoint) -> None:
    assert a.distance_km(b) == pytest.approx(b.distance_km(a), abs=1e-9)
    assert 0 <= a.distance_km(b) <= HALF_ROUND_KM + 1e-9


@given(points, points, points)
def test_no_detour_is_shorter(a: GeoPoint, b: GeoPoint, c: GeoPoint) -> None:
    assert a.distance_km(c) <= a.distance_km(b) + b.distance_km(c) + 1e-6


@given(points)
def test_a_point_is_at_its_own_place(a: GeoPoint) -> None:
    assert a.distance_km(a) == 0


def test_distances_that_are_known() -> None:
    pole, equator = GeoPoint(lat=90, lon=0), GeoPoint(lat=0, lon=0)
    marseille, paris = GeoPoint(lat=43.2965, lon=5.3698), GeoPoint(lat=48.8566, lon=2.3522)

    assert pole.distance_km(equator) == pytest.approx(HALF_ROUND_KM / 2)
    assert equator.distance_km(GeoPoint(lat=0, lon=180)) == pytest.approx(HALF_ROUND_KM)
    assert equator.distance_km(GeoPoint(lat=0, lon=1)) == pytest.approx(111.195, abs=0.001)
    assert marseille.distance_km(paris) == pytest.approx(660.5, abs=1)


@pytest.mark.parametrize("lat", [-90.1, 90.1, math.nan, math.inf])
def test_a_point_is_on_earth(lat: float) -> None:
    with pytest.raises(ValidationError):
        GeoPoint(lat=lat, lon=0)
    with pytest.raises(ValidationError):
        GeoPoint(lat=0, lon=lat * 2)


def test_a_ring_is_closed() -> None:
    corners = tuple(GeoPoint(lat=lat, lon=lon) for lat, lon in ((0, 0), (0, 1), (1, 1), (1, 0)))

    with pytest.raises(ValidationError, match="must repeat the first"):
        Area(ring=corners)
    with pytest.raises(ValidationError, match="at least 4"):
        Area(ring=(corners[0], corners[1], corners[0]))


def test_a_point_is_in_the_area_or_not() -> None:
    square = an_area_of((0, 0), (0, 2), (2, 2), (2, 0))

    assert square.contains(GeoPoint(lat=1, lon=1))
    for lat, lon in ((-1, 1), (3, 1), (1, -1), (1, 3)):
        assert not square.contains(GeoPoint(lat=lat, lon=lon))


def test_the_hollow_of_an_area_is_outside() -> None:
    horseshoe = an_area_of((0, 0), (0, 3), (3, 3), (3, 2), (1, 2), (1, 1), (3, 1), (3, 0))

    assert not horseshoe.contains(GeoPoint(lat=2, lon=1.5))
    assert horseshoe.contains(GeoPoint(lat=2, lon=0.5))
    assert horseshoe.contains(GeoPoint(lat=2, lon=2.5))
    assert horseshoe.contains(GeoPoint(lat=0.5, lon=1.5))


@given(points, st.integers(0, 4))
def test_it_does_not_matter_where_the_ring_begins(point: GeoPoint, start: int) -> None:
    corners = [(10.0, -40.0), (-35.0, 12.5), (4.0, 60.25), (52.0, 33.0), (21.5, -3.0)]
    turned = corners[start:] + corners[:start]

    inside = an_area_of(*corners).contains(point)
    assert an_area_of(*turned).contains(point) == inside
    assert an_area_of(*reversed(corners)).contains(point) == inside


def test_the_samples_fit_together() -> None:
    assert an_area().contains(a_place().position)
