"""Command: goods came into a hub or left it without a tour of ours, or somebody counted."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_tours.domain.execution import must_have_been
from maillage_tours.domain.hub_stock import Movement, must_be_something
from maillage_tours.usecases.book_goods import book
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class MoveStock:
    """The movement, with the identifier that whoever tells it gave it."""

    movement: Movement


async def move_stock(command: MoveStock, store: Store, now: datetime) -> Iterable[Event]:
    """The same movement again is nothing new. Raises Invalid when nothing moved, or not yet."""
    must_be_something(command.movement)
    must_have_been(command.movement.at, now)
    return await book(command.movement.model_copy(update={"received_at": now}), store)
