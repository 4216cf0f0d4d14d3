"""A line of the ledger: signed, dated, with its reasons; corrected by a new line, never changed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cached_property
from math import floor
from uuid import UUID, uuid5

from maillage_contracts.refusals import Invalid
from maillage_impact.domain.factors import Factor
from maillage_impact.domain.indicators import INDICATORS
from maillage_impact.domain.uncertainty import THOUSANDTH, Term, negated, product_range

ENTRY_NAMESPACE = UUID("d1b8a4a0-52f1-5d70-8f6c-3f3c8f0e6b21")
CORRECTION_REASONS = (
    "factor_update",
    "activity_correction",
    "baseline_change",
    "method_change",
    "error",
)


@dataclass(frozen=True)
class Subject:
    """What a line is about: a synergy, a tour or a plan (all tours of a day's plan)."""

    kind: str
    id: UUID


@dataclass(frozen=True)
class Correction:
    """Which line this one replaces in totals, by how much, and why."""

    corrects: UUID
    delta: Decimal
    reason: str


@dataclass(frozen=True)
class Reversal:
    """Which line this one takes back, and why: its value is that line's with the other sign."""

    reverses: UUID
    reason: str


@dataclass(frozen=True)
class Entry:
    """One indicator of one subject over one period.

    Bitemporal: the period says when it was so, `recorded_at` since when the ledger says so.
    """

    entry_id: UUID
    subject: Subject
    indicator: str
    value: Decimal
    period_start: date
    period_end: date
    quality: str
    state: str
    method: str
    causes: tuple[UUID, ...]
    factors: tuple[tuple[str, str], ...] = ()
    """(factor_id, version) of every factor that was used."""
    low: Decimal | None = None
    high: Decimal | None = None
    baseline_id: UUID | None = None
    correction: Correction | None = None
    reversal: Reversal | None = None
    claim: str | None = None
    """What is counted here and nowhere else: a lot and an indicator. No two lines in force share
    it; `revision` counts the corrections."""
    revision: int = 0
    terms: tuple[Term, ...] = ()
    """The products that the value is the sum of; none where no factor was used."""
    recorded_at: datetime | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Finding:
    """What a rule computed, before it is dated and given its causes."""

    indicator: str
    value: Decimal
    method: str
    factors: tuple[Factor, ...] = ()
    terms: tuple[Term, ...] = ()
    low: Decimal | None = None
    high: Decimal | None = None
    quality: str = "b"
    state: str = "measured"


def compute(
    indicator: str, terms: Sequence[Term], factors: Iterable[Factor], method: str
) -> Finding:
    """The sum of terms, with its interval where it is one product; others are drawn when read."""
    used = {factor.factor_id: factor for factor in factors}
    values = {factor_id: factor.value for factor_id, factor in used.items()}
    total = sum((term.value(values) for term in terms), Decimal(0))
    interval = product_range(terms, used)
    return Finding(
        indicator,
        total,
        method,
        factors=tuple(used.values()),
        terms=tuple(terms),
        low=interval.low if interval else None,
        high=interval.high if interval else None,
    )


@dataclass(frozen=True)
class Occasion:
    """Why and when something is written: the subject, its period, its causes, its baseline."""

    subject: Subject
    period_start: date
    period_end: date
    causes: tuple[UUID, ...]
    baseline_id: UUID | None = None
    lot: str | None = None
    """What is counted: an order, a tour, a plan. One lot counts once for each indicator."""

    @cached_property
    def words(self) -> tuple[str, str]:
        """What it is about, and what it stands on: the same for all that is written of it."""
        causes = "/".join(sorted(map(str, self.causes)))
        return f"{self.subject.kind}/{self.subject.id}", f"{self.baseline_id}/{causes}"


def write(finding: Finding, occasion: Occasion) -> Entry:
    """The line for a finding. Its identifier is made of what it says it of: written once."""
    about, because = occasion.words
    named = f"{about}/{finding.indicator}/{because}"
    return Entry(
        entry_id=uuid5(ENTRY_NAMESPACE, named),
        subject=occasion.subject,
        indicator=finding.indicator,
        value=rounded(finding.value),
        low=None if finding.low is None else rounded(finding.low),
        high=None if finding.high is None else rounded(finding.high),
        period_start=occasion.period_start,
        period_end=occasion.period_end,
        quality=finding.quality,
        state=finding.state,
        method=finding.method,
        causes=occasion.causes,
        factors=tuple((factor.factor_id, factor.version) for factor in finding.factors),
        baseline_id=occasion.baseline_id,
        terms=finding.terms,
        claim=occasion.lot and f"{occasion.lot}/{finding.indicator}",
    )


def rounded(value: Decimal) -> Decimal:
    """To the gram, metre or thousandth of an hour; half to even, so that errors cancel out."""
    return value.quantize(THOUSANDTH, ROUND_HALF_EVEN)


def correct(entry: Entry, replacement: Entry, reason: str) -> Entry:
    """The replacement as a correction of `entry`; raises Invalid for an unknown reason."""
    if reason not in CORRECTION_REASONS:
        raise Invalid("reason", f"say one of {', '.join(CORRECTION_REASONS)}")
    delta = replacement.value - entry.value
    named = f"{entry.entry_id}/{replacement.entry_id}/{replacement.value}/{reason}"
    return replace(
        replacement,
        entry_id=uuid5(ENTRY_NAMESPACE, named),
        correction=Correction(corrects=entry.entry_id, delta=delta, reason=reason),
        claim=entry.claim,
        revision=entry.revision + 1,
    )


def reverse(entry: Entry, reason: str) -> Entry:
    """The line that takes another back, so that the sum of all lines is that of those in force."""
    return replace(
        entry,
        entry_id=uuid5(ENTRY_NAMESPACE, f"reversal/{entry.entry_id}"),
        value=-entry.value,
        low=None,
        high=None,
        method="reversal",
        correction=None,
        reversal=Reversal(entry.entry_id, reason),
        claim=None,
        revision=0,
        terms=negated(entry.terms),
    )


def amend(entry: Entry, replacement: Entry, reason: str) -> list[Entry]:
    """A correction as the two lines that it is: the reversal, then the new line."""
    corrected = correct(entry, replacement, reason)
    return [reverse(entry, reason), corrected]


@dataclass(frozen=True)
class Total:
    """The sum of the lines in force of one indicator: one account, one unit, signed."""

    indicator: str
    account: str
    unit: str
    value: Decimal
    entries: int


def totals(entries: Iterable[Entry]) -> Sequence[Total]:
    """One total for each indicator, over lines that no other line corrects.

    Accounts are never added up: what was emitted and what was avoided stay two figures.
    """
    given = [entry for entry in entries if entry.reversal is None]
    corrected = {entry.correction.corrects for entry in given if entry.correction}
    sums: dict[str, tuple[Decimal, int]] = {}
    for entry in given:
        if entry.entry_id not in corrected:
            value, count = sums.get(entry.indicator, (Decimal(0), 0))
            sums[entry.indicator] = (value + entry.value, count + 1)
    return [total_of(code, value, count) for code, (value, count) in sorted(sums.items())]


def total_of(code: str, value: Decimal, count: int) -> Total:
    """The sum of an indicator, with its account and unit."""
    indicator = INDICATORS[code]
    return Total(code, indicator.account, indicator.unit, value, count)


def shares(total: Decimal, weights: Mapping[UUID, Decimal]) -> dict[UUID, Decimal]:
    """Split a total by weights, exactly: whole thousandths by the largest remainder.

    Equal remainders go to the smaller identifier. Without any weight nothing is split.
    """
    whole = sum(weights.values())
    if whole == 0:
        return {}
    units = int(rounded(total) / THOUSANDTH)
    exact = {key: units * weight / whole for key, weight in weights.items()}
    floors = {key: floor(value) for key, value in exact.items()}
    left = units - sum(floors.values())
    by_remainder = sorted(exact, key=lambda key: (floors[key] - exact[key], str(key)))
    for key in by_remainder[:left]:
        floors[key] += 1
    return {key: floors[key] * THOUSANDTH for key in weights}
