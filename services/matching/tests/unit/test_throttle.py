"""How many leads the engine shows after what was decided of the last ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_matching.domain.policy import Policy
from maillage_matching.domain.throttle import (
    PAUSE,
    SCORE_MIN,
    STEPS_MAX,
    WINDOW,
    Throttle,
    throttle_after,
)

YES, NO = True, False
REFUSED = [NO] * WINDOW


@pytest.mark.parametrize(
    ("decisions", "steps"),
    [
        ([], 0),
        ([NO] * (WINDOW - 1), 0),
        ([YES] * WINDOW, 0),
        (REFUSED, 1),
        ([*[YES] * 6, *[NO] * 14], 0),  # 30 %: not below
        ([*[YES] * 5, *[NO] * 15], 1),
        ([*REFUSED, *[NO] * (PAUSE - 1)], 1),  # one step at a time
        ([*REFUSED, *[NO] * PAUSE], 2),
        ([*REFUSED, *[NO] * 100], STEPS_MAX),
        ([*REFUSED, *[YES] * 12], 1),  # 60 %: not above
        ([*REFUSED, *[YES] * 13], 0),
        ([*REFUSED, *[YES] * 100], 0),
    ],
)
def test_it_steps_back_after_refusals_and_forward_again(decisions: list[bool], steps: int) -> None:
    assert throttle_after(decisions).steps == steps


def test_each_step_halves_the_leads_and_raises_the_score_that_is_needed() -> None:
    weekly = [Throttle(steps=n).slowed(Policy(weekly_leads=8)).weekly_leads for n in range(4)]
    assert weekly == [8, 4, 2, 1]
    assert [Throttle(steps=n).score_min for n in range(4)] == list(SCORE_MIN)
    assert list(SCORE_MIN) == sorted(SCORE_MIN)


def test_it_never_switches_itself_off_and_never_on() -> None:
    last = Throttle(steps=STEPS_MAX)
    assert last.slowed(Policy(weekly_leads=1)).weekly_leads == 1
    assert not last.slowed(Policy(weekly_leads=0)).is_on


def test_it_says_why() -> None:
    assert throttle_after([YES]).words == "1 decisions so far; from 20 on they set the pace"
    assert throttle_after([YES] * 20).words == "of the last 20 decisions 100 % accepted: full pace"
    assert throttle_after(REFUSED).words == (
        "of the last 20 decisions 0 % accepted: 1 steps back, nothing below a score of 0.3"
    )


@given(st.lists(st.booleans(), max_size=200))
def test_one_more_yes_never_makes_it_step_back(decisions: list[bool]) -> None:
    before, after = throttle_after(decisions), throttle_after([*decisions, YES])
    refused = after.acceptance is not None and after.acceptance < 0.3
    assert after.steps <= before.steps or refused
    assert abs(after.steps - before.steps) <= 1
