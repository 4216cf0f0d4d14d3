"""Moments and windows, in the nights when clocks change too."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from maillage_contracts.vocabulary import DailyWindow, LocalTime, Moment, TimeWindow

PARIS = ZoneInfo("Europe/Paris")
SPRING, AUTUMN = date(2026, 3, 29), date(2026, 10, 25)
AN_HOUR = timedelta(hours=1)

moments = st.datetimes(
    datetime(2001, 1, 1),  # noqa: DTZ001 -- hypothesis adds the zone
    datetime(2098, 12, 31),  # noqa: DTZ001 -- same
    timezones=st.sampled_from([UTC, PARIS, timezone(-timedelta(hours=10))]),
)


def hours(start: str, end: str) -> DailyWindow:
    return DailyWindow(start=time.fromisoformat(start), end=time.fromisoformat(end))


def length(window: TimeWindow) -> timedelta:
    return window.end.astimezone(UTC) - window.start.astimezone(UTC)


@given(moments, st.timedeltas(timedelta(seconds=1), timedelta(days=400)))
def test_a_window_contains_its_ends_and_nothing_beyond(start: datetime, long: timedelta) -> None:
    end = (start.astimezone(UTC) + long).astimezone(start.tzinfo)
    window = TimeWindow(start=start, end=end)

    assert window.contains(window.start)
    assert window.contains(window.end)
    assert window.contains(start.astimezone(UTC) + long / 2)
    assert not window.contains(start.astimezone(UTC) - timedelta(seconds=1))
    assert not window.contains(end.astimezone(UTC) + timedelta(seconds=1))


def test_a_window_ends_after_it_starts() -> None:
    start = datetime(2026, 11, 23, 8, tzinfo=UTC)

    for end in (start, start - AN_HOUR, start.astimezone(PARIS)):
        with pytest.raises(ValidationError, match="must end after it starts"):
            TimeWindow(start=start, end=end)


def test_the_hour_that_comes_twice_is_two_hours() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=PARIS)
    second = first.replace(fold=1)
    window = TimeWindow(start=first, end=second)

    assert length(window) == AN_HOUR
    assert window.contains(datetime(2026, 10, 25, 1, 0, tzinfo=UTC))
    assert not TimeWindow(start=second, end=second + AN_HOUR).contains(first)


@pytest.mark.parametrize(
    "moment", ["2026-11-23T08:00:00", "1999-12-31T23:59:59Z", "2100-01-01T00:00:00Z"]
)
def test_a_moment_has_an_offset_and_is_of_this_century(moment: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter[datetime](Moment).validate_python(datetime.fromisoformat(moment))


def test_a_daily_window_does_not_go_past_midnight() -> None:
    with pytest.raises(ValidationError, match="must end after it starts"):
        hours("22:00", "06:00")


def test_a_local_time_has_no_offset() -> None:
    with pytest.raises(ValidationError, match="a local time has no offset"):
        TypeAdapter[time](LocalTime).validate_python(time(8, tzinfo=UTC))


@pytest.mark.parametrize(
    ("day", "start", "end", "expected"),
    [
        (date(2026, 1, 15), "2026-01-15T07:00:00Z", "2026-01-15T11:00:00Z", 4),
        (date(2026, 7, 15), "2026-07-15T06:00:00Z", "2026-07-15T10:00:00Z", 4),
    ],
)
def test_the_window_of_a_day_follows_the_season(
    day: date, start: str, end: str, expected: int
) -> None:
    window = hours("08:00", "12:00").on(day, PARIS)

    assert window.start == datetime.fromisoformat(start)
    assert window.end == datetime.fromisoformat(end)
    assert length(window) == expected * AN_HOUR


@pytest.mark.parametrize(("day", "expected"), [(SPRING, 3), (AUTUMN, 5)])
def test_a_night_that_is_an_hour_shorter_or_longer(day: date, expected: int) -> None:
    assert length(hours("01:00", "05:00").on(day, PARIS)) == expected * AN_HOUR


def test_a_window_that_the_clock_skips() -> None:
    skipped = hours("02:15", "02:45").on(SPRING, PARIS)

    assert skipped.start.astimezone(PARIS).time() == time(3, 15)
    with pytest.raises(ValidationError, match="must end after it starts"):
        hours("02:30", "03:15").on(SPRING, PARIS)
