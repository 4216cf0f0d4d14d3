"""Command: the crew has reached a stop."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import TourId
from maillage_tours.domain import execution
from maillage_tours.usecases.announce import stop_arrived
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class ArriveAtStop:
    """By the clock of the crew's phone."""

    tour_id: TourId
    number: int
    arrived_at: datetime


async def arrive_at_stop(command: ArriveAtStop, store: Store, now: datetime) -> Iterable[Event]:
    """The same report again, or one that comes after that of the stop, is nothing new.

    Raises NotFound, Invalid, or Refused when the tour is not under way.
    """
    before = await store.tour_to_change(command.tour_id)
    tour = execution.arrive(before, command.number, command.arrived_at, now)
    if tour == before:
        return ()
    await store.put_tours([tour])
    return (stop_arrived(tour, command.number, now),)
