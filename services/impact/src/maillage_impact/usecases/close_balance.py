"""Hold what came into a hub against what left it; a gap is a line of the ledger, and an event."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_impact.domain.mass_balance import HubBalance, lines_of
from maillage_impact.usecases.store import Store
from maillage_impact.usecases.write_lines import write_lines


@dataclass(frozen=True)
class CloseBalance:
    """The balance of a hub over a period."""

    balance_id: UUID
    balance: HubBalance


async def close_balance(command: CloseBalance, store: Store, now: datetime) -> Iterable[Event]:
    """Nothing when it closes; the same period again corrects what was found."""
    del now
    return await write_lines(lines_of(command.balance, command.balance_id), store)
