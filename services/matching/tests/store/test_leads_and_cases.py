"""What every store must keep of leads, cases and synergies: over memory and PostgreSQL."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

import pytest

from maillage_contracts.refusals import Invalid, NotFound, Stale
from maillage_contracts.samples import a_synergy, an_id
from maillage_contracts.vocabulary import ActorId, CaseId, FlowId, LeadId, PatternId, SynergyId
from maillage_matching.domain.calibration import TakenUp
from maillage_matching.domain.case import Case, CaseStatus
from maillage_matching.domain.draft import Content, Member
from maillage_matching.domain.lead import Lead, LeadStatus
from maillage_matching.domain.pair import Verdict
from maillage_matching.domain.policy import Desk
from maillage_matching.domain.substitution import Pairing
from maillage_matching.domain.suppression import Suppression
from maillage_matching.domain.throttle import Decided
from maillage_matching.domain.yields import Tally
from maillage_matching.usecases.store import (
    KeptSynergy,
    Store,
    key_of_case,
    key_of_lead,
    key_of_suppression,
    key_of_synergy,
)
from maillage_matching.wiring import service
from maillage_serving.testing import postgres_runner

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TODAY = NOW.date()
Do = Callable[[Callable[[Store], Awaitable[T]]], Awaitable[T]]


def flow_id(name: str) -> FlowId:
    return FlowId(an_id(f"flow {name}"))


def actor_id(name: str) -> ActorId:
    return ActorId(an_id(name))


def a_lead(name: str = "lead", **changes: Any) -> Lead:  # noqa: ANN401 fields of a lead
    content = Content(
        kind="substitution",
        resource="pallet",
        members=(
            Member(flow_id=flow_id("offer"), actor_id=actor_id("Villaverde"), role="donor"),
            Member(flow_id=flow_id("need"), actor_id=actor_id("STRH"), role="receiver"),
        ),
        score=changes.pop("score", 0.5),
        rule=changes.pop("rule", None),
    )
    usual: dict[str, Any] = {
        "lead_id": an_id(name),
        "slot": f"need:{name}",
        "key": "offer",
        "status": "surfaced",
        "source": "engine",
        "content": content,
        "created_at": NOW,
        "surfaced_at": NOW,
    }
    return Lead(**{**usual, **changes})


def a_case(name: str = "case", **changes: Any) -> Case:  # noqa: ANN401 fields of a case
    usual: dict[str, Any] = {
        "case_id": an_id(name),
        "kind": "substitution",
        "title": "Pallets",
        "source": "engine",
        "owner": "advisor-1",
        "lead_ids": (an_id("lead"),),
        "members": a_lead().content.members,
        "resource": "pallet",
        "opened_at": NOW,
    }
    return Case(**{**usual, **changes})


def a_suppression(number: int = 1, **changes: Any) -> Suppression:  # noqa: ANN401 its fields
    usual: dict[str, Any] = {
        "suppression_id": UUID(int=number),
        "actors": frozenset((an_id("Villaverde"), an_id("STRH"))),
        "reason": "too_far",
        "owner": "advisor-1",
        "since": NOW,
        "until": TODAY + timedelta(days=9),
    }
    return Suppression(**{**usual, **changes})


def kept(name: str = "synergy", **changes: Any) -> KeptSynergy:  # noqa: ANN401 its fields
    synergy = a_synergy(synergy_id=an_id(name), case_id=an_id(f"{changes.pop('case', 'case')}"))
    usual: dict[str, Any] = {
        "status": "agreed",
        "agreed_at": NOW,
        "pattern_id": PatternId(an_id("pattern")),
    }
    return KeptSynergy(synergy, **{**usual, **changes})


def a_pairing(need: str, offer: str, score: float, *, verdict: Verdict = "pass") -> Pairing:
    return Pairing(flow_id(need), flow_id(offer), None, verdict, score)


async def test_the_best_slots_are_free_ones(do: Do[Any]) -> None:
    needs = [a_pairing(f"n{n}", "o", n / 10) for n in range(1, 6)]
    others = [a_pairing("n1", "p", 0.95), a_pairing("n9", "o", 0.99, verdict="fail")]
    await do(lambda store: store.keep_pairings([], [*needs, *others]))
    await do(lambda store: store.keep_streams({"stream:a": 0.45, "stream:b": 0.5, "stream:c": 1.0}))
    await do(lambda store: store.keep_streams({"stream:c": None, "stream:d": None}))
    slots = [f"need:{flow_id(f'n{n}')}" for n in range(6)]
    taken = [
        a_lead("waits", slot=slots[5]),
        a_lead("case", slot=slots[4], status="accepted", case_open=True),
        a_lead("over", slot=slots[3], status="accepted"),
    ]
    await do(lambda store: store.save_leads(taken))
    best = await do(lambda store: store.best_slots(9))
    assert best == [slots[1], "stream:b", "stream:a", slots[3], slots[2]]
    assert await do(lambda store: store.best_slots(1)) == best[:1]


async def test_a_lead_is_found_by_its_identifier(do: Do[Any]) -> None:
    lead = a_lead()
    await do(lambda store: store.save_leads([lead]))
    assert await do(lambda store: store.lead(lead.lead_id, to_change=True)) == lead
    assert await do(lambda store: store.lead(lead.lead_id)) == lead
    with pytest.raises(NotFound):
        await do(lambda store: store.lead(LeadId(an_id("nothing"))))


async def test_leads_that_wait_are_found_by_flow_actor_rule_and_slot(do: Do[Any]) -> None:
    old = a_lead("old", slot="need:1", status="expired")
    live = a_lead("live", slot="need:1", rule="shred_cardboard")
    human = a_lead("human", source="workshop", status="deferred")
    await do(lambda store: store.save_leads([live, old, human]))

    async def named(**asked: Any) -> set[UUID]:  # noqa: ANN401 arguments of the store
        return {lead.lead_id for lead in await do(lambda store: store.waiting_leads(**asked))}

    of_slot = await do(lambda store: store.leads_of_slots(["need:1", "need:2"]))
    assert {lead.lead_id for lead in of_slot} == {old.lead_id, live.lead_id}
    both = {live.lead_id, human.lead_id}
    assert await named(flows=[flow_id("need"), flow_id("x")]) == both
    assert await named(actors=[actor_id("STRH")]) == both
    assert await named(rules=["shred_cardboard"]) == {live.lead_id}
    assert await named(slots=["need:1"]) == {live.lead_id}
    assert await named(flows=[flow_id("x")]) == set()


async def test_a_lead_is_kept_in_its_latest_version(do: Do[Any]) -> None:
    lead = a_lead("one", slot="need:1")
    await do(lambda store: store.save_leads([lead]))
    gone = lead.moved("expired")
    following = a_lead("two", slot="need:1")
    await do(lambda store: store.save_leads([gone, following]))
    rows = await do(lambda store: store.leads_of_slots(["need:1"]))
    assert {row.lead_id: row for row in rows} == {gone.lead_id: gone, following.lead_id: following}


async def test_the_desk_counts_what_the_engine_showed_and_what_is_open(do: Do[Any]) -> None:
    week = NOW - timedelta(hours=12)
    leads = [
        a_lead("new"),
        a_lead("decided", status="rejected"),
        a_lead("old", status="deferred", surfaced_at=week - timedelta(seconds=1)),
        a_lead("human", source="advisor"),
    ]
    await do(lambda store: store.save_leads(leads))
    assert await do(lambda store: store.desk(week)) == Desk(surfaced_this_week=2, waiting=2)
    await do(lambda store: store.save_case(a_case()))
    await do(lambda store: store.save_case(a_case("over", status="closed")))
    await do(lambda store: store.save_case(a_case("another", owner="advisor-2")))
    assert (await do(lambda store: store.desk(week))).cases_of == {"advisor-1": 1, "advisor-2": 1}


async def test_deferred_leads_come_back_on_their_day(do: Do[Any]) -> None:
    lead = a_lead(status="deferred", deferred_until=TODAY)
    done = a_lead("done", status="expired", deferred_until=TODAY)
    await do(lambda store: store.save_leads([lead, done]))
    assert await do(lambda store: store.deferred_to(TODAY - timedelta(days=1))) == []
    assert await do(lambda store: store.deferred_to(TODAY)) == [lead]


async def test_leads_are_listed_by_status_source_and_page(do: Do[Any]) -> None:
    leads = [a_lead(f"lead {n}", surfaced_at=NOW + timedelta(minutes=n)) for n in range(4)]
    leads.append(a_lead("human", source="workshop", status="accepted", surfaced_at=LATER))
    await do(lambda store: store.save_leads(leads))

    async def listed(**asked: Any) -> list[Lead]:  # noqa: ANN401 arguments of the store
        usual: dict[str, Any] = {"statuses": (), "source": None, "after": None, "limit": 9}
        return await do(lambda store: store.leads(**{**usual, **asked}))

    assert await listed() == leads
    assert await listed(statuses=("accepted", "rejected")) == [leads[4]]
    assert await listed(source="engine", limit=2) == leads[:2]
    assert await listed(after=key_of_lead(leads[1]), limit=2) == leads[2:4]


async def test_decided_leads_of_the_engine_by_their_scores(do: Do[Any]) -> None:
    scored: dict[float, LeadStatus] = {0.5349: "accepted", 0.535: "rejected", 0.54: "accepted"}
    leads = [
        a_lead(f"{score}", status=status, decided_at=NOW, score=score)
        for score, status in scored.items()
    ]
    leads += [a_lead("human", source="advisor", status="rejected", decided_at=NOW), a_lead()]
    await do(lambda store: store.save_leads(leads))
    assert await do(lambda store: store.taken_up()) == [TakenUp(0.53, 1, 1), TakenUp(0.54, 2, 1)]


async def test_the_last_decisions_about_leads_of_the_engine(do: Do[Any]) -> None:
    at = [NOW + timedelta(minutes=n) for n in range(5)]
    statuses: tuple[LeadStatus, ...] = ("accepted", "rejected", "expired", "accepted", "rejected")
    leads = [
        a_lead(f"lead {n}", status=status, decided_at=at[-n], surfaced_at=NOW)
        for n, status in enumerate(statuses)
    ]
    leads += [a_lead("human", source="advisor", status="rejected", decided_at=LATER), a_lead()]
    await do(lambda store: store.save_leads(leads))
    by_day = [
        Decided(NOW, at[0], is_accepted=True),
        Decided(NOW, at[1], is_accepted=False),
        Decided(NOW, at[2], is_accepted=True),
        Decided(NOW, at[4], is_accepted=False),
    ]
    assert await do(lambda store: store.decisions(9)) == by_day
    assert await do(lambda store: store.decisions(2)) == by_day[2:]
    since = await do(lambda store: store.decided_since(at[2]))
    assert [lead.lead_id for lead in since] == [an_id(f"lead {n}") for n in (3, 1)] + [
        an_id("human")
    ]


async def test_what_came_of_leads_is_counted_by_their_source(do: Do[Any]) -> None:
    two = ("no_time", "too_far")
    leads = [
        a_lead("one", status="rejected", reasons=two),
        a_lead("two", status="rejected", reasons=two[:1]),
        a_lead("three", status="accepted", source="workshop", reasons=two),
    ]
    cases = [
        a_case("agreed", status="closed", introduced_at=NOW, source="workshop", minutes_spent=90),
        a_case("other", status="closed", introduced_at=NOW, source="workshop", minutes_spent=45),
        a_case("given up", status="abandoned", reasons=("insurance",), kind="mutualisation"),
    ]
    synergies = [kept(case="agreed"), kept("s2", case="other", status="ended", attribution="no")]
    await do(lambda store: store.save_leads(leads))
    for case in cases:
        await do(lambda store, case=case: store.save_case(case))
    for synergy in synergies:
        await do(lambda store, synergy=synergy: store.save_synergy(synergy))
    engine, workshop = ("engine", "substitution"), ("workshop", "substitution")
    assert await do(lambda store: store.tallies()) == [
        Tally("answer", *workshop, "no", 1),
        Tally("case", "engine", "mutualisation", "abandoned", 1),
        Tally("case", *workshop, "closed", 2),
        Tally("introduced", *workshop, "", 2),
        Tally("lead", *engine, "rejected", 2),
        Tally("lead", *workshop, "accepted", 1),
        Tally("minutes", *workshop, "", 135),
        Tally("obstacle", "engine", "mutualisation", "insurance", 1),
        Tally("reason", *engine, "no_time", 2),
        Tally("reason", *engine, "too_far", 1),
        Tally("synergy", *workshop, "agreed", 1),
        Tally("synergy", *workshop, "ended", 1),
    ]


async def test_suppressions_hold_until_their_day_or_until_lifted(do: Do[Any]) -> None:
    holding = a_suppression(1)
    over = a_suppression(2, until=TODAY - timedelta(days=1), since=NOW - timedelta(days=9))
    await do(lambda store: store.save_suppressions([holding, over]))
    assert await do(lambda store: store.suppressions(TODAY)) == [holding]
    lifted = holding.model_copy(update={"lifted_at": NOW, "version": 2})
    await do(lambda store: store.save_suppressions([lifted]))
    assert await do(lambda store: store.suppressions(TODAY)) == []
    assert await do(lambda store: store.suppression(holding.suppression_id)) == lifted
    assert await do(lambda store: store.all_suppressions(after=None, limit=9)) == [over, lifted]
    after = key_of_suppression(over)
    assert await do(lambda store: store.all_suppressions(after=after, limit=9)) == [lifted]
    with pytest.raises(NotFound):
        await do(lambda store: store.suppression(UUID(int=9)))


async def test_a_case_is_changed_by_one_at_a_time(do: Do[Any]) -> None:
    case = a_case()
    await do(lambda store: store.save_case(case))
    changed = case.changed(title="Pallets again")
    await do(lambda store: store.save_case(changed))
    assert await do(lambda store: store.case(case.case_id)) == changed
    assert await do(lambda store: store.case(case.case_id, to_change=True)) == changed
    with pytest.raises(Stale):
        await do(lambda store: store.save_case(changed))
    with pytest.raises(NotFound):
        await do(lambda store: store.case(CaseId(an_id("nothing"))))


async def test_a_party_is_told_of_its_cases_once_introduced(do: Do[Any]) -> None:
    statuses: tuple[CaseStatus, ...] = ("opened", "introduced", "abandoned")
    cases = [
        a_case(
            status,
            status=status,
            opened_at=NOW + timedelta(minutes=n),
            introduced_at=None if status == "opened" else NOW,
        )
        for n, status in enumerate(statuses)
    ]
    for case in cases:
        await do(lambda store, case=case: store.save_case(case))

    async def listed(**asked: Any) -> list[Case]:  # noqa: ANN401 arguments of the store
        usual: dict[str, Any] = {"statuses": (), "party": None, "after": None, "limit": 9}
        return await do(lambda store: store.cases(**{**usual, **asked}))

    assert await listed() == cases
    assert await listed(party=actor_id("STRH")) == cases[1:]
    assert await listed(party=actor_id("Other")) == []
    assert await listed(statuses=("opened",)) == cases[:1]
    assert await listed(after=key_of_case(cases[0]), limit=1) == cases[1:2]
    assert await do(lambda store: store.open_cases_of(actor_id("STRH"))) == sorted(
        cases[:2], key=lambda case: case.case_id
    )


async def test_a_synergy_ends_in_one_place(do: Do[Any]) -> None:
    one = kept()
    await do(lambda store: store.save_synergy(one))
    synergy_id = one.synergy.synergy_id
    assert await do(lambda store: store.synergy(synergy_id)) == one
    assert await do(lambda store: store.running_synergies_of(actor_id("STRH"))) == [one]
    ended = kept(
        status="ended", ended_on=date(2027, 1, 1), end_reason="moved", attribution="no", version=2
    )
    await do(lambda store: store.save_synergy(ended))
    assert await do(lambda store: store.synergy(synergy_id, to_change=True)) == ended
    assert await do(lambda store: store.running_synergies_of(actor_id("STRH"))) == []
    with pytest.raises(Stale):
        await do(lambda store: store.save_synergy(ended))
    with pytest.raises(NotFound):
        await do(lambda store: store.synergy(SynergyId(an_id("nothing"))))


async def test_synergies_are_listed_by_status_party_and_page(do: Do[Any]) -> None:
    rows = [kept(f"s{n}", case=f"c{n}", agreed_at=NOW + timedelta(minutes=n)) for n in range(3)]
    for row in rows:
        await do(lambda store, row=row: store.save_synergy(row))

    async def listed(**asked: Any) -> list[KeptSynergy]:  # noqa: ANN401 arguments of the store
        usual: dict[str, Any] = {"status": None, "party": None, "after": None, "limit": 9}
        return await do(lambda store: store.synergies(**{**usual, **asked}))

    assert await listed() == rows
    assert await listed(status="ended") == []
    assert await listed(party=actor_id("STRH"), limit=1) == rows[:1]
    assert await listed(party=actor_id("Other")) == []
    assert await listed(after=key_of_synergy(rows[0])) == rows[1:]


@pytest.mark.integration
async def test_a_made_up_cursor_is_refused(fresh_database: str) -> None:
    async with postgres_runner(fresh_database, service()) as runner:
        with pytest.raises(Invalid, match="page before"):
            await runner.read(lambda store: store.all_suppressions(after=("x", "y"), limit=1))


@pytest.mark.integration
async def test_a_reader_does_not_wait_for_who_decides(fresh_database: str) -> None:
    lead = a_lead()
    async with postgres_runner(fresh_database, service()) as runner:
        async with runner.database.transaction() as (store, _):
            await store.save_leads([lead])
        async with runner.database.transaction() as (store, _):
            assert await store.lead(lead.lead_id, to_change=True) == lead
            assert await runner.read(lambda reader: reader.lead(lead.lead_id)) == lead
