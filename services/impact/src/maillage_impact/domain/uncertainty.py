"""How sure a figure is: factors are drawn once, and shared by all that they multiply."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from hashlib import sha256
from math import exp, log
from statistics import NormalDist

from maillage_impact.domain.factors import Factor

DRAWS = 2_000
DEMONSTRATED_FROM = 0.9
"""Below this probability that something was avoided, it is said not to be demonstrated."""
_Z_95 = NormalDist().inv_cdf(0.975)
FACTORS_KEPT = 500
THOUSANDTH = Decimal("0.001")


@dataclass(frozen=True)
class Term:
    """One product of a sum: a signed amount times its factors."""

    amount: Decimal
    factors: tuple[str, ...]

    def value(self, values: Mapping[str, Decimal]) -> Decimal:
        """The product with these values of the factors."""
        product = self.amount
        for factor_id in self.factors:
            product *= values[factor_id]
        return product


@dataclass(frozen=True)
class Spread:
    """The interval of 95 %, and the probability of more than zero."""

    low: Decimal
    high: Decimal
    p_positive: float

    @property
    def is_demonstrated(self) -> bool:
        """Whether the figure may be called avoided without a reserve."""
        return self.p_positive >= DEMONSTRATED_FROM


def negated(terms: Iterable[Term]) -> tuple[Term, ...]:
    """The same products with the other sign."""
    return tuple(replace(term, amount=-term.amount) for term in terms)


def gather(terms: Iterable[Term]) -> list[Term]:
    """Terms with the same factors as one: what is the same with and without cancels out."""
    sums: dict[tuple[str, ...], Decimal] = {}
    for term in terms:
        key = tuple(sorted(term.factors))
        sums[key] = sums.get(key, Decimal(0)) + term.amount
    return [Term(amount, key) for key, amount in sorted(sums.items())]


def spread(terms: Iterable[Term], factors: Mapping[str, Factor]) -> Spread:
    """The spread of a sum of terms, by the same draws each time it is asked.

    Each factor is lognormal about its value, with its stated range as 95 %; a draw of a factor
    is the same in every term, so that a reference and what was done share its error.
    """
    totals = [0.0] * DRAWS
    for term in gather(terms):
        product = [float(term.amount)] * DRAWS
        for factor_id in term.factors:
            drawn = values_drawn(factors[factor_id])
            product = [left * right for left, right in zip(product, drawn, strict=True)]
        totals = [left + right for left, right in zip(totals, product, strict=True)]
    return _spread_of(totals)


def _spread_of(totals: Sequence[float]) -> Spread:
    ordered = sorted(totals)
    tail = round(DRAWS * 0.025)
    low, high = ordered[tail], ordered[-tail - 1]
    positive = sum(1 for total in totals if total > 0)
    return Spread(_thousandths(low), _thousandths(high), positive / DRAWS)


def _thousandths(value: float) -> Decimal:
    return Decimal(repr(round(value, 3))).quantize(THOUSANDTH)


@lru_cache(FACTORS_KEPT)
def values_drawn(factor: Factor) -> tuple[float, ...]:
    """The values of a factor over all draws."""
    middle = float(factor.value)
    if not factor.uncertainty_pct:
        return (middle,) * DRAWS
    sigma = log(1 + float(factor.uncertainty_pct) / 100) / _Z_95
    scores = _scores(f"{factor.factor_id}/{factor.version}")
    return tuple(middle * exp(sigma * score) for score in scores)


@lru_cache(FACTORS_KEPT)
def _scores(seed: str) -> tuple[float, ...]:
    """Normal scores in an order of their own: evenly spaced, shuffled by a hash of the seed."""
    normal = NormalDist()
    places = sorted(range(DRAWS), key=lambda place: sha256(f"{seed}/{place}".encode()).digest())
    return tuple(normal.inv_cdf((place + 0.5) / DRAWS) for place in places)


def product_range(terms: Sequence[Term], factors: Mapping[str, Factor]) -> Spread | None:
    """The interval of terms that all have the same factors, without drawing; None for others."""
    gathered = terms if len(terms) == 1 else gather(terms)
    if len(gathered) != 1:
        return None
    (term,) = gathered
    used = [factors[factor_id] for factor_id in term.factors]
    middle = term.amount
    for factor in used:
        middle *= factor.value
    width = _width(tuple(factor.uncertainty_pct for factor in used))
    low, high = sorted((middle / width, middle * width))
    return Spread(low.quantize(THOUSANDTH), high.quantize(THOUSANDTH), float(middle > 0))


@lru_cache(FACTORS_KEPT)
def _width(uncertainties_pct: tuple[Decimal | None, ...]) -> Decimal:
    """What a product is divided and multiplied by for its interval."""
    sigmas = [log(1 + float(pct or 0) / 100) / _Z_95 for pct in uncertainties_pct]
    return Decimal(repr(exp(_Z_95 * sum(sigma**2 for sigma in sigmas) ** 0.5)))
