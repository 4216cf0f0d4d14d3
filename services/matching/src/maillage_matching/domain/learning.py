"""How weights are learned from pairs that were exchanges and pairs that were not, as far as known.

Logistic regression with a quadratic penalty on what departs from the weights before, solved by
dual coordinate descent (Yu, Huang and Lin, Machine Learning 85, 2011): the same pairs in the same
order give the same weights.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import gcd, log

from maillage_matching.domain.affinity import BEFORE_LEARNING, Evidence, Model

STRENGTH = 3.0
"""How far a single pair may move the weights."""
SEEN_MIN = 2
"""A rule that one pair alone shows is an anecdote."""
SWEEPS_MAX = 16
SETTLED = 0.002
"""Part of its range below which no pair moves any more."""
NEWTON_MAX = 8
EDGE = 1e-9
BEGIN = 0.01
"""Newton's method finds its way from here, and not from the edge."""


@dataclass(frozen=True)
class Example:
    """A pair, and whether it was an exchange as far as is known."""

    evidence: Evidence
    is_exchange: bool


def learn(
    examples: Sequence[Example], before: Model = BEFORE_LEARNING, strength: float = STRENGTH
) -> Model:
    """The model after these examples; without both kinds of them, the one before."""
    if len({one.is_exchange for one in examples}) < len((True, False)):
        return before
    seen = Counter(rule for one in examples for rule in one.evidence.rules)
    names = [*before.terms, *(rule for rule, times in seen.items() if times >= SEEN_MIN)]
    moved = _moved(examples, before, {name: at for at, name in enumerate(names)}, strength)
    shift = dict(zip(names, moved, strict=True))
    terms = {name: weight + shift[name] for name, weight in before.terms.items()}
    learned = {rule: shift[rule] for rule in names[len(terms) :] if shift[rule]}
    return Model(terms, {**before.rules, **_sum(before.rules, learned)})


def _sum(before: Mapping[str, float], learned: Mapping[str, float]) -> dict[str, float]:
    return {rule: before.get(rule, 0.0) + weight for rule, weight in learned.items()}


class _Pair:
    """An example in the solver: places of its rules, its terms, and how strongly it pulls."""

    __slots__ = ("margin", "pull", "rules", "share", "sign", "square", "terms")

    def __init__(self, one: Example, before: Model, places: Mapping[str, int]) -> None:
        evidence = one.evidence
        self.sign = 1.0 if one.is_exchange else -1.0
        self.margin = before.log_odds(evidence)
        self.rules = [places[rule] for rule in evidence.rules if rule in places]
        self.share = evidence.share
        named = [(places[name], v) for name, v in evidence.terms.items() if name in places]
        self.terms = [(places[""], 1.0), *named]
        self.square = len(self.rules) * self.share**2 + sum(value**2 for _, value in self.terms)
        self.pull = 0.0

    def log_odds(self, weights: Sequence[float]) -> float:
        learned = sum(map(weights.__getitem__, self.rules))
        known = sum(weights[at] * value for at, value in self.terms)
        return self.margin + learned * self.share + known

    def move(self, weights: list[float], by: float) -> None:
        self.pull += by
        step = by * self.sign
        for at in self.rules:
            weights[at] += step * self.share
        for at, value in self.terms:
            weights[at] += step * value


def _moved(
    examples: Sequence[Example], before: Model, places: Mapping[str, int], strength: float
) -> list[float]:
    weights = [0.0] * len(places)
    pairs = [_Pair(one, before, places) for one in examples]
    for pair in pairs:
        pair.move(weights, strength * EDGE)
    stride = _stride(len(pairs))
    order = [(at * stride) % len(pairs) for at in range(len(pairs))]
    for _ in range(SWEEPS_MAX):
        largest = 0.0
        for at in order:
            pair = pairs[at]
            by = _best_pull(pair, pair.log_odds(weights) * pair.sign, strength) - pair.pull
            pair.move(weights, by)
            largest = max(largest, abs(by))
        if largest < SETTLED * strength:
            break
    return weights


def _stride(count: int) -> int:
    """A step that visits all once, so that neighbours of one territory do not come in a row."""
    wanted = max(1, int(count * 0.618))
    return next(step for step in range(wanted, wanted + count + 1) if gcd(step, count) == 1)


def _best_pull(pair: _Pair, margin: float, strength: float) -> float:
    """Where the derivative of the dual in this pair alone is zero, by Newton's method."""
    low, high = strength * EDGE, strength * (1 - EDGE)
    pull = min(max(pair.pull, strength * BEGIN), high)
    for _ in range(NEWTON_MAX):
        slope = pair.square * (pull - pair.pull) + margin + log(pull / (strength - pull))
        curve = pair.square + strength / (pull * (strength - pull))
        nearer = pull - slope / curve
        if nearer <= low:
            nearer = (pull + low) / 2
        elif nearer >= high:
            nearer = (pull + high) / 2
        if abs(nearer - pull) < EDGE * strength:
            return nearer
        pull = nearer
    return pull
