"""The life of a suggestion, and what adopting one teaches."""

from datetime import UTC, datetime
from itertools import product
from typing import Any, get_args

import pytest

from maillage_contracts.refusals import Refused
from maillage_contracts.samples import an_id
from maillage_matching.domain.lessons import lessons_from
from maillage_matching.domain.suggestion import NEXT, Pattern, Suggestion, SuggestionStatus

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STATUSES: tuple[SuggestionStatus, ...] = get_args(SuggestionStatus)
FORBIDDEN = [(one, to) for one, to in product(STATUSES, repeat=2) if to not in NEXT[one]]
ALLOWED = [(one, to) for one, to in product(STATUSES, repeat=2) if to in NEXT[one]]


def a_pattern(**changes: Any) -> Pattern:  # noqa: ANN401 fields of a pattern
    usual: dict[str, Any] = {
        "pattern_id": an_id("pattern"),
        "kind": "transformation",
        "donor_sector": "47",
        "receiver_sector": "16",
        "resource_spec": "cardboard",
        "replaces_spec": "bubble_wrap",
        "outcome": "running",
        "case_count": 3,
    }
    return Pattern(**{**usual, **changes})


def a_suggestion(status: SuggestionStatus) -> Suggestion:
    return Suggestion(origin="genevois", pattern=a_pattern(), status=status, received_at=NOW)


def test_every_status_is_in_the_table() -> None:
    assert set(NEXT) == set(STATUSES)


@pytest.mark.parametrize(("one", "other"), FORBIDDEN)
def test_a_suggestion_does_not_jump(one: SuggestionStatus, other: SuggestionStatus) -> None:
    with pytest.raises(Refused, match=f"is {one}"):
        a_suggestion(one).moved(other, NOW, "advisor-1", None)


@pytest.mark.parametrize(("one", "other"), ALLOWED)
def test_who_decided_is_written_down(one: SuggestionStatus, other: SuggestionStatus) -> None:
    moved = a_suggestion(one).moved(other, NOW, "advisor-1", "as in the valley")
    assert (moved.status, moved.decided_by, moved.decided_at) == (other, "advisor-1", NOW)
    assert (moved.note, moved.version) == ("as in the valley", 2)


def test_what_runs_elsewhere_teaches_that_it_fits() -> None:
    lesson, *others = lessons_from([a_pattern(case_count=40)])
    assert others == [lesson, lesson]
    assert (lesson.offer.spec, lesson.need.spec) == ("cardboard", "bubble_wrap")
    assert (lesson.offer.sector, lesson.need.sector) == ("47", "16")
    assert lesson.is_exchange
    [same] = lessons_from([a_pattern(replaces_spec=None, outcome="ended", case_count=1)])
    assert (same.need.spec, same.is_exchange) == ("cardboard", True)


@pytest.mark.parametrize(
    ("obstacles", "taught"),
    [((), []), (("insurance",), []), (("no_time", "contamination"), [False])],
)
def test_what_was_given_up_teaches_only_where_the_matter_did_not_fit(
    obstacles: tuple[str, ...], taught: list[bool]
) -> None:
    failure = a_pattern(outcome="abandoned", obstacles=obstacles, case_count=1)
    assert [lesson.is_exchange for lesson in lessons_from([failure])] == taught
