"""Hours on the territory's clock as moments, also on the days when the clocks change."""

from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache

from maillage_contracts.vocabulary import DailyWindow, TimeWindow


def moment_on(day: date, hour: time, zone: tzinfo) -> datetime:
    """A local time of a day as a moment with a fixed offset.

    An hour that the clocks jump over is the moment one hour later on the clock. The offset is
    fixed because moments of one zone are compared and subtracted by the clock on the wall.
    """
    return fixed(datetime.combine(day, hour, zone).astimezone(UTC), zone)


def fixed(moment: datetime, zone: tzinfo) -> datetime:
    """The moment as the territory's clock shows it, with the offset it has then."""
    local = moment.astimezone(UTC).astimezone(zone)
    return local.replace(tzinfo=timezone(local.utcoffset() or timedelta()))


def window_on(day: date, window: DailyWindow, zone: tzinfo) -> TimeWindow:
    """A daily window as two moments of one day; one that the clocks jump over keeps its length."""
    start, end = moment_on(day, window.start, zone), moment_on(day, window.end, zone)
    if end <= start:
        end = start + (datetime.combine(day, window.end) - datetime.combine(day, window.start))
    return TimeWindow(start=start, end=end)


@lru_cache(maxsize=64)
def whole_day(day: date, zone: tzinfo) -> TimeWindow:
    """From one local midnight to the next: 23, 24 or 25 hours."""
    midnight = moment_on(day, time(), zone)
    return TimeWindow(start=midnight, end=moment_on(day + timedelta(days=1), time(), zone))
