"""Stories: a step is told when it holds, and the first that does not hold ends the story."""

import pytest

from maillage_hub.demo.story import Figures, NotTrue, Story, must


async def a_good_step() -> Figures:
    return {"count": 3, "places": ["here", "there"]}


async def a_bad_step() -> Figures:
    must(0, "nothing was found")
    return {}


async def test_a_step_is_told_with_its_figures() -> None:
    told: list[str] = []
    story = Story("pallets", "Pallets", told.append)
    await story.step("it is there", a_good_step)
    assert story.ok
    assert story.steps[0].figures == {"count": 3, "places": ["here", "there"]}
    assert [line.strip() for line in told[1:]] == ["count: 3", "places: here", "places: there"]


async def test_a_step_that_does_not_hold_ends_the_story() -> None:
    story = Story("pallets", "Pallets", lambda _: None)
    with pytest.raises(NotTrue, match="it is there: nothing was found"):
        await story.step("it is there", a_bad_step)
    assert not story.ok
    assert story.steps[0].figures == {"error": "NotTrue: nothing was found"}


def test_a_story_that_was_not_played_does_not_hold() -> None:
    assert not Story("pallets", "Pallets", print).ok
