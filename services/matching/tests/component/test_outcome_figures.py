"""What came of leads, as those who watch matching are told."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.matching import FlowQuestionRaised
from maillage_contracts.samples import a_flow, a_wanted_flow, an_actor, an_id
from maillage_contracts.vocabulary import LeadId
from maillage_matching.domain.draft import Content
from maillage_matching.domain.lead import Lead
from maillage_matching.entrypoints.outcome_figures import OUTCOME_FIGURES, Spread
from maillage_matching.usecases.store import Store
from maillage_serving.figures import Value
from maillage_serving.testing import FixedClock, done

Hear = Callable[..., Awaitable[list[Event]]]
Look = Callable[[], Awaitable[list[Event]]]
Door = Callable[..., httpx.AsyncClient]
BOTH = pytest.mark.parametrize(
    "database",
    ["memory", pytest.param("postgres", marks=pytest.mark.integration)],
    indirect=True,
)
HOUR_S = 3600
DAYS = 2
DAYS_S = DAYS * 24 * HOUR_S
LOOKING_S = 10


def a_pair(name: str) -> list[Any]:
    giver, taker = an_actor(name=f"{name} gives"), an_actor(name=f"{name} takes")
    usual: dict[str, Any] = {
        "resource": {"label": name, "spec": name.lower()},
        "legal": {"waste_status": "product", "is_hazardous": False},
        "activity_zone": None,
    }
    offer = a_flow(flow_id=an_id(f"{name} offer"), actor_id=giver.actor_id, **usual)
    need = a_wanted_flow(flow_id=an_id(f"{name} need"), actor_id=taker.actor_id, **usual)
    return [giver, taker, offer, need]


async def told(runner: Runner[Store], clock: FixedClock) -> Mapping[str, Value]:
    async def values(store: Store) -> dict[str, Value]:
        return {one.name: await one.read(store, clock.now) for one in OUTCOME_FIGURES}

    return await runner.read(values)


async def test_before_anything_happened_nothing_is_made_up(
    runner: Runner[Store], clock: FixedClock
) -> None:
    found = await told(runner, clock)
    assert found["matching_policy_k"] == 5
    assert found["matching_precision_at_k"] == {}
    assert found["matching_lead_oldest_seconds"] == 0
    assert found["matching_time_to_first_answer_days"] == 0
    assert found["matching_leads_generated_total"] == {}
    assert found["matching_case_age_days"] == {("oldest",): 0, ("median",): 0}


@BOTH
async def test_what_came_of_leads_is_told(
    hear: Hear, look: Look, door: Door, clock: FixedClock, runner: Runner[Store]
) -> None:
    await hear(*a_pair("Wool"), *a_pair("Cork"), *a_pair("Felt"))
    await look()
    clock.advance(timedelta(seconds=HOUR_S - LOOKING_S // 2))
    async with door() as http:
        first, second, _ = (await http.get("/v1/leads")).json()["items"]
        two = {"reasons": ["no_time", "contamination"]}
        await done(http, f"leads/{first['lead_id']}/reject", two)
        case = (await done(http, f"leads/{second['lead_id']}/accept"))["id"]
        await done(http, f"cases/{case}/spend", {"minutes": 90})
        await done(http, f"cases/{case}/move", {"to": "qualifying"})
        clock.advance(timedelta(seconds=DAYS_S))
        await done(http, f"cases/{case}/introduce", {"channel": "visit"})
        await done(http, f"cases/{case}/move", {"to": "feasibility"})
        shares = [{"actor_id": one, "role": "party", "share": "0.5"} for one in second["actor_ids"]]
        await done(http, f"cases/{case}/agree", {"parties": shares, "starts_on": "2026-12-01"})
    found = await told(runner, clock)
    assert found["matching_leads_generated_total"] == {("substitution",): 3}
    assert found["matching_leads_surfaced_total"] == {("engine", "substitution"): 3}
    assert found["matching_decisions_total"] == {
        ("accepted", "", "", "engine"): 1,
        ("rejected", "organisational", "no_time", "engine"): 1,
        ("rejected", "technical", "contamination", "engine"): 1,
    }
    assert reviews_of(found)[1] == 2 * HOUR_S
    assert found["matching_precision_at_k"] == {}  # two decisions tell nothing
    stages = cast("Mapping[tuple[str, ...], float]", found["matching_case_stage"])
    assert {stage for stage, many in stages.items() if many} == {("agreed",)}
    assert found["matching_case_age_days"] == {("oldest",): DAYS, ("median",): DAYS}
    assert found["matching_lead_oldest_seconds"] == pytest.approx(DAYS_S + HOUR_S, abs=60)
    assert found["matching_advisor_hours_per_synergy"] == {("engine",): 1.5}
    first_answer = found["matching_time_to_first_answer_days"]
    assert isinstance(first_answer, float)
    assert first_answer >= DAYS
    assert cast("Mapping[tuple[str, ...], float]", found["matching_pairs"])["pass",] >= 1


@BOTH
async def test_what_scores_meant_is_told(hear: Hear, look: Look, door: Door) -> None:
    await hear(*a_pair("Wool"), *a_pair("Cork"), *a_pair("Felt"))
    await look()
    async with door() as http:
        leads = (await http.get("/v1/leads")).json()["items"]
        assert [lead["likelihood"] for lead in leads] == [round(one["score"], 2) for one in leads]
        for lead in leads[:2]:
            reasons = {"reasons": ["wrong_form"]}
            await done(http, f"leads/{lead['lead_id']}/reject", reasons)
        *refused, waiting = (await http.get("/v1/leads")).json()["items"]
        bands = (await http.get("/v1/summary")).json()["scores"]
    assert waiting["score"] == leads[2]["score"]
    assert waiting["likelihood"] < leads[2]["likelihood"]
    assert [sum(one[what] for one in bands) for what in ("decided", "accepted")] == [2, 0]
    likely = sum(one["likelihood"] for one in refused)
    assert sum(one["expected"] for one in bands) == pytest.approx(likely, abs=0.1)


@BOTH
async def test_each_time_a_lead_is_put_off_counts_and_how_long_it_waited(
    hear: Hear, look: Look, door: Door, clock: FixedClock, runner: Runner[Store]
) -> None:
    await hear(*a_pair("Wool"))
    await look()
    async with door() as http:
        [lead] = (await http.get("/v1/leads")).json()["items"]
        for day in ("2026-11-24", "2026-11-25"):
            await done(http, f"leads/{lead['lead_id']}/defer", {"until": day})
            clock.advance(timedelta(days=1))
            await look()
        await done(http, f"leads/{lead['lead_id']}/accept")
    found = await told(runner, clock)
    assert found["matching_decisions_total"] == {
        ("accepted", "", "", "engine"): 1,
        ("deferred", "", "", "engine"): 2,
    }
    buckets, took_s = reviews_of(found)
    assert [buckets[one] for one in ("86400", "604800", "+Inf")] == [0, 1, 1]
    assert took_s > DAYS_S


def reviews_of(found: Mapping[str, Value]) -> tuple[dict[str, float], float]:
    told = cast("Mapping[tuple[str, ...], Spread]", found["matching_review_seconds"])
    buckets, took_s = told[()]
    return dict(buckets), took_s


async def test_precision_is_that_of_the_last_decisions(
    runner: Runner[Store], clock: FixedClock
) -> None:
    leads = [
        Lead(
            lead_id=LeadId(an_id(f"lead {n}")),
            slot=f"need:{n}",
            key="x",
            status="accepted" if n < 12 else "rejected",
            source="engine",
            content=Content(kind="substitution", resource="wool", members=()),
            created_at=clock.now,
            surfaced_at=clock.now,
            decided_at=clock.now + timedelta(minutes=n),
        )
        for n in range(24)
    ]
    async with runner.database.transaction() as (store, _):
        await store.save_leads(leads)
    assert (await told(runner, clock))["matching_precision_at_k"] == {("20",): 8 / 20}


@BOTH
async def test_questions_are_told_until_they_are_answered(
    hear: Hear, look: Look, clock: FixedClock, runner: Runner[Store]
) -> None:
    giver, taker, offer, need = a_pair("Wool")
    vague = offer.model_copy(update={"quantity": None})
    await hear(giver, taker, vague, need)
    [question] = await look()
    assert isinstance(question, FlowQuestionRaised)
    still = vague.model_copy(update={"open_questions": (question.attribute,)})
    await hear(still)
    assert await questions(runner, clock) == (1, 0)
    await hear(still.model_copy(update={"open_questions": ()}))
    assert await questions(runner, clock) == (0, 1)


async def questions(runner: Runner[Store], clock: FixedClock) -> tuple[Value, Value]:
    found = await told(runner, clock)
    return found["matching_questions_open"], found["matching_questions_answered"]


OF_THE_DESIGN = {
    "leads_generated_total": {"type"},
    "leads_surfaced_total": {"source", "type"},
    "decisions_total": {"decision", "facet", "reason", "source"},
    "review_seconds": set[str](),
    "precision_at_k": {"k"},
    "case_stage": {"stage"},
    "case_age_days": {"of"},
    "time_to_first_answer_days": set[str](),
    "questions_open": set[str](),
    "advisor_hours_per_synergy": {"source"},
    "policy_k": set[str](),
}


def test_every_figure_that_was_agreed_on_is_there_by_its_name() -> None:
    told_as = {one.name.removeprefix("matching_"): set(one.labels) for one in OUTCOME_FIGURES}
    assert {name: told_as.get(name) for name in OF_THE_DESIGN} == OF_THE_DESIGN


async def test_what_passes_again_was_found_once(
    hear: Hear, look: Look, clock: FixedClock, runner: Runner[Store]
) -> None:
    giver, taker, offer, need = a_pair("Wool")
    await hear(giver, taker, offer, need)
    await look()
    await hear(offer.model_copy(update={"pain_rank": 1}))
    await look()
    assert (await told(runner, clock))["matching_leads_generated_total"] == {("substitution",): 1}


def test_each_figure_has_a_name_of_its_own_and_no_label_of_a_person() -> None:
    names = [one.name for one in OUTCOME_FIGURES]
    assert len(set(names)) == len(names)
    labels = {label for one in OUTCOME_FIGURES for label in one.labels}
    assert not labels & {"advisor", "owner", "actor", "flow", "by"}
