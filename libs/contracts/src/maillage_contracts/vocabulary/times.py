"""Moments, local times, and the windows between two of them."""

from datetime import UTC, date, datetime, time, tzinfo
from typing import Annotated, Self

from pydantic import AfterValidator, AwareDatetime, Field, model_validator

from maillage_contracts.vocabulary.words import Value

Moment = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC)),
]
"""A moment of this century with its offset; what lies outside is a broken clock."""


def _without_offset(value: time) -> time:
    if value.tzinfo is not None:
        message = "a local time has no offset, as in 08:30"
        raise ValueError(message)
    return value


LocalTime = Annotated[time, AfterValidator(_without_offset)]


class TimeWindow(Value):
    """From a moment to a later one; both carry their offset."""

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.end.timestamp() <= self.start.timestamp():
            message = "a time window must end after it starts"
            raise ValueError(message)
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
            message = "a daily window must end after it starts"
            raise ValueError(message)
        return self

    def on(self, day: date, zone: tzinfo) -> TimeWindow:
        """The window of one day in a time zone. Raises ValueError where the clock skips it."""
        start = datetime.combine(day, self.start, zone).astimezone(UTC).astimezone(zone)
        end = datetime.combine(day, self.end, zone).astimezone(UTC).astimezone(zone)
        return TimeWindow(start=start, end=end)
