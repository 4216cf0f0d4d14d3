"""The life of a lead, and how the leads of a slot are kept in step with what holds now."""

from datetime import UTC, datetime
from itertools import product
from typing import Any, get_args

import pytest

from maillage_contracts.refusals import Refused
from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.draft import Content, Draft, Member
from maillage_matching.domain.lead import (
    NEXT,
    WAITS_FOR_A_PERSON,
    Lead,
    LeadStatus,
    born,
    still_holds,
)

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
    assert {status for status in NEXT if NEXT[status]} == WAITS_FOR_A_PERSON | {"generated"}


@pytest.mark.parametrize(("one", "other"), FORBIDDEN)
def test_a_lead_does_not_jump(one: LeadStatus, other: LeadStatus) -> None:
    with pytest.raises(Refused, match=f"{one}.*{other}"):
        a_lead(status=one).moved(other)


def test_a_step_is_a_new_version() -> None:
    moved = a_lead().moved("surfaced", surfaced_at=NOW)
    assert (moved.status, moved.surfaced_at, moved.version) == ("surfaced", NOW, 2)


def test_the_name_of_a_lead_follows_from_what_it_is_about() -> None:
    lead = born(a_draft(), [], NOW)
    assert (lead.status, lead.source, lead.key) == ("generated", "engine", "offer:1")
    assert lead == born(a_draft(), [], NOW)
    assert lead.lead_id != born(a_draft("offer:2"), [], NOW).lead_id


@pytest.mark.parametrize("status", ["accepted", "rejected", "expired"])
def test_what_ended_may_come_back_under_another_name(status: LeadStatus) -> None:
    first = born(a_draft(), [], NOW)
    ended = first.model_copy(update={"status": status})
    assert born(a_draft(), [ended], NOW).lead_id != first.lead_id
    other = ended.model_copy(update={"slot": "need:2"})
    assert born(a_draft("offer:2"), [ended, other], NOW) == born(a_draft("offer:2"), [], NOW)
    assert born(a_draft(), [other], NOW) == first


@pytest.mark.parametrize("status", ["surfaced", "deferred"])
def test_what_waits_for_a_person_stays_while_it_holds(status: LeadStatus) -> None:
    lead = a_lead(status=status)
    better = [a_draft("offer:2", score=0.9), a_draft("offer:1")]
    assert still_holds(lead, better, NOW) is None
    fresher = still_holds(lead, [a_draft("offer:1", score=0.4)], NOW)
    assert fresher is not None
    assert (fresher.status, fresher.version, fresher.content.score) == (status, 2, 0.4)


@pytest.mark.parametrize("status", ["surfaced", "deferred"])
@pytest.mark.parametrize("drafts", [[], [a_draft("offer:2")]])
def test_what_no_longer_holds_expires(status: LeadStatus, drafts: list[Draft]) -> None:
    gone = still_holds(a_lead(status=status), drafts, NOW)
    assert gone is not None
    assert (gone.status, gone.decided_at, gone.version) == ("expired", NOW, 2)


def test_a_lead_kept_by_newer_code_can_be_read() -> None:
    kept = a_lead().model_dump(mode="json") | {"mood": "sunny"}
    assert Lead.model_validate(kept) == a_lead()
