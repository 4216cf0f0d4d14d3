"""The HTTP doors: who may enter, what is refused and in which words, pages and versions."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from maillage_contracts.envelope import Event
from maillage_contracts.matching import Lead
from maillage_contracts.samples import a_flow, a_wanted_flow, an_actor, an_id
from maillage_contracts.vocabulary import ActorId
from maillage_serving.policy import Role

Hear = Callable[..., Awaitable[list[Event]]]
Look = Callable[[], Awaitable[list[Event]]]
Leads = Callable[[], Awaitable[list[Lead]]]
Door = Callable[..., httpx.AsyncClient]
SOME = UUID(int=7)
ENTER = {200, 404, 409, 412, 422}
"""The door opened: what is behind it is another question."""

READS = {
    "/v1/leads": "advisor service",
    f"/v1/leads/{SOME}": "advisor service",
    "/v1/reasons": "advisor service",
    "/v1/blocked": "advisor service",
    f"/v1/why-not?one={SOME}&other={SOME}": "advisor service",
    "/v1/inbox": "advisor service",
    "/v1/suppressions": "advisor",
    "/v1/cases": "advisor actor",
    f"/v1/cases/{SOME}": "advisor actor",
    "/v1/synergies": "advisor dispatcher service actor",
    f"/v1/synergies/{SOME}": "advisor dispatcher service actor",
    "/v1/engine": "advisor operator",
    f"/v1/cases/{SOME}/sheet": "advisor",
    f"/v1/cases/{SOME}/sheet.txt": "advisor",
    "/v1/patterns": "advisor",
    "/v1/suggestions": "advisor",
    "/v1/digest": "advisor",
    "/v1/digest.txt": "advisor",
    "/v1/summary": "advisor dispatcher observer",
    "/v1/resources?text=palettes": "advisor dispatcher actor observer operator service",
    "/v1/resources/pallet": "advisor dispatcher actor observer operator service",
    "/v1/prospects?activity=38.21&lat=46&lon=6": "advisor",
}
COMMANDS = {
    "POST /v1/leads": "advisor",
    f"POST /v1/leads/{SOME}/accept": "advisor",
    f"POST /v1/leads/{SOME}/reject": "advisor",
    f"POST /v1/leads/{SOME}/defer": "advisor",
    "POST /v1/suppressions": "advisor",
    f"POST /v1/suppressions/{SOME}/lift": "advisor",
    f"POST /v1/cases/{SOME}/plan": "advisor",
    f"POST /v1/cases/{SOME}/assess": "advisor",
    f"POST /v1/cases/{SOME}/choose-parties": "advisor",
    f"POST /v1/cases/{SOME}/move": "advisor",
    f"POST /v1/cases/{SOME}/introduce": "advisor",
    f"POST /v1/cases/{SOME}/agree": "advisor",
    f"POST /v1/cases/{SOME}/abandon": "advisor",
    f"POST /v1/cases/{SOME}/publish": "advisor",
    "POST /v1/suggestions": "advisor service",
    f"POST /v1/suggestions/genevois/{SOME}/adopt": "advisor",
    f"POST /v1/suggestions/genevois/{SOME}/decline": "advisor",
    f"POST /v1/suggestions/genevois/{SOME}/retire": "advisor",
    f"POST /v1/cases/{SOME}/pilot": "advisor",
    f"POST /v1/cases/{SOME}/measure": "advisor",
    f"POST /v1/cases/{SOME}/spend": "advisor",
    f"POST /v1/cases/{SOME}/close": "advisor",
    f"POST /v1/synergies/{SOME}/end": "advisor",
    f"POST /v1/synergies/{SOME}/publish": "advisor",
    "PUT /v1/engine": "advisor operator",
}
ROLES: tuple[Role, ...] = ("advisor", "dispatcher", "actor", "observer", "operator", "service")


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_enters_its_own_doors_only(role: Role, door: Door) -> None:
    organisation = ActorId(an_id("STRH")) if role == "actor" else None
    async with door(role, organisation) as http:
        for path, roles in READS.items():
            answer = await http.get(path)
            assert (answer.status_code in ENTER) is (role in roles.split()), path
        for asked, roles in COMMANDS.items():
            method, path = asked.split()
            answer = await http.request(method, path, json={})
            assert (answer.status_code in ENTER) is (role in roles.split()), asked


async def test_nobody_enters_without_a_token(door: Door) -> None:
    async with door(None) as http:
        assert (await http.get("/v1/leads")).status_code == 401


@pytest.fixture
async def lead(hear: Hear, look: Look, firms: list[object], surfaced: Leads) -> Lead:
    await hear(*firms, a_flow(), a_wanted_flow())
    await look()
    [lead] = await surfaced()
    return lead


async def test_who_read_an_older_version_reads_again(lead: Lead, door: Door) -> None:
    async with door() as http:
        answer = await http.get(f"/v1/leads/{lead.lead_id}")
        assert answer.headers["etag"] == f'"{answer.json()["version"]}"'
        path = f"/v1/leads/{lead.lead_id}/accept"
        stale = await http.post(path, json={}, headers={"If-Match": '"9"'})
        assert stale.status_code == 412
        assert stale.headers["content-type"] == "application/problem+json"
        case = (await http.post(path, json={}, headers={"If-Match": answer.headers["etag"]})).json()
        path = f"/v1/cases/{case['id']}"
        tag = (await http.get(path)).headers["etag"]
        moved = {"to": "qualifying"}
        assert (await http.post(f"{path}/move", json=moved, headers={"If-Match": tag})).is_success
        again = await http.post(f"{path}/move", json=moved, headers={"If-Match": tag})
        assert again.status_code == 412


async def test_the_settings_have_a_version_too(door: Door) -> None:
    async with door() as http:
        tag = (await http.get("/v1/engine")).headers["etag"]
        settings = (await http.get("/v1/engine")).json()
        first = await http.put("/v1/engine", json=settings, headers={"If-Match": tag})
        assert first.is_success
        second = await http.put("/v1/engine", json=settings, headers={"If-Match": tag})
        assert second.status_code == 412


async def test_a_synergy_has_a_version_too(lead: Lead, door: Door) -> None:
    async with door() as http:
        case = (await http.post(f"/v1/leads/{lead.lead_id}/accept", json={})).json()["id"]
        for verb, body in (
            ("move", {"to": "qualifying"}),
            ("introduce", {"channel": "visit"}),
            ("move", {"to": "feasibility"}),
        ):
            assert (await http.post(f"/v1/cases/{case}/{verb}", json=body)).is_success
        parties = [
            {"actor_id": str(actor_id), "role": "party", "share": "0.5"}
            for actor_id in lead.actor_ids
        ]
        told = {"parties": parties, "starts_on": "2026-12-01"}
        synergy = (await http.post(f"/v1/cases/{case}/agree", json=told)).json()["id"]
        path = f"/v1/synergies/{synergy}"
        tag = (await http.get(path)).headers["etag"]
        over = {"ended_on": "2027-01-01", "reason": "moved", "attribution": "yes"}
        stale = await http.post(f"{path}/end", json=over, headers={"If-Match": '"9"'})
        assert stale.status_code == 412
        assert (await http.post(f"{path}/end", json=over, headers={"If-Match": tag})).is_success


async def test_the_same_call_twice_is_done_once(lead: Lead, door: Door) -> None:
    key = {"Idempotency-Key": "accept-1"}
    async with door() as http:
        path = f"/v1/leads/{lead.lead_id}/accept"
        first = (await http.post(path, json={}, headers=key)).json()
        again = (await http.post(path, json={}, headers=key)).json()
        assert (first["id"], first["events"]) == (again["id"], again["events"])
        assert (first["replayed"], again["replayed"]) == (False, True)
        assert (await http.post(path, json={})).status_code == 409


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("leads", {"source": "engine", "kind": "substitution", "flow_ids": [], "note": "x"}, ""),
        ("leads/{lead}/accept", {"titel": "x"}, "titel"),
        ("leads/{lead}/accept", {"title": "two\nlines"}, "in one line"),
        ("leads/{lead}/reject", {"reasons": ["bad_mood"]}, "reasons"),
        ("leads/{lead}/defer", {"until": "2020-01-01"}, "until"),
        ("suppressions", {"actor_ids": [str(SOME)], "reason": "competitors"}, "actor_ids"),
    ],
)
async def test_a_refusal_names_the_field(
    path: str, body: dict[str, Any], field: str, lead: Lead, door: Door
) -> None:
    async with door() as http:
        answer = await http.post(f"/v1/{path.format(lead=lead.lead_id)}", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert field in answer.text


async def test_lists_come_in_pages(hear: Hear, look: Look, door: Door) -> None:
    firms = [an_actor(name=f"Firm {n}") for n in range(8)]
    offers = [
        a_flow(
            flow_id=an_id(f"o{n}"),
            actor_id=firm.actor_id,
            activity_zone=None,
            resource={"label": "Thing", "spec": f"thing_{n % 4}"},
            legal={"waste_status": "product", "is_hazardous": False},
            condition={"form": "a" if n < 4 else "b"},
            direction="out" if n < 4 else "in",
            intent="offer" if n < 4 else "request",
        )
        for n, firm in enumerate(firms)
    ]
    await hear(*firms, *offers)
    await look()
    async with door() as http:
        first = (await http.get("/v1/blocked?limit=3")).json()
        rest = (await http.get(f"/v1/blocked?limit=3&cursor={first['next']}")).json()
        assert (len(first["items"]), len(rest["items"]), rest["next"]) == (3, 1, None)
        wrong = await http.get(f"/v1/leads?cursor={first['next']}x")
        assert wrong.status_code == 422
        one = (await http.get(f"/v1/blocked?flow_id={an_id('o1')}")).json()["items"]
        assert [row["code"] for row in one] == ["form"]


async def test_why_not_tells_every_gate(hear: Hear, door: Door, firms: list[object]) -> None:
    swarf = a_flow(condition={"form": "swarf", "contamination": "oily"})
    await hear(*firms, swarf, a_wanted_flow())
    async with door() as http:
        path = f"/v1/why-not?one={a_wanted_flow().flow_id}&other={swarf.flow_id}"
        told = (await http.get(path)).json()
        assert (told["verdict"], told["offer_id"]) == ("fail", str(swarf.flow_id))
        failed = {gate["code"] for gate in told["gates"] if gate["verdict"] == "fail"}
        assert failed == {"form", "contamination"}
        same = (await http.get(f"/v1/why-not?one={swarf.flow_id}&other={swarf.flow_id}")).json()
        assert same["verdict"] == "fail"
        missing = await http.get(f"/v1/why-not?one={swarf.flow_id}&other={SOME}")
        assert missing.status_code == 404
