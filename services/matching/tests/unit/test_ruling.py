"""The life of a ruling: proposed by who turned something down, adopted by another, lifted."""

from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any, get_args

import pytest

from maillage_contracts.refusals import Refused
from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import LeadId
from maillage_matching.domain.ruling import (
    NEXT,
    VOICES_MAX,
    Ruling,
    Rulings,
    RulingStatus,
    Voice,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
STATUSES: tuple[RulingStatus, ...] = get_args(RulingStatus)
MOVES = [(one, to, to in NEXT[one]) for one, to in product(STATUSES, repeat=2)]


def a_voice(by: str, at: datetime = NOW) -> Voice:
    return Voice(by=by, at=at, lead_id=LeadId(an_id("lead")))


def a_ruling(status: RulingStatus = "proposed", **changes: Any) -> Ruling:  # noqa: ANN401 its fields
    usual: dict[str, Any] = {
        "ruling_id": an_id("ruling"),
        "resource": "spent_grain",
        "need": "feed",
        "reason": "sanitary",
        "proposed_at": NOW,
        "voices": (a_voice("advisor-1"),),
        "status": status,
    }
    return Ruling(**{**usual, **changes})


def test_every_status_is_in_the_table() -> None:
    assert set(NEXT) == set(STATUSES)


@pytest.mark.parametrize(("one", "to"), [(one, to) for one, to, may in MOVES if not may])
def test_a_ruling_does_not_jump(one: RulingStatus, to: RulingStatus) -> None:
    with pytest.raises(Refused, match=f"is {one}"):
        a_ruling(one).decided(to, "advisor-2", NOW, None, advisors=2)


@pytest.mark.parametrize(("one", "to"), [(one, to) for one, to, may in MOVES if may])
def test_who_decided_is_written_down(one: RulingStatus, to: RulingStatus) -> None:
    decided = a_ruling(one).decided(to, "advisor-2", LATER, "as told", advisors=2)
    assert (decided.status, decided.decided_by, decided.decided_at) == (to, "advisor-2", LATER)
    assert (decided.note, decided.version) == ("as told", 2)


def test_nobody_adopts_alone_what_nobody_else_said() -> None:
    mine = a_ruling()
    with pytest.raises(Refused, match="another advisor"):
        mine.decided("adopted", "advisor-1", NOW, None, advisors=2)
    assert mine.decided("declined", "advisor-1", NOW, None, advisors=2).status == "declined"
    assert mine.decided("adopted", "advisor-1", NOW, None, advisors=1).status == "adopted"
    seconded = mine.said_again(a_voice("advisor-2"))
    assert seconded.decided("adopted", "advisor-1", NOW, None, advisors=2).status == "adopted"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("proposed", "proposed"),
        ("adopted", "adopted"),
        ("declined", "proposed"),
        ("lifted", "proposed"),
    ],
)
def test_what_is_said_again_is_a_voice_more(before: RulingStatus, after: RulingStatus) -> None:
    again = a_ruling(before).said_again(a_voice("advisor-2", LATER))
    assert (again.status, again.version) == (after, 2)
    assert [one.by for one in again.voices] == ["advisor-1", "advisor-2"]
    assert again.proposed_at == (LATER if before != after else NOW)
    for _ in range(2 * VOICES_MAX):
        again = again.said_again(a_voice("advisor-3"))
    assert [one.by for one in again.voices] == ["advisor-3"] * VOICES_MAX


@pytest.mark.parametrize("status", STATUSES)
def test_only_what_is_adopted_holds(status: RulingStatus) -> None:
    one = a_ruling(status)
    found = Rulings([one])
    assert found.of("spent_grain", "feed") == (one if status == "adopted" else None)
    assert found.of("spent_grain", "compost") is None
