"""An establishment ceased: what it was part of stops with the event that says so."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from maillage_contracts.envelope import Event
from maillage_contracts.matching import SynergyEnded
from maillage_contracts.samples import DAY, a_flow, a_wanted_flow, an_actor, an_actor_closed
from maillage_serving.testing import done

Hear = Callable[..., Awaitable[list[Event]]]
Look = Callable[[], Awaitable[list[Event]]]
Door = Callable[..., httpx.AsyncClient]
BOTH = pytest.mark.parametrize(
    "database",
    ["memory", pytest.param("postgres", marks=pytest.mark.integration)],
    indirect=True,
)
STRH_CLOSED = an_actor_closed(actor=an_actor(name="STRH", status="closed"))
FIRM_CLOSED = an_actor_closed(actor=an_actor(name="Firm 0", status="closed"))


async def accept_first(http: httpx.AsyncClient) -> dict[str, Any]:
    [lead] = (await http.get("/v1/leads?status=surfaced")).json()["items"]
    case = (await done(http, f"leads/{lead['lead_id']}/accept"))["id"]
    return (await http.get(f"/v1/cases/{case}")).json()


async def agree(http: httpx.AsyncClient, case: dict[str, Any]) -> str:
    path = f"cases/{case['case_id']}"
    await done(http, f"{path}/move", {"to": "qualifying"})
    await done(http, f"{path}/introduce", {"channel": "visit"})
    await done(http, f"{path}/move", {"to": "feasibility"})
    actors = list(dict.fromkeys(one["actor_id"] for one in case["members"]))
    shares = ["1"] + ["0"] * (len(actors) - 1)
    parties = [
        {"actor_id": actor, "role": "member", "share": share}
        for actor, share in zip(actors, shares, strict=True)
    ]
    return (await done(http, f"{path}/agree", {"parties": parties, "starts_on": "2026-12-01"}))[
        "id"
    ]


async def status_of(http: httpx.AsyncClient, case: dict[str, Any]) -> dict[str, Any]:
    return (await http.get(f"/v1/cases/{case['case_id']}")).json()


@pytest.fixture
async def pair(hear: Hear, look: Look, firms: list[object]) -> None:
    await hear(*firms, a_flow(), a_wanted_flow())
    assert len(await look()) == 1


@pytest.mark.usefixtures("pair")
async def test_its_leads_expire(hear: Hear, look: Look, door: Door) -> None:
    assert await hear(STRH_CLOSED) == []
    async with door() as http:
        [lead] = (await http.get("/v1/leads")).json()["items"]
        assert lead["status"] == "expired"
    assert await look() == []


@BOTH
@pytest.mark.usefixtures("pair")
async def test_its_synergies_end_and_its_cases_are_abandoned(hear: Hear, door: Door) -> None:
    async with door() as http:
        case = await accept_first(http)
        synergy = await agree(http, case)
        [event] = await hear(STRH_CLOSED)
        assert isinstance(event, SynergyEnded)
        assert (str(event.synergy_id), event.reason) == (synergy, "actor_closed")
        assert event.ended_on == DAY
        seen = await status_of(http, case)
        assert (seen["status"], seen["reasons"]) == ("abandoned", ["actor_closed"])
        assert seen["steps"][-1]["by"] == "registry"
        kept = (await http.get(f"/v1/synergies/{synergy}")).json()
        assert (kept["status"], kept["end_reason"]) == ("ended", "actor_closed")


@pytest.mark.usefixtures("stream")
async def test_a_case_with_enough_parties_left_is_paused(hear: Hear, door: Door) -> None:
    async with door() as http:
        case = await accept_first(http)
        await done(http, f"cases/{case['case_id']}/move", {"to": "qualifying"})
        assert await hear(FIRM_CLOSED) == []
        seen = await status_of(http, case)
        assert (seen["status"], seen["paused_from"]) == ("paused", "qualifying")
        assert len(seen["members"]) == 2
        await done(http, f"cases/{case['case_id']}/move", {"to": "qualifying"})


@pytest.mark.usefixtures("stream")
async def test_what_is_left_may_agree_again(hear: Hear, door: Door) -> None:
    async with door() as http:
        case = await accept_first(http)
        first = await agree(http, case)
        await done(http, f"cases/{case['case_id']}/move", {"to": "paused"})
        assert len(await hear(FIRM_CLOSED)) == 1
        seen = await status_of(http, case)
        assert (seen["status"], seen["paused_from"]) == ("paused", "feasibility")
        path = f"cases/{case['case_id']}"
        await done(http, f"{path}/move", {"to": "feasibility"})
        left = [
            {"actor_id": one["actor_id"], "role": "member", "share": "0.5"}
            for one in seen["members"]
        ]
        told = {"parties": left, "starts_on": "2027-01-01"}
        second = (await done(http, f"{path}/agree", told))["id"]
        assert second != first


@pytest.mark.usefixtures("pair")
async def test_a_synergy_whose_case_is_closed_ends_too(hear: Hear, door: Door) -> None:
    async with door() as http:
        case = await accept_first(http)
        await agree(http, case)
        await done(http, f"cases/{case['case_id']}/close", {"attribution": "no"})
        assert len(await hear(STRH_CLOSED)) == 1
        assert (await status_of(http, case))["status"] == "closed"


async def test_who_is_not_part_of_anything_stops_nothing(hear: Hear) -> None:
    assert await hear(STRH_CLOSED) == []
