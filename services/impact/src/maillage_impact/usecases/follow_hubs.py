"""Keep what came into hubs and what left them; a count that finds another stock is a gap."""

from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo

from maillage_contracts.envelope import Event, Received
from maillage_contracts.tours import HubStockDiscrepancy, HubStockDispatched, HubStockReceived
from maillage_impact.domain.mass_balance import Count, lines_of_count
from maillage_impact.usecases.store import HubMove, Store
from maillage_impact.usecases.write_lines import write_lines


async def follow_stock(
    messages: Sequence[Received[HubStockReceived | HubStockDispatched]],
    store: Store,
    now: datetime,
    *,
    zone: tzinfo,
) -> None:
    """On hubstock.received and hubstock.dispatched: by the day on which it happened."""
    del now
    await store.save_hub_moves([_move(message, zone) for message in messages])


def _move(message: Received[HubStockReceived | HubStockDispatched], zone: tzinfo) -> HubMove:
    moved = message.event
    return HubMove(
        move_id=message.envelope.id,
        hub_id=moved.hub_id,
        temperature=moved.temperature,
        kind="received" if isinstance(moved, HubStockReceived) else "dispatched",
        mass_kg=moved.mass_kg,
        on=moved.at.astimezone(zone).date(),
    )


async def write_count(
    message: Received[HubStockDiscrepancy], store: Store, now: datetime, *, zone: tzinfo
) -> Iterable[Event]:
    """On hubstock.discrepancy: the gap between the books and the count, when it is one."""
    del now
    counted = message.event
    count = Count(
        hub_id=counted.hub_id,
        temperature=counted.temperature,
        on=counted.at.astimezone(zone).date(),
        expected_kg=counted.expected_kg,
        found_kg=counted.in_stock_kg,
        cause=message.envelope.id,
    )
    return await write_lines(lines_of_count(count), store)
