"""The ways to rank that are compared: the engine's own, and those it has to beat."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import ceil, log, sqrt

from maillage_matching.domain.affinity import (
    BEFORE_LEARNING,
    TAXONOMY,
    Evidence,
    Model,
    Told,
    among,
    logistic,
    settle,
    understand_need,
    understand_offer,
    weigh,
)
from maillage_matching.domain.completion import words_of
from maillage_matching.domain.exchanges import Query
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.learning import Example, learn

Scores = Callable[[Query], Sequence[float]]
Ranker = Callable[[Sequence[Query]], Scores]
"""Learns from some queries, and then scores the needs of others, as log odds."""

NEWTON_STEPS = 12
RIDGE = 1e-3
"""So little that it only keeps scores that tell nothing from turning the order."""
LEARNED_PAIRS_MAX = 20_000
"""Six times the documented territories we know: some ten seconds of one core."""
STEPS = ((6, TAXONOMY["same"]), (4, TAXONOMY["parent"]), (2, TAXONOMY["sibling"]))
SECTOR_STEPS = ((4, TAXONOMY["same"]), (3, TAXONOMY["parent"]), (2, TAXONOMY["sibling"]))


@dataclass(frozen=True, eq=False)
class Rankers:
    """All of them over the same queries, so that what is costly is worked out once."""

    knowledge: Knowledge
    queries: Sequence[Query]

    @property
    def all(self) -> Mapping[str, Ranker]:
        """By name, the engine's own first."""
        return {
            "maillage": self._maillage,
            "catalogue_and_rules": lambda _: self._score_with(BEFORE_LEARNING),
            "tfidf": _in_odds(lambda _: self._by_words),
            "code_prefix": _in_odds(_by_codes),
            "popularity": _in_odds(_by_popularity),
            "random": _in_odds(lambda _: lambda query: [0.0] * len(query.needs)),
        }

    def _maillage(self, known: Sequence[Query]) -> Scores:
        return self._score_with(learn(self._examples(thinned(known))))

    def _examples(self, known: Iterable[Query]) -> list[Example]:
        return [
            Example(evidence, is_documented)
            for query in known
            for evidence, is_documented in zip(self._evidence[query], query.documented, strict=True)
        ]

    def _score_with(self, model: Model) -> Scores:
        return lambda query: settle([model.log_odds(one) for one in self._evidence[query]])

    @cached_property
    def _evidence(self) -> Mapping[Query, Sequence[Evidence]]:
        knowledge = self.knowledge
        needs = {need: understand_need(need, knowledge) for q in self.queries for need in q.needs}
        found: dict[Query, Sequence[Evidence]] = {}
        for query in self.queries:
            offer = understand_offer(query.offer, knowledge)
            weighed = (weigh(offer, needs[need], knowledge) for need in query.needs)
            found[query] = [among(one, len(query.needs)) for one in weighed]
        return found

    def _by_words(self, query: Query) -> Sequence[float]:
        offer = self._vector(_offered(query))
        vectors = (self._vector(_needed(need)) for need in query.needs)
        return [sum(w * other.get(word, 0.0) for word, w in offer.items()) for other in vectors]

    def _vector(self, words: Iterable[str]) -> Mapping[str, float]:
        counts = Counter(words)
        weights = {word: (1 + log(n)) * self._rarity(word) for word, n in counts.items()}
        length = sqrt(sum(weight**2 for weight in weights.values())) or 1.0
        return {word: weight / length for word, weight in weights.items()}

    def _rarity(self, word: str) -> float:
        documents, having = self._having
        return log((1 + documents) / (1 + having[word])) + 1

    @cached_property
    def _having(self) -> tuple[int, Counter[str]]:
        texts = [_offered(query) for query in self.queries]
        texts += [_needed(need) for query in self.queries for need in query.needs]
        return len(texts), Counter(word for text in texts for word in set(text))


def thinned(known: Sequence[Query], pairs_max: int = LEARNED_PAIRS_MAX) -> Sequence[Query]:
    """Evenly as many of them as there is time to learn from; offers stay whole, so rates do."""
    pairs = sum(len(query.needs) for query in known)
    return known[:: max(1, ceil(pairs / pairs_max))]


def _offered(query: Query) -> tuple[str, ...]:
    return words_of(f"{query.offer.text} {query.described} {query.offer.who}")


def _needed(need: Told) -> tuple[str, ...]:
    return words_of(f"{need.who} {need.text}")


def _by_popularity(known: Sequence[Query]) -> Scores:
    """How often each sector received in the known exchanges."""
    taken = Counter(need.sector for _, need in _exchanges(known))
    return lambda query: [float(taken[need.sector]) for need in query.needs]


def _by_codes(known: Sequence[Query]) -> Scores:
    """How near the nearest known exchange is, by the codes of what was offered and of who took."""
    before = list(_exchanges(known))

    def scores(query: Query) -> Sequence[float]:
        alike = [(_alike(query.offer, offer), need.sector) for offer, need in before]
        return [
            max(
                (near * _near(need.sector, taker, SECTOR_STEPS) for near, taker in alike), default=0
            )
            for need in query.needs
        ]

    return scores


def _exchanges(known: Iterable[Query]) -> Iterable[tuple[Told, Told]]:
    for query in known:
        for need, is_documented in zip(query.needs, query.documented, strict=True):
            if is_documented:
                yield query.offer, need


def _alike(one: Told, other: Told) -> float:
    both = ((one.waste_codes, other.waste_codes), (one.cpa_codes, other.cpa_codes))
    return max(
        (_near(a, b, STEPS) for these, those in both for a in these for b in those), default=0
    )


@lru_cache(maxsize=65_536)
def _near(one: str, other: str, steps: tuple[tuple[int, float], ...]) -> float:
    a, b = (code.replace(" ", "").replace(".", "") for code in (one, other))
    return next((value for n, value in steps if len(a) >= n and a[:n] == b[:n]), 0.0)


def _in_odds(ranker: Ranker) -> Ranker:
    """The same order, as log odds that fit what is known of the scores."""

    def learned(known: Sequence[Query]) -> Scores:
        scores = ranker(known)
        bias, slope = _fitted(
            [one for q in known for one in zip(scores(q), q.documented, strict=True)]
        )
        return lambda query: [bias + slope * score for score in scores(query)]

    return learned


def _fitted(marks: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Bias and slope of a logistic curve through the marks, by Newton's method (Platt, 1999)."""
    documented = sum(is_documented for _, is_documented in marks)
    bias, slope = log((documented + 1) / (len(marks) - documented + 1)), 0.0
    for _ in range(NEWTON_STEPS):
        down, tilt, flat, mixed, steep = RIDGE * bias, RIDGE * slope, RIDGE, 0.0, RIDGE
        for score, is_documented in marks:
            expected = logistic(bias + slope * score)
            over, doubt = expected - is_documented, expected * (1 - expected)
            down += over
            tilt += over * score
            flat += doubt
            mixed += doubt * score
            steep += doubt * score * score
        whole = flat * steep - mixed * mixed
        bias -= (steep * down - mixed * tilt) / whole
        slope -= (flat * tilt - mixed * down) / whole
    return bias, max(slope, RIDGE)
