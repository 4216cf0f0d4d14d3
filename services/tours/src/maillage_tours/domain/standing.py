"""A standing order: the same transport again and again, and the orders that follow from it."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta, tzinfo
from typing import NewType
from uuid import UUID, uuid5

from pydantic import Field

from maillage_contracts.vocabulary import (
    ActorId,
    DailyWindow,
    Load,
    OrderId,
    Place,
    TimeWindow,
    Value,
    Word,
)
from maillage_tours.domain.local_time import whole_day, window_on
from maillage_tours.domain.order import Order, OrderStatus, Priority

StandingId = NewType("StandingId", UUID)
ORIGIN = "standing"


class Standing(Value):
    """What comes back by a rule of recurrence (RFC 5545), from its first day until it is ended.

    With a place for the night, goods are fetched in the evening and brought there, and go on from
    there the next morning: two orders, of which the second follows the first.
    """

    standing_id: StandingId
    rrule: str = Field(max_length=200)
    starts_on: date
    pickup: Place
    night: Place | None = None
    dropoff: Place
    load: Load
    pickup_window: DailyWindow
    dropoff_window: DailyWindow
    is_waste: bool = False
    is_soiled: bool = False
    is_return: bool = False
    is_perishable: bool = False
    priority: Priority = Priority.NORMAL
    goods: Word | None = None
    ended_on: date | None = None
    version: int = 1

    @property
    def actors(self) -> frozenset[ActorId]:
        """Whose goods or doors these are."""
        ends = self.pickup.actor_id, self.dropoff.actor_id
        return frozenset(actor for actor in ends if actor is not None)

    def orders_on(self, days: Iterable[date], zone: tzinfo) -> Iterator[Order]:
        """The orders of these days, accepted: the same day always has the same orders."""
        for day in days:
            if self.ended_on is not None and day >= self.ended_on:
                continue
            first = OrderId(uuid5(self.standing_id, f"on {day}"))
            morning = day if self.night is None else day + timedelta(days=1)
            start = self.pickup, window_on(day, self.pickup_window, zone)
            end = self.dropoff, window_on(morning, self.dropoff_window, zone)
            if self.night is None:
                yield self._order(first, day, start, end)
                continue
            evening = TimeWindow(start=start[1].start, end=whole_day(day, zone).end)
            dawn = TimeWindow(start=whole_day(morning, zone).start, end=end[1].end)
            yield self._order(first, day, start, (self.night, evening))
            second = self._order(morning_of(first), morning, (self.night, dawn), end)
            yield second.model_copy(update={"follows": first})

    def _order(
        self,
        order_id: OrderId,
        on: date,
        start: tuple[Place, TimeWindow],
        end: tuple[Place, TimeWindow],
    ) -> Order:
        return Order(
            order_id=order_id,
            origin=ORIGIN,
            origin_id=self.standing_id,
            on=on,
            pickup=start[0],
            dropoff=end[0],
            load=self.load,
            pickup_window=start[1],
            dropoff_window=end[1],
            is_waste=self.is_waste,
            is_soiled=self.is_soiled,
            is_return=self.is_return,
            is_perishable=self.is_perishable,
            priority=self.priority,
            goods=self.goods,
            status=OrderStatus.ACCEPTED,
        )


def morning_of(evening: OrderId) -> OrderId:
    """The order of the next morning that goes on with what this one brings, if there is one."""
    return OrderId(uuid5(evening, "next morning"))
