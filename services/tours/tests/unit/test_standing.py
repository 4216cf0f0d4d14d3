"""Transports that come back by a rule, also as pairs of an evening and the next morning."""

from datetime import date
from uuid import UUID

import pytest

from maillage_contracts.refusals import Invalid
from maillage_tours.domain.samples import TERMS, a_standing, an_id, hours, place
from maillage_tours.domain.standing import morning_of
from maillage_tours.usecases.recurrence import days_of

MONDAY = date(2026, 11, 23)


def on(rule: str, until: date = date(2026, 12, 31)) -> list[str]:
    return [f"{day:%m-%d}" for day in days_of(rule, MONDAY, MONDAY, until)]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        ("FREQ=WEEKLY;BYDAY=TU,FR;COUNT=3", ["11-24", "11-27", "12-01"]),
        ("RRULE:FREQ=DAILY;INTERVAL=8;COUNT=2", ["11-23", "12-01"]),
        ("FREQ=DAILY;BYDAY=MO;UNTIL=20261207", ["11-23", "11-30", "12-07"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["11-27", "12-25"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1,15", ["11-30", "12-15", "12-31"]),
    ],
)
def test_the_days_of_a_rule(rule: str, days: list[str]) -> None:
    assert on(rule) == days


def test_only_the_days_asked_for() -> None:
    found = days_of("FREQ=DAILY", MONDAY, date(2026, 12, 24), date(2026, 12, 25))
    assert found == [date(2026, 12, 24), date(2026, 12, 25)]


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "FREQ=HOURLY",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYDAY=5MO",
        "FREQ=DAILY;INTERVAL=7;BYDAY=MO",
        "FREQ=MONTHLY;BYDAY=1MO;BYMONTHDAY=28",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;FREQ=DAILY",
        "FREQ=WEEKLY;BYDAY=TU\nRDATE:20261124",
        "DTSTART:20261124",
    ],
)
def test_rules_without_a_next_day_and_rules_we_do_not_follow_are_refused(rule: str) -> None:
    with pytest.raises(Invalid):
        days_of(rule, MONDAY, MONDAY, date(2027, 1, 1))


def test_one_order_a_day() -> None:
    days = [date(2026, 11, 24), date(2026, 11, 27)]
    orders = list(a_standing().orders_on(days, TERMS.zone))
    assert [(order.on, order.follows) for order in orders] == [(day, None) for day in days]
    assert orders == list(a_standing().orders_on(days, TERMS.zone))
    assert {order.origin_id for order in orders} == {UUID(str(an_id("standing")))}
    assert [f"{order.pickup_window.start:%d %H:%M}" for order in orders] == ["24 17:00", "27 17:00"]


def test_an_evening_and_its_morning_are_a_pair() -> None:
    night = place("Hub")
    standing = a_standing(night=night, dropoff_window=hours("07:00", "09:00"))
    evening, morning = standing.orders_on([date(2026, 11, 24)], TERMS.zone)
    assert (evening.dropoff, morning.pickup) == (night, night)
    assert (evening.on, morning.on) == (date(2026, 11, 24), date(2026, 11, 25))
    assert (morning.order_id, morning.follows) == (morning_of(evening.order_id), evening.order_id)
    assert evening.dropoff_window.end <= morning.pickup_window.start
    assert f"{morning.dropoff_window.start:%d %H:%M}" == "25 07:00"


def test_a_standing_order_that_has_ended_raises_nothing() -> None:
    days = [date(2026, 11, 24), date(2026, 11, 27)]
    ended = a_standing(ended_on=date(2026, 11, 27))
    assert [order.on for order in ended.orders_on(days, TERMS.zone)] == days[:1]
