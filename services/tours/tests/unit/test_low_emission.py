"""Kilometres inside low-emission zones: shares of straight lines, and what a tour makes of them."""

import pytest

from maillage_contracts.vocabulary import Area, GeoPoint
from maillage_tours.domain.low_emission import share_inside
from maillage_tours.domain.samples import a_zone, spot

CENTRE = a_zone().area
"""From three to five kilometres south of the hub, two to the west and to the east."""


@pytest.mark.parametrize(
    ("start", "end", "share"),
    [
        (spot(0), spot(8), 0.25),
        (spot(8), spot(0), 0.25),
        (spot(3.5), spot(4.5), 1),
        (spot(4), spot(6), 0.5),
        (spot(4, -4), spot(4, 4), 0.5),
        (spot(0), spot(2), 0),
        (spot(4, 3), spot(4, 5), 0),
        (spot(4), spot(4), 1),
    ],
)
def test_a_way_counts_by_what_of_its_line_is_inside(
    start: GeoPoint, end: GeoPoint, share: float
) -> None:
    assert share_inside(start, end, [CENTRE]) == pytest.approx(share, abs=1e-4)


def test_where_two_zones_overlap_a_way_counts_once() -> None:
    wider = Area(ring=tuple(spot(*c) for c in ((2, -2), (2, 2), (4, 2), (4, -2), (2, -2))))
    assert share_inside(spot(0), spot(8), [CENTRE, wider]) == pytest.approx(3 / 8, abs=1e-4)


def test_a_zone_in_two_arms_counts_both() -> None:
    arms = ((1, -1), (1, 1), (2, 1), (2, 0.5), (3, 0.5), (3, 1), (4, 1), (4, -1), (1, -1))
    horseshoe = Area(ring=tuple(spot(*corner) for corner in arms))
    assert share_inside(spot(0, 0.8), spot(8, 0.8), [horseshoe]) == pytest.approx(2 / 8, abs=1e-4)
