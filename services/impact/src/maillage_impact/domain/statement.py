"""A statement: the figures of somebody or something over a time, each with how sure it is."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from maillage_impact.domain.factors import FactorSet
from maillage_impact.domain.indicators import (
    ACTORS_MIN,
    DERIVED,
    HOUSEHOLDS_MIN,
    INDICATORS,
    Derived,
)
from maillage_impact.domain.sums import Sums, viewed

Bearers = Mapping[str, AbstractSet[UUID]]
"""Actors that a figure is about, by its code."""
VIEWS = ("reported", "current", "constant")


@dataclass(frozen=True)
class Scope:
    """What a statement is about, over which days, seen how.

    `view` is reported (as it was written), current (with the factors of today) or constant (with
    those of `version` for all years). `known_at` is what the ledger said then.
    """

    about: str
    about_id: UUID | None
    zone: str | None
    first: date
    last: date
    view: str = "reported"
    version: str | None = None
    known_at: datetime | None = None


@dataclass(frozen=True)
class Figure:
    """One figure. Without a value it is withheld: somebody could be recognised."""

    ref: str
    code: str
    account: str
    unit: str
    meaning: str
    value: Decimal | None
    lines: int
    low: Decimal | None = None
    high: Decimal | None = None
    p_positive: float | None = None
    weak_value: Decimal | None = None
    """Of the value as it was written, what rests on less evidence than needed; None: nothing."""

    @property
    def is_demonstrated(self) -> bool | None:
        """Of what is avoided: whether it is sure enough to be called so."""
        if self.account != "avoided" or self.p_positive is None:
            return None
        return self.p_positive >= 0.9  # noqa: PLR2004 uncertainty.DEMONSTRATED_FROM


@dataclass(frozen=True)
class Statement:
    """Figures with what a reader must know of them."""

    scope: Scope
    name: str
    figures: Sequence[Figure]
    ledger_place: int
    ledger_head: str
    factor_version: str
    notes: Sequence[str] = ()

    def value(self, code: str) -> Decimal | None:
        """A figure by its code; None when there is none, or when it is withheld."""
        return next((one.value for one in self.figures if one.code == code), None)


@dataclass(frozen=True)
class Bills:
    """What was paid before and now, what was saved, and what of it was invested again."""

    before_eur: Decimal
    after_eur: Decimal
    reinvested_eur: Decimal

    @property
    def saved_eur(self) -> Decimal:
        """Below zero when it costs more now."""
        return self.before_eur - self.after_eur

    @property
    def saved_share(self) -> Decimal:
        """Of the bill before."""
        return self.saved_eur / self.before_eur

    @property
    def reinvested_share(self) -> Decimal | None:
        """Of what was saved; None when nothing was."""
        return self.reinvested_eur / self.saved_eur if self.saved_eur > 0 else None


def figures_of(
    sums: Sums,
    sets: Mapping[str, FactorSet],
    version: str | None,
    *,
    bearers: Bearers | None = None,
) -> list[Figure]:
    """The figures of sums, then those derived from them.

    `bearers` are the actors behind each figure of a cell that will be published: a figure of fewer
    than three is withheld.
    """
    figures: list[Figure] = []
    for code, one in sorted(sums.items(), key=lambda item: list(INDICATORS).index(item[0])):
        indicator = INDICATORS[code]
        value, drawn = viewed(one, sets, version)
        shown = _published(code, value, bearers)
        figures.append(
            Figure(
                indicator.ref,
                code,
                indicator.account,
                indicator.unit,
                indicator.meaning,
                shown,
                one.lines,
                low=drawn.low if drawn and shown is not None else None,
                high=drawn.high if drawn and shown is not None else None,
                p_positive=drawn.p_positive if drawn and shown is not None else None,
                weak_value=one.weak_value if one.weak_lines and shown is not None else None,
            )
        )
    return figures + _derived(figures)


def is_told_by_difference(cell: AbstractSet[UUID], others: Iterable[AbstractSet[UUID]]) -> bool:
    """Whether a larger cell around this one has only one or two actors more."""
    return any(cell < other and len(other - cell) < ACTORS_MIN for other in others)


def _published(code: str, value: Decimal, bearers: Bearers | None) -> Decimal | None:
    if bearers is not None and len(bearers.get(code, ())) < ACTORS_MIN:
        return None
    if code == "households_reached" and 0 < value < HOUSEHOLDS_MIN:
        return None
    return value


def _derived(figures: Sequence[Figure]) -> list[Figure]:
    values = {figure.code: figure.value for figure in figures}
    found = [(one, _quotient(one, values)) for one in DERIVED]
    return [
        Figure(one.ref, one.code, "derived", one.unit, one.meaning, value, 0)
        for one, value in found
        if value is not None
    ]


def _quotient(one: Derived, values: Mapping[str, Decimal | None]) -> Decimal | None:
    above = values.get(one.above)
    below = values.get(one.below) if one.below in INDICATORS else Decimal(one.below)
    if above is None or not below:
        return None
    scale = 100 if one.unit == "%" else 1
    return (scale * above / below).quantize(Decimal("0.01"))


def bills_of(statement: Statement) -> Bills | None:
    """The bills of a statement; None without a bill before: nothing is saved against nothing."""
    before, after = statement.value("bill_before"), statement.value("bill_after")
    if not before or after is None:
        return None
    return Bills(before, after, statement.value("reinvested") or Decimal(0))
