"""A person enters refrigerant that escaped: what was refilled, or the charge of the unit."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_impact.domain.cold import Escaped, line_of_escape
from maillage_impact.usecases.store import Store
from maillage_impact.usecases.write_lines import write_lines


@dataclass(frozen=True)
class RecordRefrigerant:
    """What escaped, and the identifier of this statement of it."""

    record_id: UUID
    escaped: Escaped


async def record_refrigerant(
    command: RecordRefrigerant, store: Store, now: datetime
) -> Iterable[Event]:
    """Write what it emitted."""
    del now
    return await write_lines(
        [line_of_escape(command.escaped, store.factors, command.record_id)], store
    )
