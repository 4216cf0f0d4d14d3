"""Medians and the like of durations, for figures that are watched."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from math import ceil


def quantile(values: Iterable[float], part: float) -> float:
    """The smallest value that so large a part of them does not exceed; 0 where there are none."""
    ordered = sorted(values)
    return ordered[max(1, ceil(part * len(ordered))) - 1] if ordered else 0.0


def seconds_until(moments: Sequence[datetime], now: datetime) -> list[float]:
    """How long ago each was, in seconds."""
    return [(now - moment).total_seconds() for moment in moments]
