"""Command: the crew sets off."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import TourId
from maillage_tours.domain import execution
from maillage_tours.usecases.change import tour_to_change
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class StartTour:
    """From this moment, or from now."""

    tour_id: TourId
    started_at: datetime | None = None
    expected_version: int | None = None


async def start_tour(command: StartTour, store: Store, now: datetime) -> Iterable[Event]:
    """A tour under way, or over, is left as it is: a stop told before the start has started it.

    Raises NotFound, Stale, Invalid, or Refused if not published.
    """
    tour = await tour_to_change(store, command.tour_id, command.expected_version)
    started = execution.start(tour, command.started_at, now)
    if started != tour:
        await store.put_tours([started])
    return ()
