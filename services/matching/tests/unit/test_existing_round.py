"""Rounds that somebody drives anyway, and how much longer they are by two places."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, GeoPoint, RoundId
from maillage_matching.domain.existing_round import (
    LONGER_KM_MAX,
    Box,
    Driven,
    Load,
    Room,
    Round,
    Rounds,
    around,
)
from maillage_matching.domain.road import DETOUR

HOME, TOWN = GeoPoint(lat=46.0, lon=6.0), GeoPoint(lat=46.0, lon=6.4)
NEAR_HOME, NEAR_TOWN = GeoPoint(lat=46.0, lon=6.1), GeoPoint(lat=46.0, lon=6.3)
ASIDE = GeoPoint(lat=46.02, lon=6.2)
CRATES = Load(Decimal(200), "ambient", is_waste=False)


def a_round(name: str = "round", *free: tuple[str, int], **changes: Any) -> Round:  # noqa: ANN401 its fields
    usual: dict[str, Any] = {
        "round_id": RoundId(an_id(name)),
        "actor_id": ActorId(an_id("Villaverde")),
        "label": name,
        "stops": (HOME, TOWN),
        "room": tuple(Room(leg=leg, mass_kg=Decimal(kg)) for leg, kg in free),
    }
    return Round(**{**usual, **changes})


def longer_km(
    start: GeoPoint | None, end: GeoPoint | None, *rounds: Round, load: Load = CRATES
) -> float | None:
    driven = [Driven(one, "Villaverde", carries_waste=False) for one in rounds]
    found = Rounds(driven).passing(start, end, load)
    return found and found.longer_km


def test_what_lies_on_the_way_is_nothing_longer() -> None:
    assert longer_km(NEAR_HOME, NEAR_TOWN, a_round("r", ("out", 300))) == pytest.approx(0, abs=0.1)
    assert longer_km(NEAR_TOWN, NEAR_HOME, a_round("r", ("back", 300))) == pytest.approx(0, abs=0.1)


def test_the_wrong_way_round_is_a_way_back_and_forth() -> None:
    there_and_back = 2 * NEAR_HOME.distance_km(NEAR_TOWN) * DETOUR
    assert there_and_back > LONGER_KM_MAX
    assert longer_km(NEAR_TOWN, NEAR_HOME, a_round("r", ("out", 300))) is None
    assert longer_km(NEAR_HOME, NEAR_TOWN, a_round("r", ("back", 300))) is None


def test_fetched_on_the_way_out_and_brought_on_the_way_back_needs_room_on_both() -> None:
    triangle = (HOME, TOWN, GeoPoint(lat=46.3, lon=6.2))
    ends = NEAR_TOWN, GeoPoint(lat=46.15, lon=6.1)  # on its first side, and on its last
    out, back = ("out", 300), ("back", 300)
    assert longer_km(*ends, a_round("r", out, back, stops=triangle)) == pytest.approx(0, abs=0.1)
    assert longer_km(*ends, a_round("r", out, stops=triangle)) is None
    assert longer_km(*ends, a_round("r", back, stops=triangle)) is None


def test_aside_is_as_much_longer_as_the_triangle() -> None:
    through = HOME.distance_km(ASIDE) + ASIDE.distance_km(NEAR_TOWN) + NEAR_TOWN.distance_km(TOWN)
    more = (through - HOME.distance_km(TOWN)) * DETOUR
    assert longer_km(ASIDE, NEAR_TOWN, a_round("r", ("out", 300))) == round(more, 1)


@pytest.mark.parametrize(
    ("free", "load", "fits"),
    [
        ([("out", 200)], CRATES, True),
        ([("out", 199)], CRATES, False),
        ([("out", 1)], CRATES._replace(mass_kg=None), True),
        ([("out", 0)], CRATES._replace(mass_kg=None), False),
        ([("out", 300)], CRATES._replace(temperature="cold"), False),
        ([("out", 300)], CRATES._replace(is_waste=True), False),
        ([], CRATES, False),
    ],
)
def test_only_what_fits_rides_along(free: list[tuple[str, int]], load: Load, *, fits: bool) -> None:
    found = longer_km(NEAR_HOME, NEAR_TOWN, a_round("r", *free), load=load)
    assert (found is not None) is fits


def test_waste_rides_with_who_may_carry_it() -> None:
    driven = Driven(a_round("r", ("out", 300)), "Boucle", carries_waste=True)
    load = CRATES._replace(is_waste=True)
    assert Rounds([driven]).passing(NEAR_HOME, NEAR_TOWN, load) is not None


def test_who_comes_back_empty_has_room_then_whatever_it_is_said_to_be() -> None:
    empty = a_round("r", empty_km=Decimal(18))
    assert empty.comes_back_empty
    assert longer_km(NEAR_TOWN, NEAR_HOME, empty) == pytest.approx(0, abs=0.1)
    assert longer_km(NEAR_HOME, NEAR_TOWN, empty) is None
    told = a_round("r", ("out", 300), empty_km=Decimal(18))
    assert not told.comes_back_empty


def test_of_several_the_least_longer_is_told_and_nobody_is_passed_without_a_place() -> None:
    wide = a_round("wide", ("out", 300), stops=(HOME, GeoPoint(lat=46.02, lon=6.2), TOWN))
    straight = a_round("straight", ("out", 300))
    driven = [Driven(one, "Villaverde", carries_waste=False) for one in (wide, straight)]
    found = Rounds(driven).passing(NEAR_HOME, NEAR_TOWN, CRATES)
    assert found is not None
    assert found.driven.round == straight
    assert longer_km(None, NEAR_TOWN, straight) is None
    assert longer_km(NEAR_HOME, None, straight) is None
    assert longer_km(NEAR_HOME, NEAR_TOWN, a_round("r", ("out", 300), stops=(HOME,))) is None


def test_all_parts_of_the_map_are_within_one() -> None:
    parts = [Box(46.0, 6.0, 46.5, 6.5), Box(45.5, 6.2, 46.2, 6.9)]
    assert around(parts) == Box(45.5, 6.0, 46.5, 6.9)
    assert around(parts[:1]) == parts[0]


@given(st.floats(45.85, 46.15), st.floats(5.9, 6.5))
def test_nobody_is_passed_outside_its_reach(lat: float, lon: float) -> None:
    one, start = a_round("r", ("out", 300), ("back", 300)), GeoPoint(lat=lat, lon=lon)
    if longer_km(start, NEAR_TOWN, one) is not None:
        part = one.reach
        assert part.south <= lat <= part.north
        assert part.west <= lon <= part.east
