"""What was agreed is tried, measured and decided; what it took is written down."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from maillage_contracts.envelope import Event
from maillage_contracts.samples import a_flow, a_wanted_flow, an_id
from maillage_contracts.vocabulary import ActorId
from maillage_serving.testing import FixedClock, done

Hear = Callable[..., Awaitable[list[Event]]]
Door = Callable[..., httpx.AsyncClient]
STRH = ActorId(an_id("STRH"))
KPI: dict[str, Any] = {"name": "pallets reused", "unit": "a month", "target": "30", "before": "0"}
COST: dict[str, Any] = {
    "name": "cost of storing",
    "unit": "EUR a month",
    "target": "40.5",
    "wanted": "at_most",
}
PILOT: dict[str, Any] = {"kpis": [KPI, COST], "decide_on": "2027-03-01"}


@pytest.fixture
async def agreed(hear: Hear, door: Door, firms: list[object]) -> str:
    """A case whose parties agreed."""
    await hear(*firms, a_flow(status="declared"), a_wanted_flow(status="declared"))
    flows = [str(a_flow().flow_id), str(a_wanted_flow().flow_id)]
    told = {"source": "workshop", "kind": "substitution", "flow_ids": flows, "note": "Seen"}
    parties = [
        {"actor_id": str(an_id("Villaverde")), "role": "donor", "share": "0.5"},
        {"actor_id": str(STRH), "role": "receiver", "share": "0.5"},
    ]
    async with door() as http:
        lead = (await done(http, "leads", told))["id"]
        case = (await done(http, f"leads/{lead}/accept"))["id"]
        await done(http, f"cases/{case}/move", {"to": "qualifying"})
        await done(http, f"cases/{case}/introduce", {"channel": "workshop"})
        await done(http, f"cases/{case}/move", {"to": "feasibility"})
        await done(http, f"cases/{case}/agree", {"parties": parties, "starts_on": "2026-12-01"})
    return case


async def test_a_pilot_is_decided_on_its_figures(agreed: str, door: Door) -> None:
    case = f"/v1/cases/{agreed}"
    async with door() as http:
        await done(http, f"cases/{agreed}/pilot", PILOT)
        early = await http.post(f"{case}/move", json={"to": "running"})
        assert early.status_code == 409
        assert "pallets reused, cost of storing" in early.text
        await done(http, f"cases/{agreed}/measure", {"values": {"pallets reused": "28"}})
        half = await http.post(f"{case}/move", json={"to": "running"})
        assert half.status_code == 409
        assert "cost of storing" in half.text
        await done(http, f"cases/{agreed}/measure", {"values": {"cost of storing": "40.50"}})
        await done(http, f"cases/{agreed}/move", {"to": "running"})
        seen = (await http.get(case)).json()
    assert seen["status"] == "running"
    assert [(one["measured"], one["measured_on"]) for one in seen["pilot"]["kpis"]] == [
        ("28", "2026-11-23"),
        ("40.50", "2026-11-23"),
    ]


async def test_the_parties_see_by_what_they_are_measured_and_nobody_else(
    agreed: str, door: Door
) -> None:
    async with door() as http, door("actor", STRH) as party:
        await done(http, f"cases/{agreed}/pilot", PILOT)
        seen = (await party.get(f"/v1/cases/{agreed}")).json()
        assert seen["pilot"]["decide_on"] == "2027-03-01"
        assert "minutes_spent" not in seen
        assert (await party.post(f"/v1/cases/{agreed}/pilot", json=PILOT)).status_code == 403


async def test_a_pilot_may_be_given_more_time_and_keeps_its_figures(
    agreed: str, door: Door, clock: FixedClock
) -> None:
    async with door() as http:
        await done(http, f"cases/{agreed}/pilot", PILOT)
        await done(http, f"cases/{agreed}/measure", {"values": {"pallets reused": "28"}})
        clock.advance(timedelta(days=30))
        same_day = await http.post(f"/v1/cases/{agreed}/pilot", json=PILOT)
        assert same_day.status_code == 422
        more = {"kpis": [KPI], "decide_on": "2027-06-01"}
        await done(http, f"cases/{agreed}/pilot", more)
        pilot = (await http.get(f"/v1/cases/{agreed}")).json()["pilot"]
    assert (pilot["started_on"], pilot["decide_on"], pilot["prolonged"]) == (
        *("2026-11-23", "2027-06-01"),
        1,
    )
    assert [(one["name"], one["measured"]) for one in pilot["kpis"]] == [("pallets reused", "28")]


async def test_what_cannot_be_decided_is_refused(agreed: str, door: Door) -> None:
    case = f"/v1/cases/{agreed}"
    async with door() as http:
        early = await http.post(f"{case}/measure", json={"values": {"pallets reused": "1"}})
        assert early.status_code == 409
        wrongs: list[dict[str, Any]] = [
            {**PILOT, "decide_on": "2026-11-23"},
            {**PILOT, "kpis": [KPI, KPI]},
            {**PILOT, "kpis": []},
            {**PILOT, "kpis": [{**KPI, "target": "many"}]},
        ]
        for wrong in wrongs:
            assert (await http.post(f"{case}/pilot", json=wrong)).status_code == 422
        await done(http, f"cases/{agreed}/pilot", PILOT)
        unknown = await http.post(f"{case}/measure", json={"values": {"happiness": "7"}})
        assert unknown.status_code == 422
        assert "happiness" in unknown.text


async def test_a_case_that_came_to_no_agreement_is_asked_nothing(
    hear: Hear, door: Door, firms: list[object]
) -> None:
    await hear(*firms, a_flow(status="declared"), a_wanted_flow(status="declared"))
    flows = [str(a_flow().flow_id), str(a_wanted_flow().flow_id)]
    told = {"source": "advisor", "kind": "substitution", "flow_ids": flows, "note": "Seen"}
    async with door() as http:
        lead = (await done(http, "leads", told))["id"]
        case = (await done(http, f"leads/{lead}/accept"))["id"]
        await done(http, f"cases/{case}/move", {"to": "paused"})
        await done(http, f"cases/{case}/close", {"note": "found another way"})
        seen = (await http.get(f"/v1/cases/{case}")).json()
    assert (seen["status"], seen["note"]) == ("closed", "found another way")


async def test_the_time_a_case_took_adds_up(agreed: str, door: Door) -> None:
    async with door() as http:
        for minutes in (90, 30):
            await done(http, f"cases/{agreed}/spend", {"minutes": minutes})
        assert (await http.get(f"/v1/cases/{agreed}")).json()["minutes_spent"] == 120
        nothing = await http.post(f"/v1/cases/{agreed}/spend", json={"minutes": 0})
        assert nothing.status_code == 422


async def test_a_synergy_does_not_end_without_an_answer(agreed: str, door: Door) -> None:
    async with door() as http:
        synergy = (await http.get(f"/v1/cases/{agreed}")).json()["synergy_id"]
        told = {"ended_on": "2027-06-30", "reason": "moved"}
        silent = await http.post(f"/v1/synergies/{synergy}/end", json=told)
        assert silent.status_code == 422
        assert "without the hub" in silent.text
        await done(http, f"synergies/{synergy}/end", {**told, "attribution": "no"})
        assert (await http.get(f"/v1/synergies/{synergy}")).json()["attribution"] == "no"
        assert (await http.get(f"/v1/cases/{agreed}")).json()["status"] == "closed"
