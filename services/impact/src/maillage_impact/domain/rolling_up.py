"""Several territories together: a line that is in two ledgers counts once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from maillage_contracts.refusals import Refused
from maillage_impact.domain.entry import Entry, Total, total_of


@dataclass(frozen=True)
class Told:
    """What of a line goes into a sum. A reversal has the other sign, and takes its line back."""

    entry_id: UUID
    indicator: str
    value: Decimal
    is_reversal: bool


@dataclass(frozen=True)
class Together:
    """The sums of all, how many lines they are made of, and how many stood in several ledgers."""

    totals: tuple[Total, ...]
    lines: int
    shared: int


def told_of(entry: Entry) -> Told:
    """What a ledger hands to others of a line."""
    return Told(entry.entry_id, entry.indicator, entry.value, entry.reversal is not None)


def roll_up(ledgers: Mapping[str, Iterable[Told]]) -> Together:
    """Sum ledgers, by name, each line once: a flow across a border is in both.

    Raises Refused when two ledgers say otherwise of the same line.
    """
    once: dict[UUID, Told] = {}
    several: set[UUID] = set()
    for name, lines in ledgers.items():
        for line in lines:
            if line.entry_id in once:
                several.add(line.entry_id)
            if once.setdefault(line.entry_id, line) != line:
                raise Refused(f"{name}: line {line.entry_id} says otherwise in another ledger")
    return Together(tuple(_totals(once.values())), len(once), len(several))


def _totals(lines: Iterable[Told]) -> Iterable[Total]:
    sums: dict[str, tuple[Decimal, int]] = {}
    for line in lines:
        value, count = sums.get(line.indicator, (Decimal(0), 0))
        count += -1 if line.is_reversal else 1
        sums[line.indicator] = value + line.value, count
    for code, (value, count) in sorted(sums.items()):
        yield total_of(code, value, count)
