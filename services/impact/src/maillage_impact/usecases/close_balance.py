"""Hold what came into a hub against what left it; a gap is a line of the ledger, and an event."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_impact.domain.hub_energy import line_of_energy
from maillage_impact.domain.mass_balance import HubBalance, line_of
from maillage_impact.usecases.store import HubMove, Store
from maillage_impact.usecases.write_lines import write_lines


@dataclass(frozen=True)
class CloseBalance:
    """The balance of a hub over a period; what came in and went out may be left to the events."""

    balance_id: UUID
    balance: HubBalance
    is_told_by_events: bool = False
    electricity_kwh: Decimal | None = None


async def close_balance(command: CloseBalance, store: Store, now: datetime) -> Iterable[Event]:
    """No gap when it closes at once; the same period again corrects the gap that was found."""
    del now
    balance = command.balance
    if command.is_told_by_events:
        moves = await store.hub_moves(balance.hub_id, balance.first, balance.last)
        balance = replace(
            balance,
            in_kg=_mass_kg(moves, "received"),
            out_kg=_mass_kg(moves, "dispatched"),
            evidence=f"{balance.evidence}; in and out by {len(moves)} events",
        )
    line = line_of(balance, command.balance_id)
    is_gap = not balance.closes or await store.claimed([line.claim or ""])
    lines = [line] if is_gap else []
    if (kwh := command.electricity_kwh) is not None:
        lines.append(line_of_energy(balance, kwh, store.factors, command.balance_id))
    return await write_lines(lines, store)


def _mass_kg(moves: Iterable[HubMove], kind: str) -> Decimal:
    return sum((move.mass_kg for move in moves if move.kind == kind), Decimal(0))
