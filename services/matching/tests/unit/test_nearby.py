"""The index in memory finds what a walk through everything finds, wherever on earth."""

from collections.abc import Mapping
from copy import copy
from math import inf

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from maillage_contracts.vocabulary import GeoPoint
from maillage_matching.domain.nearby import Nearby, Posted, Sought, ranges

Rows = Mapping[int, tuple[frozenset[str], GeoPoint | None]]


def within(low: float, high: float) -> st.SearchStrategy[float]:
    return st.floats(low, high, allow_nan=False, width=32)


def at(
    lats: st.SearchStrategy[float], lons: st.SearchStrategy[float]
) -> st.SearchStrategy[GeoPoint]:
    return st.builds(GeoPoint, lat=lats, lon=lons)


points = st.one_of(
    at(within(45.5, 46.5), within(5.5, 6.5)),
    at(within(-17.5, -16.5), st.sampled_from([179.9, 180.0, -180.0, -179.9])),
    at(st.sampled_from([-90.0, -89.9, 89.9, 90.0]), within(-180, 180)),
    at(within(-90, 90), within(-180, 180)),
)
words = st.frozensets(st.sampled_from("abc"), max_size=3)
rows_of = st.tuples(words, st.none() | points)
searches = st.builds(
    Sought, words, st.none() | points, st.sampled_from([0, 1, 30, 150, 4_000, 12_000, inf])
)


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


@settings(max_examples=60, deadline=None)
@given(st.lists(rows_of, max_size=30), searches)
@example(
    [(frozenset("a"), GeoPoint(lat=46, lon=6))], Sought(frozenset("a"), GeoPoint(lat=46, lon=6), 0)
)
def test_it_finds_what_a_walk_through_all_finds(
    told: list[tuple[frozenset[str], GeoPoint | None]], sought: Sought
) -> None:
    rows = dict(enumerate(told))
    found = Nearby(posted(rows)).find(sought, 99)
    assert set(found) == set(walked(rows, sought, 99))
    assert len(found) == len(set(found))


@settings(max_examples=60, deadline=None)
@given(
    st.lists(rows_of, min_size=4, max_size=9),
    st.lists(st.tuples(st.integers(0, 9), rows_of), max_size=20),
    searches,
)
def test_what_moves_is_found_where_it_went_and_a_copy_stays(
    told: list[tuple[frozenset[str], GeoPoint | None]],
    moves: list[tuple[int, tuple[frozenset[str], GeoPoint | None]]],
    sought: Sought,
) -> None:
    before = dict(enumerate(told))
    after = {**before, **dict(moves)}
    original = Nearby(posted(before))
    changed, kept = copy(original), copy(original)
    for number, (under, at) in moves:
        changed.put(number, under, at)
    assert set(changed.find(sought, 99)) == set(walked(after, sought, 99))
    for untouched in (original, kept):
        assert set(untouched.find(sought, 99)) == set(walked(before, sought, 99))


def test_the_nearest_come_first_and_what_says_no_place_last() -> None:
    here = GeoPoint(lat=46.0, lon=6.0)
    rows: Rows = {
        1: (frozenset("a"), None),
        2: (frozenset("ab"), GeoPoint(lat=46.0, lon=6.3)),
        4: (frozenset("b"), here),
        3: (frozenset("a"), here),
        5: (frozenset("a"), GeoPoint(lat=46.1, lon=6.0)),
    }
    index = Nearby(posted(rows))
    sought = Sought(frozenset("ab"), here, 30)
    assert index.find(sought, 9) == walked(rows, sought, 9) == [3, 4, 5, 2, 1]
    assert index.find(sought, 2) == [3, 4]
    assert index.find(Sought(frozenset("ab")), 3) == [1, 2, 3]


@pytest.mark.parametrize(("km", "parts"), [(30, 8), (60, 13)])
def test_a_circle_is_few_parts_of_the_line(km: float, parts: int) -> None:
    found = ranges(Sought(frozenset("a"), GeoPoint(lat=46.05, lon=6.0), km))
    assert len(found) <= parts
    assert sum(high - low for low, high in found) < parts * 2 * km / 75
