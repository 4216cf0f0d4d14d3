"""Command: the crew was at a stop; what was weighed, taken, given, refused."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import TourId
from maillage_tours.domain import execution
from maillage_tours.domain.execution import Handed
from maillage_tours.domain.tour import Visited
from maillage_tours.usecases.announce import stop_completed
from maillage_tours.usecases.record_stop import record_stop
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class CompleteStop:
    """One report of a crew."""

    tour_id: TourId
    number: int
    visited: Visited
    handed: tuple[Handed, ...]


async def complete_stop(command: CompleteStop, store: Store, now: datetime) -> Iterable[Event]:
    """The same report again is nothing new: phones retry.

    Raises NotFound, Invalid when the report does not fit the stop, Refused when the tour is not
    under way or something else was reported before.
    """
    before = await store.tour_to_change(command.tour_id)
    tour = execution.complete_stop(before, command.number, command.visited, command.handed, now)
    if tour == before:
        return ()
    done = stop_completed(tour, command.number, command.handed)
    return [done, *await record_stop(tour, command.number, store, now)]
