"""The life of a case: every step it may not take, and the pauses it comes back from."""

from datetime import UTC, datetime
from itertools import product
from typing import Any, get_args

import pytest

from maillage_contracts.refusals import Refused
from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.case import (
    BEFORE_AGREEMENT,
    FACETS,
    NEXT,
    OVER,
    Case,
    CaseStatus,
    can_go_on_without,
)
from maillage_matching.domain.draft import Member

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
STATUSES: tuple[CaseStatus, ...] = get_args(CaseStatus)
FORBIDDEN = [(one, to) for one, to in product(STATUSES, repeat=2) if to not in NEXT[one]]
WAY: tuple[CaseStatus, ...] = (
    *("opened", "qualifying", "introduced", "feasibility"),
    *("agreed", "piloting", "running", "closed"),
)


def a_member(name: str, role: str) -> Member:
    return Member(
        flow_id=FlowId(an_id(f"flow of {name}")), actor_id=ActorId(an_id(name)), role=role
    )


def a_case(**changes: Any) -> Case:  # noqa: ANN401 fields of a case
    usual: dict[str, Any] = {
        "case_id": an_id("case"),
        "kind": "substitution",
        "title": "Pallets",
        "source": "engine",
        "owner": "advisor-1",
        "lead_ids": (an_id("lead"),),
        "members": (a_member("Villaverde", "donor"), a_member("STRH", "receiver")),
        "resource": "pallet",
        "opened_at": NOW,
    }
    return Case(**{**usual, **changes})


def test_every_status_is_in_the_table() -> None:
    assert set(NEXT) == set(STATUSES)
    assert {status for status in NEXT if not NEXT[status]} == OVER
    assert set(WAY[:4]) == BEFORE_AGREEMENT


@pytest.mark.parametrize(("one", "other"), FORBIDDEN)
def test_a_case_does_not_jump(one: CaseStatus, other: CaseStatus) -> None:
    with pytest.raises(Refused, match=f"{one}.*{other}"):
        a_case(status=one).moved(other, NOW, "advisor-1")


def test_the_way_from_a_lead_to_a_running_synergy() -> None:
    case = a_case()
    for status in WAY[1:]:
        case = case.moved(status, NOW, "advisor-1")
    assert [step.status for step in case.steps] == list(WAY[1:])
    assert (case.version, case.is_open) == (len(WAY), False)


@pytest.mark.parametrize("status", [one for one in STATUSES if one not in OVER])
def test_it_may_be_given_up_anywhere(status: CaseStatus) -> None:
    assert not a_case(status=status).moved("abandoned", NOW, "advisor-1").is_open


@pytest.mark.parametrize("status", [*WAY[:-1]])
def test_a_pause_ends_where_it_began(status: CaseStatus) -> None:
    paused = a_case(status=status).moved("paused", NOW, "advisor-1")
    assert paused.paused_from == status
    others: list[CaseStatus] = [one for one in WAY[:-1] if one != status]
    for other in others:
        with pytest.raises(Refused, match="resumes there"):
            paused.moved(other, NOW, "advisor-1")
    resumed = paused.moved(status, NOW, "advisor-1")
    assert (resumed.status, resumed.paused_from) == (status, None)


def test_six_facets_are_unknown_at_first() -> None:
    assert {name: facet.verdict for name, facet in a_case().facets.items()} == dict.fromkeys(
        FACETS, "unknown"
    )


@pytest.mark.parametrize(
    ("members", "goes_on"),
    [
        ((("Villaverde", "donor"), ("STRH", "receiver")), False),
        ((("Villaverde", "donor"), ("Other", "donor"), ("STRH", "receiver")), True),
        ((("Villaverde", "member"), ("Other", "member")), False),
        ((("Villaverde", "member"), ("Other", "member"), ("Third", "member")), True),
        ((("Villaverde", "member"), ("Other", "member"), ("Plant", "processor")), False),
        ((("Villaverde", "processor"), ("Other", "member"), ("Third", "member")), True),
    ],
)
def test_whether_enough_is_left_without_an_actor(
    members: tuple[tuple[str, str], ...],
    goes_on: bool,  # noqa: FBT001 a column of the table
) -> None:
    case = a_case(members=tuple(a_member(name, role) for name, role in members))
    assert can_go_on_without(case, ActorId(an_id("Villaverde"))) is goes_on


def test_parties_are_named_once() -> None:
    twice = a_case(members=(a_member("STRH", "donor"), a_member("STRH", "receiver")))
    assert twice.actor_ids == (an_id("STRH"),)
