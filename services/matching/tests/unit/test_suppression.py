"""What turning something down keeps from coming back, for whom and for how long."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from maillage_contracts.refusals import Invalid
from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.draft import Member
from maillage_matching.domain.rejection import PAIRS_MAX, Rejection, couples, suppressions_of
from maillage_matching.domain.suppression import REASONS, Suppressions, check_reasons

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOW.date()


def a_member(name: str, role: str) -> Member:
    return Member(
        flow_id=FlowId(an_id(f"flow of {name}")), actor_id=ActorId(an_id(name)), role=role
    )


def a_rejection(**changes: Any) -> Rejection:  # noqa: ANN401 fields of a rejection
    usual: dict[str, Any] = {
        "lead_id": an_id("lead"),
        "slot": "need:1",
        "kind": "substitution",
        "resource": "pallet",
        "members": (a_member("Villaverde", "donor"), a_member("STRH", "receiver")),
        "reasons": ("too_far",),
        "owner": "advisor-1",
        "at": NOW,
    }
    return Rejection(**{**usual, **changes})


def test_every_reason_is_about_something_and_ends() -> None:
    assert all(reason.days > 0 for reason in REASONS.values())
    assert {reason.facet for reason in REASONS.values()} == {
        *("technical", "regulatory", "economic", "geographic", "organisational"),
        *("sociocultural", "data"),
    }
    check_reasons(["too_far", "stale"])
    with pytest.raises(Invalid, match="bad_mood is no reason"):
        check_reasons(["too_far", "bad_mood"])


def test_a_pair_is_kept_apart_for_this_resource() -> None:
    [one] = suppressions_of(a_rejection())
    assert one.actors == {an_id("Villaverde"), an_id("STRH")}
    assert (one.resource, one.owner, one.slot) == ("pallet", "advisor-1", None)
    assert one.until == TODAY + timedelta(days=730)


def test_rivals_are_kept_apart_for_all() -> None:
    [one] = suppressions_of(a_rejection(reasons=("competitors",)))
    assert one.resource is None


def test_somebody_may_know_better_until_when() -> None:
    [one] = suppressions_of(a_rejection(until=date(2027, 6, 30)))
    assert one.until == date(2027, 6, 30)


def test_a_shared_stream_is_left_alone_as_a_whole() -> None:
    members = tuple(a_member(f"Firm {n}", "member") for n in range(4))
    told = suppressions_of(
        a_rejection(kind="mutualisation", members=members, reasons=("no_time", "distrust"))
    )
    assert [(one.slot, one.actors, one.reason) for one in told] == [
        ("need:1", frozenset(), "no_time"),
        ("need:1", frozenset(), "distrust"),
    ]
    assert len({one.suppression_id for one in told}) == 2


def test_each_donor_is_kept_from_the_receiver_and_not_from_the_others() -> None:
    members = [
        a_member("A", "donor"),
        a_member("B", "donor"),
        a_member("C", "receiver"),
        a_member("D", "processor"),
        a_member("C", "donor"),
    ]
    assert couples(members) == [
        frozenset((an_id("A"), an_id("C"))),
        frozenset((an_id("B"), an_id("C"))),
    ]


def test_where_nobody_gives_each_is_kept_from_each() -> None:
    assert len(couples([a_member(name, "member") for name in "ABC"])) == 3
    assert len(couples([a_member(str(n), "member") for n in range(40)])) == PAIRS_MAX


def test_a_suppression_ends_by_itself_or_is_lifted() -> None:
    [one] = suppressions_of(a_rejection(until=date(2026, 11, 30)))
    actors = ActorId(an_id("STRH")), ActorId(an_id("Villaverde"))
    assert Suppressions([one], date(2026, 11, 30)).between(*actors, "pallet") == one
    assert Suppressions([one], date(2026, 12, 1)).between(*actors, "pallet") is None
    lifted = one.model_copy(update={"lifted_at": NOW})
    assert Suppressions([lifted], TODAY).between(*actors, "pallet") is None
    assert Suppressions([one], TODAY).between(*actors, "cardboard") is None


def test_of_two_the_longer_one_is_told() -> None:
    [short] = suppressions_of(a_rejection(until=date(2026, 11, 30)))
    [long] = suppressions_of(a_rejection(reasons=("no_time",), until=date(2027, 11, 30)))
    found = Suppressions([long, short], TODAY)
    assert found.between(ActorId(an_id("STRH")), ActorId(an_id("Villaverde")), "pallet") == long
    assert found.of_slot("need:1") is None
