"""The comparison of rankers on documented exchanges, by the protocol of docs/matching.md."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from hashlib import sha256

from maillage_contracts.refusals import Refused
from maillage_matching.domain.affinity import logistic
from maillage_matching.domain.exchanges import Query
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.measures import (
    average_precision,
    calibration_error,
    hits,
    interval,
    reciprocal_rank,
    ties,
)
from maillage_matching.domain.rankers import Ranker, Rankers

SEED = 20_261


@dataclass(frozen=True)
class Marks:
    """What one ranker reaches; `mrr_low` and `mrr_high` by drawing cases with replacement."""

    mrr: float
    p1: float
    p5: float
    r5: float
    r10: float
    pair_ap: float
    ece: float
    mrr_low: float
    mrr_high: float


@dataclass(frozen=True)
class Volume:
    """The best pairs of one case: how many were looked at, and which were documented."""

    n: int
    documented: int
    hits: Mapping[str, int]


@dataclass(frozen=True)
class Report:
    """The outcome of an evaluation. `gains` is how far maillage is above each other, in MRR."""

    queries: int
    cases: int
    methods: Mapping[str, Marks]
    proposals: Mapping[str, Volume]
    gains: Mapping[str, tuple[float, float, float]]

    def as_json(self) -> dict[str, object]:
        """As it is written to a file."""
        whole = asdict(self)
        del whole["gains"]
        return whole


Ranked = Mapping[Query, Sequence[float]]


def evaluate(
    tested: Sequence[Query],
    knowledge: Knowledge,
    *,
    train: Sequence[Query] | None = None,
    proposals: int | None = None,
) -> Report:
    """Rank `tested` by what was learned from `train`, else from all cases but the one ranked."""
    rankers = Rankers(knowledge, (*tested, *(train or ())))
    ranked = {name: _rank(ranker, tested, train) for name, ranker in rankers.all.items()}
    rankable = [query for query in tested if query.is_rankable]
    if not rankable:
        raise Refused("no case has an offer with several needs to rank")
    return Report(
        queries=len(rankable),
        cases=len({query.case for query in rankable}),
        methods={name: _marks(rankable, scores) for name, scores in ranked.items()},
        proposals=_volumes(tested, ranked, proposals) if proposals else {},
        gains={
            name: _gain(rankable, ranked["maillage"], scores)
            for name, scores in ranked.items()
            if name != "maillage"
        },
    )


def _rank(ranker: Ranker, tested: Sequence[Query], train: Sequence[Query] | None) -> Ranked:
    if train is not None:
        scores = ranker([query for query in train if query.is_rankable])
        return {query: scores(query) for query in tested}
    found: dict[Query, Sequence[float]] = {}
    rankable = [query for query in tested if query.is_rankable]
    everything = None
    for case in dict.fromkeys(query.case for query in tested):
        others = [query for query in rankable if query.case != case]
        if len(others) == len(rankable):
            scores = everything = everything or ranker(rankable)
        else:
            scores = ranker(others)
        found |= {query: scores(query) for query in tested if query.case == case}
    return found


def _marks(queries: Sequence[Query], ranked: Ranked) -> Marks:
    orders = [ties(ranked[query], query.documented) for query in queries]
    relevant = [sum(query.documented) for query in queries]
    scores = [score for query in queries for score in ranked[query]]
    documented = [mark for query in queries for mark in query.documented]
    low, high = interval(_by_case(queries, [reciprocal_rank(order) for order in orders]), SEED)
    return Marks(
        mrr=_mean([reciprocal_rank(order) for order in orders]),
        p1=_mean([hits(order, 1) for order in orders]),
        p5=_mean([hits(order, 5) / 5 for order in orders]),
        r5=_mean([hits(order, 5) / n for order, n in zip(orders, relevant, strict=True)]),
        r10=_mean([hits(order, 10) / n for order, n in zip(orders, relevant, strict=True)]),
        pair_ap=round(average_precision(ties(scores, documented)), 4),
        ece=round(calibration_error([logistic(score) for score in scores], documented), 4),
        mrr_low=round(low, 4),
        mrr_high=round(high, 4),
    )


def _gain(queries: Sequence[Query], ours: Ranked, theirs: Ranked) -> tuple[float, float, float]:
    gains = [
        reciprocal_rank(ties(ours[query], query.documented))
        - reciprocal_rank(ties(theirs[query], query.documented))
        for query in queries
    ]
    return (_mean(gains), *interval(_by_case(queries, gains), SEED))


def _volumes(
    queries: Sequence[Query], ranked: Mapping[str, Ranked], volume: int
) -> dict[str, Volume]:
    found: dict[str, Volume] = {}
    for case in dict.fromkeys(query.case for query in queries):
        here = [query for query in queries if query.case == case]
        marks = [mark for query in here for mark in query.documented]
        n = min(volume, len(marks))
        scores = {
            name: [score for query in here for score in of[query]] for name, of in ranked.items()
        }
        counts = {name: _hits_among(marks, values, n) for name, values in scores.items()}
        found[case] = Volume(n, sum(marks), counts)
    return found


def _hits_among(marks: Sequence[bool], scores: Sequence[float], n: int) -> int:
    """Equals come in an order that is drawn, the same in every run."""
    order = sorted(range(len(marks)), key=lambda at: (-scores[at], _drawn(at)))
    return sum(marks[at] for at in order[:n])


def _drawn(at: int) -> bytes:
    return sha256(f"{SEED}/{at}".encode()).digest()


def _by_case(queries: Sequence[Query], values: Sequence[float]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {}
    for query, value in zip(queries, values, strict=True):
        found.setdefault(query.case, []).append(value)
    return found


def _mean(values: Sequence[float]) -> float:
    return round(sum(values) / len(values), 4)
