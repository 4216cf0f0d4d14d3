"""What every store must keep of flows, actors and pairs: over memory and PostgreSQL."""

import random
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, TypeVar

import pytest

from maillage_contracts.refusals import Stale
from maillage_contracts.samples import a_credential, a_flow, an_actor, an_id
from maillage_contracts.vocabulary import ActorId, FlowId, GeoPoint
from maillage_matching.domain.actor import Actor
from maillage_matching.domain.draft import LeadKind
from maillage_matching.domain.flow import Flow
from maillage_matching.domain.nearby import Sought
from maillage_matching.domain.pair import Ask
from maillage_matching.domain.policy import Arrivals, Policy
from maillage_matching.domain.search import Keys
from maillage_matching.domain.substitution import Pairing
from maillage_matching.usecases.follow_actors import actor_as_known
from maillage_matching.usecases.follow_flows import flow_as_known
from maillage_matching.usecases.store import (
    SaidOfConsent,
    Store,
    key_of_pairing,
)

T = TypeVar("T")
NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
A_DAY = timedelta(days=1)
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


def pairing(need: str, offer: str, **changes: Any) -> Pairing:  # noqa: ANN401 its fields
    usual: dict[str, Any] = {"rule": None, "verdict": "pass", "score": 0.5}
    return Pairing(flow_id(need), flow_id(offer), **{**usual, **changes})


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


async def test_the_changes_that_matter_are_counted(do: Do[Any]) -> None:
    async def arrivals() -> Arrivals | None:
        return await do(lambda store: store.arrivals(lately=NOW, since=NOW - A_DAY))

    assert await arrivals() is None
    await do(lambda store: store.follow_flows([(known_flow("a"), 1)], NOW - A_DAY))
    assert await arrivals() is None
    await do(lambda store: store.follow_flows([(known_flow("b"), 1)], NOW))
    observed = known_flow("c", status="observed")
    await do(lambda store: store.follow_flows([(observed, 1)], LATER))
    assert await arrivals() == Arrivals(0, NOW, NOW)
    await do(lambda store: store.follow_flows([(known_flow("d"), 1)], LATER))
    assert await arrivals() == Arrivals(1, NOW, LATER)


async def test_what_changed_is_due_once_and_again_when_it_turns(do: Do[Any]) -> None:
    flows = [(known_flow("a"), 1), (known_flow("b", status="stale"), 1)]
    await do(lambda store: store.follow_flows(flows, NOW))
    assert len(await do(lambda store: store.due_flows(NOW, "v1", 1))) == 1
    assert len(await do(lambda store: store.due_flows(NOW, "v1", 9))) == 1
    tomorrow = NOW + timedelta(days=1)
    await do(lambda store: store.schedule({flow_id("a"): tomorrow}))
    assert await do(lambda store: store.due_flows(LATER, "v1", 9)) == []
    assert await do(lambda store: store.due_flows(tomorrow, "v1", 9)) == [(flows[0][0], None)]
    assert await do(lambda store: store.due_flows(tomorrow, "v1", 9)) == []


async def test_the_longest_due_come_first(do: Do[Any]) -> None:
    flows = [known_flow(name) for name in "abcd"]
    for minutes, flow in zip((3, 1, 4, 2), flows, strict=True):
        at = NOW + timedelta(minutes=minutes)
        await do(lambda store, flow=flow, at=at: store.follow_flows([(flow, 1)], at))
    first = await do(lambda store: store.due_flows(LATER, "v1", 2))
    assert {flow.flow_id for flow, _ in first} == {flow_id("b"), flow_id("d")}


async def test_newer_knowledge_makes_all_due(do: Do[Any]) -> None:
    flow = known_flow("a", status="stale")
    await do(lambda store: store.follow_flows([(flow, 1)], NOW))
    await do(lambda store: store.due_flows(NOW, "v1", 9))
    keys = {flow.flow_id: Keys(frozenset(), None)}
    assert await do(lambda store: store.keep_keys(keys, knowledge="v1")) == set()
    assert await do(lambda store: store.due_flows(NOW, "v2", 9)) == [(flow, None)]
    assert await do(lambda store: store.due_flows(NOW, "v0", 9)) == [(flow, None)]
    assert await do(lambda store: store.due_flows(NOW, "v1", 9)) == []


async def test_the_streams_that_flows_leave_are_told(do: Do[Any]) -> None:
    flows = [(known_flow(name), 1) for name in "ab"]
    await do(lambda store: store.follow_flows(flows, NOW))

    async def keep(**streams: str | None) -> set[str]:
        keys = {flow_id(name): Keys(frozenset(), stream) for name, stream in streams.items()}
        return await do(lambda store: store.keep_keys(keys, knowledge="v1"))

    assert await keep(a="s", b=None) == set()
    assert await keep(a="t", b="t") == {"s"}
    assert await keep(a=None) == {"t"}


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
    words = frozenset({"out spec:pallet", "out code:15 01 03"})
    keys = {flow.flow_id: Keys(words, "s", flow.position) for flow in flows[:3]}
    keys[unwilling.flow_id] = Keys(frozenset(), "s", unwilling.position)
    await do(lambda store: store.keep_keys(keys, knowledge="v1"))

    async def found(words: set[str], at: GeoPoint | None, km: float) -> list[FlowId]:
        sought = Sought(frozenset(words), at, km)
        empty, found = await do(
            lambda store: store.find_near([Sought(frozenset(), near.position, 30), sought])
        )
        assert empty == []
        return found

    at = GeoPoint(lat=46.1, lon=6.4)
    anywhere = sorted(flow.flow_id for flow in flows[:3])
    assert await found({"out code:15 01 03", "out spec:other"}, None, 30) == anywhere
    assert await found({"out spec:pallet"}, at, 30) == [near.flow_id, nowhere.flow_id]
    everybody = [near.flow_id, far.flow_id, nowhere.flow_id]
    assert await found({"out spec:pallet", "out code:15 01 03"}, at, 1000) == everybody
    assert await found({"out spec:other"}, None, 30) == []
    streams = await do(lambda store: store.stream_flows(["s", "t"]))
    assert {flow.flow_id for flow, _ in streams} == set(everybody)
    changed = {near.flow_id: Keys(frozenset(), None), far.flow_id: Keys(words, None, at)}
    await do(lambda store: store.keep_keys(changed, knowledge="v1"))
    assert await found({"out spec:pallet"}, at, 30) == [far.flow_id, nowhere.flow_id]


async def test_a_search_finds_what_a_walk_through_all_finds(do: Do[Any]) -> None:
    dice = random.Random(8)  # noqa: S311 a made-up country
    places = [GeoPoint(lat=46 + dice.random(), lon=6 + dice.random()) for _ in range(120)]
    flows = [known_flow(f"{n}", position=at) for n, at in enumerate(places)]
    words = [frozenset(dice.sample("abcdef", 2)) for _ in flows]
    keys = {
        flow.flow_id: Keys(under, None, flow.position)
        for flow, under in zip(flows, words, strict=True)
    }
    await do(lambda store: store.follow_flows([(flow, 1) for flow in flows], NOW))
    await do(lambda store: store.keep_keys(keys, knowledge="v1"))
    sought = [Sought(frozenset("ad"), at, 25) for at in places[:9]]
    found = await do(lambda store: store.find_near(sought))
    for one, flow_ids in zip(sought, found, strict=True):
        away_km = {
            flow_id: key.at.distance_km(one.at)
            for flow_id, key in keys.items()
            if key.at and one.at and key.words & one.words
        }
        near = {flow_id for flow_id, km in away_km.items() if km <= one.km}
        assert flow_ids == sorted(near, key=lambda flow_id: away_km[flow_id])


async def test_settings_are_changed_by_one_at_a_time(do: Do[Any]) -> None:
    assert await do(lambda store: store.policy()) == Policy()
    new = Policy(weekly_leads=3, haul_eur_per_km=Decimal("0.90"), version=2)
    await do(lambda store: store.save_policy(new))
    assert await do(lambda store: store.policy()) == new
    with pytest.raises(Stale, match="version 1 was expected, it is now 2"):
        await do(lambda store: store.save_policy(new))


async def test_pairings_of_a_flow_are_replaced_as_a_whole(do: Do[Any]) -> None:
    first = [pairing("n1", "o1"), pairing("n2", "o1"), pairing("n3", "o2")]
    assert await do(lambda store: store.keep_pairings([flow_id("o1")], first)) == set()
    second = [pairing("n2", "o1", verdict="fail", code="form", reason="swarf", unblock="bars")]
    passed = await do(lambda store: store.keep_pairings([flow_id("o1")], second))
    assert passed == {(one.need_id, one.offer_id) for one in first[:2]}
    assert await do(lambda store: store.keep_pairings([flow_id("n2")], second)) == set()
    await do(lambda store: store.keep_pairings([flow_id("o9")], []))
    left = await do(
        lambda store: store.pairings(verdicts=("pass", "fail"), flow_id=None, after=None, limit=9)
    )
    assert sorted(left, key=key_of_pairing) == left
    assert set(left) == {second[0], first[2]}
    counted = await do(lambda store: store.verdicts())
    assert counted == {"pass": 1, "fail": 1, "unknown": 0}


async def test_what_the_engine_came_upon_adds_up(do: Do[Any]) -> None:
    assert await do(lambda store: store.keep_streams({"a": 0.5, "b": None})) == set()
    assert await do(lambda store: store.keep_streams({"a": None, "b": 0.5})) == {"a"}
    assert await do(lambda store: store.keep_streams({"b": 0.4, "c": 0.5})) == {"b"}
    assert await do(lambda store: store.best_slots(9)) == ["c", "b"]
    assert await do(lambda store: store.generated()) == {}
    several: list[dict[LeadKind, int]] = [{"substitution": 2}, {}, {"mutualisation": 1}]
    for new in several:
        await do(lambda store, new=new: store.count_generated(new))
    assert await do(lambda store: store.generated()) == {"mutualisation": 1, "substitution": 2}


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
