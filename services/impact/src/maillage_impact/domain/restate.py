"""Other factors for what was written: differences, line by line, and their sums."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from uuid import UUID, uuid5

from maillage_impact.domain.entry import (
    ENTRY_NAMESPACE,
    Entry,
    Finding,
    Occasion,
    Subject,
    rounded,
    write,
)
from maillage_impact.domain.factors import FactorSet, UnknownFactor
from maillage_impact.domain.uncertainty import Term


@dataclass(frozen=True, slots=True)
class Restatable:
    """A line that factors went into, with what it says today: its value and all differences."""

    place: int
    entry_id: UUID
    indicator: str
    current: Decimal
    terms: tuple[Term, ...]
    period_start: date
    period_end: date


_NOTHING = Decimal(0)


@dataclass
class Summary:
    """What a restatement comes to, gathered while it goes through the ledger."""

    lines: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict[str, Decimal])
    first: date | None = None
    last: date | None = None
    digest: bytes = b""
    """SHA-256 over lines and differences in the order of the ledger, one after the other."""

    def add(self, line: Restatable, delta: Decimal) -> None:
        """Count one difference."""
        self.lines += 1
        self.sums[line.indicator] = self.sums.get(line.indicator, _NOTHING) + delta
        if self.first is None or line.period_start < self.first:
            self.first = line.period_start
        if self.last is None or line.period_end > self.last:
            self.last = line.period_end
        told = line.entry_id.bytes + format(delta, "f").encode()
        self.digest = sha256(self.digest + told).digest()


def value_with(terms: Iterable[Term], values: Mapping[str, Decimal]) -> Decimal:
    """What terms make with these values of factors, to the thousandth; raises UnknownFactor."""
    total = _NOTHING
    try:
        for term in terms:
            total += term.value(values)
        return rounded(total)
    except KeyError as error:
        raise UnknownFactor(f"the factor set has no {error.args[0]!r}") from error


def differences(
    lines: Iterable[Restatable], factors: FactorSet, summary: Summary
) -> Iterator[tuple[UUID, Decimal]]:
    """(line, difference) for the lines that say something else with these factors.

    A line whose factors the set does not have keeps what it says.
    """
    values = {factor_id: factor.value for factor_id, factor in factors.factors.items()}
    for line in lines:
        try:
            delta = value_with(line.terms, values) - line.current
        except UnknownFactor:
            continue
        if delta:
            summary.add(line, delta)
            yield line.entry_id, delta


def lines_of(restatement_id: UUID, version: str, summary: Summary) -> list[Entry]:
    """One line of the ledger for each indicator: the sum of its differences, and their digest."""
    if summary.first is None or summary.last is None:
        return []
    occasion = Occasion(
        Subject("restatement", restatement_id),
        summary.first,
        summary.last,
        causes=(restatement_id,),
        lot=f"restatement/{restatement_id}",
    )
    method = f"factors {version}: {summary.lines} lines restated, sha256 {summary.digest.hex()}"
    return [
        write(Finding(indicator, delta, method, quality="c", state="estimated"), occasion)
        for indicator, delta in sorted(summary.sums.items())
    ]


def restatement_id_of(version: str, reason: str, head: bytes) -> UUID:
    """The same restatement of the same ledger has the same identifier."""
    return uuid5(ENTRY_NAMESPACE, f"restatement/{version}/{reason}/{head.hex()}")
