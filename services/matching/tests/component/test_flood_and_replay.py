"""Two hundred firms with eighteen flows each: no more leads than the cap, and always the same."""

import random
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event, Received
from maillage_contracts.flows import FlowOpened
from maillage_contracts.matching import FlowQuestionRaised, Lead, LeadSurfaced
from maillage_contracts.registry import Actor, ActorRegistered
from maillage_contracts.samples import a_credential, a_flow, an_actor, an_id
from maillage_matching.adapters.memory import MemoryStore
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.domain.policy import Policy
from maillage_matching.entrypoints.kafka import handlers
from maillage_matching.usecases.look_for_leads import LookForLeads, look_for_leads
from maillage_matching.usecases.store import Store
from maillage_serving.testing import (
    FixedClock,
    context,
    deliver,
    memory_runner,
    published,
    received,
)

FIRMS, FLOWS_EACH = 200, 18
SPECS = tuple(our_knowledge().resources)[:18]
"""Those of every territory, so that all firms meet: the more kinds, the fewer pairs."""
WEEKS = 3
BATCH = 1_000
AT_ONCE = LookForLeads(flows_max=600)
"""As many as come together are matched in one transaction: the pairs are the same, and faster."""
LOOK = partial(look_for_leads, knowledge=our_knowledge())


def a_crowd(firms: int, seed: int) -> list[Received[Event]]:
    """Made-up firms around a park, all willing: the worst that can happen to an advisor."""
    dice = random.Random(seed)  # noqa: S311 a story that is always the same
    actors = [an_actor(name=f"Firm {n}", siret=None, sector=None) for n in range(firms)]
    carrier = an_actor(name="Boucle", credentials=(a_credential(),))
    messages: list[Received[Event]] = [
        received(ActorRegistered(actor=actor, source="import")) for actor in (*actors, carrier)
    ]
    for actor in actors:
        messages += [
            received(FlowOpened(flow=a_made_up_flow(actor, spec, dice)))
            for spec in dice.sample(SPECS, FLOWS_EACH)
        ]
    return messages


def a_made_up_flow(actor: Actor, spec: str, dice: random.Random) -> Any:  # noqa: ANN401 a flow
    out = dice.random() < 0.7
    return a_flow(
        flow_id=an_id(f"{actor.name} {spec}"),
        actor_id=actor.actor_id,
        position={"lat": 46.0 + dice.random() / 3, "lon": 6.2 + dice.random() / 3},
        activity_zone=dice.choice(["jourdies", "faucigny", "arve"]),
        direction="out" if out else "in",
        intent=dice.choice(["offer", "pool"]) if out else "request",
        kind="material",
        resource={"label": spec, "spec": spec},
        condition={"contamination": dice.choice(["clean", "clean", "oily", None])},
        legal={"waste_status": "product", "is_hazardous": False},
        quantity={"value": dice.randint(1, 60), "unit": "t", "per": "P1M"},
        cost_today=dice.choice([None, {"amount": f"{dice.randint(1, 90)}00.00"}]),
        pain_rank=dice.choice([None, 1, 2, 3]),
    )


async def play(messages: Sequence[Received[Event]], *, weeks: int) -> list[Event]:
    """Deliver in batches while the engine works, then let weeks pass; what was published."""
    clock = FixedClock()
    store: Store = MemoryStore()
    runner: Runner[Store] = memory_runner(store, service="matching", clock=clock)
    for start in range(0, len(messages), BATCH):
        await deliver(runner, handlers(), *messages[start : start + BATCH])
        await work(runner, clock)
    for _ in range(weeks):
        while await work(runner, clock):
            pass
        await work(runner, clock)
        clock.advance(timedelta(days=7))
    return [message.event for message in await published(runner)]


async def work(runner: Runner[Store], clock: FixedClock) -> bool:
    """One turn of the engine; whether there is more to look at."""
    clock.advance(timedelta(seconds=5))
    await runner.execute(LOOK, AT_ONCE, subject="look", context=context())
    due = await runner.read(lambda store: store.due_flows(clock.now, our_knowledge().version, 1))
    return bool(due)


def leads_of(events: Sequence[Event]) -> list[Lead]:
    return [event.lead for event in events if isinstance(event, LeadSurfaced)]


@pytest.mark.timeout(300)  # some twenty seconds on a machine that does nothing else
async def test_a_flood_of_flows_is_a_trickle_of_leads() -> None:
    events = await play(a_crowd(FIRMS, seed=1), weeks=WEEKS)
    leads = leads_of(events)
    cap = Policy().weekly_leads * Policy().advisors
    assert len(leads) == min(cap * WEEKS, Policy().open_cases_max)
    assert all(gate.verdict != "fail" for lead in leads for gate in lead.gates)
    asked = [event for event in events if isinstance(event, FlowQuestionRaised)]
    assert len({event.flow_id for event in asked}) == len(asked) < FIRMS * FLOWS_EACH / 4


async def test_the_same_log_gives_the_same_leads() -> None:
    messages = a_crowd(20, seed=2)
    first, again = await play(messages, weeks=2), await play(messages, weeks=2)
    assert first == again
    assert leads_of(first)


async def test_the_order_of_arrival_does_not_decide() -> None:
    messages = a_crowd(20, seed=3)
    shuffled = list(messages)
    random.Random(4).shuffle(shuffled)  # noqa: S311 as above
    first, other = await play(messages, weeks=2), await play(shuffled, weeks=2)
    assert leads_of(first) == leads_of(other)
