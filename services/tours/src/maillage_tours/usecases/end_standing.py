"""Command: a standing order is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_tours.domain.order import OrderStatus
from maillage_tours.domain.standing import ORIGIN, StandingId
from maillage_tours.domain.terms import Terms
from maillage_tours.usecases.change import must_be
from maillage_tours.usecases.store import Store
from maillage_tours.usecases.withdraw import withdraw

STANDING_ENDED = "standing_ended"


@dataclass(frozen=True)
class EndStanding:
    """From today on it raises nothing."""

    standing_id: StandingId
    terms: Terms
    expected_version: int | None = None


async def end_standing(command: EndStanding, store: Store, now: datetime) -> Iterable[Event]:
    """Cancel its orders from today on, but for what is on a vehicle. Raises NotFound, Stale."""
    standing = await store.standing_to_change(command.standing_id)
    must_be(command.expected_version, standing.version)
    if standing.ended_on is not None:
        return ()
    today = command.terms.today(now)
    ended = standing.model_copy(update={"ended_on": today, "version": standing.version + 1})
    await store.put_standing(ended)
    found = set(await store.order_ids_of_origin(ORIGIN, standing.standing_id, today))
    orders = await store.orders_to_change(found)
    # What came yesterday evening waits for its morning.
    gone = {one.order_id for one in orders if one.follows is None or one.follows in found}
    return await withdraw(gone, OrderStatus.CANCELLED, STANDING_ENDED, store)
