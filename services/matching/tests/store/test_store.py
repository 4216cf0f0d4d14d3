"""What every store must do: the same suite over memory and PostgreSQL."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import pytest

from maillage_common.transaction import Runner
from maillage_contracts.refusals import Invalid, NotFound, Stale
from maillage_contracts.samples import a_credential, a_flow, a_synergy, an_actor, an_id
from maillage_contracts.vocabulary import ActorId, CaseId, FlowId, LeadId, PatternId, SynergyId
from maillage_matching.adapters.memory import MemoryStore
from maillage_matching.domain.actor import Actor
from maillage_matching.domain.case import Case, CaseStatus
from maillage_matching.domain.draft import Content, Member
from maillage_matching.domain.flow import Flow
from maillage_matching.domain.lead import Lead
from maillage_matching.domain.pair import Ask
from maillage_matching.domain.policy import Desk, Policy
from maillage_matching.domain.search import Keys
from maillage_matching.domain.substitution import Pairing
from maillage_matching.domain.suppression import Suppression
from maillage_matching.usecases.follow_actors import actor_as_known
from maillage_matching.usecases.follow_flows import flow_as_known
from maillage_matching.usecases.store import (
    Box,
    KeptSynergy,
    SaidOfConsent,
    Store,
    key_of_case,
    key_of_lead,
    key_of_pairing,
    key_of_suppression,
    key_of_synergy,
)
from maillage_matching.wiring import service
from maillage_serving.testing import memory_runner, postgres_runner

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
TODAY = NOW.date()
Do = Callable[[Callable[[Store], Awaitable[T]]], Awaitable[T]]


def flow_id(name: str) -> FlowId:
    return FlowId(an_id(f"flow {name}"))


def actor_id(name: str) -> ActorId:
    return ActorId(an_id(name))


def known_flow(name: str, **changes: object) -> Flow:
    return flow_as_known(a_flow(flow_id=flow_id(name), **changes))


def known_actor(name: str, **changes: object) -> Actor:
    return actor_as_known(an_actor(name=name, **changes))


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


def pairing(need: str, offer: str, **changes: Any) -> Pairing:  # noqa: ANN401 its fields
    usual: dict[str, Any] = {"rule": None, "verdict": "pass", "score": 0.5}
    return Pairing(flow_id(need), flow_id(offer), **{**usual, **changes})


@pytest.fixture(params=["memory", pytest.param("postgres", marks=pytest.mark.integration)])
def database(request: pytest.FixtureRequest) -> str | None:
    """Address of an empty database, or None for memory."""
    return request.getfixturevalue("fresh_database") if request.param == "postgres" else None


@pytest.fixture
async def runner(database: str | None) -> AsyncIterator[Runner[Store]]:
    """A runner over each store."""
    if database is None:
        store: Store = MemoryStore()
        yield memory_runner(store, service="matching")
    else:
        async with postgres_runner(database, service()) as over_postgres:
            yield over_postgres


@pytest.fixture
def do(runner: Runner[Store]) -> Do[Any]:
    """Do something with the store, in a transaction of its own, and return what it gave."""

    async def in_a_transaction(work: Callable[[Store], Awaitable[T]]) -> T:
        async with runner.database.transaction() as (store, _):
            return await work(store)

    return in_a_transaction


async def test_late_events_never_undo_newer_ones(do: Do[Any]) -> None:
    old, new = known_flow("a", status="declared"), known_flow("a", status="open")
    await do(lambda store: store.follow_flows([(new, 2)], NOW))
    await do(lambda store: store.follow_flows([(old, 1)], LATER))
    await do(lambda store: store.follow_flows([(new, 2)], LATER))
    assert await do(lambda store: store.known_flows([flow_id("a")])) == [(new, None)]
    young, grown = known_actor("Villaverde"), known_actor("Villaverde", roles=("carrier",))
    await do(lambda store: store.follow_actors([(grown, 2)], NOW))
    await do(lambda store: store.follow_actors([(young, 1)], LATER))
    assert await do(lambda store: store.actors([young.actor_id])) == [grown]
    said = SaidOfConsent(young.actor_id, "matching", is_given=False, sequence=2)
    await do(lambda store: store.follow_consents([said], NOW))
    await do(lambda store: store.follow_consents([said._replace(is_given=True, sequence=1)], NOW))
    [actor] = await do(lambda store: store.actors([young.actor_id]))
    assert actor.refuses == {"matching"}
    assert await do(lambda store: store.known_flows([flow_id("a")])) == [(new, actor)]


async def test_who_changes_its_mind_is_heard(do: Do[Any]) -> None:
    actor = known_actor("Villaverde")
    said = SaidOfConsent(actor.actor_id, "matching", is_given=False, sequence=1)
    await do(lambda store: store.follow_actors([(actor, 1)], NOW))
    await do(lambda store: store.follow_consents([said], NOW))
    await do(lambda store: store.follow_consents([said._replace(is_given=True, sequence=2)], NOW))
    assert await do(lambda store: store.actors([actor.actor_id])) == [actor]


async def test_carriers_are_those_who_hold_or_held_the_receipt(do: Do[Any]) -> None:
    carrier = known_actor("Boucle", credentials=(a_credential(),))
    other = known_actor("Plant", credentials=(a_credential(scope="waste_treatment"),))
    await do(lambda store: store.follow_actors([(carrier, 1), (other, 1)], NOW))
    assert await do(lambda store: store.waste_carriers()) == [carrier]
    ordered = await do(lambda store: store.actors([other.actor_id, carrier.actor_id]))
    assert [one.actor_id for one in ordered] == sorted((other.actor_id, carrier.actor_id))


async def test_the_last_change_that_matters_is_known(do: Do[Any]) -> None:
    assert await do(lambda store: store.last_followed_at()) is None
    await do(lambda store: store.follow_flows([(known_flow("a"), 1)], NOW))
    observed = known_flow("b", status="observed")
    await do(lambda store: store.follow_flows([(observed, 1)], LATER))
    assert await do(lambda store: store.last_followed_at()) == NOW


async def test_what_changed_is_due_once_and_again_next_day(do: Do[Any]) -> None:
    flows = [(known_flow("a"), 1), (known_flow("b", status="stale"), 1)]
    await do(lambda store: store.follow_flows(flows, NOW))
    assert len(await do(lambda store: store.due_flows(NOW, "v1", 1))) == 1
    rest = await do(lambda store: store.due_flows(NOW, "v1", 9))
    assert len(rest) == 1
    keys = {flow.flow_id: Keys(frozenset(), None) for flow, _ in flows}
    tomorrow = NOW + timedelta(days=1)
    await do(lambda store: store.keep_keys(keys, knowledge="v1", due_at=tomorrow))
    assert await do(lambda store: store.due_flows(LATER, "v1", 9)) == []
    assert await do(lambda store: store.due_flows(tomorrow, "v1", 9)) == [(flows[0][0], None)]


async def test_newer_knowledge_makes_all_due(do: Do[Any]) -> None:
    flow = known_flow("a", status="stale")
    await do(lambda store: store.follow_flows([(flow, 1)], NOW))
    await do(lambda store: store.due_flows(NOW, "v1", 9))
    keys = {flow.flow_id: Keys(frozenset(), None)}
    await do(lambda store: store.keep_keys(keys, knowledge="v1", due_at=LATER))
    assert await do(lambda store: store.due_flows(NOW, "v2", 9)) == [(flow, None)]
    assert await do(lambda store: store.due_flows(NOW, "v0", 9)) == [(flow, None)]
    assert await do(lambda store: store.due_flows(NOW, "v1", 9)) == []


async def test_flows_are_made_due_by_name_by_actor_or_all(do: Do[Any]) -> None:
    villaverde = known_flow("a", actor_id=actor_id("Villaverde"))
    strh = known_flow("b", actor_id=actor_id("STRH"))

    async def due() -> set[FlowId]:
        return {one.flow_id for one, _ in await do(lambda store: store.due_flows(NOW, "v1", 9))}

    await do(lambda store: store.follow_flows([(villaverde, 1), (strh, 1)], NOW))
    assert await due() == {villaverde.flow_id, strh.flow_id}
    await do(lambda store: store.mark_due(NOW, flows=[villaverde.flow_id, flow_id("unknown")]))
    assert await due() == {villaverde.flow_id}
    await do(lambda store: store.mark_due(NOW, actors=[strh.actor_id]))
    assert await due() == {strh.flow_id}
    await do(lambda store: store.follow_actors([(known_actor("STRH"), 1)], NOW))
    assert await due() == {strh.flow_id}
    said = SaidOfConsent(villaverde.actor_id, "matching", is_given=True, sequence=1)
    await do(lambda store: store.follow_consents([said], NOW))
    assert await due() == {villaverde.flow_id}
    await do(lambda store: store.mark_all_due(NOW))
    assert await due() == {villaverde.flow_id, strh.flow_id}
    assert await due() == set()


async def test_flows_are_found_by_words_and_by_place(do: Do[Any]) -> None:
    near = known_flow("near")
    far = known_flow("far", position={"lat": 48.8, "lon": 2.3})
    nowhere = known_flow("nowhere", position=None)
    unwilling = known_flow("unwilling", willingness="none")
    flows = [near, far, nowhere, unwilling]
    await do(lambda store: store.follow_flows([(flow, 1) for flow in flows], NOW))
    keys = {flow.flow_id: Keys(frozenset({"spec:pallet", "code:15 01 03"}), "s") for flow in flows}
    await do(lambda store: store.keep_keys(keys, knowledge="v1", due_at=LATER))
    box = Box(46.0, 6.0, 47.0, 7.0)

    async def found(tokens: set[str], box: Box | None) -> set[FlowId]:
        known = await do(lambda store: store.find_flows(tokens, box))
        assert [flow.flow_id for flow, _ in known] == sorted(flow.flow_id for flow, _ in known)
        return {flow.flow_id for flow, _ in known}

    willing = {near.flow_id, far.flow_id, nowhere.flow_id}
    assert await found({"code:15 01 03", "spec:other"}, None) == willing
    assert await found({"spec:pallet"}, box) == willing - {far.flow_id}
    assert await found({"spec:other"}, None) == set()
    streams = await do(lambda store: store.stream_flows(["s", "t"]))
    assert {flow.flow_id for flow, _ in streams} == willing
    none = {near.flow_id: Keys(frozenset(), None)}
    await do(lambda store: store.keep_keys(none, knowledge="v1", due_at=LATER))
    assert await found({"spec:pallet"}, box) == {nowhere.flow_id}


async def test_settings_are_changed_by_one_at_a_time(do: Do[Any]) -> None:
    assert await do(lambda store: store.policy()) == Policy()
    new = Policy(weekly_leads=3, haul_eur_per_km=Decimal("0.90"), version=2)
    await do(lambda store: store.save_policy(new))
    assert await do(lambda store: store.policy()) == new
    with pytest.raises(Stale, match="version 1 was expected, it is now 2"):
        await do(lambda store: store.save_policy(new))


async def test_pairings_of_a_flow_are_replaced_as_a_whole(do: Do[Any]) -> None:
    first = [pairing("n1", "o1"), pairing("n2", "o1"), pairing("n3", "o2")]
    assert await do(lambda store: store.keep_pairings([flow_id("o1")], first)) == {
        *(flow_id("n1"), flow_id("n2"), flow_id("n3")),
    }
    assert await do(lambda store: store.keep_pairings([flow_id("o1")], first[:2])) == set()
    second = [pairing("n2", "o1", verdict="fail", code="form", reason="swarf", unblock="bars")]
    assert await do(lambda store: store.keep_pairings([flow_id("o1")], second)) == {
        *(flow_id("n1"), flow_id("n2")),
    }
    assert await do(lambda store: store.keep_pairings([flow_id("o9")], [])) == set()
    left = await do(
        lambda store: store.pairings(verdicts=("pass", "fail"), flow_id=None, after=None, limit=9)
    )
    assert sorted(left, key=key_of_pairing) == left
    assert set(left) == {second[0], first[2]}


async def test_the_best_pairings_of_each_need_and_rule(do: Do[Any]) -> None:
    rows = [
        pairing("n", "o1", score=0.1),
        pairing("n", "o2", score=0.9),
        pairing("n", "o3", score=0.5),
        pairing("n", "o4", score=0.8, rule="shred_cardboard"),
        pairing("n", "o5", score=0.9, verdict="unknown"),
        pairing("other", "o2"),
    ]
    await do(lambda store: store.keep_pairings([], rows))
    best = await do(lambda store: store.good_pairings([flow_id("n")], 2))
    assert [(one.rule, one.score) for one in best] == [
        *((None, 0.9), (None, 0.5)),
        ("shred_cardboard", 0.8),
    ]
    asked = (flow_id("o1"), flow_id("o5"))
    best = await do(lambda store: store.good_pairings([flow_id("n")], 1, also=asked))
    assert [one.score for one in best] == [0.9, 0.1, 0.8]


async def test_pairings_are_listed_by_verdict_flow_and_page(do: Do[Any]) -> None:
    rows = [pairing(f"n{n}", "o", verdict="fail") for n in range(5)]
    rows.append(pairing("n9", "p", verdict="unknown"))
    await do(lambda store: store.keep_pairings([], rows))

    async def listed(**asked: Any) -> list[Pairing]:  # noqa: ANN401 arguments of the store
        usual: dict[str, Any] = {
            "verdicts": ("fail", "unknown"),
            "flow_id": None,
            "after": None,
            "limit": 9,
        }
        return await do(lambda store: store.pairings(**{**usual, **asked}))

    everything = await listed()
    assert set(everything) == set(rows)
    assert await listed(verdicts=("unknown",)) == [rows[5]]
    assert await listed(flow_id=flow_id("p")) == [rows[5]]
    assert await listed(flow_id=flow_id("n2")) == [rows[2]]
    assert await listed(after=key_of_pairing(everything[2]), limit=2) == everything[3:5]


async def test_questions_are_remembered(do: Do[Any]) -> None:
    ask = Ask(flow_id("a"), "contamination", "it must be clean")
    await do(lambda store: store.keep_asks([ask], NOW))
    await do(lambda store: store.keep_asks([ask], LATER))
    asked = await do(lambda store: store.asked([flow_id("a"), flow_id("b")]))
    assert asked == {(flow_id("a"), "contamination"): NOW}
    assert await do(lambda store: store.asked([flow_id("b")])) == {}


async def test_a_lead_that_nobody_has_seen_is_not_found(do: Do[Any]) -> None:
    seen = a_lead("seen")
    unseen = a_lead("unseen", status="generated", surfaced_at=None)
    await do(lambda store: store.save_leads([seen, unseen]))
    assert await do(lambda store: store.lead(seen.lead_id, to_change=True)) == seen
    assert await do(lambda store: store.lead(seen.lead_id)) == seen
    with pytest.raises(NotFound):
        await do(lambda store: store.lead(unseen.lead_id))
    with pytest.raises(NotFound):
        await do(lambda store: store.lead(LeadId(an_id("nothing"))))


async def test_leads_are_found_by_slot_flow_actor_and_rule(do: Do[Any]) -> None:
    old = a_lead("old", slot="need:1", status="expired")
    live = a_lead("live", slot="need:1", status="generated", rule="shred_cardboard")
    human = a_lead("human", source="workshop", status="deferred")
    await do(lambda store: store.save_leads([live, old, human]))

    async def named(**asked: Any) -> set[UUID]:  # noqa: ANN401 arguments of the store
        return {lead.lead_id for lead in await do(lambda store: store.live_leads(**asked))}

    of_slot = await do(lambda store: store.leads_of_slots(["need:1", "need:2"]))
    assert {lead.lead_id for lead in of_slot} == {old.lead_id, live.lead_id}
    both = {live.lead_id, human.lead_id}
    assert await named(flows=[flow_id("need"), flow_id("x")]) == both
    assert await named(actors=[actor_id("STRH")]) == both
    assert await named(rules=["shred_cardboard"]) == {live.lead_id}
    assert await named(flows=[flow_id("x")]) == set()


async def test_a_slot_has_one_live_lead_at_a_time(do: Do[Any]) -> None:
    lead = a_lead("one", slot="need:1")
    await do(lambda store: store.save_leads([lead]))
    following = a_lead("two", slot="need:1", status="generated", surfaced_at=None)
    gone = lead.moved("expired")
    await do(lambda store: store.save_leads([following, gone]))
    rows = await do(lambda store: store.leads_of_slots(["need:1"]))
    assert {row.lead_id: row.status for row in rows} == {
        lead.lead_id: "expired",
        following.lead_id: "generated",
    }
    await do(lambda store: store.forget_leads([following.lead_id]))
    assert await do(lambda store: store.leads_of_slots(["need:1"])) == [gone]


async def test_the_desk_counts_what_the_engine_showed_and_what_is_open(do: Do[Any]) -> None:
    week = NOW - timedelta(hours=12)
    leads = [
        a_lead("new"),
        a_lead("decided", status="rejected"),
        a_lead("old", status="deferred", surfaced_at=week - timedelta(seconds=1)),
        a_lead("human", source="advisor"),
        a_lead("unseen", status="generated", surfaced_at=None),
    ]
    await do(lambda store: store.save_leads(leads))
    assert await do(lambda store: store.desk(week)) == Desk(surfaced_this_week=2, waiting=2)
    await do(lambda store: store.save_case(a_case()))
    await do(lambda store: store.save_case(a_case("over", status="closed")))
    assert (await do(lambda store: store.desk(week))).open_cases == 1


async def test_the_best_leads_come_first_and_of_equals_always_the_same(do: Do[Any]) -> None:
    unseen: dict[str, Any] = {"status": "generated", "surfaced_at": None}
    leads = [a_lead(f"lead {n}", score=score, **unseen) for n, score in enumerate((0.1, 0.9, 0.9))]
    await do(lambda store: store.save_leads([*leads, a_lead("shown", score=1.0)]))
    best = await do(lambda store: store.best_generated(2))
    assert [lead.lead_id for lead in best] == sorted(lead.lead_id for lead in leads[1:])


async def test_deferred_leads_come_back_on_their_day(do: Do[Any]) -> None:
    lead = a_lead(status="deferred", deferred_until=TODAY)
    done = a_lead("done", status="expired", deferred_until=TODAY)
    await do(lambda store: store.save_leads([lead, done]))
    assert await do(lambda store: store.deferred_to(TODAY - timedelta(days=1))) == []
    assert await do(lambda store: store.deferred_to(TODAY)) == [lead]


async def test_leads_are_listed_by_status_source_and_page(do: Do[Any]) -> None:
    leads = [a_lead(f"lead {n}", surfaced_at=NOW + timedelta(minutes=n)) for n in range(4)]
    leads.append(a_lead("human", source="workshop", status="accepted", surfaced_at=LATER))
    unseen = a_lead("unseen", status="generated", surfaced_at=None)
    await do(lambda store: store.save_leads([*leads, unseen]))

    async def listed(**asked: Any) -> list[Lead]:  # noqa: ANN401 arguments of the store
        usual: dict[str, Any] = {"statuses": (), "source": None, "after": None, "limit": 9}
        return await do(lambda store: store.leads(**{**usual, **asked}))

    assert await listed() == leads
    assert await listed(statuses=("accepted", "rejected")) == [leads[4]]
    assert await listed(source="engine", limit=2) == leads[:2]
    assert await listed(after=key_of_lead(leads[1]), limit=2) == leads[2:4]
    assert await do(lambda store: store.lead_counts()) == [
        ("engine", "substitution", "surfaced", 4),
        ("workshop", "substitution", "accepted", 1),
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
    counts = await do(lambda store: store.case_counts())
    assert counts == [("substitution", status, 1) for status in sorted(statuses)]


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
    assert await do(lambda store: store.cases_like(PatternId(an_id("pattern")))) == 3
    assert await do(lambda store: store.cases_like(PatternId(an_id("other")))) == 0


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
