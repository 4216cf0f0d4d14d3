"""Sums of lines by indicator, with the products that they are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

from maillage_impact.domain.entry import Entry, rounded
from maillage_impact.domain.factors import Factor, FactorSet
from maillage_impact.domain.indicators import is_weak
from maillage_impact.domain.uncertainty import Spread, Term, spread

Product = tuple[tuple[str, str], ...]
"""(factor, version), sorted by factor."""


@dataclass(frozen=True)
class Sum:
    """One indicator: what was reported, from how many lines, and the products within it."""

    value: Decimal = Decimal(0)
    lines: int = 0
    products: Mapping[Product, Decimal] = field(default_factory=dict[Product, Decimal])
    weak_value: Decimal = Decimal(0)
    """Of the value, what rests on less evidence than the indicator needs."""
    weak_lines: int = 0

    def plus(self, other: "Sum") -> "Sum":
        """Both together."""
        products = dict(self.products)
        for product, amount in other.products.items():
            products[product] = products.get(product, Decimal(0)) + amount
        return Sum(
            self.value + other.value,
            self.lines + other.lines,
            products,
            self.weak_value + other.weak_value,
            self.weak_lines + other.weak_lines,
        )

    def part(self, value: Decimal, share: Decimal) -> "Sum":
        """A share of it, whose value was split to the gram before."""
        products = {product: amount * share for product, amount in self.products.items()}
        weak_value = rounded(self.weak_value * share)
        return Sum(value, self.lines, products, weak_value, self.weak_lines)


Sums = dict[str, Sum]
DayKey = tuple[str, str, date]
"""(kind of subject, indicator, first day)"""


def sum_of(entries: Iterable[Entry], before: Sum | None = None) -> Sum:
    """Lines of one indicator as a sum, on top of one before; a reversal takes its line back."""
    one = before or Sum()
    products = dict(one.products)
    value, count, weak_value, weak_count = one.value, one.lines, one.weak_value, one.weak_lines
    for entry in entries:
        line = -1 if entry.reversal else 1
        value, count = value + entry.value, count + line
        if is_weak(entry.indicator, entry.quality):
            weak_value, weak_count = weak_value + entry.value, weak_count + line
        versions = dict(entry.factors)
        for term in entry.terms:
            product = tuple(sorted((id_, versions.get(id_, "")) for id_ in term.factors))
            products[product] = products.get(product, Decimal(0)) + term.amount
    return Sum(value, count, products, weak_value, weak_count)


def sums_of(entries: Iterable[Entry]) -> Sums:
    """Lines by indicator; with their reversals this is the sum of the lines in force."""
    lines: dict[str, list[Entry]] = {}
    for entry in entries:
        lines.setdefault(entry.indicator, []).append(entry)
    return {indicator: sum_of(of_one) for indicator, of_one in lines.items()}


def add_by_day(sums: dict[DayKey, Sum], entries: Iterable[Entry]) -> dict[DayKey, Sum]:
    """Lines, added to sums by kind of subject, indicator and day."""
    lines: dict[DayKey, list[Entry]] = {}
    for entry in entries:
        key = (entry.subject.kind, entry.indicator, entry.period_start)
        lines.setdefault(key, []).append(entry)
    for key, of_day in lines.items():
        sums[key] = sum_of(of_day, sums.get(key))
    return sums


def unequal(told: Mapping[DayKey, Sum], kept: Mapping[DayKey, Sum]) -> DayKey | None:
    """The first day whose kept sum is not that of its lines."""
    keys = sorted(told.keys() | kept.keys(), key=lambda key: (key[2], *key))
    differ = (key for key in keys if _plain(told.get(key)) != _plain(kept.get(key)))
    return next(differ, None)


def _plain(one: Sum | None) -> Sum:
    given = one or Sum()
    return replace(given, products={key: n for key, n in given.products.items() if n})


def merged(parts: Iterable[Sums]) -> Sums:
    """Sums of several, by indicator."""
    whole: Sums = {}
    for sums in parts:
        for indicator, one in sums.items():
            whole[indicator] = whole.get(indicator, Sum()).plus(one)
    return whole


def viewed(
    one: Sum, sets: Mapping[str, FactorSet], version: str | None
) -> tuple[Decimal, Spread | None]:
    """The sum with the factors of a set, or as reported; and its interval.

    A factor that the set does not have stays in the version that it was written with.
    """
    written = Decimal(0)
    restated = Decimal(0)
    terms: list[Term] = []
    factors: dict[str, Factor] = {}
    for product, amount in sorted(one.products.items()):
        names: list[str] = []
        before, after = amount, amount
        for factor_id, used in product:
            old = sets[used].get(factor_id)
            new = sets[version].factors.get(factor_id, old) if version else old
            before, after = before * old.value, after * new.value
            name = f"{factor_id}@{new.version}"
            factors[name] = replace(new, factor_id=factor_id)
            names.append(name)
        written, restated = written + before, restated + after
        terms.append(Term(amount, tuple(names)))
    value = one.value + rounded(restated - written) if version else one.value
    return value, spread(terms, factors) if terms else None
