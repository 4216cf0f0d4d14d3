"""What scores have come to mean, from what people decided."""

from math import log

import pytest

from maillage_matching.domain.affinity import logistic
from maillage_matching.domain.calibration import Calibration, TakenUp, bands, calibrated
from maillage_matching.domain.measures import calibration_error

SCORES = [number / 20 for number in range(1, 20)]


def as_taken_up(many: int, slope: float, offset: float) -> list[TakenUp]:
    """So many decisions at each score, of people who take up what this calibration says."""
    chances = [logistic(offset + slope * log(score / (1 - score))) for score in SCORES]
    return [
        TakenUp(score, many, round(many * chance))
        for score, chance in zip(SCORES, chances, strict=True)
    ]


def test_before_any_decision_the_score_stands_as_it_is() -> None:
    assert calibrated([]) == Calibration(slope=1.0, offset=0.0)
    assert [calibrated([]).likelihood(score) for score in SCORES] == SCORES


def test_one_decision_moves_little() -> None:
    assert calibrated([TakenUp(0.8, 1, 0)]).likelihood(0.8) == pytest.approx(0.74, abs=0.02)


def test_what_people_really_do_is_found_again() -> None:
    found = calibrated(as_taken_up(1000, slope=0.4, offset=-0.9))
    assert found.slope == pytest.approx(0.4, abs=0.02)
    assert found.offset == pytest.approx(-0.9, abs=0.02)


def test_it_says_nearer_what_comes_than_the_score_does() -> None:
    seen = as_taken_up(10, slope=0.5, offset=-1.0)
    found = calibrated(seen)
    told = [(one.score, taken) for one in seen for taken in (True,) * one.accepted]
    told += [(one.score, False) for one in seen for _ in range(one.decided - one.accepted)]
    taken = [is_taken for _, is_taken in told]
    of_scores = calibration_error([score for score, _ in told], taken)
    of_likelihoods = calibration_error([found.likelihood(score) for score, _ in told], taken)
    assert of_likelihoods < of_scores / 2


def test_in_whatever_order_decisions_are_told() -> None:
    seen = as_taken_up(7, slope=2.0, offset=0.5)
    assert calibrated(seen) == calibrated(seen[::-1])


@pytest.mark.parametrize("score", [0.0, 1.0])
def test_all_or_nothing_stays_a_probability(score: float) -> None:
    found = calibrated([TakenUp(score, 5000, 5000 * (score == 0.0))])
    assert 0 <= found.likelihood(score) <= 1
    assert all(0 <= found.likelihood(one) <= 1 for one in (0.0, 0.5, 1.0))


def test_scores_are_told_beside_what_came_of_them() -> None:
    seen = [TakenUp(0.59, 4, 1), TakenUp(0.6, 2, 2), TakenUp(0.79, 3, 1), TakenUp(1.0, 1, 1)]
    low, *_, high, top = bands(seen, Calibration())
    assert (low.score_from, low.score_to, low.decided, low.expected) == (0.0, 0.2, 0, 0.0)
    assert (high.score_from, high.decided, high.accepted) == (0.6, 5, 3)
    assert high.expected == pytest.approx(2 * 0.6 + 3 * 0.79, abs=0.06)
    assert (top.decided, top.accepted) == (1, 1)
