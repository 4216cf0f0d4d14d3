"""Command: containers for reuse join the pool."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import UnitId, Word
from maillage_tours.domain.returnable import Unit
from maillage_tours.usecases.announce_goods import unit_moved
from maillage_tours.usecases.store import Store


@dataclass(frozen=True)
class RegisterUnits:
    """Clean, and in stock."""

    unit_ids: tuple[UnitId, ...]
    kind: Word


async def register_units(command: RegisterUnits, store: Store, now: datetime) -> Iterable[Event]:
    """Those that are known already are left as they are, but for their kind."""
    known = await store.units_to_change(set(command.unit_ids))
    kinds = [unit.model_copy(update={"kind": command.kind}) for unit in known]
    new = [
        Unit(unit_id=unit_id, kind=command.kind, since=now)
        for unit_id in sorted(set(command.unit_ids) - {unit.unit_id for unit in known})
    ]
    await store.put_units([*kinds, *new])
    return [event for unit in new for event in unit_moved(None, [unit])]
