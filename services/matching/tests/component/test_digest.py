"""The week of an advisor on one page, and that the same log makes it the same to the byte."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial
from typing import Any

import httpx

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.flows import Flow, FlowOpened
from maillage_contracts.registry import ActorRegistered
from maillage_contracts.samples import a_flow, a_wanted_flow, an_actor, an_id
from maillage_matching.adapters.memory import MemoryStore
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.entrypoints.kafka import handlers
from maillage_matching.usecases.look_for_leads import LookForLeads, look_for_leads
from maillage_matching.usecases.store import Store
from maillage_matching.wiring import service
from maillage_serving.testing import (
    FixedClock,
    client,
    context,
    deliver,
    done,
    memory_runner,
    received,
    token,
)

Hear = Callable[..., Awaitable[list[Event]]]
Look = Callable[[], Awaitable[list[Event]]]
Door = Callable[..., httpx.AsyncClient]


def a_pair(name: str, amount: int = 1000) -> list[Any]:
    giver, taker = an_actor(name=f"{name} gives"), an_actor(name=f"{name} takes")
    usual: dict[str, Any] = {
        "resource": {"label": name, "spec": name.lower()},
        "legal": {"waste_status": "product", "is_hazardous": False},
        "activity_zone": None,
        "cost_today": {"amount": f"{amount}.00"},
    }
    offer = a_flow(flow_id=an_id(f"{name} offer"), actor_id=giver.actor_id, **usual)
    need = a_wanted_flow(flow_id=an_id(f"{name} need"), actor_id=taker.actor_id, **usual)
    return [giver, taker, offer, need]


async def test_a_week_on_one_page(hear: Hear, look: Look, door: Door, clock: FixedClock) -> None:
    await hear(*a_pair("Wool", 3000), *a_pair("Cork", 2000), *a_pair("Felt", 1000))
    await look()
    workshop = {
        "source": "workshop",
        "kind": "substitution",
        "flow_ids": [str(an_id("Felt offer")), str(an_id("Felt need"))],
        "note": "Seen\nby \u200eboth",
    }
    async with door() as http:
        first, second, _ = (await http.get("/v1/leads")).json()["items"]
        await done(http, f"leads/{first['lead_id']}/reject", {"reasons": ["no_time"]})
        case = (await done(http, f"leads/{second['lead_id']}/accept", {"title": "Cork"}))["id"]
        plan = {"next_step": "Visit both", "owner_role": "advisor", "due_on": "2026-11-24"}
        await done(http, f"cases/{case}/plan", plan)
        await done(http, "leads", workshop)
        clock.advance(timedelta(days=2))
        told = (await http.get("/v1/digest")).json()
        page = (await http.get("/v1/digest.txt")).text
        english = (await http.get("/v1/digest.txt?lang=en")).text
    assert (told["advisor"], told["week_began"], told["made_on"]) == (
        *("advisor-1", "2026-11-23"),
        "2026-11-25",
    )
    assert [(lead["source"], lead["waits_days"]) for lead in told["leads"]] == [
        ("workshop", 2),  # people come before the engine
        ("engine", 2),
    ]
    assert (told["accepted"], told["rejected"], told["room"]) == (1, 1, 2)
    [own] = told["cases"]
    assert (own["title"], own["next_step"], own["is_late"]) == ("Cork", "Visit both", True)
    assert "Cork [opened] EN RETARD" in page
    assert "prochaine étape : Visit both, pour le 2026-11-24" in page
    assert "Seen by both" in page
    assert not any(ord(sign) < ord(" ") and sign != "\n" for sign in page)
    assert "This week: 1 accepted, 1 rejected." in english


async def test_cases_are_ones_own_and_leads_everybodys(
    hear: Hear, look: Look, door: Door, runner: Runner[Store]
) -> None:
    await hear(*a_pair("Wool"), *a_pair("Cork"))
    await look()
    async with door() as http:
        lead = (await http.get("/v1/leads")).json()["items"][0]
        await done(http, f"leads/{lead['lead_id']}/accept")
    other = token("advisor", territory=runner.territory, subject="advisor-2")
    async with door() as colleague:
        colleague.headers["Authorization"] = f"Bearer {other}"
        told = (await colleague.get("/v1/digest")).json()
    assert (told["advisor"], told["cases"], len(told["leads"])) == ("advisor-2", [], 1)
    assert (told["accepted"], told["rejected"]) == (0, 0)


async def test_a_trial_to_be_decided_and_what_ends_soon(
    hear: Hear, look: Look, door: Door, clock: FixedClock
) -> None:
    await hear(*a_pair("Wool"), *a_pair("Cork"))
    await look()
    async with door() as http:
        wool, cork = sorted((await http.get("/v1/leads")).json()["items"], key=_by_resource)
        soon = {"reasons": ["no_time"], "until": "2026-11-30"}
        await done(http, f"leads/{cork['lead_id']}/reject", soon)
        case = (await done(http, f"leads/{wool['lead_id']}/accept"))["id"]
        await done(http, f"cases/{case}/move", {"to": "qualifying"})
        await done(http, f"cases/{case}/introduce", {"channel": "visit"})
        await done(http, f"cases/{case}/move", {"to": "feasibility"})
        shares = [{"actor_id": one, "role": "party", "share": "0.5"} for one in wool["actor_ids"]]
        await done(http, f"cases/{case}/agree", {"parties": shares, "starts_on": "2026-12-01"})
        kpis = [{"name": "kg reused", "unit": "a month", "target": "30"}]
        await done(http, f"cases/{case}/pilot", {"kpis": kpis, "decide_on": "2026-12-20"})
        told = (await http.get("/v1/digest")).json()
        page = (await http.get("/v1/digest.txt")).text
        assert (told["cases"][0]["decide_on"], told["cases"][0]["is_late"]) == ("2026-12-20", False)
        assert told["ending"] == [{"reason": "no_time", "resource": "cork", "until": "2026-11-30"}]
        assert "à mesurer : kg reused" in page
        clock.advance(timedelta(days=28))
        assert (await http.get("/v1/digest")).json()["cases"][0]["is_late"]


def _by_resource(lead: dict[str, Any]) -> bool:
    return lead["resource"] == "cork"


async def test_the_same_log_makes_the_same_inbox_to_the_byte() -> None:
    first, again = await _played(), await _played()
    assert first == again
    assert b"EN RETARD" in first[-1]


async def _played() -> list[bytes]:
    """Two weeks with decisions; what the doors answer at the end."""
    clock = FixedClock()
    store: Store = MemoryStore()
    runner: Runner[Store] = memory_runner(store, service="matching", clock=clock)
    told = [one for n in range(12) for one in a_pair(f"Thing{n}", 500 + 37 * n)]
    messages = [
        received(
            FlowOpened(flow=one)
            if isinstance(one, Flow)
            else ActorRegistered(actor=one, source="import")
        )
        for one in told
    ]
    look = partial(look_for_leads, knowledge=our_knowledge())
    async with client(service(), runner) as http:
        await deliver(runner, handlers(), *messages)
        for week in range(2):
            for _ in range(2):
                clock.advance(timedelta(seconds=5))
                await runner.execute(look, LookForLeads(), subject="look", context=context())
            waiting = (await http.get("/v1/leads?status=surfaced")).json()["items"]
            for at, lead in enumerate(waiting[: 3 + week]):
                path = f"leads/{lead['lead_id']}"
                if at % 2:
                    await done(http, f"{path}/reject", {"reasons": ["too_far", "wrong_form"]})
                else:
                    case = (await done(http, f"{path}/accept"))["id"]
                    await done(http, f"cases/{case}/plan", {"due_on": "2026-11-25"})
            clock.advance(timedelta(days=7))
        paths = ("leads?limit=500", "inbox", "suppressions?limit=500", "summary", "digest")
        pages = [(await http.get(f"/v1/{path}")).content for path in paths]
        return [*pages, (await http.get("/v1/digest.txt")).content]
