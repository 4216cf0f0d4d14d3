"""Medians and the like of durations, for figures that are watched."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil

DAY = timedelta(days=1)


def quantile(values: Iterable[float], part: float) -> float:
    """The smallest value that so large a part of them does not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[max(1, ceil(part * len(ordered))) - 1] if ordered else 0.0


def days_until(moments: Sequence[datetime], now: datetime) -> list[float]:
    """How many days ago each was."""
    return [(now - moment) / DAY for moment in moments]
