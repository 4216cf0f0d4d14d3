"""Learned on some territories, ranked on others: above plain words, and as sure as it should be."""

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from maillage_matching.adapters.exchanges import read_exchanges
from maillage_matching.domain.evaluation import evaluate
from maillage_matching.domain.exchanges import Query, queries_of
from maillage_matching.domain.knowledge import Knowledge

DOCUMENTED = Path(__file__).parents[5] / "shared/data/symbiosis/maestri_exchanges_dev.csv"
GAIN_MIN, ECE_MAX = 0.08, 0.05
NAMES = ("learned on the small", "learned on the large", *(f"drawn {seed}" for seed in range(2)))


@pytest.fixture(scope="module")
def queries() -> list[Query]:
    if not DOCUMENTED.exists():
        pytest.skip(f"the reference data is not there: {DOCUMENTED}")
    exchanges, _ = read_exchanges(DOCUMENTED)
    return [query for query in queries_of(exchanges) if query.is_rankable]


def cases_to_learn_from(queries: list[Query]) -> Iterator[set[str]]:
    """Half of the cases: the smallest, the largest but three, then as drawn."""
    pairs = dict.fromkeys((query.case for query in queries), 0)
    for query in queries:
        pairs[query.case] += len(query.needs)
    by_size = sorted(pairs, key=lambda case: (pairs[case], case))
    half = len(by_size) // 2
    yield set(by_size[:half])
    yield set(by_size[half:-3])
    for seed in range(2):
        yield set(random.Random(seed).sample(by_size, half))  # noqa: S311 the same each time


@pytest.mark.parametrize("at", range(len(NAMES)), ids=NAMES)
def test_what_was_learned_elsewhere_holds(
    queries: list[Query], knowledge: Knowledge, at: int
) -> None:
    cases = list(cases_to_learn_from(queries))[at]
    train = [query for query in queries if query.case in cases]
    report = evaluate([q for q in queries if q.case not in cases], knowledge, train=train)
    ours = report.methods["maillage"]
    assert ours.mrr >= report.methods["tfidf"].mrr + GAIN_MIN
    assert ours.ece <= ECE_MAX


def test_neither_the_order_of_the_cases_nor_lines_told_twice_change_anything(
    knowledge: Knowledge, queries: list[Query]
) -> None:
    exchanges, _ = read_exchanges(DOCUMENTED)
    few = {"20", "33", "4", "44"}
    some = [one for one in exchanges if one.case in few]
    turned = sorted([*some, *some[::3]], key=lambda one: one.case, reverse=True)
    train = [query for query in queries if query.case in {"8", "9", "15"}]
    first, other = (evaluate(queries_of(rows), knowledge, train=train) for rows in (some, turned))
    assert other.queries == first.queries
    assert other.methods["maillage"].mrr == first.methods["maillage"].mrr
    assert other.methods["maillage"].ece == pytest.approx(first.methods["maillage"].ece, abs=1e-4)
