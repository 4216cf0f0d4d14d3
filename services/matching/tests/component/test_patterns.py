"""What cases taught goes to other territories without names; what those teach is suggested here."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.matching import Lead, PatternPublished
from maillage_contracts.registry import ConsentWithdrawn
from maillage_contracts.samples import (
    a_flow,
    a_pattern_published,
    a_wanted_flow,
    an_actor,
    an_id,
)
from maillage_contracts.vocabulary import ActorId
from maillage_matching.adapters.memory import MemoryStore
from maillage_matching.usecases.store import Store
from maillage_matching.wiring import service
from maillage_serving.testing import client, done, memory_runner, published

Hear = Callable[..., Awaitable[list[Event]]]
Look = Callable[[], Awaitable[list[Event]]]
Leads = Callable[[], Awaitable[list[Lead]]]
Door = Callable[..., httpx.AsyncClient]


async def given_up(http: httpx.AsyncClient, hear: Hear, name: str, *, introduced: bool) -> str:
    """A case of pallets between two firms of their own that came to nothing."""
    giver = an_actor(name=f"{name} gives", sector="47.76Z")
    taker = an_actor(name=f"{name} takes", sector="16.24Z")
    offer = a_flow(flow_id=an_id(f"{name} o"), actor_id=giver.actor_id, status="declared")
    need = a_wanted_flow(flow_id=an_id(f"{name} n"), actor_id=taker.actor_id, status="declared")
    await hear(giver, taker, offer, need)
    flows = [str(offer.flow_id), str(need.flow_id)]
    told = {"source": "advisor", "kind": "substitution", "flow_ids": flows, "note": name}
    lead = (await done(http, "leads", told))["id"]
    case = (await done(http, f"leads/{lead}/accept"))["id"]
    if introduced:
        await done(http, f"cases/{case}/move", {"to": "qualifying"})
        await done(http, f"cases/{case}/introduce", {"channel": "visit"})
    await done(http, f"cases/{case}/abandon", {"reasons": ["insurance", "no_time"]})
    return case


async def test_failures_are_published_once_nobody_can_be_recognised(
    hear: Hear, door: Door, runner: Runner[Store]
) -> None:
    async with door() as http:
        cases = [
            await given_up(http, hear, name, introduced=False)
            for name in ("Alpha", "Beta", "Gamma")
        ]
        [draft] = (await http.get("/v1/patterns")).json()["items"]
        assert (draft["cases"], draft["abandoned"], draft["needs_consent"]) == (3, 3, False)
        assert draft["obstacles"] == ["insurance", "no_time"]
        await done(http, f"cases/{cases[0]}/publish")
    told = (await published(runner))[-1].event
    assert isinstance(told, PatternPublished)
    assert (told.outcome, told.case_count) == ("abandoned", 3)
    assert told.obstacles == ("insurance", "no_time")
    assert (told.donor_sector, told.receiver_sector, told.resource_spec) == ("47", "16", "pallet")
    assert str(told.pattern_id) == draft["pattern_id"]
    assert not any(name in told.model_dump_json() for name in ("Alpha", "Beta", "Gamma"))


async def test_two_failures_need_the_consent_of_parties_that_were_told(
    hear: Hear, door: Door
) -> None:
    async with door() as http:
        silent = await given_up(http, hear, "Alpha", introduced=False)
        known = await given_up(http, hear, "Beta", introduced=True)
        assert (await http.post(f"/v1/cases/{known}/publish", json={})).status_code == 409
        consent = {"consented": True}
        never_told = await http.post(f"/v1/cases/{silent}/publish", json=consent)
        assert never_told.status_code == 409
        await done(http, f"cases/{known}/publish", consent)
        who = ActorId(an_id("Beta takes"))
        await hear(ConsentWithdrawn(actor_id=who, purpose="federation"))
        refused = await http.post(f"/v1/cases/{known}/publish", json=consent)
        assert refused.status_code == 409
        assert "Beta takes" in refused.text


async def test_only_what_was_given_up_is_a_failure(hear: Hear, door: Door) -> None:
    async with door() as http:
        await given_up(http, hear, "Alpha", introduced=False)
        await hear(an_actor(name="Villaverde"), an_actor(name="STRH"), a_flow(), a_wanted_flow())
        flows = [str(a_flow().flow_id), str(a_wanted_flow().flow_id)]
        told = {"source": "advisor", "kind": "substitution", "flow_ids": flows, "note": "x"}
        lead = (await done(http, "leads", told))["id"]
        case = (await done(http, f"leads/{lead}/accept"))["id"]
        answer = await http.post(f"/v1/cases/{case}/publish", json={"consented": True})
        assert answer.status_code == 409


def suggested(**changes: object) -> dict[str, Any]:
    pattern = a_pattern_published(**changes).model_dump(mode="json")
    return {"origin": "genevois", "pattern": pattern}


async def test_a_pattern_of_elsewhere_waits_and_proposes_nothing(
    hear: Hear, look: Look, door: Door
) -> None:
    body = suggested()
    about = f"suggestions/genevois/{body['pattern']['pattern_id']}"
    async with door("service") as adapter, door() as http:
        await done(adapter, "suggestions", body)
        await done(adapter, "suggestions", body)  # the mirror says it again
        [row] = (await http.get("/v1/suggestions?status=suggested")).json()["items"]
        assert (row["origin"], row["version"]) == ("genevois", 1)
        assert await look() == []
        assert (await adapter.post(f"/v1/{about}/adopt", json={})).status_code == 403
        await done(adapter, "suggestions", suggested(case_count=4))  # undecided, it grows
        path = f"/v1/{about}/adopt"
        stale = await http.post(path, json={}, headers={"If-Match": '"1"'})
        assert stale.status_code == 412
        await done(http, f"{about}/adopt", {"note": "as in the valley"})
        assert await look() == []
        more = suggested(case_count=9)
        await done(adapter, "suggestions", more)
        [row] = (await http.get("/v1/suggestions")).json()["items"]
        assert (row["status"], row["pattern"]["case_count"]) == ("adopted", 9)
        again = await http.post(f"/v1/{about}/adopt", json={})
        assert again.status_code == 409
        unknown = await http.post(f"/v1/suggestions/{'marseille'}/{an_id('x')}/adopt", json={})
        assert unknown.status_code == 404


async def test_what_one_territory_publishes_another_takes_in_as_it_is(
    hear: Hear, door: Door, runner: Runner[Store]
) -> None:
    async with door() as http:
        case = await given_up(http, hear, "Alpha", introduced=True)
        await done(http, f"cases/{case}/publish", {"consented": True})
    told = (await published(runner))[-1].event
    there: Store = MemoryStore()
    elsewhere: Runner[Store] = memory_runner(there, service="matching")
    body = {"origin": "jourdies", "pattern": told.model_dump(mode="json")}
    async with client(service(), elsewhere) as http:
        await done(http, "suggestions", body)
        [row] = (await http.get("/v1/suggestions")).json()["items"]
    assert (row["origin"], row["status"]) == ("jourdies", "suggested")
    assert row["pattern"]["obstacles"] == ["insurance", "no_time"]


async def test_what_is_adopted_has_a_part_in_the_score_until_it_is_dropped(
    hear: Hear, look: Look, door: Door, surfaced: Leads
) -> None:
    """The same pair is told with and without what other territories tried, well and badly."""
    usual = {"kind": "substitution", "replaces_spec": None, "transformation": None}
    sectors = {"donor_sector": "47", "receiver_sector": "16"}
    went_well = suggested(**usual, **sectors, resource_spec="pallet")
    failed = suggested(
        **{**usual, "pattern_id": an_id("failed"), "resource_spec": "sawdust"},
        outcome="abandoned",
        obstacles=("contamination",),
    )
    abouts = [f"suggestions/genevois/{one['pattern']['pattern_id']}" for one in (went_well, failed)]
    firms = [an_actor(name="Villaverde", sector="47.76Z"), an_actor(name="STRH", sector="16.24Z")]
    async with door() as http:
        for body in (went_well, failed):
            await done(http, "suggestions", body)
        await hear(*firms, a_flow(activity_zone=None), a_wanted_flow(activity_zone=None))
        await look()
        [lead] = await surfaced()
        path = f"/v1/leads/{lead.lead_id}"

        async def fit() -> str:
            await look()
            told = (await http.get(path)).json()["explanation"]
            return next(line for line in told if line.startswith("fit: "))

        before = await fit()
        assert "learned" not in before
        for about in abouts:
            await done(http, f"{about}/adopt")
        assert "learned: " in await fit()
        await done(http, f"{abouts[0]}/retire")
        await done(http, f"{abouts[1]}/retire")
        assert await fit() == before
