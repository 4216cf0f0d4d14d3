"""Medians and the like."""

import pytest

from maillage_matching.domain.spread import quantile


@pytest.mark.parametrize(
    ("values", "part", "found"),
    [
        ([], 0.5, 0.0),
        ([7.0], 0.5, 7.0),
        ([3.0, 1.0, 2.0], 0.5, 2.0),
        ([4.0, 1.0, 2.0, 3.0], 0.5, 2.0),
        ([float(n) for n in range(1, 11)], 0.9, 9.0),
        ([1.0, 2.0], 0.9, 2.0),
    ],
)
def test_so_large_a_part_is_not_above_it(values: list[float], part: float, found: float) -> None:
    assert quantile(values, part) == found
