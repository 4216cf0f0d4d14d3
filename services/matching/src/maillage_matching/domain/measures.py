"""How good an order is: measures over queries and pairs, where equals share all their orders."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import comb

BINS = 10
"""Of equal width, as in published calibration tables."""
RESAMPLES = 1000
EDGES = (0.025, 0.975)
LEHMER_MODULUS = 2**31 - 1


@dataclass(frozen=True)
class Tie:
    """Candidates that nothing tells apart: how many, how many of them documented, after how many.

    `before` and `found` count those that come earlier, all and documented.
    """

    size: int
    documented: int
    before: int
    found: int


def ties(scores: Sequence[float], documented: Sequence[bool]) -> list[Tie]:
    """Candidates from the best score to the worst, equals together."""
    found: list[Tie] = []
    before = so_far = 0
    ranked = sorted(zip(scores, documented, strict=True), key=lambda one: -one[0])
    for _, equal in groupby(ranked, key=lambda one: one[0]):
        marks = [is_documented for _, is_documented in equal]
        found.append(Tie(len(marks), sum(marks), before, so_far))
        before += len(marks)
        so_far += sum(marks)
    return found


def reciprocal_rank(order: Sequence[Tie]) -> float:
    """One divided by the rank of the first documented candidate, on average over equals."""
    tie = next((one for one in order if one.documented), None)
    if tie is None:
        return 0.0
    ways = comb(tie.size, tie.documented)
    places = range(1, tie.size - tie.documented + 2)
    first_here = (comb(tie.size - at, tie.documented - 1) / ways for at in places)
    return sum(share / (tie.before + at) for at, share in zip(places, first_here, strict=True))


def hits(order: Sequence[Tie], first: int) -> float:
    """Documented candidates among the first so many, on average over equals."""
    return sum(
        one.documented * max(0, min(one.size, first - one.before)) / one.size for one in order
    )


def average_precision(order: Sequence[Tie]) -> float:
    """Mean precision at each documented pair, on average over equals."""
    whole = sum(one.documented for one in order)
    return sum(_precisions(one) for one in order if one.documented) / whole if whole else 0.0


def _precisions(tie: Tie) -> float:
    chance = tie.documented / tie.size
    others = (tie.documented - 1) / (tie.size - 1) if tie.size > 1 else 0.0
    return sum(
        chance * (tie.found + 1 + at * others) / (tie.before + 1 + at) for at in range(tie.size)
    )


def calibration_error(probabilities: Sequence[float], documented: Sequence[bool]) -> float:
    """How far what was promised is from what was found: the mean over pairs, in ten bins."""
    off = [0.0] * BINS
    for probability, is_documented in zip(probabilities, documented, strict=True):
        off[min(BINS - 1, int(probability * BINS))] += probability - is_documented
    return sum(map(abs, off)) / len(probabilities) if probabilities else 0.0


def interval(by_case: Mapping[str, Sequence[float]], seed: int) -> tuple[float, float]:
    """Where the mean lies in 95 of 100 draws of cases with replacement."""
    cases = [(sum(values), len(values)) for values in by_case.values()]
    draw = _draws(seed)
    means: list[float] = []
    for _ in range(RESAMPLES):
        drawn = [cases[next(draw) % len(cases)] for _ in cases]
        means.append(sum(one for one, _ in drawn) / sum(count for _, count in drawn))
    means.sort()
    low, high = (means[round(edge * (RESAMPLES - 1))] for edge in EDGES)
    return low, high


def _draws(seed: int) -> Iterator[int]:
    """Numbers that look drawn: the generator of Lehmer, the same on every machine."""
    state = seed % (LEHMER_MODULUS - 1) + 1
    while True:
        state = state * 48_271 % LEHMER_MODULUS
        yield state
