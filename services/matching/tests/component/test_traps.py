"""Planted synergies among near misses that break exactly one gate each: none of those surfaces."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
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
from maillage_matching.domain.policy import Policy
from maillage_matching.entrypoints.kafka import handlers
from maillage_matching.usecases.explain_pair import explain_pair
from maillage_matching.usecases.look_for_leads import LookForLeads, look_for_leads
from maillage_matching.usecases.set_policy import SetPolicy, set_policy
from maillage_matching.usecases.store import Store
from maillage_serving.testing import (
    NOON,
    FixedClock,
    context,
    deliver,
    memory_runner,
    published,
    received,
)

PLANTED = 12
LOOK = partial(look_for_leads, knowledge=our_knowledge())
HERE = {"lat": 46.1, "lon": 6.3}
NEAR = {"lat": 46.2, "lon": 6.3}
ONE_EURO = {"amount": "1.00"}
FAR_AWAY = {"lat": 46.1, "lon": 8.3}


@dataclass(frozen=True)
class Planted:
    """An offer and a need that are a true synergy; a trap changes one thing of them."""

    offer: Mapping[str, Any] = field(default_factory=dict[str, Any])
    need: Mapping[str, Any] = field(default_factory=dict[str, Any])
    donor: Mapping[str, Any] = field(default_factory=dict[str, Any])
    refuses: bool = False


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


TRAPS: Mapping[str, Planted] = {
    "willingness": Planted(offer={"willingness": "none"}),
    "direction": Planted(offer={"intent": "request"}),
    "consent": Planted(refuses=True),
    "physical": Planted(offer={"condition": state(physical="liquid")}),
    "form": Planted(offer={"condition": state(form="swarf")}),
    "contamination": Planted(offer={"condition": state(contamination="oily")}),
    "hygiene": Planted(offer={"legal": legal(is_food_grade=False)}),
    "hazard": Planted(offer={"legal": legal(is_hazardous=True)}),
    "season": Planted(offer={"available_until": date(2026, 10, 1)}),
    "distance": Planted(offer={"position": FAR_AWAY}),
    "quantity": Planted(offer={"quantity": {"value": "900", "unit": "t", "per": "P1M"}}),
    "lot_size": Planted(offer={"per_pickup": {"value": "5", "unit": "kg"}}),
    "temperature": Planted(need={"condition": state(temperature="cold")}),
    "value": Planted(
        offer={"cost_today": ONE_EURO, "position": NEAR}, need={"cost_today": ONE_EURO}
    ),
    "waste_status": Planted(offer={"kind": "waste", "legal": legal(waste_status="waste")}),
    "parties": Planted(donor={"status": "closed"}),
}
UNKNOWN: Mapping[str, Planted] = {
    "physical": Planted(offer={"condition": state(physical=None)}),
    "contamination": Planted(offer={"condition": state(contamination=None)}),
    "is_hazardous": Planted(offer={"legal": legal(is_hazardous=None)}),
    "quantity": Planted(offer={"quantity": None}),
    "per_pickup": Planted(offer={"per_pickup": None}),
    "position": Planted(offer={"position": None}),
}


def messages_of(name: str, planted: Planted) -> list[Received[Event]]:
    """The firms and flows of one pair; each has a resource that nobody else has."""
    resource = {"label": f"Thing of {name}", "spec": f"thing_{an_id(name).hex[:12]}"}
    shared: dict[str, Any] = {"resource": resource, "activity_zone": None, "position": HERE}
    shared |= {"condition": state(), "legal": legal(), "kind": "material"}
    shared |= {"quantity": {"value": "2", "unit": "t", "per": "P1M"}, "cost_today": None}
    shared |= {"per_pickup": {"value": "500", "unit": "kg"}}
    donor = an_actor(name=f"Donor of {name}", **planted.donor)
    taker = an_actor(name=f"Taker of {name}")
    offer = a_flow(
        **{**shared, **planted.offer}, actor_id=donor.actor_id, flow_id=an_id(f"offer {name}")
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
    """What the engine says of twelve true pairs, each among all traps and all unknowns."""
    runner: Runner[Store] = memory_runner(
        MemoryStore(), service="matching", clock=(clock := FixedClock(NOON))
    )
    carrier = an_actor(name="Boucle", credentials=(a_credential(),))
    messages = [_registered(carrier)]
    for at in range(PLANTED):
        messages += messages_of(f"true {at}", Planted())
        for kind, pairs in (("trap", TRAPS), ("unknown", UNKNOWN)):
            for code, planted in pairs.items():
                messages += messages_of(f"{kind} {code} {at}", planted)
    roomy = Policy(weekly_leads=PLANTED, open_cases_max=PLANTED)
    await runner.execute(set_policy, SetPolicy(policy=roomy), subject="set", context=context())
    await deliver(runner, handlers(), *messages)
    for _ in range(8):
        clock.advance(timedelta(minutes=1))
        await runner.execute(LOOK, LookForLeads(1_000), subject="look", context=context())
    return [message.event for message in await published(runner)]


@pytest.fixture
def leads(events: list[Event]) -> list[Lead]:
    return [event.lead for event in events if isinstance(event, LeadSurfaced)]


def test_every_planted_synergy_is_found_within_the_cap(leads: list[Lead]) -> None:
    expected = {an_id(f"need true {at}") for at in range(PLANTED)}
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


@pytest.mark.parametrize("code", TRAPS)
async def test_each_trap_breaks_its_own_gate_and_no_other(code: str) -> None:
    runner: Runner[Store] = memory_runner(MemoryStore(), service="matching", clock=FixedClock(NOON))
    await deliver(runner, handlers(), *messages_of(code, TRAPS[code]))
    offer, need = an_id(f"offer {code}"), an_id(f"need {code}")
    explained = await runner.read(
        lambda store: explain_pair(
            store, FlowId(offer), FlowId(need), now=NOON, knowledge=our_knowledge()
        )
    )
    failed = [gate.code for gate in explained.gates if gate.verdict == "fail"]
    assert failed == [code]
    assert explained.verdict == "fail"
