"""Command: the dispatcher gives one proposed tour to its crew."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import TourId
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.change import tour_to_change
from maillage_tours.usecases.publish import publish
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class PublishTour:
    """One tour; of an order in two legs, the first leg's tour comes first."""

    tour_id: TourId
    terms: Terms
    expected_version: int | None = None


async def publish_tour(command: PublishTour, store: Store, now: datetime) -> Iterable[Event]:
    """Raises NotFound, Stale, or Refused when it is not proposed or no longer holds."""
    tour = await tour_to_change(store, command.tour_id, command.expected_version)
    return await publish([tour], store, command.terms)
