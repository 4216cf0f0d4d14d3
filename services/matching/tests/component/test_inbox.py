"""The inbox: few leads, the best ones, and what becomes of them."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.flows import Flow
from maillage_contracts.matching import Lead, LeadRejected, LeadSurfaced
from maillage_contracts.registry import ConsentWithdrawn
from maillage_contracts.samples import a_flow, a_wanted_flow, an_actor, an_id
from maillage_matching.usecases.store import Store
from maillage_serving.testing import FixedClock, done, published

Hear = Callable[..., Awaitable[list[Event]]]
Look = Callable[[], Awaitable[list[Event]]]
Leads = Callable[[], Awaitable[list[Lead]]]
Door = Callable[..., httpx.AsyncClient]
BOTH = pytest.mark.parametrize(
    "database",
    ["memory", pytest.param("postgres", marks=pytest.mark.integration)],
    indirect=True,
)


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


def many_pairs(count: int) -> list[object]:
    """As many pairs, each worth less than the one before."""
    return [
        told
        for n in range(count)
        for told in a_pair(f"Thing {n}", cost_today={"amount": f"{2000 - 100 * n}.00"})
    ]


async def inbox(door: Door) -> list[dict[str, Any]]:
    async with door() as http:
        return (await http.get("/v1/leads?status=surfaced")).json()["items"]


async def set_engine(door: Door, **settings: object) -> None:
    async with door() as http:
        answer = await http.put("/v1/engine", json=settings)
        assert answer.is_success, answer.text


@BOTH
async def test_no_more_than_the_weeks_cap_and_the_best_ones(
    hear: Hear, look: Look, door: Door, clock: FixedClock, surfaced: Leads
) -> None:
    await hear(*many_pairs(8))
    await look()
    first = await surfaced()
    assert [lead.resource for lead in first] == [f"thing_{n}" for n in range(5)]
    assert await look() == []
    async with door() as http:
        state = (await http.get("/v1/inbox")).json()
    assert (state["surfaced_this_week"], state["room"], state["waiting"]) == (5, 0, 5)
    clock.advance(timedelta(days=7))
    await look()
    assert len(await surfaced()) == 8
    assert {lead.resource for lead in await surfaced()} == {f"thing_{n}" for n in range(8)}


async def test_full_desks_take_nothing_new(
    hear: Hear, look: Look, door: Door, clock: FixedClock, surfaced: Leads
) -> None:
    await set_engine(door, open_cases_max=3)
    await hear(*many_pairs(6))
    await look()
    assert len(await surfaced()) == 3
    first = (await inbox(door))[0]
    async with door() as http:
        case = (await done(http, f"leads/{first['lead_id']}/accept"))["id"]
        await look()
        assert len(await surfaced()) == 3
        await done(http, f"cases/{case}/abandon", {"reasons": ["no_time"]})
    await look()
    assert len(await surfaced()) == 4
    clock.advance(timedelta(days=7))
    await look()
    assert len(await surfaced()) == 4


async def test_a_full_desk_leaves_the_other_advisor_a_week_of_leads(
    hear: Hear, look: Look, door: Door, clock: FixedClock, surfaced: Leads
) -> None:
    await set_engine(door, advisors=2, weekly_leads=2, open_cases_max=2)
    await hear(*many_pairs(9))
    await look()
    assert len(await surfaced()) == 4
    async with door() as http:
        for lead in await inbox(door):
            await done(http, f"leads/{lead['lead_id']}/accept")
        clock.advance(timedelta(days=7))
        await look()
        assert len(await surfaced()) == 6  # this advisor has four cases, the other none
        state = (await http.get("/v1/inbox")).json()
    assert (state["open_cases"], state["free_desks"], state["room"]) == (4, 1, 0)


async def test_many_refusals_slow_it_down_and_it_says_so(
    hear: Hear, look: Look, door: Door, clock: FixedClock, surfaced: Leads
) -> None:
    generous = {"weekly_leads": 20, "open_cases_max": 100}
    await set_engine(door, **generous)
    await hear(*many_pairs(20))
    await look()
    async with door() as http:
        for lead in await inbox(door):
            await done(http, f"leads/{lead['lead_id']}/reject", {"reasons": ["no_time"]})
        clock.advance(timedelta(days=7))
        await hear(*[told for n in range(12) for told in a_pair(f"Other {n}")])
        await look()
        state = (await http.get("/v1/inbox")).json()
    assert (state["weekly_leads"], state["weekly_leads_now"], state["steps_back"]) == (20, 10, 1)
    assert state["pace"].startswith("of the last 20 decisions 0 % accepted: 1 steps back")
    assert (state["surfaced_this_week"], state["room"]) == (10, 0)
    later = (await surfaced())[20:]
    assert all((lead.score or 0) >= state["score_min"] > 0 for lead in later)


async def test_not_five_times_the_same(hear: Hear, look: Look, door: Door, surfaced: Leads) -> None:
    """The pallets of one firm would fill the inbox by their score; another thing comes first."""
    await set_engine(door, weekly_leads=2)
    giver = an_actor(name="Gives pallets")
    told: list[object] = [giver]
    for n in range(3):
        _, taker, offer, need = a_pair(f"Pallet {n}", cost_today={"amount": "4000.00"})
        assert isinstance(offer, Flow)
        told += [taker, need, offer.model_copy(update={"actor_id": giver.actor_id})]
    await hear(*told, *a_pair("Wool", cost_today={"amount": "3500.00"}))
    await look()
    first, second = await surfaced()
    assert (first.resource[:6], second.resource) == ("pallet", "wool")


async def test_of_many_flows_at_once_the_best_are_shown_not_the_first(
    hear: Hear, look: Look, door: Door, surfaced: Leads
) -> None:
    await set_engine(door, weekly_leads=1, quiet_s=600)
    await hear(*a_pair("Late", cost_today={"amount": "10.00"}))
    await look()
    await hear(*a_pair("Better", cost_today={"amount": "9000.00"}))
    await look()
    assert await surfaced() == []
    await set_engine(door, weekly_leads=1, quiet_s=1)
    await look()
    assert [lead.resource for lead in await surfaced()] == ["better"]


@pytest.fixture
async def two_donors(hear: Hear, look: Look, door: Door) -> dict[str, Any]:
    """The lead of a need that two firms could serve: the better one is proposed."""
    other = an_actor(name="Other")
    zones = {"activity_zone": None}
    second = a_flow(flow_id=an_id("second"), actor_id=other.actor_id, cost_today=None, **zones)
    firms = [an_actor(name="Villaverde"), an_actor(name="STRH"), other]
    await hear(*firms, a_flow(**zones), second, a_wanted_flow(**zones))
    await look()
    [lead] = await inbox(door)
    return lead


async def test_a_rejection_lets_the_next_donor_through(
    two_donors: dict[str, Any], look: Look, door: Door, runner: Runner[Store]
) -> None:
    path = f"leads/{two_donors['lead_id']}"
    assert two_donors["explanation"][-1] == "others would do as well: they wait behind this one"
    async with door() as http:
        told = {"reasons": ["too_far", "no_time"], "note": "closed road"}
        await done(http, f"{path}/reject", told)
        assert (await http.get(f"/v1/{path}")).json()["note"] == "closed road"
    rejected = (await published(runner))[-1].event
    assert isinstance(rejected, LeadRejected)
    assert rejected.reasons == ("too_far", "no_time")
    await look()
    [following] = await inbox(door)
    assert following["actor_ids"][0] == str(an_id("Other"))


async def test_a_rejection_gives_a_known_reason_and_a_day_to_come(
    two_donors: dict[str, Any], door: Door
) -> None:
    path = f"/v1/leads/{two_donors['lead_id']}/reject"
    async with door() as http:
        several = ["too_far", "no_time", "stale", "permit"]
        wrongs: list[dict[str, object]] = [
            *({"reasons": ["bad_mood"]}, {"reasons": []}, {"reasons": several}),
            {"reasons": ["too_far"], "until": "2026-11-01"},
        ]
        for wrong in wrongs:
            assert (await http.post(path, json=wrong)).status_code == 422
    assert len(await inbox(door)) == 1


async def test_a_suppression_is_seen_ends_by_itself_or_is_lifted(
    two_donors: dict[str, Any], look: Look, door: Door, clock: FixedClock
) -> None:
    async with door() as http:
        told = {"reasons": ["too_far", "no_time"]}
        await done(http, f"leads/{two_donors['lead_id']}/reject", told)
        rows = (await http.get("/v1/suppressions")).json()["items"]
        assert {row["reason"] for row in rows} == {"too_far", "no_time"}
        assert all(row["owner"] == "advisor-1" and row["until"] for row in rows)
        clock.advance(timedelta(days=91))  # no_time is over, too_far is not
        await look()
        [following] = await inbox(door)
        far = next(row for row in rows if row["reason"] == "too_far")
        lift = f"suppressions/{far['suppression_id']}/lift"
        await done(http, lift)
        assert (await http.post(f"/v1/{lift}")).status_code == 409
        await done(http, f"leads/{following['lead_id']}/reject", {"reasons": ["too_far"]})
    await look()
    [back] = await inbox(door)
    assert back["actor_ids"] == two_donors["actor_ids"]
    assert back["lead_id"] != two_donors["lead_id"]


async def test_what_was_too_little_comes_back_once_it_is_more(
    hear: Hear, look: Look, door: Door
) -> None:
    told = a_pair("Wool")
    offer = told[2]
    assert isinstance(offer, Flow)
    assert offer.quantity is not None
    await hear(*told)
    await look()
    [lead] = await inbox(door)
    async with door() as http:
        path = f"leads/{lead['lead_id']}/reject"
        await done(http, path, {"reasons": ["volume_too_small"]})
    for times, shown in (("1.4", 0), ("1.5", 1)):
        more = {"value": offer.quantity.value * Decimal(times)}
        grown = offer.quantity.model_copy(update=more)
        await hear(offer.model_copy(update={"quantity": grown}))
        await look()
        assert len(await inbox(door)) == shown


async def test_a_stream_turned_down_stays_away_until_it_is_lifted(
    stream: Lead, look: Look, door: Door
) -> None:
    async with door() as http:
        await done(http, f"leads/{stream.lead_id}/reject", {"reasons": ["no_time"]})
        await look()
        assert await inbox(door) == []
        [row] = (await http.get("/v1/suppressions")).json()["items"]
        stale = await http.post(
            f"/v1/suppressions/{row['suppression_id']}/lift", headers={"If-Match": '"7"'}
        )
        assert stale.status_code == 412
        await done(http, f"suppressions/{row['suppression_id']}/lift")
    await look()
    assert len(await inbox(door)) == 1


async def test_who_says_no_to_a_shared_stream_leaves_it_to_the_others(
    stream: Lead, look: Look, door: Door
) -> None:
    refuser, *others = map(str, stream.actor_ids)
    async with door() as http:
        told = {"reasons": ["no_wish"], "said_by": refuser}
        await done(http, f"leads/{stream.lead_id}/reject", told)
        await look()
        [smaller] = await inbox(door)
        [row] = (await http.get("/v1/suppressions")).json()["items"]
        assert (row["actors"], row["resource"]) == ([refuser], "pallet")
        await done(http, f"suppressions/{row['suppression_id']}/lift")
    assert set(smaller["actor_ids"]) == set(others)
    await look()
    [whole] = await inbox(door)
    assert (whole["lead_id"], len(whole["members"])) == (smaller["lead_id"], 3)


async def test_never_this_thing_to_that_firm(hear: Hear, look: Look, door: Door) -> None:
    await hear(*a_pair("Moulds"))
    told = {"actor_ids": [str(an_id("Moulds takes"))], "reason": "contamination"}
    async with door() as http:
        assert (await http.post("/v1/suppressions", json=told)).status_code == 422
        await done(http, "suppressions", {**told, "resource": "moulds"})
        await look()
        assert await inbox(door) == []
        [blocked] = (await http.get("/v1/blocked")).json()["items"]
    assert (blocked["code"], "contamination" in blocked["reason"]) == ("suppression", True)


async def test_rivals_are_told_by_an_advisor(hear: Hear, look: Look, door: Door) -> None:
    await hear(*a_pair("Moulds"))
    rivals = [str(an_id("Moulds gives")), str(an_id("Moulds takes"))]
    async with door() as http:
        told = {"actor_ids": rivals, "reason": "competitors"}
        for wrong in (
            {**told, "actor_ids": [rivals[0], str(an_id("nobody"))]},
            {**told, "actor_ids": [rivals[0], rivals[0]]},
            {**told, "reason": "bad_mood"},
            {**told, "until": "2026-11-23"},
        ):
            assert (await http.post("/v1/suppressions", json=wrong)).status_code == 422
        await done(http, "suppressions", told)
        await look()
        assert await inbox(door) == []
        [blocked] = (await http.get("/v1/blocked")).json()["items"]
        assert blocked["code"] == "competitors"


async def test_a_lead_put_off_comes_back_on_its_day(
    hear: Hear, look: Look, door: Door, clock: FixedClock
) -> None:
    await hear(*a_pair("Crates of wood"))
    await look()
    [lead] = await inbox(door)
    async with door() as http:
        path = f"/v1/leads/{lead['lead_id']}/defer"
        assert (await http.post(path, json={"until": "2026-11-23"})).status_code == 422
        await done(http, f"leads/{lead['lead_id']}/defer", {"until": "2026-11-25"})
    assert await look() == []
    assert await inbox(door) == []
    clock.advance(timedelta(days=2))
    [event] = await look()
    assert isinstance(event, LeadSurfaced)
    assert str(event.lead.lead_id) == lead["lead_id"]


@pytest.mark.parametrize("status", ["withdrawn", "stale", "suspended", "committed", "reserved"])
async def test_a_lead_leaves_the_inbox_with_its_flow(
    status: str, hear: Hear, look: Look, door: Door
) -> None:
    told = a_pair("Wool")
    await hear(*told)
    await look()
    [lead] = await inbox(door)
    offer = told[2]
    assert isinstance(offer, Flow)
    await hear(offer.model_copy(update={"status": status}))
    assert await look() == []
    async with door() as http:
        assert (await http.get(f"/v1/leads/{lead['lead_id']}")).json()["status"] == "expired"
    await hear(offer)
    assert len(await look()) == 1


async def test_who_joins_a_stream_is_in_the_lead_that_waits(
    hear: Hear, look: Look, door: Door
) -> None:
    firms = [an_actor(name=f"Firm {n}") for n in range(3)]
    pallets = [a_flow(flow_id=an_id(f"f{n}"), actor_id=f.actor_id) for n, f in enumerate(firms)]
    await hear(*firms, *pallets[:2])
    await look()
    [lead] = await inbox(door)
    await hear(pallets[2])
    assert await look() == []
    [larger] = await inbox(door)
    assert (larger["lead_id"], len(larger["members"])) == (lead["lead_id"], 3)


async def test_a_shared_stream_goes_on_without_who_left(
    stream: Lead, hear: Hear, look: Look, door: Door
) -> None:
    first, second, _ = stream.actor_ids
    await hear(ConsentWithdrawn(actor_id=first, purpose="matching"))
    assert await look() == []
    [smaller] = await inbox(door)
    assert smaller["lead_id"] == str(stream.lead_id)
    assert len(smaller["members"]) == 2
    await hear(ConsentWithdrawn(actor_id=second, purpose="matching"))
    await look()
    assert await inbox(door) == []
