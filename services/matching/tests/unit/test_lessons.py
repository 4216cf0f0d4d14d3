"""What each decision teaches."""

import pytest

from maillage_matching.domain.lessons import teaches
from maillage_matching.domain.suppression import REASONS

UNFIT = {"wrong_form", "concentration", "contamination", "quality_variance"}


@pytest.mark.parametrize("reason", REASONS)
def test_only_reasons_about_the_matter_teach_that_it_does_not_fit(reason: str) -> None:
    expected = False if reason in UNFIT else True if reason == "already_done" else None
    assert teaches("rejected", (reason,)) is expected


def test_what_is_taken_up_fits_and_what_waits_says_nothing() -> None:
    assert teaches("accepted", ()) is True
    assert teaches("expired", ("wrong_form",)) is None
    assert teaches("rejected", ("no_time", "wrong_form")) is False
