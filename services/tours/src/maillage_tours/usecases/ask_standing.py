"""Command: something must be carried again and again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid, Refused
from maillage_tours.domain.standing import Standing
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.add_due import add_standing
from maillage_tours.usecases.recurrence import must_be_followed
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class AskStanding:
    """A standing order, accepted as it is asked for."""

    standing: Standing
    terms: Terms


async def ask_standing(command: AskStanding, store: Store, now: datetime) -> Iterable[Event]:
    """Keep it, and raise its orders within the horizon.

    Raises Invalid for a rule that is not followed, Refused when an end of it has closed.
    """
    standing = command.standing
    must_be_followed(standing.rrule)
    places = [standing.pickup.position, standing.dropoff.position]
    places += [standing.night.position] if standing.night else []
    if any(place in places[:number] for number, place in enumerate(places)):
        raise Invalid("dropoff", "the goods are there already")
    if not standing.load.mass_kg:
        raise Invalid("load.mass_kg", "say how heavy it is, even roughly")
    if standing.night is None and standing.dropoff_window.end <= standing.pickup_window.start:
        raise Invalid("dropoff_window", "the dropoff must be possible after the pickup")
    if await store.closed_among(standing.actors):
        raise Refused("one of the two places belongs to an actor that has closed")
    await store.put_standing(standing)
    return await add_standing([standing], store, now, command.terms)
