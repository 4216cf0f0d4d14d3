"""Orders that follow from an agreed synergy, day after day, also when the clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_contracts.vocabulary import Period
from maillage_tours.domain.agreement import occurrences
from maillage_tours.domain.local_time import whole_day, window_on
from maillage_tours.domain.order import OrderStatus
from maillage_tours.domain.samples import ON, TERMS, a_need, an_agreement, hours

PARIS = ZoneInfo("Europe/Paris")
PERIODS: tuple[Period, ...] = ("P1D", "P1W", "P1M", "P3M", "P1Y")


@pytest.mark.parametrize(
    ("every", "first_on", "expected"),
    [
        ("P1D", date(2026, 11, 20), ["2026-11-24", "2026-11-25", "2026-11-26"]),
        ("P1W", date(2026, 11, 3), ["2026-11-24"]),
        ("P1W", date(2026, 11, 30), []),
        ("P1M", date(2026, 1, 25), ["2026-11-25"]),
        ("P3M", date(2026, 2, 26), ["2026-11-26"]),
        ("P1Y", date(2020, 11, 24), ["2026-11-24"]),
    ],
)
def test_occurrences_keep_the_rhythm_of_their_first_day(
    every: Period, first_on: date, expected: list[str]
) -> None:
    days = occurrences(every, first_on, date(2026, 11, 24), date(2026, 11, 26))
    assert [day.isoformat() for day in days] == expected


@pytest.mark.parametrize("every", PERIODS)
def test_the_ends_of_the_calendar_are_days_too(every: Period) -> None:
    need = a_need(every=every)
    for agreement in (
        an_agreement(need, starts_on=date.max),
        an_agreement(need, ended_on=date.min),
        an_agreement(a_need(every=every, first_on=date.max)),
    ):
        assert list(agreement.orders_due(ON, ON, PARIS)) == []


def test_the_31st_falls_on_the_last_day_of_a_shorter_month_and_comes_back() -> None:
    days = occurrences("P1M", date(2026, 1, 31), date(2026, 2, 1), date(2026, 5, 31))
    assert [day.isoformat()[5:] for day in days] == ["02-28", "03-31", "04-30", "05-31"]


@given(
    st.sampled_from(PERIODS),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 60),
    st.integers(0, 60),
)
def test_a_horizon_that_is_extended_day_by_day_misses_nothing_and_repeats_nothing(
    every: Period, first_on: date, since: date, first: int, more: int
) -> None:
    middle = since + timedelta(days=first)
    end = middle + timedelta(days=more)
    whole = list(occurrences(every, first_on, since, end))
    parts = [
        *occurrences(every, first_on, since, middle),
        *occurrences(every, first_on, middle + timedelta(days=1), end),
    ]
    assert parts == whole
    assert all(first_on <= day and since <= day <= end for day in whole)


def test_the_same_need_on_the_same_day_is_the_same_order() -> None:
    first = list(an_agreement().orders_due(ON, ON + timedelta(days=14), PARIS))
    again = list(an_agreement().orders_due(ON, ON + timedelta(days=7), PARIS))
    assert [order.on.day for order in first] == [24, 1, 8]
    assert [order.order_id for order in again] == [order.order_id for order in first[:2]]
    assert {order.status for order in first} == {OrderStatus.ACCEPTED}


def test_two_needs_of_one_synergy_are_two_orders() -> None:
    due = list(an_agreement(a_need(), a_need()).orders_due(ON, ON, PARIS))
    assert len({order.order_id for order in due}) == 2


def test_nothing_is_due_before_it_starts_or_from_its_end_on() -> None:
    daily = a_need(every="P1D")
    agreement = an_agreement(
        daily, starts_on=ON + timedelta(days=1), ended_on=ON + timedelta(days=3)
    )
    due = [order.on for order in agreement.orders_due(ON, ON + timedelta(days=9), PARIS)]
    assert due == [ON + timedelta(days=1), ON + timedelta(days=2)]


@pytest.mark.parametrize(
    ("day", "start", "end"),
    [
        (date(2026, 11, 24), "07:00", "11:00"),  # winter: UTC+1
        (date(2026, 7, 14), "06:00", "10:00"),  # summer: UTC+2
        (date(2026, 3, 29), "06:00", "10:00"),  # the day itself is summer by eight
        (date(2026, 10, 25), "07:00", "11:00"),
    ],
)
def test_a_window_is_at_the_hour_on_the_wall(day: date, start: str, end: str) -> None:
    window = window_on(day, hours("08:00", "12:00"), PARIS)
    assert window.start.astimezone(UTC).strftime("%H:%M") == start
    assert window.end.astimezone(UTC).strftime("%H:%M") == end


def test_an_hour_that_does_not_exist_is_one_later_and_keeps_its_length() -> None:
    window = window_on(date(2026, 3, 29), hours("02:15", "02:45"), PARIS)
    assert window.start == datetime(2026, 3, 29, 1, 15, tzinfo=UTC)
    assert window.end - window.start == timedelta(minutes=30)
    across = window_on(date(2026, 3, 29), hours("02:30", "03:00"), PARIS)
    assert across.end - across.start == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("day", "length_h"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (ON, 24)]
)
def test_a_day_has_the_hours_it_has(day: date, length_h: int) -> None:
    whole = whole_day(day, PARIS)
    assert whole.end - whole.start == timedelta(hours=length_h)


def test_windows_across_the_change_are_as_long_as_they_last() -> None:
    window = window_on(date(2026, 10, 25), hours("01:00", "05:00"), PARIS)
    assert window.end - window.start == timedelta(hours=5)


def test_today_is_the_day_of_the_territory() -> None:
    assert TERMS.today(datetime(2026, 11, 23, 23, 30, tzinfo=UTC)) == date(2026, 11, 24)
