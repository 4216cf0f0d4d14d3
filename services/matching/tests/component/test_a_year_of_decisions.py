"""A year of an advisor who decides what the engine shows, beside one whose decisions teach nothing.

The advisor is a model, drawn from a seed: it takes up nine leads of ten where the trade can use the
thing, else one of twenty, and turns the rest down as the wrong form. The engine is not told which
trades can; each week brings eight pairs, and three leads are shown at most.
"""

import random
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event, Received
from maillage_contracts.flows import FlowOpened
from maillage_contracts.matching import Lead, LeadSurfaced
from maillage_contracts.registry import ActorRegistered
from maillage_contracts.samples import a_flow, a_wanted_flow, an_actor, an_id
from maillage_matching.adapters.memory import MemoryStore
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.domain.affinity import BEFORE_LEARNING, Model
from maillage_matching.domain.knowledge import Knowledge
from maillage_matching.domain.policy import Policy
from maillage_matching.entrypoints.kafka import handlers
from maillage_matching.usecases import ground
from maillage_matching.usecases.accept_lead import AcceptLead, accept_lead
from maillage_matching.usecases.look_for_leads import LookForLeads, look_for_leads
from maillage_matching.usecases.reject_lead import RejectLead, reject_lead
from maillage_matching.usecases.set_policy import SetPolicy, set_policy
from maillage_matching.usecases.store import Store
from maillage_serving.testing import (
    FixedClock,
    context,
    deliver,
    memory_runner,
    published,
    received,
)

WEEKS, NEW_PAIRS = 52, 8
SEED = 20_261
KNOWLEDGE = our_knowledge()
LOOK = partial(look_for_leads, knowledge=KNOWLEDGE)
REJECT = partial(reject_lead, knowledge=KNOWLEDGE)
ROOMY = Policy(weekly_leads=3, open_cases_max=100)
THINGS = ("sawdust", "office_paper", "plastic_film", "rags", "glass_cullet", "mud")
TRADES = ("13.92", "16.23", "22.22", "23.41", "25.62", "32.40")
USEFUL = {
    *(("sawdust", "23.41"), ("sawdust", "32.40"), ("office_paper", "16.23")),
    *(("plastic_film", "22.22"), ("plastic_film", "13.92"), ("rags", "25.62")),
    *(("rags", "13.92"), ("glass_cullet", "23.41"), ("mud", "23.41")),
}
"""Of 36 kinds of pairs a quarter."""
ROUNDING = 0.05
"""Sums of floats differ in their last digit between Pythons: two leads may change places."""
PAGE = Path(__file__).parents[4] / "docs" / "matching.md"


def a_pair(number: int, thing: str, trade: str) -> Iterator[Received[Event]]:
    """Who has it and who would have it, so far from all others that only the two may meet."""
    donor = an_actor(name=f"Donor {number}", siret=None, sector=None)
    taker = an_actor(name=f"Taker {number}", siret=None, sector=trade)
    yield from (received(ActorRegistered(actor=one, source="import")) for one in (donor, taker))
    shared: dict[str, Any] = {
        "resource": {"label": thing, "spec": thing},
        "activity_zone": None,
        "position": {"lat": number % 60 - 30, "lon": 4 * (number // 60) - 60},
        "condition": {},
        "legal": {"waste_status": "product", "is_hazardous": False},
        "kind": "material",
        "quantity": {"value": "2", "unit": "t", "per": "P1M"},
    }
    offer = a_flow(actor_id=donor.actor_id, flow_id=an_id(f"offer {number}"), **shared)
    need = a_wanted_flow(actor_id=taker.actor_id, flow_id=an_id(f"need {number}"), **shared)
    yield from (received(FlowOpened(flow=flow)) for flow in (offer, need))


async def a_year(*, seed: int) -> list[float]:
    """The part of what was shown that was taken up, by quarter."""
    dice = random.Random(seed)  # noqa: S311 a story that is always the same
    clock = FixedClock()
    runner: Runner[Store] = memory_runner(MemoryStore(), service="matching", clock=clock)
    await runner.execute(set_policy, SetPolicy(policy=ROOMY), subject="set", context=context())
    wants: dict[object, tuple[str, str]] = {}
    shown = 0
    taken: list[list[bool]] = [[] for _ in range(4)]
    for week in range(WEEKS):
        heard: list[Received[Event]] = []
        for number in range(week * NEW_PAIRS, (week + 1) * NEW_PAIRS):
            kind = dice.choice(THINGS), dice.choice(TRADES)
            wants[an_id(f"need {number}")] = kind
            heard += a_pair(number, *kind)
        await deliver(runner, handlers(), *heard)
        for _ in range(2):
            clock.advance(timedelta(minutes=1))
            await runner.execute(LOOK, LookForLeads(), subject="look", context=context())
        leads = await leads_of(runner)
        for lead in leads[shown:]:
            kind = next(wants[one] for one in lead.flow_ids if one in wants)
            fits = dice.random() < (0.9 if kind in USEFUL else 0.05)
            await decide(runner, lead, fits=fits)
            taken[week * 4 // WEEKS].append(fits)
        shown = len(leads)
        clock.advance(timedelta(days=7))
    return [round(sum(quarter) / len(quarter), 2) for quarter in taken]


async def leads_of(runner: Runner[Store]) -> list[Lead]:
    events = [message.event for message in await published(runner)]
    return [event.lead for event in events if isinstance(event, LeadSurfaced)]


async def decide(runner: Runner[Store], lead: Lead, *, fits: bool) -> None:
    said: dict[str, Any] = {"lead_id": lead.lead_id, "by": "advisor-1"}
    if fits:
        accepted = AcceptLead(**said)
        await runner.execute(accept_lead, accepted, subject=str(lead.lead_id), context=context())
    else:
        refused = RejectLead(**said, reasons=("wrong_form",))
        await runner.execute(REJECT, refused, subject=str(lead.lead_id), context=context())


def nothing_is_learned(_lessons: object, _knowledge: Knowledge) -> Model:
    return BEFORE_LEARNING


async def test_a_year_of_decisions_makes_a_better_order_than_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    learning = await a_year(seed=SEED)
    with monkeypatch.context() as patch:
        patch.setattr(ground, "learned_from", nothing_is_learned)
        static = await a_year(seed=SEED)
    assert all(after > before for after, before in zip(learning, static, strict=True))
    assert sum(learning) > 1.25 * sum(static)
    assert learning == pytest.approx(quarters_told("learning"), abs=ROUNDING)
    assert static == pytest.approx(quarters_told("static order"), abs=ROUNDING)


def quarters_told(name: str) -> list[float]:
    """The row of the page for advisors."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    row = next(line for line in lines if line.startswith(f"| {name} |"))
    return [float(cell) for cell in row.split("|")[2:-1]]
