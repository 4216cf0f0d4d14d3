"""What leads rest on: answers, machines, outlets, who changed, and the day."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from http import HTTPStatus
from typing import Any

import httpx

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.flows import Flow
from maillage_contracts.matching import FlowQuestionRaised, Lead, LeadSurfaced
from maillage_contracts.samples import (
    a_flow,
    a_wanted_flow,
    an_actor,
    an_existing_round,
    an_existing_round_declared,
    an_id,
)
from maillage_contracts.vocabulary import ActorId
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.usecases.look_for_leads import LookForLeads, look_for_leads
from maillage_matching.usecases.store import Store
from maillage_serving.testing import FixedClock, context, done, token

Hear = Callable[..., Awaitable[list[Event]]]
Look = Callable[[], Awaitable[list[Event]]]
Leads = Callable[[], Awaitable[list[Lead]]]
Door = Callable[..., httpx.AsyncClient]


def a_pair(name: str, **changes: Any) -> list[object]:  # noqa: ANN401 fields of both flows
    """Two firms, and a resource of their own that one has and the other lacks."""
    giver, taker = an_actor(name=f"{name} gives"), an_actor(name=f"{name} takes")
    usual: dict[str, Any] = {
        "resource": {"label": name, "spec": name.lower().replace(" ", "_")},
        "legal": {"waste_status": "product", "is_hazardous": False},
        "activity_zone": None,
        **changes,
    }
    offer = a_flow(flow_id=an_id(f"{name} offer"), actor_id=giver.actor_id, **usual)
    need = a_wanted_flow(flow_id=an_id(f"{name} need"), actor_id=taker.actor_id, **usual)
    return [giver, taker, offer, need]


async def inbox(door: Door) -> list[dict[str, Any]]:
    async with door() as http:
        return (await http.get("/v1/leads?status=surfaced")).json()["items"]


async def set_engine(door: Door, **settings: object) -> None:
    async with door() as http:
        answer = await http.put("/v1/engine", json=settings)
        assert answer.is_success, answer.text


async def test_a_question_is_asked_once_and_its_answer_makes_the_lead(
    hear: Hear, look: Look, door: Door
) -> None:
    firms, flows = a_pair("Drums")[:2], a_pair("Drums")[2:]
    offer, need = flows
    assert isinstance(offer, Flow)
    vague = offer.condition.model_copy(update={"contamination": None})
    legal = offer.legal.model_copy(update={"waste_status": None})
    offer = offer.model_copy(update={"condition": vague, "legal": legal})
    offer = offer.model_copy(
        update={"resource": offer.resource.model_copy(update={"waste_code": "15 01 10"})}
    )
    await hear(*firms, offer, need)
    [question] = await look()
    assert isinstance(question, FlowQuestionRaised)
    assert (question.flow_id, question.attribute) == (offer.flow_id, "contamination")
    asked = offer.model_copy(update={"open_questions": ("contamination",)})
    await hear(asked)
    assert await look() == []
    async with door() as http:
        [row] = (await http.get("/v1/blocked?verdict=unknown")).json()["items"]
        assert row["code"] == "contamination"
    clean = vague.model_copy(update={"contamination": "clean"})
    product = legal.model_copy(update={"waste_status": "by_product"})
    await hear(offer.model_copy(update={"condition": clean, "legal": product}))
    [event] = await look()
    assert isinstance(event, LeadSurfaced)


async def test_one_question_at_a_time(hear: Hear, look: Look, clock: FixedClock) -> None:
    told = a_pair("Tins")
    offer = told[2]
    assert isinstance(offer, Flow)
    vague = offer.model_copy(
        update={
            "quantity": None,
            "condition": offer.condition.model_copy(update={"contamination": None}),
        }
    )
    await hear(*told[:2], vague, told[3])
    [first] = await look()
    assert isinstance(first, FlowQuestionRaised)
    clean = offer.condition.model_copy(update={"contamination": "clean"})
    await hear(vague.model_copy(update={"condition": clean}))
    [second] = await look()
    assert isinstance(second, FlowQuestionRaised)
    assert [first.attribute, second.attribute] == ["contamination", "quantity"]
    clock.advance(timedelta(hours=2))
    await hear(vague.model_copy(update={"condition": clean, "open_questions": ("quantity",)}))
    assert await look() == []


async def test_what_is_asked_already_is_not_asked_again(hear: Hear, look: Look) -> None:
    told = a_pair("Tins")
    offer = told[2]
    assert isinstance(offer, Flow)
    vague = offer.condition.model_copy(update={"contamination": None})
    known = {"condition": vague, "open_questions": ("contamination",)}
    await hear(*told[:2], offer.model_copy(update=known), told[3])
    assert await look() == []


async def test_a_machine_that_turns_up_is_named_in_the_lead(
    hear: Hear, look: Look, door: Door
) -> None:
    card = a_flow(
        kind="waste",
        resource={"label": "Boxes", "spec": "cardboard", "waste_code": "15 01 01"},
        activity_zone=None,
        quantity={"value": 1, "unit": "t", "per": "P1M"},
    )
    wrap = a_wanted_flow(
        resource={"label": "Padding", "spec": "bubble_wrap", "functions": ["cushioning"]},
        activity_zone=None,
        quantity={"value": 1, "unit": "t", "per": "P1Y"},
    )
    await hear(an_actor(name="Villaverde"), an_actor(name="STRH"), card, wrap)
    await look()
    [lead] = await inbox(door)
    assert (lead["kind"], lead["missing_link"]) == ("transformation", "cardboard_shredder")
    machine = a_flow(
        flow_id=an_id("shredder"),
        actor_id=an_id("Works"),
        kind="equipment",
        intent="lend",
        resource={"label": "Shredder", "spec": "cardboard_shredder"},
    )
    await hear(an_actor(name="Works"), machine)
    assert await look() == []
    [fresher] = await inbox(door)
    assert (fresher["lead_id"], fresher["missing_link"]) == (lead["lead_id"], None)
    assert fresher["members"][-1]["role"] == "processor"


async def test_who_changed_and_is_not_looked_at_yet_is_not_proposed(
    hear: Hear, look: Look, door: Door, runner: Runner[Store], clock: FixedClock
) -> None:
    card = a_flow(
        kind="waste",
        resource={"label": "Boxes", "spec": "cardboard", "waste_code": "15 01 01"},
        quantity={"value": 1, "unit": "t", "per": "P1M"},
    )
    wrap = a_wanted_flow(
        resource={"label": "Padding", "spec": "bubble_wrap", "functions": ["cushioning"]},
        quantity={"value": 1, "unit": "t", "per": "P1Y"},
    )
    machine = a_flow(
        flow_id=an_id("shredder"),
        actor_id=an_id("Works"),
        kind="equipment",
        intent="lend",
        resource={"label": "Shredder", "spec": "cardboard_shredder"},
    )
    firms = [an_actor(name=name) for name in ("Villaverde", "STRH", "Works")]
    await hear(*firms, card, wrap, machine)
    await look()
    assert len(await inbox(door)) == 1
    await hear(machine)
    clock.advance(timedelta(seconds=1))
    await hear(card.model_copy(update={"status": "stale"}))
    only_the_machine = LookForLeads(flows_max=1)
    use_case = partial(look_for_leads, knowledge=our_knowledge())
    await runner.execute(use_case, only_the_machine, subject="look", context=context())
    assert await inbox(door) == []


async def test_leads_of_people_are_not_the_engines_to_change(
    hear: Hear, look: Look, door: Door
) -> None:
    told = a_pair("Slate", willingness="none")
    await hear(*told)
    flow_ids = [str(an_id("Slate offer")), str(an_id("Slate need"))]
    proposed = {"source": "advisor", "kind": "substitution", "flow_ids": flow_ids, "note": "Seen"}
    async with door() as http:
        lead_id = (await done(http, "leads", proposed))["id"]
        offer = told[2]
        assert isinstance(offer, Flow)
        await hear(offer.model_copy(update={"cost_today": None}))
        assert await look() == []
        assert (await http.get(f"/v1/leads/{lead_id}")).json()["status"] == "surfaced"


async def test_an_outlet_that_turns_up_is_named_in_the_lead(
    hear: Hear, look: Look, door: Door
) -> None:
    firms = [an_actor(name=f"Firm {n}") for n in range(2)]
    liquid: dict[str, Any] = {
        "kind": "waste",
        "resource": {"label": "Soup", "spec": "biowaste_liquid"},
        "condition": {"physical": "liquid"},
        "quantity": {"value": 1, "unit": "t", "per": "P1M"},
    }
    tanks = [
        a_flow(flow_id=an_id(f"tank {n}"), actor_id=firm.actor_id, **liquid)
        for n, firm in enumerate(firms)
    ]
    await hear(*firms, *tanks)
    await look()
    [lead] = await inbox(door)
    assert lead["missing_link"] == "methaniser_capacity"
    approved = {"scope": "waste_treatment", "valid_from": "2025-01-01", "issuer": "Prefecture"}
    plant = an_actor(
        name="Plant",
        roles=("methaniser",),
        credentials=({"credential_id": an_id("approval"), **approved},),
    )
    need = {**liquid, "kind": "service", "quantity": {"value": 20, "unit": "t", "per": "P1M"}}
    await hear(plant, a_wanted_flow(actor_id=plant.actor_id, **need))
    await look()
    [fresher] = await inbox(door)
    assert fresher["missing_link"] is None


async def test_a_firm_heard_of_late_is_matched_then(hear: Hear, look: Look, door: Door) -> None:
    giver, taker, *flows = a_pair("Felt")
    await hear(giver, *flows)
    assert await look() == []
    await hear(taker)
    await look()
    assert len(await inbox(door)) == 1


async def test_time_alone_makes_and_unmakes_leads(
    hear: Hear, look: Look, door: Door, clock: FixedClock
) -> None:
    told = a_pair("Straw", available_until="2026-12-10")
    await hear(*told)
    await look()
    assert len(await inbox(door)) == 1
    clock.advance(timedelta(days=20))
    await look()
    assert await inbox(door) == []


async def test_what_no_longer_holds_today_is_not_surfaced(
    hear: Hear, look: Look, door: Door, clock: FixedClock
) -> None:
    await set_engine(door, quiet_s=600)
    await hear(*a_pair("Hay", available_until="2026-11-23"))
    await look()
    clock.advance(timedelta(hours=12))
    await look()
    assert await inbox(door) == []


async def test_an_unplaced_firm_is_looked_for_everywhere(
    hear: Hear, look: Look, door: Door
) -> None:
    zone: dict[str, Any] = {"position": None, "activity_zone": "jourdies"}
    await hear(*a_pair("Bottles", **zone))
    await look()
    leads = await inbox(door)
    assert any(lead["distance_km"] is None and lead["kind"] == "substitution" for lead in leads)


async def test_nothing_is_shown_twice_for_one_need_while_its_case_is_open(
    hear: Hear, look: Look, door: Door
) -> None:
    await hear(*a_pair("Cork"))
    await look()
    [lead] = await inbox(door)
    async with door() as http:
        case = (await done(http, f"leads/{lead['lead_id']}/accept"))["id"]
        other = an_actor(name="Other")
        offer = a_pair("Cork")[2]
        assert isinstance(offer, Flow)
        await hear(
            other,
            offer.model_copy(update={"flow_id": an_id("x"), "actor_id": ActorId(an_id("Other"))}),
        )
        assert await look() == []
        await done(http, f"cases/{case}/abandon", {"reasons": ["no_wish"], "note": "no"})
    [event] = await look()
    assert isinstance(event, LeadSurfaced)
    assert other.actor_id in event.lead.actor_ids


async def test_a_reason_of_law_becomes_a_gate_when_another_advisor_adopts_it(
    hear: Hear, look: Look, door: Door, runner: Runner[Store]
) -> None:
    def owned_by_others(told: list[object]) -> list[object]:
        firms = [an_actor(name=f"Other {n}") for n in range(2)]
        flows = [one for one in told if isinstance(one, Flow)]
        of_others = {
            flow: {"flow_id": an_id(f"other {flow.flow_id}"), "actor_id": firm.actor_id}
            for flow, firm in zip(flows, firms, strict=True)
        }
        return [*firms, *(flow.model_copy(update=new) for flow, new in of_others.items())]

    told = a_pair("Drums")
    await set_engine(door, advisors=2)
    await hear(*told)
    await look()
    [lead] = await inbox(door)
    async with door() as http:
        await done(http, f"leads/{lead['lead_id']}/reject", {"reasons": ["permit"]})
        [ruling] = (await http.get("/v1/rulings?status=proposed")).json()["items"]
        assert (ruling["resource"], ruling["need"], ruling["reason"]) == (
            *("drums", "drums"),
            "permit",
        )
        alone = await http.post(f"/v1/rulings/{ruling['ruling_id']}/adopt", json={})
    assert alone.status_code == HTTPStatus.CONFLICT
    other = token("advisor", territory=runner.territory, subject="advisor-2")
    async with door() as colleague:
        colleague.headers["Authorization"] = f"Bearer {other}"
        await done(colleague, f"rulings/{ruling['ruling_id']}/adopt")
    await hear(*owned_by_others(told))
    await look()
    assert await inbox(door) == []
    async with door() as http:
        rows = (await http.get("/v1/blocked?verdict=fail")).json()["items"]
        assert {row["code"] for row in rows} == {"ruling"}
        assert {row["unblock"] for row in rows} == {"the ruling is lifted"}
        await done(http, f"rulings/{ruling['ruling_id']}/lift")
    await look()
    assert len(await inbox(door)) > 0


async def test_a_round_that_comes_to_pass_by_is_told_in_the_lead_and_no_more_when_it_ends(
    hear: Hear, look: Look, door: Door, clock: FixedClock
) -> None:
    def told(lead: dict[str, Any]) -> list[str]:
        return [line for line in lead["explanation"] if line.startswith("round: ")]

    await hear(*a_pair("Crates"), an_actor(name="Villaverde"))
    await look()
    [before] = await inbox(door)
    room = ({"leg": "out", "mass_kg": "5000"},)
    await hear(an_existing_round_declared(round=an_existing_round(free=room)))
    await look()
    assert await inbox(door) == [before]
    clock.advance(timedelta(days=1))
    await look()
    [lead] = await inbox(door)
    assert lead["lead_id"] == before["lead_id"]
    assert told(before) == []
    assert told(lead) == [
        "round: Monday deliveries of Villaverde passes by both, 0.0 km longer, with room (100/100)"
    ]
    assert lead["score"] > before["score"]
    await hear(an_existing_round_declared(round=an_existing_round(free=room, status="ended")))
    clock.advance(timedelta(days=1))
    await look()
    [after] = await inbox(door)
    assert told(after) == []
    assert after["score"] == before["score"]
