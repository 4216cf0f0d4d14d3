"""Matching on documented exchanges: learned on some cases, ranked on the others, in many ways.

What is drawn goes from a fifth of the cases to most of them, and from the smallest to the largest:
what a file nobody has seen may look like. Read where the reference data is, else left out with a
line.
"""

import os
import random
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from statistics import median, quantiles

from maillage_matching.adapters.exchanges import read_exchanges
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.domain.evaluation import evaluate
from maillage_matching.domain.exchanges import Query, queries_of
from record import Asked, Figure

DATA = Path(os.environ.get("MAILLAGE_REFERENCE", "../shared/data")) / "symbiosis"
SHARES = (0.2, 0.3, 0.5, 0.7, 0.85)
DRAWS, TRIES_MAX = 10, 1_000
PAIRS_MIN = 400
"""With fewer pairs to rank, even true probabilities are off by 0.03 and more: such a draw is made
again."""


def measure(_asked: Asked) -> Iterable[Figure]:
    """The gain in MRR over TF-IDF and the calibration error, over all draws."""
    file = DATA / "maestri_exchanges_dev.csv"
    if not file.exists():
        print(f"  left out: {file} is not there")
        return
    exchanges, _ = read_exchanges(file)
    queries = [query for query in queries_of(exchanges) if query.is_rankable]
    knowledge = our_knowledge()
    gains: list[float] = []
    errors: list[float] = []
    for cases in _draws(queries):
        train = [query for query in queries if query.case in cases]
        tested = [query for query in queries if query.case not in cases]
        methods = evaluate(tested, knowledge, train=train).methods
        gains.append(methods["maillage"].mrr - methods["tfidf"].mrr)
        errors.append(methods["maillage"].ece)
    yield from _figures(gains, errors)


def _figures(gains: Sequence[float], errors: Sequence[float]) -> Iterable[Figure]:
    of = f"of {len(gains)} draws of cases"
    least, most = min(gains), max(errors)
    yield Figure(name=f"MRR above TF-IDF, least {of}", value=least, unit="", must="value >= 0.08")
    yield Figure(name=f"MRR above TF-IDF, median {of}", value=median(gains), unit="")
    yield Figure(name=f"calibration error, most {of}", value=most, unit="", must="value <= 0.05")
    most = quantiles(errors, n=10)[-1]
    yield Figure(name=f"calibration error, nine of ten {of}", value=most, unit="")
    middle = median(errors)
    goal = "value <= 0.03"
    yield Figure(name=f"calibration error, median {of}", value=middle, unit="", goal=goal)


def _draws(queries: Sequence[Query]) -> Iterator[set[str]]:
    """The cases to learn from: the smallest, the largest that leave enough, and as drawn."""
    pairs = dict.fromkeys((query.case for query in queries), 0)
    for query in queries:
        pairs[query.case] += len(query.needs)
    by_size = sorted(pairs, key=lambda case: (pairs[case], case))
    for share in SHARES:
        count = int(share * len(by_size))
        for cases in (by_size[:count], by_size[-count:]):
            if _left(pairs, cases) >= PAIRS_MIN:
                yield set(cases)
        dice = random.Random(share)  # noqa: S311 the same each time
        drawn = (dice.sample(by_size, count) for _ in range(TRIES_MAX))
        yield from islice((set(one) for one in drawn if _left(pairs, one) >= PAIRS_MIN), DRAWS)


def _left(pairs: dict[str, int], cases: Iterable[str]) -> int:
    return sum(pairs.values()) - sum(pairs[case] for case in cases)
