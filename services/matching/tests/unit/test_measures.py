"""Measures of an order, against all orders of equals and against figures worked out by hand."""

from itertools import permutations

import pytest

from maillage_matching.domain.measures import (
    average_precision,
    calibration_error,
    hits,
    interval,
    reciprocal_rank,
    ties,
)

CASES = [
    ((3.0, 2.0, 1.0), (False, True, False)),
    ((1.0, 1.0, 1.0, 1.0), (True, False, False, False)),
    ((1.0, 1.0, 1.0, 0.0), (True, True, False, True)),
    ((5.0, 1.0, 1.0, 1.0, 0.0), (False, True, False, True, False)),
]


@pytest.mark.parametrize(("scores", "documented"), CASES)
def test_equals_share_all_their_orders(
    scores: tuple[float, ...], documented: tuple[bool, ...]
) -> None:
    orders = [
        [documented[at] for at in order]
        for order in permutations(range(len(scores)))
        if [scores[at] for at in order] == sorted(scores, reverse=True)
    ]
    found = ties(scores, documented)

    def mean(of: list[float]) -> float:
        return sum(of) / len(of)

    assert reciprocal_rank(found) == pytest.approx(
        mean([1 / (order.index(True) + 1) for order in orders])
    )
    for first in (1, 2, 5):
        assert hits(found, first) == pytest.approx(mean([sum(o[:first]) for o in orders]))
    assert average_precision(found) == pytest.approx(
        mean(
            [
                mean([sum(o[: at + 1]) / (at + 1) for at, mark in enumerate(o) if mark])
                for o in orders
            ]
        )
    )


def test_nothing_documented_is_worth_nothing() -> None:
    assert reciprocal_rank(ties((1.0,), (False,))) == 0
    assert average_precision(ties((1.0,), (False,))) == 0
    assert calibration_error([], []) == 0


def test_promises_are_compared_with_what_was_found_in_each_bin() -> None:
    kept = calibration_error([0.25] * 4, [True, False, False, False])
    broken = calibration_error([0.95, 0.95, 0.05, 0.05], [False, False, True, True])
    assert kept == pytest.approx(0)
    assert broken == pytest.approx(0.95)


def test_the_interval_is_the_same_each_time_and_holds_the_mean() -> None:
    by_case = {"a": [1.0, 0.5], "b": [0.0], "c": [0.25, 0.25, 1.0]}
    low, high = interval(by_case, seed=7)
    assert (low, high) == interval(by_case, seed=7)
    assert low <= 3 / 6 <= high
    assert interval({"a": [0.5], "b": [0.5]}, seed=7) == (0.5, 0.5)
