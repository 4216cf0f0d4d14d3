"""Hold what came into a hub against what left it; a gap is a line of the ledger, and an event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_impact.domain.accounting import in_force
from maillage_impact.domain.baseline import Baseline
from maillage_impact.domain.entry import Entry
from maillage_impact.domain.hub_energy import NOTHING_KNOWN, HubEnergy, line_against, line_of_energy
from maillage_impact.domain.mass_balance import HubBalance, line_of
from maillage_impact.usecases.store import EntryFilter, HubMove, Store
from maillage_impact.usecases.write_lines import write_lines


@dataclass(frozen=True)
class CloseBalance:
    """The balance of a hub over a period; what came in and went out may be left to the events."""

    balance_id: UUID
    balance: HubBalance
    is_told_by_events: bool = False
    energy: HubEnergy = NOTHING_KNOWN


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
    emitted = line_of_energy(balance, command.energy, store.factors, command.balance_id)
    if emitted is not None:
        lines.append(emitted)
        baseline = in_force(await store.baselines(scope="rounds"), balance.first)
        if baseline is not None and baseline.covers(balance.last):
            lines.append(line_against(emitted, baseline))
    return await write_lines(lines, store)


async def lines_of_hubs(baseline: Baseline, store: Store) -> Sequence[Entry]:
    """What hubs emitted in the days that a baseline of rounds covers, against what it avoids."""
    asked = EntryFilter(
        "hub", indicator="ghg_induced_hub", first=baseline.valid_from, last=baseline.valid_to
    )
    told = [entry for _, entry in await store.entries(asked)]
    corrected = {entry.correction.corrects for entry in told if entry.correction}
    return [
        line_against(entry, baseline)
        for entry in told
        if entry.entry_id not in corrected and baseline.covers(entry.period_end)
    ]


def _mass_kg(moves: Iterable[HubMove], kind: str) -> Decimal:
    return sum((move.mass_kg for move in moves if move.kind == kind), Decimal(0))
