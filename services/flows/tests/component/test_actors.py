"""Actors that register, move, withdraw a consent and close: what becomes of their flows."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.flows import ExistingRoundDeclared, FlowChanged, FlowOpened
from maillage_contracts.samples import (
    BONNEVILLE,
    a_consent_given,
    a_consent_withdrawn,
    a_flow_question_raised,
    a_place,
    a_site,
    an_actor,
    an_actor_closed,
    an_actor_profile_changed,
    an_actor_registered,
    an_id,
)
from maillage_flows.entrypoints.kafka import handlers
from maillage_flows.usecases.store import Store
from maillage_serving.testing import deliver, deliver_twice, received

Say = Callable[..., dict[str, Any]]
News = Callable[..., Awaitable[list[Event]]]
Open = Callable[..., Awaitable[UUID]]


def statuses(events: list[Event]) -> list[tuple[str, str, str | None]]:
    return [
        (event.subject, event.flow.status, event.reason)
        for event in events
        if isinstance(event, FlowChanged)
    ]


async def test_closing_an_actor_suspends_its_flows_in_the_same_batch(
    runner: Runner[Store],
    http: httpx.AsyncClient,
    open_flow: Open,
    say: Say,
    news: News,
) -> None:
    own = [str(await open_flow()), (await http.post("/v1/flows", json=say())).json()["id"]]
    gone = str(await open_flow())
    await http.post(f"/v1/flows/{gone}/end")
    others = await open_flow(actor_id=str(an_id("STRH")))
    asked = a_flow_question_raised(flow_id=own[0], attribute="form")
    await deliver_twice(runner, handlers(), received(asked))
    before = len(await news())

    closed = received(an_actor_closed(), 2)
    outcome = await deliver_twice(runner, handlers(), closed)
    assert len(outcome.events) == 2
    assert sorted(statuses(await news(before))) == sorted(
        (flow_id, "suspended", "actor_closed") for flow_id in own
    )
    assert all(not e.flow.open_questions for e in await news(before))  # type: ignore[attr-defined]
    assert (await http.get(f"/v1/flows/{others}")).json()["status"] == "open"
    (question,) = (await http.get("/v1/questions")).json()["items"]
    assert question["status"] == "dropped"


async def test_nothing_is_commanded_of_a_closed_actor(
    runner: Runner[Store], http: httpx.AsyncClient, open_flow: Open, say: Say
) -> None:
    flow_id = await open_flow()
    await deliver(runner, handlers(), received(an_actor_closed(), 2))
    for answer in (
        await http.post("/v1/flows", json=say()),
        await http.post("/v1/flows", json=say(flow_id=str(flow_id), pain_rank=1)),
        await http.patch(f"/v1/flows/{flow_id}", json={"pain_rank": 1}),
        await http.post(f"/v1/flows/{flow_id}/confirm"),
        await http.post("/v1/notes", json={"actor_id": say()["actor_id"], "what": "Palettes"}),
    ):
        assert (answer.status_code, "closed" in answer.json()["detail"]) == (409, True)


async def test_closing_an_actor_ends_its_rounds(
    runner: Runner[Store], http: httpx.AsyncClient, news: News
) -> None:
    driven = {
        "actor_id": str(an_id("Villaverde")),
        "label": "Tournée des plantes",
        "weekdays": [2],
        "departs_at": "07:00",
        "vehicle_class": "van",
        "energy": "diesel",
        "stops": [a_place().model_dump(mode="json")],
        "distance_km": 20,
        "empty_km": 8,
        "carried_kg": 100,
    }
    assert (await http.post("/v1/rounds", json=driven)).status_code == 201
    await deliver_twice(runner, handlers(), received(an_actor_closed(), 2))
    event = (await news())[-1]
    assert isinstance(event, ExistingRoundDeclared)
    assert event.round.status == "ended"
    again = await http.post("/v1/rounds", json=driven | {"round_id": str(event.round.round_id)})
    assert again.json()["events"] == []
    assert (await http.post("/v1/rounds", json=driven)).status_code == 409


async def test_without_the_consent_nothing_of_an_actor_is_matched(
    runner: Runner[Store], http: httpx.AsyncClient, open_flow: Open, say: Say, news: News
) -> None:
    opened = await open_flow()
    declared = (await http.post("/v1/flows", json=say())).json()["id"]
    before = len(await news())
    await deliver_twice(runner, handlers(), received(a_consent_withdrawn()))
    assert statuses(await news(before)) == [(str(opened), "suspended", "consent_withdrawn")]
    refused = await http.post(f"/v1/flows/{declared}/open")
    assert (refused.status_code, "consent" in refused.json()["detail"]) == (409, True)

    await deliver_twice(runner, handlers(), received(a_consent_given(), 2))
    (again,) = await news(before + 1)
    assert isinstance(again, FlowOpened)
    assert again.subject == str(opened)


async def test_a_consent_for_another_purpose_changes_nothing(
    runner: Runner[Store], open_flow: Open, news: News
) -> None:
    await open_flow()
    before = await news()
    await deliver_twice(runner, handlers(), received(a_consent_withdrawn(purpose="sharing")))
    assert await news() == before


async def test_a_late_consent_does_not_undo_a_later_one(
    runner: Runner[Store], open_flow: Open, news: News
) -> None:
    await open_flow()
    await deliver(runner, handlers(), received(a_consent_given(), 3))
    before = await news()
    await deliver(runner, handlers(), received(a_consent_withdrawn(), 2))
    assert await news() == before


async def test_a_consent_may_come_before_its_actor(
    runner: Runner[Store], http: httpx.AsyncClient, say: Say
) -> None:
    early = an_actor(name="Free Glisse Shop")
    withdrawn = a_consent_withdrawn(actor_id=early.actor_id)
    await deliver(runner, handlers(), received(withdrawn))
    body = say(actor_id=str(early.actor_id), status="open")
    unknown = await http.post("/v1/flows", json=body)
    assert "register it first" in unknown.json()["detail"]
    await deliver(runner, handlers(), received(an_actor_registered(actor=early)))
    assert "consent" in (await http.post("/v1/flows", json=body)).json()["detail"]


async def test_a_closing_with_a_suspended_flow_is_told_only_once(
    runner: Runner[Store], open_flow: Open, news: News
) -> None:
    await open_flow()
    await deliver(runner, handlers(), received(a_consent_withdrawn()))
    before = await news()
    await deliver_twice(runner, handlers(), received(an_actor_closed(), 2))
    assert await news() == before  # suspended it was; only why has changed
    await deliver(runner, handlers(), received(a_consent_given(), 2))
    assert await news() == before


@pytest.mark.parametrize("numbers", [(2, 3), (3, 2)])
async def test_the_last_word_of_an_actor_counts_whatever_the_order(
    runner: Runner[Store], http: httpx.AsyncClient, say: Say, numbers: tuple[int, int]
) -> None:
    moved = an_actor(sites=[a_site(site_id=an_id("new"), position=BONNEVILLE)])
    messages = {
        2: received(an_actor_profile_changed(), 2),
        3: received(an_actor_profile_changed(actor=moved), 3),
    }
    await deliver_twice(runner, handlers(), *(messages[number] for number in numbers))
    flow_id = (await http.post("/v1/flows", json=say())).json()["id"]
    shown = (await http.get(f"/v1/flows/{flow_id}")).json()
    assert (shown["site_id"], shown["position"]) == (
        str(an_id("new")),
        BONNEVILLE.model_dump(),
    )


async def test_an_old_profile_does_not_reopen_an_actor(
    runner: Runner[Store], http: httpx.AsyncClient, say: Say
) -> None:
    await deliver(runner, handlers(), received(an_actor_closed(), 3))
    await deliver(runner, handlers(), received(an_actor_profile_changed(), 2))
    assert (await http.post("/v1/flows", json=say())).status_code == 409


async def test_whoever_is_said_to_be_closed_is_closed(
    runner: Runner[Store], http: httpx.AsyncClient, say: Say
) -> None:
    closed = an_actor_profile_changed(actor=an_actor(status="closed"))
    await deliver_twice(runner, handlers(), received(closed, 2))
    assert "closed" in (await http.post("/v1/flows", json=say())).json()["detail"]
