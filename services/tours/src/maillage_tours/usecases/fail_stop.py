"""Command: the crew could do nothing at a stop, and says why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import TourId, Word
from maillage_tours.domain import execution
from maillage_tours.domain.tour import Visited
from maillage_tours.usecases.announce import stop_failed
from maillage_tours.usecases.record_stop import record_stop
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class FailStop:
    """One report of a crew."""

    tour_id: TourId
    number: int
    visited: Visited
    reason: Word


async def fail_stop(command: FailStop, store: Store, now: datetime) -> Iterable[Event]:
    """All that was to be done here has failed. The same report again is nothing new.

    Raises NotFound, Invalid, or Refused, as for a stop that was done.
    """
    before = await store.tour_to_change(command.tour_id)
    tour = execution.fail_stop(before, command.number, command.visited, command.reason, now)
    if tour == before:
        return ()
    failed = stop_failed(tour, command.number, command.reason)
    return [failed, *await record_stop(tour, command.number, store, now)]
