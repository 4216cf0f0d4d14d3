"""Write the loops, the losses and the stock of containers for reuse, step by step."""

from collections.abc import Iterable
from datetime import datetime, tzinfo

from maillage_contracts.envelope import Event, Received
from maillage_contracts.tours import ReturnableUnitMoved
from maillage_impact.domain.containers import Step, lines_of_step
from maillage_impact.usecases.store import Store
from maillage_impact.usecases.write_lines import write_lines


async def write_step(
    message: Received[ReturnableUnitMoved], store: Store, now: datetime, *, zone: tzinfo
) -> Iterable[Event]:
    """On returnableunit.moved: scanned or implied, a loop that closed is one; on its local day."""
    del now
    moved = message.event
    step = Step(
        unit_id=moved.unit_id,
        kind=moved.kind,
        came_from=moved.came_from,
        status=moved.status,
        loops=moved.loops,
        on=moved.at.astimezone(zone).date(),
        cause=message.envelope.id,
    )
    return await write_lines(lines_of_step(step), store)
