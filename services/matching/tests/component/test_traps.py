"""Planted synergies among near misses that break exactly one gate each: none of those surfaces."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event, Received
from maillage_contracts.flows import FlowOpened
from maillage_contracts.matching import FlowQuestionRaised, Lead, LeadSurfaced
from maillage_contracts.registry import Actor, ActorRegistered, ConsentWithdrawn
from maillage_contracts.samples import a_credential, a_flow, a_wanted_flow, an_actor, an_id
from maillage_contracts.vocabulary import FlowId
from maillage_matching.adapters.memory import MemoryStore
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.domain.gates import GATES
from maillage_matching.domain.policy import Policy
from maillage_matching.domain.ruling import Ruling
from maillage_matching.entrypoints.kafka import handlers
from maillage_matching.usecases.explain_pair import Explanation, explain_pair
from maillage_matching.usecases.look_for_leads import LookForLeads, look_for_leads
from maillage_matching.usecases.set_policy import SetPolicy, set_policy
from maillage_matching.usecases.store import Store
from maillage_matching.usecases.suppress import Suppress, suppress
from maillage_serving.testing import (
    NOON,
    FixedClock,
    context,
    deliver,
    memory_runner,
    published,
    received,
)

PLANTED = 10
"""Of each: true pairs, near misses of every gate, and pairs of which one fact is not told."""
LOOK = partial(look_for_leads, knowledge=our_knowledge())
HERE = {"lat": 46.1, "lon": 6.3}
NEAR = {"lat": 46.2, "lon": 6.3}
ONE_EURO = {"amount": "1.00"}
FAR_AWAY = {"lat": 46.1, "lon": 8.3}
ONE_CODE, OTHER_CODE = "15 01 03", "15 01 04"
YESTERDAY = "2026-11-22"


@dataclass(frozen=True)
class Planted:
    """An offer and a need that are a true synergy; a trap changes one thing of them.

    `kept_apart` and `ruled_out` are reasons that advisors gave before.
    """

    offer: Mapping[str, Any] = field(default_factory=dict[str, Any])
    need: Mapping[str, Any] = field(default_factory=dict[str, Any])
    donor: Mapping[str, Any] = field(default_factory=dict[str, Any])
    taker: Mapping[str, Any] = field(default_factory=dict[str, Any])
    waste_code: str | None = None
    refuses: bool = False
    kept_apart: str | None = None
    ruled_out: str | None = None


def legal(**of: object) -> dict[str, object]:
    return {"waste_status": "product", "is_hazardous": False, "is_food_grade": True, **of}


def state(**of: object) -> dict[str, object]:
    return {
        "physical": "solid",
        "form": "bar",
        "contamination": "clean",
        "temperature": "ambient",
        **of,
    }


def who_holds(scope: str, **of: object) -> dict[str, object]:
    return {"credentials": (a_credential(scope=scope, **of),)}


AS_WASTE = {"kind": "waste", "legal": legal(waste_status="waste")}
APPROVED = who_holds("waste_treatment")
SOMETHING_ELSE = {"label": "Something else", "spec": "something_else", "waste_code": ONE_CODE}

TRAPS: Mapping[str, Planted] = {
    "parties": Planted(donor={"status": "closed"}),
    "willingness": Planted(offer={"willingness": "none"}),
    "direction": Planted(offer={"intent": "request"}),
    "kind": Planted(offer={"kind": "energy"}),
    "resource": Planted(need={"resource": SOMETHING_ELSE}, waste_code=ONE_CODE),
    "consent": Planted(refuses=True),
    "competitors": Planted(kept_apart="competitors"),
    "ruling": Planted(ruled_out="sanitary"),
    "suppression": Planted(kept_apart="too_far"),
    "physical": Planted(offer={"condition": state(physical="liquid")}),
    "form": Planted(offer={"condition": state(form="swarf")}),
    "contamination": Planted(offer={"condition": state(contamination="oily")}),
    "hygiene": Planted(offer={"legal": legal(is_food_grade=False)}),
    "temperature": Planted(need={"condition": state(temperature="cold")}),
    "hazard": Planted(offer={"legal": legal(is_hazardous=True)}),
    "season": Planted(offer={"available_until": date(2026, 10, 1)}),
    "distance": Planted(offer={"position": FAR_AWAY}),
    "quantity": Planted(offer={"quantity": {"value": "900", "unit": "t", "per": "P1M"}}),
    "lot_size": Planted(offer={"per_pickup": {"value": "5", "unit": "kg"}}),
    "waste_status": Planted(offer=AS_WASTE),
    "waste_status, approved once": Planted(
        offer=AS_WASTE, taker=who_holds("waste_treatment", valid_to=YESTERDAY)
    ),
    "cross_border": Planted(
        offer=AS_WASTE,
        donor={"country": "CH", **who_holds("waste_shipment", valid_to=YESTERDAY)},
        taker=APPROVED,
    ),
    "value": Planted(
        offer={"cost_today": ONE_EURO, "position": NEAR}, need={"cost_today": ONE_EURO}
    ),
}
"""By the gate that they break; who may carry waste is no matter of one pair, and told below."""
UNKNOWN: Mapping[str, Planted] = {
    "physical": Planted(offer={"condition": state(physical=None)}),
    "form": Planted(offer={"condition": state(form=None)}),
    "contamination": Planted(offer={"condition": state(contamination=None)}),
    "is_food_grade": Planted(offer={"legal": legal(is_food_grade=None)}),
    "temperature": Planted(
        offer={"condition": state(temperature=None)}, need={"condition": state(temperature="cold")}
    ),
    "is_hazardous": Planted(offer={"legal": legal(is_hazardous=None)}),
    "quantity": Planted(offer={"quantity": None}),
    "per_pickup": Planted(offer={"per_pickup": None}),
    "position": Planted(offer={"position": None}),
    "waste_status": Planted(offer={"legal": legal(waste_status=None)}, waste_code=OTHER_CODE),
    "cross_border": Planted(offer=AS_WASTE, donor={"country": "CH"}, taker=APPROVED),
}


def firms_of(name: str, planted: Planted) -> tuple[Actor, Actor]:
    donor = an_actor(name=f"Donor of {name}", sector=None, **planted.donor)
    return donor, an_actor(name=f"Taker of {name}", sector=None, **planted.taker)


def thing_of(name: str) -> str:
    """A resource that no other pair has."""
    return f"thing_{an_id(name).hex[:12]}"


def messages_of(name: str, planted: Planted) -> list[Received[Event]]:
    """The firms and flows of one pair."""
    resource = {"label": f"Thing of {name}", "spec": thing_of(name)}
    shared: dict[str, Any] = {"resource": resource, "activity_zone": None, "position": HERE}
    shared |= {"condition": state(), "legal": legal(), "kind": "material"}
    shared |= {"quantity": {"value": "2", "unit": "t", "per": "P1M"}, "cost_today": None}
    shared |= {"per_pickup": {"value": "500", "unit": "kg"}}
    offered = {**shared, "resource": {**resource, "waste_code": planted.waste_code}}
    donor, taker = firms_of(name, planted)
    offer = a_flow(
        **{**offered, **planted.offer}, actor_id=donor.actor_id, flow_id=an_id(f"offer {name}")
    )
    need = a_wanted_flow(
        **{**shared, **planted.need}, actor_id=taker.actor_id, flow_id=an_id(f"need {name}")
    )
    found: list[Received[Event]] = [_registered(donor), _registered(taker)]
    found += [received(FlowOpened(flow=flow)) for flow in (offer, need)]
    if planted.refuses:
        said = ConsentWithdrawn(actor_id=donor.actor_id, purpose="matching")
        found.append(received(said))
    return found


def _registered(actor: Actor) -> Received[Event]:
    return received(ActorRegistered(actor=actor, source="import"))


async def plant(runner: Runner[Store], pairs: Mapping[str, Planted]) -> None:
    """Tell of all these, and then what advisors said of some."""
    told = [message for name, one in pairs.items() for message in messages_of(name, one)]
    await deliver(runner, handlers(), *told)
    for name, one in pairs.items():
        if one.kept_apart:
            firms = frozenset(firm.actor_id for firm in firms_of(name, one))
            order = Suppress(
                suppression_id=an_id(name), actors=firms, reason=one.kept_apart, by="advisor-1"
            )
            await runner.execute(suppress, order, subject=name, context=context())
    ruled = [
        rule_against(thing_of(name), one.ruled_out) for name, one in pairs.items() if one.ruled_out
    ]
    await runner.execute(keep_rulings, ruled, subject="rulings", context=context())


def rule_against(thing: str, reason: str) -> Ruling:
    return Ruling(
        ruling_id=an_id(thing),
        resource=thing,
        need=thing,
        reason=reason,
        proposed_at=NOON,
        voices=(),
        status="adopted",
    )


async def keep_rulings(rulings: Sequence[Ruling], store: Store, _now: datetime) -> list[Event]:
    for ruling in rulings:
        await store.save_ruling(ruling)
    return []


def a_hub(clock: FixedClock) -> Runner[Store]:
    return memory_runner(MemoryStore(), service="matching", clock=clock)


async def work(runner: Runner[Store], clock: FixedClock) -> list[Event]:
    """All that the engine says until it has nothing more to say."""
    for _ in range(8):
        clock.advance(timedelta(minutes=1))
        await runner.execute(LOOK, LookForLeads(1_000), subject="look", context=context())
    return [message.event for message in await published(runner)]


@pytest.fixture(scope="module")
def told() -> list[Event]:
    return []


@pytest.fixture
async def events(told: list[Event]) -> list[Event]:
    """The field is played once; what came of it is read by every test."""
    if not told:
        told += await play()
    return told


async def play() -> list[Event]:
    """What the engine says of ten true pairs, each among all traps and all unknowns."""
    clock = FixedClock(NOON)
    runner = a_hub(clock)
    carrier = an_actor(name="Boucle", credentials=(a_credential(),))
    roomy = Policy(weekly_leads=PLANTED, open_cases_max=PLANTED)
    await runner.execute(set_policy, SetPolicy(policy=roomy), subject="set", context=context())
    await deliver(runner, handlers(), _registered(carrier))
    kinds = (("true", {"pair": Planted()}), ("trap", TRAPS), ("unknown", UNKNOWN))
    await plant(
        runner,
        {
            f"{kind} {code} {at}": planted
            for at in range(PLANTED)
            for kind, pairs in kinds
            for code, planted in pairs.items()
        },
    )
    return await work(runner, clock)


@pytest.fixture
def leads(events: list[Event]) -> list[Lead]:
    return [event.lead for event in events if isinstance(event, LeadSurfaced)]


def test_every_planted_synergy_is_found_within_the_cap(leads: list[Lead]) -> None:
    expected = {an_id(f"need true pair {at}") for at in range(PLANTED)}
    assert {flow_id for lead in leads for flow_id in lead.flow_ids} >= expected
    assert len(leads) == PLANTED


def test_nothing_that_breaks_a_gate_is_in_the_inbox(leads: list[Lead]) -> None:
    assert all(gate.verdict != "fail" for lead in leads for gate in lead.gates)
    shown = {flow_id for lead in leads for flow_id in lead.flow_ids}
    for code in TRAPS:
        for at in range(PLANTED):
            assert an_id(f"offer trap {code} {at}") not in shown, code


@pytest.mark.parametrize("attribute", UNKNOWN)
def test_what_nobody_told_became_one_question(events: list[Event], attribute: str) -> None:
    asked = [event for event in events if isinstance(event, FlowQuestionRaised)]
    for at in range(PLANTED):
        mine = [q for q in asked if q.flow_id == an_id(f"offer unknown {attribute} {at}")]
        assert [q.attribute for q in mine] == [attribute], at


@pytest.mark.parametrize("trap", TRAPS)
async def test_each_trap_breaks_its_own_gate_and_no_other(trap: str) -> None:
    runner = a_hub(FixedClock(NOON))
    await plant(runner, {trap: TRAPS[trap]})
    explained = await why_not(runner, trap)
    failed = [gate for gate in explained.gates if gate.verdict == "fail"]
    assert [gate.code for gate in failed] == [trap.split(",", maxsplit=1)[0]]
    assert failed[0].unblock
    assert explained.verdict == "fail"


def test_every_gate_has_its_trap() -> None:
    gates = {gate.__name__ for gate in GATES}
    assert {trap.split(",")[0] for trap in TRAPS} | {"carrier"} == gates


async def test_no_waste_is_shown_where_nobody_may_carry_it_any_more() -> None:
    clock = FixedClock(NOON)
    runner = a_hub(clock)
    once = an_actor(name="Boucle", **who_holds("waste_transport", valid_to=YESTERDAY))
    await deliver(runner, handlers(), _registered(once))
    as_waste = Planted(offer=AS_WASTE, taker=APPROVED)
    await plant(runner, {"product": Planted(), **dict.fromkeys(map(str, range(PLANTED)), as_waste)})
    leads = [event.lead for event in await work(runner, clock) if isinstance(event, LeadSurfaced)]
    assert [lead.flow_ids[0] for lead in leads] == [an_id("offer product")]
    failed = [one.code for one in (await why_not(runner, "0")).gates if one.verdict == "fail"]
    assert failed == ["carrier"]


async def why_not(runner: Runner[Store], name: str) -> Explanation:
    offer, need = FlowId(an_id(f"offer {name}")), FlowId(an_id(f"need {name}"))
    return await runner.read(
        lambda store: explain_pair(store, offer, need, now=NOON, knowledge=our_knowledge())
    )
