"""The pallets' story: two flows become a lead, a case, a synergy, and a pattern."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.matching import (
    CaseIntroduced,
    Lead,
    LeadAccepted,
    LeadSurfaced,
    PatternPublished,
    SynergyAgreed,
    SynergyEnded,
)
from maillage_contracts.registry import ConsentWithdrawn
from maillage_contracts.samples import (
    a_flow,
    a_logistics_need,
    a_wanted_flow,
    an_actor,
    an_actor_closed,
    an_id,
)
from maillage_contracts.vocabulary import ActorId
from maillage_matching.usecases.store import Store
from maillage_serving.testing import done, published

Hear = Callable[..., Awaitable[list[Event]]]
Look = Callable[[], Awaitable[list[Event]]]
Door = Callable[..., httpx.AsyncClient]
VILLAVERDE, STRH = an_id("Villaverde"), an_id("STRH")
AGREED: dict[str, Any] = {
    "parties": [
        {"actor_id": str(VILLAVERDE), "role": "donor", "share": "0.25"},
        {"actor_id": str(STRH), "role": "receiver", "share": "0.75"},
    ],
    "starts_on": "2026-12-01",
    "quantity": {"value": "30", "unit": "unit", "per": "P1M"},
    "saving": {"amount": "2160.00"},
    "material": {"resource_spec": "pallet", "waste_code": "15 01 03", "route_after": "reuse"},
    "logistics": [a_logistics_need().model_dump(mode="json")],
}
PILOT: dict[str, Any] = {
    "kpis": [{"name": "pallets reused", "unit": "a month", "target": "30", "before": "0"}],
    "decide_on": "2027-03-01",
}

BOTH = pytest.mark.parametrize(
    "database",
    ["memory", pytest.param("postgres", marks=pytest.mark.integration)],
    indirect=True,
)


@pytest.fixture
async def lead(hear: Hear, look: Look, firms: list[object]) -> Lead:
    await hear(*firms, a_flow(), a_wanted_flow())
    [event] = await look()
    assert isinstance(event, LeadSurfaced)
    return event.lead


async def to_feasibility(http: httpx.AsyncClient, lead: Lead) -> str:
    case = (await done(http, f"leads/{lead.lead_id}/accept"))["id"]
    await done(http, f"cases/{case}/move", {"to": "qualifying"})
    await done(http, f"cases/{case}/introduce", {"channel": "visit"})
    await done(http, f"cases/{case}/move", {"to": "feasibility"})
    return case


@BOTH
async def test_every_step_is_an_event(lead: Lead, door: Door, runner: Runner[Store]) -> None:
    async with door() as http:
        case = await to_feasibility(http, lead)
        synergy = (await done(http, f"cases/{case}/agree", AGREED))["id"]
        await done(http, f"cases/{case}/pilot", PILOT)
        await done(http, f"cases/{case}/measure", {"values": {"pallets reused": "28"}})
        await done(http, f"cases/{case}/move", {"to": "running"})
        await done(http, f"synergies/{synergy}/publish", {"consented": True})
        ended = {"ended_on": "2027-06-30", "reason": "moved", "attribution": "partly"}
        await done(http, f"synergies/{synergy}/end", ended)
    events = [message.event for message in await published(runner)]
    assert [type(event) for event in events] == [
        LeadSurfaced,
        LeadAccepted,
        CaseIntroduced,
        SynergyAgreed,
        PatternPublished,
        SynergyEnded,
    ]
    _, accepted, introduced, agreed, pattern, over = events
    assert isinstance(accepted, LeadAccepted)
    assert isinstance(introduced, CaseIntroduced)
    assert isinstance(agreed, SynergyAgreed)
    assert isinstance(pattern, PatternPublished)
    assert isinstance(over, SynergyEnded)
    assert accepted.case_id == introduced.case_id == agreed.synergy.case_id == UUID(case)
    assert introduced.actor_ids == lead.actor_ids
    assert sum(party.share for party in agreed.synergy.parties) == 1
    assert agreed.synergy.flow_ids == lead.flow_ids
    assert len(agreed.synergy.logistics) == 1
    assert (pattern.donor_sector, pattern.receiver_sector) == ("47", "16")
    assert "Villaverde" not in pattern.model_dump_json()
    assert (over.attribution, over.synergy_id) == ("partly", agreed.synergy.synergy_id)


async def test_a_case_that_ended_drafts_its_sheet(lead: Lead, door: Door) -> None:
    async with door() as http:
        case = await to_feasibility(http, lead)
        assert (await http.get(f"/v1/cases/{case}/sheet")).status_code == 409
        synergy = (await done(http, f"cases/{case}/agree", AGREED))["id"]
        ended = {"ended_on": "2027-06-30", "reason": "no_storage", "attribution": "no"}
        await done(http, f"synergies/{synergy}/end", ended)
        sheet = (await http.get(f"/v1/cases/{case}/sheet")).json()
        page = (await http.get(f"/v1/cases/{case}/sheet.txt")).text
    told = {one["title"]: one["lines"] for one in sheet["sections"]}
    assert "fin : pas de place pour stocker" in told["Freins"]
    assert "Économie confirmée : 2 160 euros par an" in page
    assert "n'aurait pas eu lieu sans la démarche" in page
    assert "Villaverde" not in page


async def test_nobody_outside_hears_before_the_introduction(lead: Lead, door: Door) -> None:
    async with door() as http, door("actor", ActorId(STRH)) as party:
        case = (await done(http, f"leads/{lead.lead_id}/accept"))["id"]
        assert (await party.get("/v1/cases")).json()["items"] == []
        assert (await party.get(f"/v1/cases/{case}")).status_code == 404
        await done(http, f"cases/{case}/move", {"to": "qualifying"})
        await done(http, f"cases/{case}/introduce", {"channel": "visit"})
        [seen] = (await party.get("/v1/cases")).json()["items"]
        assert (await party.get(f"/v1/cases/{case}")).json() == seen
        assert seen["status"] == "introduced"
        assert not {"facets", "owner", "note", "plan", "lead_ids"} & seen.keys()
    async with door("actor", ActorId(an_id("Other"))) as stranger:
        assert (await stranger.get("/v1/cases")).json()["items"] == []
        assert (await stranger.get(f"/v1/cases/{case}")).status_code == 404


async def test_a_party_sees_its_synergy_and_a_stranger_does_not(lead: Lead, door: Door) -> None:
    async with door() as http:
        case = await to_feasibility(http, lead)
        synergy = (await done(http, f"cases/{case}/agree", AGREED))["id"]
    async with door("actor", ActorId(STRH)) as party:
        shown = (await party.get(f"/v1/synergies/{synergy}")).json()
        assert shown["synergy"]["saving"] == {"amount": "2160.00", "currency": "EUR"}
        assert len((await party.get("/v1/synergies")).json()["items"]) == 1
    async with door("actor", ActorId(an_id("Other"))) as stranger:
        assert (await stranger.get(f"/v1/synergies/{synergy}")).status_code == 404
        assert (await stranger.get("/v1/synergies")).json()["items"] == []


async def test_an_agreement_that_does_not_add_up_changes_nothing(lead: Lead, door: Door) -> None:
    shares = [{**party, "share": "0.5"} for party in AGREED["parties"]]
    shares[0]["share"] = "0.499999"
    async with door() as http:
        case = await to_feasibility(http, lead)
        answer = await http.post(f"/v1/cases/{case}/agree", json={**AGREED, "parties": shares})
        assert answer.status_code == 422
        assert "0.999999" in answer.text
        assert (await http.get(f"/v1/cases/{case}")).json()["status"] == "feasibility"
        for flow_ids in ([str(an_id("flow of nobody"))], []):
            told = {**AGREED, "flow_ids": flow_ids}
            assert (await http.post(f"/v1/cases/{case}/agree", json=told)).status_code == 422


async def test_a_case_is_worked_on_in_the_open(lead: Lead, door: Door) -> None:
    async with door() as http:
        case = (await done(http, f"leads/{lead.lead_id}/accept", {"title": "Pallets"}))["id"]
        await done(
            http,
            f"cases/{case}/plan",
            {"next_step": "visit STRH", "owner_role": "advisor", "due_on": "2026-12-04"},
        )
        facets = {"technical": {"verdict": "ok"}, "economic": {"verdict": "ko", "note": "dear"}}
        await done(http, f"cases/{case}/assess", facets)
        wrong = await http.post(f"/v1/cases/{case}/assess", json={"moral": {"verdict": "ok"}})
        assert wrong.status_code == 422
        seen = (await http.get(f"/v1/cases/{case}")).json()
    assert seen["title"] == "Pallets"
    assert seen["plan"]["next_step"] == "visit STRH"
    assert seen["facets"]["economic"] == {"verdict": "ko", "note": "dear"}
    assert seen["facets"]["regulatory"]["verdict"] == "unknown"
    assert seen["owner"] == "advisor-1"


async def test_parties_are_chosen_before_they_are_introduced(lead: Lead, door: Door) -> None:
    only = {"members": [{"flow_id": str(lead.flow_ids[1]), "role": "receiver"}]}
    both = {
        "members": [
            {"flow_id": str(flow_id), "role": role}
            for flow_id, role in zip(lead.flow_ids, ("donor", "receiver"), strict=True)
        ]
    }
    unknown = {"members": [{"flow_id": str(an_id("x")), "role": "donor"}]}
    async with door() as http:
        case = (await done(http, f"leads/{lead.lead_id}/accept"))["id"]
        await done(http, f"cases/{case}/move", {"to": "qualifying"})
        await done(http, f"cases/{case}/choose-parties", only)
        alone = await http.post(f"/v1/cases/{case}/introduce", json={"channel": "visit"})
        assert alone.status_code == 409
        assert "two parties" in alone.text
        wrong = await http.post(f"/v1/cases/{case}/choose-parties", json=unknown)
        assert wrong.status_code == 422
        await done(http, f"cases/{case}/choose-parties", both)
        await done(http, f"cases/{case}/introduce", {"channel": "visit"})
        late = await http.post(f"/v1/cases/{case}/choose-parties", json=only)
        assert late.status_code == 409


@pytest.mark.parametrize(
    "news",
    [
        an_actor_closed(actor=an_actor(name="Other", status="closed")),
        ConsentWithdrawn(actor_id=ActorId(an_id("Other")), purpose="matching"),
    ],
)
async def test_who_left_is_not_introduced(news: Event, lead: Lead, hear: Hear, door: Door) -> None:
    other = a_flow(flow_id=an_id("other"), actor_id=an_id("Other"), status="declared")
    await hear(an_actor(name="Other"), other)
    members = [
        {"flow_id": str(flow_id), "role": role}
        for flow_id, role in zip((*lead.flow_ids, an_id("other")), "abc", strict=True)
    ]
    async with door() as http:
        case = (await done(http, f"leads/{lead.lead_id}/accept"))["id"]
        await hear(news)
        await done(http, f"cases/{case}/move", {"to": "qualifying"})
        await done(http, f"cases/{case}/choose-parties", {"members": members})
        answer = await http.post(f"/v1/cases/{case}/introduce", json={"channel": "visit"})
        assert answer.status_code == 409
        assert "Other" in answer.text


async def test_steps_with_a_command_of_their_own_are_not_taken_by_the_way(
    lead: Lead, door: Door
) -> None:
    async with door() as http:
        case = (await done(http, f"leads/{lead.lead_id}/accept"))["id"]
        for status in ("introduced", "agreed", "piloting", "closed", "abandoned", "opened"):
            answer = await http.post(f"/v1/cases/{case}/move", json={"to": status})
            assert answer.status_code == 422, status
        await done(http, f"cases/{case}/move", {"to": "paused"})
        await done(http, f"cases/{case}/move", {"to": "opened"})


async def test_a_case_is_given_up_for_a_firm_that_would_say_so_to_anybody(
    lead: Lead, door: Door
) -> None:
    async with door() as http:
        case = (await done(http, f"leads/{lead.lead_id}/accept"))["id"]
        told = {"reasons": ["champion_left"], "said_by": str(an_id("nobody"))}
        assert (await http.post(f"/v1/cases/{case}/abandon", json=told)).status_code == 422
        firm = str(lead.actor_ids[0])
        await done(http, f"cases/{case}/abandon", {**told, "said_by": firm})
        [row] = (await http.get("/v1/suppressions")).json()["items"]
    assert (row["actors"], row["reason"]) == ([firm], "champion_left")


async def test_a_case_that_runs_may_be_closed_while_its_synergy_goes_on(
    lead: Lead, door: Door, runner: Runner[Store]
) -> None:
    async with door() as http:
        case = await to_feasibility(http, lead)
        early = await http.post(f"/v1/cases/{case}/close", json={"attribution": "no"})
        assert early.status_code == 409
        synergy = (await done(http, f"cases/{case}/agree", AGREED))["id"]
        given_up = await http.post(f"/v1/cases/{case}/abandon", json={"reasons": ["no_time"]})
        assert given_up.status_code == 409
        unanswered = await http.post(f"/v1/cases/{case}/close", json={})
        assert unanswered.status_code == 422
        assert "without the hub" in unanswered.text
        await done(http, f"cases/{case}/close", {"attribution": "partly"})
        over = await http.post(f"/v1/cases/{case}/plan", json={})
        assert over.status_code == 409
        ended = {"ended_on": "2027-06-30", "reason": "moved"}
        await done(http, f"synergies/{synergy}/end", ended)
        again = await http.post(f"/v1/synergies/{synergy}/end", json=ended)
        assert again.status_code == 409
        assert len((await http.get("/v1/synergies?status=ended")).json()["items"]) == 1
    last = (await published(runner))[-1].event
    assert isinstance(last, SynergyEnded)
    assert last.attribution == "partly"


async def test_a_pattern_needs_consent_or_a_crowd(lead: Lead, door: Door, hear: Hear) -> None:
    async with door() as http:
        case = await to_feasibility(http, lead)
        vague = {name: value for name, value in AGREED.items() if name != "material"}
        synergy = (await done(http, f"cases/{case}/agree", vague))["id"]
        path = f"/v1/synergies/{synergy}/publish"
        assert (await http.post(path, json={})).status_code == 409
        odd = await http.post(path, json={"consented": True, "obstacles": ["bad_mood"]})
        assert odd.status_code == 422
        told = await done(
            http, f"synergies/{synergy}/publish", {"consented": True, "obstacles": ["no_storage"]}
        )
        assert len(told["events"]) == 1
        await hear(ConsentWithdrawn(actor_id=ActorId(STRH), purpose="federation"))
        refused = await http.post(path, json={"consented": True})
        assert refused.status_code == 409
        assert "STRH" in refused.text


async def test_a_pattern_is_of_the_catalogue(hear: Hear, door: Door, firms: list[object]) -> None:
    odd = {"resource": {"label": "Old stage curtains"}, "status": "declared"}
    await hear(*firms, a_flow(**odd), a_wanted_flow(**odd))
    flow_ids = [str(a_flow().flow_id), str(a_wanted_flow().flow_id)]
    proposal = {"source": "advisor", "kind": "substitution", "flow_ids": flow_ids, "note": "Seen"}
    async with door() as http:
        lead_id = (await done(http, "leads", proposal))["id"]
        case = (await done(http, f"leads/{lead_id}/accept"))["id"]
        await done(http, f"cases/{case}/move", {"to": "qualifying"})
        await done(http, f"cases/{case}/introduce", {"channel": "workshop"})
        await done(http, f"cases/{case}/move", {"to": "feasibility"})
        vague = {name: value for name, value in AGREED.items() if name != "material"}
        synergy = (await done(http, f"cases/{case}/agree", vague))["id"]
        answer = await http.post(f"/v1/synergies/{synergy}/publish", json={"consented": True})
        assert answer.status_code == 409
        assert "Old stage curtains" in answer.text
