"""The index in memory finds what a walk through everything finds, wherever on earth."""

import random
from collections.abc import Mapping
from copy import copy
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage_contracts.vocabulary import GeoPoint
from maillage_matching.domain.nearby import Nearby, Posted, Sought, ranges

Row = tuple[frozenset[str], GeoPoint | None]
Rows = Mapping[int, Row]
HERE = GeoPoint(lat=46.0, lon=6.0)


def walked(rows: Rows, sought: Sought, most: int) -> list[int]:
    """What is sought, by measuring everything."""
    found: list[tuple[float, int]] = []
    for number, (under, at) in rows.items():
        km = inf if at is None or sought.at is None else at.distance_km(sought.at)
        if under & sought.words and (km <= sought.km or km == inf):
            found.append((km, number))
    return [number for _, number in sorted(found)][:most]


def posted(rows: Rows) -> list[Posted]:
    return [(number, under, at) for number, (under, at) in rows.items()]


def scattered(dice: random.Random, middle: tuple[float, float], reach_deg: float) -> GeoPoint:
    """Somewhere around, in longitude all the farther the nearer the pole is."""
    lat = middle[0] + dice.uniform(-reach_deg, reach_deg)
    lon = middle[1] + dice.uniform(-reach_deg, reach_deg) * (9 if abs(lat) > 80 else 1.4)
    return GeoPoint(lat=max(-90.0, min(90.0, lat)), lon=(lon + 180) % 360 - 180)


@pytest.mark.parametrize("km", [0, 2, 30, 300, 12_000, inf])
@pytest.mark.parametrize(
    "middle", [(46.0, 6.0), (0.0, 0.0), (-17.0, 180.0), (65.0, -180.0), (90.0, 0.0), (-89.5, 50.0)]
)
def test_it_finds_what_a_walk_through_all_finds(middle: tuple[float, float], km: float) -> None:
    dice = random.Random(f"{middle} {km}")  # noqa: S311 a made-up country
    reach_deg = min(km, 9_000) / 111 * 1.2
    rows: dict[int, Row] = {
        number: (frozenset(dice.choices("abc", k=2)), scattered(dice, middle, reach_deg))
        for number in range(150)
    }
    rows[150] = frozenset("a"), None
    index = Nearby(posted(rows))
    for number in range(12):
        sought = Sought(frozenset("ab"), rows[number][1], km)
        found = index.find(sought, 999)
        assert len(found) == len(set(found))
        assert set(found) == set(walked(rows, sought, 999))


NEAR = (-0.15, -0.05, 0.0, 0.05, 0.1)
grid = st.builds(
    GeoPoint,
    lat=st.sampled_from([HERE.lat + away for away in NEAR]),
    lon=st.sampled_from([HERE.lon + away for away in NEAR]),
)
row = st.tuples(st.frozensets(st.sampled_from("ab")), st.none() | grid)
moves = st.lists(st.tuples(st.integers(0, 9), row), max_size=15)


@settings(max_examples=60, deadline=None)
@given(st.lists(row, min_size=4, max_size=9), moves, moves)
def test_what_moves_is_found_where_it_went_and_copies_know_nothing_of_it(
    told: list[Row], mine: list[tuple[int, Row]], theirs: list[tuple[int, Row]]
) -> None:
    before = dict(enumerate(told))
    original = Nearby(posted(before))
    changed, kept = copy(original), copy(original)
    for index, moved in ((changed, mine), (original, theirs)):
        for number, (under, at) in moved:
            index.put(number, under, at)
    sought = Sought(frozenset("a"), HERE, 9)
    for index, rows in (
        (kept, before),
        (changed, {**before, **dict(mine)}),
        (original, {**before, **dict(theirs)}),
    ):
        assert set(index.find(sought, 99)) == set(walked(rows, sought, 99))


def test_the_nearest_come_first_and_what_says_no_place_last() -> None:
    rows: Rows = {
        1: (frozenset("a"), None),
        2: (frozenset("ab"), GeoPoint(lat=46.0, lon=6.3)),
        4: (frozenset("b"), HERE),
        3: (frozenset("a"), HERE),
        5: (frozenset("a"), GeoPoint(lat=46.1, lon=6.0)),
    }
    index = Nearby(posted(rows))
    sought = Sought(frozenset("ab"), HERE, 30)
    assert index.find(sought, 9) == walked(rows, sought, 9) == [3, 4, 5, 2, 1]
    assert index.find(sought, 2) == [3, 4]
    assert index.find(Sought(frozenset("ab")), 3) == [1, 2, 3]


@pytest.mark.parametrize(("km", "parts"), [(30, 8), (60, 13)])
def test_a_circle_is_few_parts_of_the_line(km: float, parts: int) -> None:
    found = ranges(Sought(frozenset("a"), GeoPoint(lat=46.05, lon=6.0), km))
    assert len(found) <= parts
    assert sum(high - low for low, high in found) < parts * 2 * km / 75
