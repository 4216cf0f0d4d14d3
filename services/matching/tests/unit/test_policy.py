"""How many leads may still be shown: the week's cap, the desks, and an engine that is off."""

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_contracts.vocabulary import PeriodicQuantity
from maillage_matching.domain.flow import a_year, in_base_unit
from maillage_matching.domain.policy import (
    Arrivals,
    Desk,
    Policy,
    free_desks,
    is_calm,
    room_for_leads,
    week_of,
)


def desk_with(*cases: int, **changes: int) -> Desk:
    """So many open cases of one advisor after the other."""
    cases_of = {f"advisor-{n}": many for n, many in enumerate(cases, 1)}
    return Desk.model_validate({**changes, "cases_of": cases_of})


@pytest.mark.parametrize(
    ("policy", "desk", "room"),
    [
        (Policy(), Desk(), 5),
        (Policy(advisors=3), Desk(), 15),
        (Policy(weekly_leads=0), Desk(), 0),
        (Policy(), Desk(surfaced_this_week=4), 1),
        (Policy(), Desk(surfaced_this_week=7), 0),
        (Policy(), desk_with(10), 2),
        (Policy(), desk_with(8, waiting=3), 1),
        (Policy(), desk_with(20), 0),
        (Policy(advisors=2), desk_with(10, 10), 4),
        (Policy(advisors=2), desk_with(20), 5),  # what the one has too much takes no other's place
        (Policy(advisors=2), desk_with(12, 11), 1),
        (Policy(advisors=2), desk_with(12, 1, surfaced_this_week=4), 1),
        (Policy(advisors=2), desk_with(9, 9, waiting=5), 1),
        (Policy(advisors=2), desk_with(10, 4, 3, waiting=5), 2),  # a third person has cases too
    ],
)
def test_room_for_leads(policy: Policy, desk: Desk, room: int) -> None:
    assert room_for_leads(policy, desk) == room


NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("count", "first_s_ago", "last_s_ago", "calm"),
    [
        (1, 0.04, 0.04, False),
        (1, 0.05, 0.05, True),
        (1, 50, 0.05, True),
        (2, 0.09, 0.09, False),
        (2, 1, 0.1, True),
        (6, 2, 0.2, False),
        (6, 2, 0.3, True),
        (60, 3, 2.9, False),
        (60, 3, 3, True),
        (9000, 3, 2.9, False),
        (9000, 56, 0.0, False),
        (9000, 57, 0.0, True),
        (0, 50, 3.1, True),
    ],
)
def test_the_more_flows_come_the_longer_the_rest_is_waited_for(
    count: int, first_s_ago: float, last_s_ago: float, *, calm: bool
) -> None:
    first, last = (NOW - timedelta(seconds=ago) for ago in (first_s_ago, last_s_ago))
    assert is_calm(Policy(), Arrivals(count, first, last), NOW) is calm


def test_where_nothing_came_there_is_nothing_to_wait_for() -> None:
    assert is_calm(Policy(), None, NOW)


def test_who_has_a_place_left_is_counted() -> None:
    assert free_desks(Policy(advisors=3), desk_with(12, 11)) == 2
    assert free_desks(Policy(), desk_with(12)) == 0


@given(
    st.integers(0, 9),
    st.integers(1, 4),
    st.integers(0, 40),
    st.integers(0, 20),
    st.lists(st.integers(0, 20), max_size=6),
)
def test_the_caps_hold_whatever_the_desks(
    k: int, advisors: int, shown: int, waiting: int, cases: list[int]
) -> None:
    policy = Policy(weekly_leads=k, advisors=advisors)
    desk = desk_with(*cases, surfaced_this_week=shown, waiting=waiting)
    room = room_for_leads(policy, desk)
    assert room >= 0
    assert shown + room <= max(shown, k * advisors)
    assert not room or desk.waiting + room <= policy.open_cases_max * free_desks(policy, desk)


def test_a_week_begins_on_monday_in_utc() -> None:
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    assert week_of(monday) == monday
    assert week_of(monday + timedelta(days=6, hours=23)) == monday
    assert week_of(monday - timedelta(seconds=1)) == monday - timedelta(days=7)
    early = datetime(2026, 11, 23, 0, 30, tzinfo=timezone(timedelta(hours=1)))
    assert week_of(early) == monday - timedelta(days=7)


def test_an_engine_without_leads_is_off() -> None:
    assert Policy().is_on
    assert not Policy(weekly_leads=0).is_on


def test_quantities_of_a_year_are_in_base_units() -> None:
    monthly = PeriodicQuantity(value=Decimal("1.5"), unit="t", per="P1M")
    assert a_year(monthly) == (Decimal(18_000), "kg")
    assert in_base_unit(Decimal(2), "fathom") == (Decimal(2), "fathom")
    assert in_base_unit(Decimal("1.2345"), "l") == (Decimal("0.0012345"), "m3")
