"""Command: a container for reuse was washed, is lost, is worn out, or was seen somewhere."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import NotFound
from maillage_contracts.vocabulary import UnitId
from maillage_tours.domain.execution import must_have_been
from maillage_tours.domain.returnable import UnitStatus, seen
from maillage_tours.usecases.announce_goods import unit_moved
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class MoveUnit:
    """Where it is now."""

    unit_id: UnitId
    status: UnitStatus
    at: datetime | None


async def move_unit(command: MoveUnit, store: Store, now: datetime) -> Iterable[Event]:
    """Where it is already is nothing new. Raises NotFound, Invalid, Refused for the scrapped."""
    must_have_been(command.at or now, now)
    found = await store.units_to_change({command.unit_id})
    if not found:
        raise NotFound(f"no unit {command.unit_id} here: register it first")
    before, at = found[0], command.at or now
    if before.status == command.status:
        return ()
    if UnitStatus.SCRAPPED in {before.status, command.status} or command.status == UnitStatus.LOST:
        steps = [before.become(command.status, at)]
    else:
        steps = seen(before, command.status, at)
    await store.put_units(steps[-1:])
    return unit_moved(before, steps)
