"""What an agreed synergy needs carried, and the orders that follow from it, day after day."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta, tzinfo
from uuid import uuid5

from maillage_contracts.vocabulary import (
    DailyWindow,
    Load,
    OrderId,
    Period,
    Place,
    SynergyId,
    Value,
)
from maillage_tours.domain.local_time import window_on
from maillage_tours.domain.order import Order, OrderStatus

_DAYS: dict[Period, int] = {"P1D": 1, "P1W": 7}
_MONTHS: dict[Period, int] = {"P1M": 1, "P3M": 3, "P1Y": 12}


class Need(Value):
    """One transport that comes back with a period."""

    pickup: Place
    dropoff: Place
    load: Load
    every: Period
    first_on: date
    pickup_window: DailyWindow
    dropoff_window: DailyWindow
    is_waste: bool = False
    is_return: bool = False


class Agreement(Value):
    """The needs of one synergy, from the day it starts to the day it ended, if it did."""

    synergy_id: SynergyId
    needs: tuple[Need, ...] = ()
    starts_on: date
    ended_on: date | None = None

    def orders_due(self, since: date, until: date, zone: tzinfo) -> Iterator[Order]:
        """The orders from `since` to `until` included, accepted: the parties have agreed already.

        The same need on the same day is always the same order, however often it is asked for.
        """
        since = max(since, self.starts_on)
        if self.ended_on is not None:
            if self.ended_on <= since:
                return
            until = min(until, self.ended_on - timedelta(days=1))
        for number, need in enumerate(self.needs):
            for day in occurrences(need.every, need.first_on, since, until):
                yield Order(
                    order_id=OrderId(uuid5(self.synergy_id, f"need {number} on {day}")),
                    origin="synergy",
                    origin_id=self.synergy_id,
                    on=day,
                    pickup=need.pickup,
                    dropoff=need.dropoff,
                    load=need.load,
                    pickup_window=window_on(day, need.pickup_window, zone),
                    dropoff_window=window_on(day, need.dropoff_window, zone),
                    is_waste=need.is_waste,
                    is_return=need.is_return,
                    status=OrderStatus.ACCEPTED,
                )


def occurrences(every: Period, first_on: date, since: date, until: date) -> Iterator[date]:
    """The days of a recurrence from `since` to `until` included, counted from its first day."""
    if since > until:
        return  # and the day after the last day of the calendar is none
    if every in _DAYS:
        step = _DAYS[every]
        day = first_on + timedelta(days=max(0, -(-(since - first_on).days // step)) * step)
        while day <= until:
            yield day
            day += timedelta(days=step)
        return
    months = 0
    while (day := _months_after(first_on, months)) <= until:
        if day >= since:
            yield day
        months += _MONTHS[every]


def _months_after(first_on: date, months: int) -> date:
    """That many months later; the 31st falls on the last day of a shorter month."""
    years, month = divmod(first_on.month - 1 + months, 12)
    year, month = first_on.year + years, month + 1
    return date(year, month, min(first_on.day, monthrange(year, month)[1]))
