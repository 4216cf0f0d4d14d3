"""With no weekly leads the engine is off, and all that people do works."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from maillage_contracts.envelope import Event
from maillage_contracts.matching import Lead, LeadSurfaced
from maillage_contracts.samples import (
    a_flow,
    a_wanted_flow,
    an_actor,
    an_actor_closed,
    an_id,
)

Hear = Callable[..., Awaitable[list[Event]]]
Look = Callable[[], Awaitable[list[Event]]]
Leads = Callable[[], Awaitable[list[Lead]]]
Door = Callable[..., httpx.AsyncClient]
FLOWS = [str(a_flow().flow_id), str(a_wanted_flow().flow_id)]
PROPOSED = {
    "source": "workshop",
    "kind": "substitution",
    "flow_ids": FLOWS,
    "note": "Found around the table",
}


@pytest.fixture
async def off(hear: Hear, look: Look, door: Door, firms: list[object]) -> None:
    async with door() as http:
        assert (await http.put("/v1/engine", json={"weekly_leads": 0})).is_success
    await hear(*firms, a_flow(), a_wanted_flow(), a_flow(flow_id=an_id("x"), quantity=None))
    assert await look() == []


async def propose(door: Door, **changes: object) -> dict[str, Any]:
    async with door() as http:
        answer = await http.post("/v1/leads", json={**PROPOSED, **changes})
        assert answer.status_code == 201, answer.text
        lead = await http.get(f"/v1/leads/{answer.json()['id']}")
        return lead.json()


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize("source", ["workshop", "advisor", "actor_request"])
async def test_people_propose_leads_and_take_no_quota(
    source: str, door: Door, surfaced: Leads
) -> None:
    lead = await propose(door, source=source)
    assert (lead["status"], lead["source"], lead["score"]) == ("surfaced", source, None)
    assert lead["explanation"][0] == "Found around the table"
    assert len(lead["gates"]) > 10
    [told] = await surfaced()
    assert told.source == source
    async with door() as http:
        state = (await http.get("/v1/inbox")).json()
        assert (state["is_on"], state["surfaced_this_week"], state["room"]) == (False, 0, 0)
        case = (await http.post(f"/v1/leads/{lead['lead_id']}/accept", json={})).json()["id"]
        assert (await http.get(f"/v1/cases/{case}")).json()["source"] == source
        summary = (await http.get("/v1/summary")).json()
    assert summary["leads"] == [
        {"source": source, "kind": "substitution", "status": "accepted", "count": 1}
    ]
    assert summary["cases"] == [
        {"source": source, "kind": "substitution", "status": "opened", "count": 1}
    ]


@pytest.mark.usefixtures("off")
async def test_gates_only_warn(hear: Hear, door: Door) -> None:
    await hear(a_flow(condition={"form": "broken"}, status="declared"))
    lead = await propose(door)
    assert any(line.startswith("fail: form") for line in lead["explanation"])
    assert any(line.startswith("fail: willingness") for line in lead["explanation"])


@pytest.mark.usefixtures("off")
async def test_flows_that_nobody_declared_are_refused(door: Door) -> None:
    async with door() as http:
        told = {**PROPOSED, "flow_ids": [*FLOWS, str(an_id("nothing"))]}
        answer = await http.post("/v1/leads", json=told)
    assert answer.status_code == 422
    assert str(an_id("nothing")) in answer.text


@pytest.mark.usefixtures("off")
@pytest.mark.parametrize(
    "news",
    [
        a_flow(status="withdrawn"),
        an_actor_closed(actor=an_actor(name="STRH", status="closed")),
        an_actor(name="STRH", status="closed"),
    ],
)
async def test_what_people_proposed_leaves_with_its_flow_or_its_firm(
    news: object, hear: Hear, look: Look, door: Door
) -> None:
    lead = await propose(door)
    await hear(a_flow(status="reserved"))
    await look()
    async with door() as http:
        seen = (await http.get(f"/v1/leads/{lead['lead_id']}")).json()
        assert seen["status"] == "surfaced"
        await hear(news)
        await look()
        seen = (await http.get(f"/v1/leads/{lead['lead_id']}")).json()
        assert seen["status"] == "expired"


@pytest.mark.usefixtures("off")
async def test_a_rejected_proposal_is_not_proposed_by_the_engine(
    look: Look, door: Door, surfaced: Leads
) -> None:
    lead = await propose(door)
    async with door() as http:
        path = f"/v1/leads/{lead['lead_id']}/reject"
        assert (await http.post(path, json={"reasons": ["no_wish"]})).is_success
        assert (await http.put("/v1/engine", json={"weekly_leads": 5})).is_success
    events = await look()
    assert [type(event) for event in events if isinstance(event, LeadSurfaced)] == []
    assert len(await surfaced()) == 1


@pytest.mark.usefixtures("off")
async def test_switched_on_it_looks_at_everything(look: Look, door: Door, surfaced: Leads) -> None:
    async with door() as http:
        assert (await http.put("/v1/engine", json={"weekly_leads": 1})).is_success
    await look()
    assert len(await surfaced()) == 1


async def test_switched_off_what_it_had_shown_can_still_be_decided(
    hear: Hear, look: Look, door: Door, firms: list[object], surfaced: Leads
) -> None:
    other = an_actor(name="Other")
    second = a_wanted_flow(flow_id=an_id("second"), actor_id=other.actor_id)
    await hear(*firms, other, a_flow(), a_wanted_flow(), second)
    await look()
    first, following = await surfaced()
    async with door() as http:
        assert (await http.put("/v1/engine", json={"weekly_leads": 0})).is_success
        assert (await http.post(f"/v1/leads/{first.lead_id}/accept", json={})).is_success
        await hear(a_flow(status="stale"))
        assert await look() == []
        seen = (await http.get(f"/v1/leads/{following.lead_id}")).json()
    assert seen["status"] == "expired"
