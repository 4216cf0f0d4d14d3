"""What cases have in common when their firms are left out."""

from datetime import UTC, datetime
from typing import Any

from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.case import Case
from maillage_matching.domain.draft import Member
from maillage_matching.domain.pattern import Taught, drafts_of, pattern_of

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def a_case(name: str, **changes: Any) -> Case:  # noqa: ANN401 fields of a case
    members = tuple(
        Member(
            flow_id=FlowId(an_id(f"{name} {role}")),
            actor_id=ActorId(an_id(f"{name} {role}")),
            role=role,
            division=division,
        )
        for role, division in (("donor", "47"), ("receiver", "16"))
    )
    usual: dict[str, Any] = {
        "case_id": an_id(name),
        "kind": "substitution",
        "title": f"Title with the name {name}",
        "source": "engine",
        "owner": "advisor-1",
        "lead_ids": (an_id("lead"),),
        "members": members,
        "resource": "pallet",
        "opened_at": NOW,
    }
    return Case(**{**usual, **changes})


def given_up(name: str, *reasons: str) -> Taught:
    return Taught(a_case(name, status="abandoned", reasons=reasons))


def running(name: str) -> Taught:
    case = a_case(name)
    return Taught(case, "agreed", pattern_of(case, "pallet"), "pallet")


def test_cases_that_differ_only_by_their_firms_are_one_pattern() -> None:
    taught = [
        running("Alpha"),
        Taught(a_case("Beta"), "ended", pattern_of(a_case("Beta"), "pallet")),
        given_up("Gamma", "insurance", "no_time"),
        given_up("Delta", "insurance"),
    ]
    [draft] = drafts_of(taught)
    assert (draft.cases, draft.running, draft.ended, draft.abandoned) == (4, 1, 1, 2)
    assert (draft.donor_sector, draft.receiver_sector, draft.resource_spec) == (
        *("47", "16"),
        "pallet",
    )
    assert draft.obstacles == ("insurance", "no_time")
    assert not draft.needs_consent
    for name in ("Alpha", "Beta", "Gamma", "Delta"):
        assert name not in draft.model_dump_json()


def test_below_three_cases_a_firm_could_be_recognised() -> None:
    assert [draft.needs_consent for draft in drafts_of([running("Alpha"), given_up("Beta")])] == [
        True
    ]


def test_three_cases_of_the_same_two_firms_hide_nobody() -> None:
    firms = a_case("Alpha").members
    taught = [Taught(a_case(name, members=firms)) for name in ("first", "second", "third")]
    [draft] = drafts_of(taught)
    assert (draft.cases, draft.needs_consent) == (3, True)
    [draft] = drafts_of([*taught, running("Beta"), running("Gamma")])
    assert not draft.needs_consent


def test_agreed_twice_is_one_case() -> None:
    again = running("Alpha")
    [draft] = drafts_of([again, again._replace(status="ended")])
    assert (draft.cases, draft.running, draft.ended) == (1, 1, 1)


def test_another_matter_is_another_pattern_and_what_is_frequent_comes_first() -> None:
    other = Taught(a_case("cork", resource="cork", status="abandoned"))
    drafts = drafts_of([other, running("Alpha"), running("Beta")])
    assert [(draft.resource_spec, draft.cases) for draft in drafts] == [("pallet", 2), ("cork", 1)]
