"""On what flows says of rounds that others already drive: keep them, and plan what they leave."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby

from maillage_contracts.envelope import Received
from maillage_contracts.flows import ExistingRound, ExistingRoundDeclared
from maillage_contracts.vocabulary import Word
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.riding_along import without_room
from maillage_tours.usecases.offer_rides import goes_on, rooms_of
from maillage_tours.usecases.store import Store, Told

ROUND_ENDED = "round_ended"
ROUND_IS_FULL = "round_is_full"


async def follow_rounds(
    messages: Sequence[Received[ExistingRoundDeclared]], store: Store, now: datetime
) -> None:
    """Rounds with their free room, as they were last declared.

    Orders that were to ride on one which ended, or has less room, are to be planned again; what was
    taken before now rides on.
    """
    await store.keep_rounds([Told(m.event.round, m.envelope.sequence) for m in messages])
    told = {message.event.round.round_id for message in messages}
    orders = [
        order
        for order in await store.orders_on_rounds_to_change(told)
        if order.ride is not None and order.ride.taken_at > now
    ]
    if orders:
        rounds = [one for one in await store.rounds() if one.round_id in told]
        await store.put_orders([left for one in rounds for left in _left_behind(one, orders)])


def _left_behind(one: ExistingRound, orders: Sequence[Order]) -> Iterator[Order]:
    """The orders that cannot ride on this round any more, as they are then."""
    mine = [order for order in orders if order.ride and order.ride.round_id == one.round_id]
    for on, of_day in groupby(sorted(mine, key=lambda order: order.on), lambda order: order.on):
        if not goes_on(one, on):
            yield from (_off(order, ROUND_ENDED) for order in of_day)
            continue
        riding = [order for order in of_day if order.status == OrderStatus.RIDING]
        yield from (_off(order, ROUND_IS_FULL) for order in without_room(riding, rooms_of(one)))


def _off(order: Order, reason: Word) -> Order:
    """The order without its ride, agreed or still asked for."""
    if order.status == OrderStatus.RIDING:
        return order.become(OrderStatus.ACCEPTED, ride=None, reason=reason)
    return order.changed(ride=None, reason=reason)
