"""The life of a lead, and how the leads of a slot are kept in step with what holds now."""

from datetime import UTC, datetime
from itertools import product
from typing import Any, get_args
from uuid import UUID

import pytest

from maillage_contracts.refusals import Refused
from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.draft import Content, Draft, Member
from maillage_matching.domain.lead import LIVE, NEXT, Change, Lead, LeadStatus, settle

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
FORBIDDEN = [
    (one, other) for one, other in product(get_args(LeadStatus), repeat=2) if other not in NEXT[one]
]
MEMBERS = (
    Member(flow_id=FlowId(an_id("offer")), actor_id=ActorId(an_id("Villaverde")), role="donor"),
    Member(flow_id=FlowId(an_id("need")), actor_id=ActorId(an_id("STRH")), role="receiver"),
)


def a_content(**changes: Any) -> Content:  # noqa: ANN401 fields of a content
    usual: dict[str, Any] = {
        "kind": "substitution",
        "resource": "pallet",
        "members": MEMBERS,
        "score": 0.5,
    }
    return Content(**{**usual, **changes})


def a_draft(key: str = "offer:1", **changes: Any) -> Draft:  # noqa: ANN401 as above
    return Draft("need:1", key, a_content(**changes))


def a_lead(**changes: Any) -> Lead:  # noqa: ANN401 fields of a lead
    usual: dict[str, Any] = {
        "lead_id": an_id("lead"),
        "slot": "need:1",
        "key": "offer:1",
        "status": "generated",
        "source": "engine",
        "content": a_content(),
        "created_at": NOW,
    }
    return Lead(**{**usual, **changes})


def test_every_status_is_in_the_table() -> None:
    assert set(NEXT) == set(get_args(LeadStatus))
    assert {status for status in NEXT if NEXT[status]} == LIVE


@pytest.mark.parametrize(("one", "other"), FORBIDDEN)
def test_a_lead_does_not_jump(one: LeadStatus, other: LeadStatus) -> None:
    with pytest.raises(Refused, match=f"{one}.*{other}"):
        a_lead(status=one).moved(other)


def test_a_step_is_a_new_version() -> None:
    moved = a_lead().moved("surfaced", surfaced_at=NOW)
    assert (moved.status, moved.surfaced_at, moved.version) == ("surfaced", NOW, 2)


def test_the_best_draft_becomes_a_lead_whose_name_is_always_the_same() -> None:
    change = settle([a_draft("offer:1"), a_draft("offer:2")], [], NOW)
    assert [(lead.key, lead.status) for lead in change.keep] == [("offer:1", "generated")]
    assert change == settle([a_draft("offer:1")], [], NOW)


def test_nothing_to_propose_changes_nothing() -> None:
    assert settle([], [], NOW) == Change()


def test_a_generated_lead_follows_what_is_best_now() -> None:
    [lead] = settle([a_draft()], [], NOW).keep
    assert settle([a_draft()], [lead], NOW) == Change()
    [fresher] = settle([a_draft(score=0.9)], [lead], NOW).keep
    assert (fresher.lead_id, fresher.version) == (lead.lead_id, 2)
    change = settle([a_draft("offer:2")], [lead], NOW)
    assert change.forget == (lead.lead_id,)
    assert [one.key for one in change.keep] == ["offer:2"]
    assert settle([], [lead], NOW) == Change(forget=(lead.lead_id,))


@pytest.mark.parametrize("status", ["surfaced", "deferred"])
def test_what_waits_for_a_person_stays_while_it_holds(status: LeadStatus) -> None:
    lead = a_lead(status=status)
    better = [a_draft("offer:2", score=0.9), a_draft("offer:1")]
    assert settle(better, [lead], NOW) == Change()
    [fresher] = settle([a_draft("offer:1", score=0.4)], [lead], NOW).keep
    assert (fresher.status, fresher.version) == (status, 2)


@pytest.mark.parametrize("status", ["surfaced", "deferred"])
def test_what_no_longer_holds_expires_and_the_next_one_takes_its_place(status: LeadStatus) -> None:
    lead = a_lead(status=status)
    gone, following = settle([a_draft("offer:2")], [lead], NOW).keep
    assert (gone.lead_id, gone.status, gone.decided_at) == (lead.lead_id, "expired", NOW)
    assert (following.key, following.status) == ("offer:2", "generated")
    [alone] = settle([], [lead], NOW).keep
    assert alone.status == "expired"


def test_nothing_is_proposed_beside_an_open_case() -> None:
    taken = a_lead(status="accepted", case_open=True)
    assert settle([a_draft("offer:2")], [taken], NOW) == Change()
    waiting = a_lead(lead_id=UUID(int=1), status="generated")
    assert settle([a_draft()], [taken, waiting], NOW).forget == (waiting.lead_id,)


@pytest.mark.parametrize("status", ["accepted", "rejected", "expired"])
def test_what_ended_may_come_back_under_another_name(status: LeadStatus) -> None:
    [first] = settle([a_draft()], [], NOW).keep
    ended = first.model_copy(update={"status": status})
    [again] = settle([a_draft()], [ended], NOW).keep
    assert again.lead_id != first.lead_id
    other = settle([a_draft("offer:2")], [ended], NOW).keep[0]
    assert other == settle([a_draft("offer:2")], [], NOW).keep[0]


def test_a_lead_kept_by_newer_code_can_be_read() -> None:
    kept = a_lead().model_dump(mode="json") | {"mood": "sunny"}
    assert Lead.model_validate(kept) == a_lead()
