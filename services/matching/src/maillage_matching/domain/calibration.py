"""What a score has come to mean here: how likely a lead that is scored so is taken up."""

from collections.abc import Iterable, Iterator, Sequence
from math import log
from typing import NamedTuple

from maillage_matching.domain.affinity import logistic
from maillage_matching.domain.kept import Kept

BANDS = 5
EDGE = 0.0005
"""Scores have four decimals: nearer to 0 or 1 their log odds say nothing."""
OFFSET_SD, SLOPE_SD = 0.5, 0.25
"""How far from the score as it is we expect to end before anybody decides. Sixteen decisions weigh
as much: each adds a quarter at most to what is known of the offset, which begins at 1 / 0.5**2."""
STEPS_MAX, SMALL_STEP = 200, 1e-5


class TakenUp(NamedTuple):
    """Leads of the engine with one score that were decided, and how many of them were accepted."""

    score: float
    decided: int
    accepted: int


class Band(Kept):
    """Decided leads whose scores are near, and how many of them were to be expected to be accepted.

    The lower bound is in it, the upper one is not, but for 1.
    """

    score_from: float
    score_to: float
    decided: int
    accepted: int
    expected: float


class Calibration(NamedTuple):
    """Log odds of being taken up: offset + slope x log odds of the score (Platt 1999)."""

    slope: float = 1.0
    offset: float = 0.0

    def likelihood(self, score: float) -> float:
        """How likely a lead with this score is taken up, from 0 to 1, on two decimals."""
        return round(logistic(self.offset + self.slope * _log_odds(score)), 2)


def calibrated(found: Sequence[TakenUp]) -> Calibration:
    """The most likely calibration after these decisions; without any, the score as it is.

    Each step goes by the steepest bend that a logistic curve can have, so that none goes too far
    (Boehning and Lindsay 1988).
    """
    slope, offset = Calibration()
    rows = [(_log_odds(one.score), one.decided, one.accepted) for one in found]
    bend = 1 / OFFSET_SD**2 + sum(many for _, many, _ in rows) / 4
    both = sum(many * x for x, many, _ in rows) / 4
    tilt = 1 / SLOPE_SD**2 + sum(many * x * x for x, many, _ in rows) / 4
    for _ in range(STEPS_MAX):
        left = [(x, took - many * logistic(offset + slope * x)) for x, many, took in rows]
        up = sum(more for _, more in left) - offset / OFFSET_SD**2
        turn = sum(x * more for x, more in left) - (slope - 1) / SLOPE_SD**2
        whole = bend * tilt - both * both
        rise, spin = (tilt * up - both * turn) / whole, (bend * turn - both * up) / whole
        offset, slope = offset + rise, slope + spin
        if abs(rise) + abs(spin) < SMALL_STEP:
            break
    return Calibration(slope=round(slope, 4), offset=round(offset, 4))


def bands(found: Iterable[TakenUp], calibration: Calibration) -> Iterator[Band]:
    """What was decided by scores that are near, beside what the calibration says of them."""
    within: list[list[TakenUp]] = [[] for _ in range(BANDS)]
    for one in found:
        within[min(BANDS - 1, int(one.score * BANDS))].append(one)
    for number, rows in enumerate(within):
        expected = sum(one.decided * calibration.likelihood(one.score) for one in rows)
        yield Band(
            score_from=number / BANDS,
            score_to=(number + 1) / BANDS,
            decided=sum(one.decided for one in rows),
            accepted=sum(one.accepted for one in rows),
            expected=round(expected, 1),
        )


def _log_odds(score: float) -> float:
    inside = min(1 - EDGE, max(EDGE, score))
    return log(inside / (1 - inside))
