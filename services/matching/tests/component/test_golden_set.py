"""The golden set, from the Kafka door to the outbox: all true ones, no decoy, unknowns asked."""

import tomllib
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from maillage_common.transaction import Runner
from maillage_contracts import flows
from maillage_contracts.envelope import Event, Received
from maillage_contracts.matching import FlowQuestionRaised, Lead, LeadSurfaced
from maillage_contracts.registry import ActorRegistered, ConsentWithdrawn
from maillage_contracts.samples import a_credential, an_actor, an_id
from maillage_contracts.vocabulary import ActorId
from maillage_matching.adapters.memory import MemoryStore
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.domain.policy import Policy
from maillage_matching.entrypoints.kafka import handlers
from maillage_matching.usecases.look_for_leads import LookForLeads, look_for_leads
from maillage_matching.usecases.set_policy import SetPolicy, set_policy
from maillage_matching.usecases.store import Store
from maillage_matching.usecases.suppress import Suppress, suppress
from maillage_serving.testing import (
    NOON,
    FixedClock,
    context,
    deliver_twice,
    memory_runner,
    published,
    received,
)

GOLDEN: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("golden.toml").read_text(encoding="utf-8")
)
PAIRS: list[dict[str, Any]] = GOLDEN["pair"]
STREAMS: list[dict[str, Any]] = GOLDEN["stream"]
ADVISORS = 4
PARTS = {
    "resource": ("label", "spec", "waste_code", "functions"),
    "condition": ("physical", "form", "contamination", "temperature"),
    "legal": ("waste_status", "is_hazardous", "is_food_grade"),
}


SEEDS = {f"S{number:02}" for number in range(1, 20)}
"""The synergies that the programmes behind this hub name, written again in made-up firms."""


def flows_of(case: dict[str, Any]) -> list[flows.Flow]:
    if "flows" in case:
        return [a_flow(case, told, "out") for told in case["flows"]]
    return [a_flow(case, case["offer"], "out"), a_flow(case, case["need"], "in")]


def a_flow(case: dict[str, Any], told: dict[str, Any], direction: str) -> flows.Flow:
    fields: dict[str, Any] = {
        "direction": direction,
        "intent": "offer" if direction == "out" else "request",
        "confidence": "declared",
        "observed_at": NOON,
        "label": case["name"],
        **GOLDEN["defaults"],
        **told,
    }
    fields = {name: value for name, value in fields.items() if value != ""}
    who = fields.pop("who")
    if "quantity" in fields:
        value, unit, per = fields["quantity"].split()
        fields["quantity"] = {"value": value, "unit": unit, "per": per}
    if "cost_today" in fields:
        fields["cost_today"] = {"amount": str(fields["cost_today"])}
    for part, names in PARTS.items():
        fields[part] = {name: fields.pop(name) for name in names if name in fields}
    identity = f"{case['name']} {who} {fields['direction']} {fields['resource']['label']}"
    return flows.Flow.model_validate({**fields, "flow_id": an_id(identity), "actor_id": an_id(who)})


def everybody() -> Iterator[Received[Event]]:
    names = {told["who"] for case in PAIRS for told in (case["offer"], case["need"])}
    names |= {told["who"] for case in STREAMS for told in case["flows"]}
    for name in sorted(names | GOLDEN["actors"].keys()):
        told = dict(GOLDEN["actors"].get(name, {}))
        for purpose in told.pop("refuses", ()):
            yield received(ConsentWithdrawn(actor_id=ActorId(an_id(name)), purpose=purpose))
        credentials = [credential(words) for words in told.pop("credentials", ())]
        actor = an_actor(name=name, siret=None, credentials=credentials, **told)
        yield received(ActorRegistered(actor=actor, source="import"))


def credential(words: str) -> object:
    scope, _, until = words.partition(" until ")
    return a_credential(scope=scope, valid_to=until or "2030-12-31")


def opened() -> Iterator[Received[Event]]:
    for case in (*PAIRS, *STREAMS):
        for flow in flows_of(case):
            yield received(flows.FlowOpened(flow=flow))


async def play() -> tuple[Runner[Store], list[Received[Event]]]:
    store: Store = MemoryStore()
    clock = FixedClock()
    runner: Runner[Store] = memory_runner(store, service="matching", clock=clock)
    policy = SetPolicy(policy=Policy(advisors=ADVISORS, open_cases_max=20))
    await runner.execute(set_policy, policy, subject="engine", context=context())
    await deliver_twice(runner, handlers(), *everybody(), *opened())
    for reason, resource, names in (
        ("competitors", None, ("Rival A", "Rival B")),
        ("too_far", "glue", ("Chimie", "Mobilier")),
    ):
        order = Suppress(
            suppression_id=an_id(reason),
            actors=frozenset(ActorId(an_id(name)) for name in names),
            reason=reason,
            resource=resource,
            by="advisor-1",
        )
        await runner.execute(suppress, order, subject=reason, context=context())
    look = partial(look_for_leads, knowledge=our_knowledge())
    for _ in range(4):
        clock.advance(timedelta(seconds=5))
        await runner.execute(look, LookForLeads(), subject="look_for_leads", context=context())
    return runner, await published(runner)


@pytest.fixture(scope="module")
def told() -> dict[str, Any]:
    return {}


@pytest.fixture
async def outcome(told: dict[str, Any]) -> dict[str, Any]:
    """The set is played once; what came of it is read by every test."""
    if not told:
        runner, events = await play()
        told["runner"] = runner
        told["leads"] = [e.event.lead for e in events if isinstance(e.event, LeadSurfaced)]
        told["asks"] = {
            (e.event.flow_id, e.event.attribute)
            for e in events
            if isinstance(e.event, FlowQuestionRaised)
        }
    return told


def named(cases: list[dict[str, Any]], *, leads: bool) -> list[Any]:
    wanted = [case for case in cases if (case["expect"] == "lead") is leads]
    return [pytest.param(case, id=case["name"]) for case in wanted]


def about(leads: list[Lead], case: dict[str, Any]) -> list[Lead]:
    ids = {flow.flow_id for flow in flows_of(case)}
    shared = "flows" in case
    found = [lead for lead in leads if ids <= set(lead.flow_ids)]
    return [lead for lead in found if (lead.kind == "mutualisation") is shared]


@pytest.mark.parametrize("case", [*named(PAIRS, leads=True), *named(STREAMS, leads=True)])
async def test_what_is_true_surfaces(case: dict[str, Any], outcome: dict[str, Any]) -> None:
    [lead] = about(outcome["leads"], case)
    assert lead.explanation
    if "transformation" in case:
        assert lead.transformation == case["transformation"]
        assert lead.missing_link is None


async def test_all_of_it_within_the_cap(outcome: dict[str, Any]) -> None:
    true = len(named(PAIRS, leads=True)) + len(named(STREAMS, leads=True))
    assert len(outcome["leads"]) == true
    assert true <= ADVISORS * Policy().weekly_leads


@pytest.mark.parametrize("case", [*named(PAIRS, leads=False), *named(STREAMS, leads=False)])
async def test_no_decoy_surfaces(case: dict[str, Any], outcome: dict[str, Any]) -> None:
    ids = {flow.flow_id for flow in flows_of(case)}
    shown = [lead for lead in outcome["leads"] if ids & set(lead.flow_ids)]
    assert shown == []


@pytest.mark.parametrize("case", named(PAIRS, leads=False))
async def test_what_is_blocked_says_why(case: dict[str, Any], outcome: dict[str, Any]) -> None:
    offer, need = flows_of(case)
    runner: Runner[Store] = outcome["runner"]
    rows = await runner.read(
        lambda store: store.pairings(
            verdicts=("fail", "unknown"), flow_id=offer.flow_id, after=None, limit=99
        )
    )
    found = [(row.verdict, row.code) for row in rows if row.need_id == need.flow_id]
    if case["expect"] == "nothing":
        assert found == []
    elif case["expect"].startswith("question:"):
        assert [verdict for verdict, _ in found] == ["unknown"]
    else:
        assert found == [("fail", case["expect"])]


async def test_what_is_unknown_is_asked_and_nothing_else(outcome: dict[str, Any]) -> None:
    wanted = {
        (flows_of(case)[0].flow_id, case["expect"].removeprefix("question:"))
        for case in (*PAIRS, *STREAMS)
        if case["expect"].startswith("question:")
    }
    assert outcome["asks"] == wanted


def test_every_synergy_that_the_programmes_name_is_among_them() -> None:
    true = [case for case in (*PAIRS, *STREAMS) if case["expect"] == "lead"]
    assert {seed for case in true for seed in case["seeds"]} == SEEDS
