"""Moments, local times, and the windows between two of them."""

import re
from datetime import UTC, date, datetime, time, tzinfo
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from maillage_contracts.vocabulary.words import Value

Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC)),
]
"""A moment of this century with its offset; what lies outside is a broken clock."""


def _written_out(day: object) -> object:
    """Refuse a number where a day is meant: it would be read as seconds since 1970."""
    if isinstance(day, date) or re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", str(day)):
        return day
    raise ValueError("write the day as in 2026-11-23")


Day = Annotated[date, BeforeValidator(_written_out)]
"""A day as people send it to a door."""


def _without_offset(value: time) -> time:
    if value.tzinfo is not None:
        raise ValueError("a local time has no offset, as in 08:30")
    return value


LocalTime = Annotated[time, AfterValidator(_without_offset)]


class TimeWindow(Value):
    """From a moment to a later one; both carry their offset."""

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end.timestamp() <= self.start.timestamp():
            raise ValueError("a time window must end after it starts")
        return self

    def contains(self, moment: datetime) -> bool:
        """Whether the moment is inside, both ends included."""
        # Moments of one ZoneInfo compare by the clock on the wall, which is wrong in two nights.
        return self.start.timestamp() <= moment.timestamp() <= self.end.timestamp()


class DailyWindow(Value):
    """From a local time of the day to a later one."""

    start: LocalTime
    end: LocalTime

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a daily window must end after it starts")
        return self

    def on(self, day: date, zone: tzinfo) -> TimeWindow:
        """The window of one day in a time zone. Raises ValueError where the clock skips it."""
        start = datetime.combine(day, self.start, zone).astimezone(UTC).astimezone(zone)
        end = datetime.combine(day, self.end, zone).astimezone(UTC).astimezone(zone)
        return TimeWindow(start=start, end=end)
