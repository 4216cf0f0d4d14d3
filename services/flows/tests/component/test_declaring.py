"""From the HTTP door to the outbox: flows declared, changed, confirmed, withdrawn."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.flows import FlowChanged, FlowDeclared, FlowOpened
from maillage_contracts.refusals import Refused
from maillage_contracts.samples import an_id
from maillage_contracts.vocabulary import KNOWN_FLOW_KINDS
from maillage_flows.domain.declaration import Declaration
from maillage_flows.domain.flow import Said
from maillage_flows.usecases.declare_flow import DeclareFlow, declare_flow
from maillage_flows.usecases.store import Store
from maillage_flows.wiring import service
from maillage_serving.testing import FixedClock, client, published

Say = Callable[..., dict[str, Any]]
News = Callable[..., Awaitable[list[Event]]]
Open = Callable[..., Awaitable[UUID]]
FLOW_ID = an_id("pallets of Villaverde")


async def test_a_declared_flow_is_told_and_shown(
    http: httpx.AsyncClient, say: Say, news: News
) -> None:
    answer = await http.post("/v1/flows", json=say())
    assert answer.status_code == 201
    flow_id = answer.json()["id"]
    assert answer.headers["Location"] == f"/v1/flows/{flow_id}"
    (event,) = await news()
    assert isinstance(event, FlowDeclared)
    assert (event.flow.status, event.flow.activity_zone) == ("declared", "jourdies")
    read = await http.get(f"/v1/flows/{flow_id}")
    assert read.headers["ETag"] == '"1"'
    assert read.json() == event.flow.model_dump(mode="json") | {"version": 1, "reason": None}


async def test_a_willing_firm_declares_and_opens_at_once(open_flow: Open, news: News) -> None:
    await open_flow(quantity={"value": "40", "unit": "unit", "per": "P1M"})
    declared, opened = await news()
    assert isinstance(declared, FlowDeclared)
    assert isinstance(opened, FlowOpened)
    assert (declared.flow.status, opened.flow.status) == ("declared", "open")
    assert declared.flow.quantity == opened.flow.quantity


async def test_nothing_is_kept_of_what_cannot_be_opened(
    http: httpx.AsyncClient, say: Say, news: News
) -> None:
    answer = await http.post("/v1/flows", json=say(status="open", willingness="none"))
    assert (answer.status_code, "willingness" in answer.json()["detail"]) == (409, True)
    assert await news() == []
    assert (await http.get("/v1/flows")).json()["items"] == []


async def test_the_same_words_again_change_nothing(
    http: httpx.AsyncClient, say: Say, news: News
) -> None:
    body = say(flow_id=str(FLOW_ID), status="open", observed_at="2026-11-01T00:00:00Z")
    assert (await http.post("/v1/flows", json=body)).status_code == 201
    await http.patch(f"/v1/flows/{FLOW_ID}", json={"pain_rank": 1})
    again = await http.post("/v1/flows", json=body | {"observed_at": "2026-11-02T00:00:00Z"})
    assert (again.status_code, again.json()["events"]) == (200, [])
    await http.post(f"/v1/flows/{FLOW_ID}/withdraw")
    assert (await http.post("/v1/flows", json=body)).json()["events"] == []
    assert len(await news()) == 4


async def test_other_words_change_what_they_say(
    http: httpx.AsyncClient, say: Say, news: News
) -> None:
    body = say(flow_id=str(FLOW_ID))
    await http.post("/v1/flows", json=body)
    await http.patch(f"/v1/flows/{FLOW_ID}", json={"condition": {"form": "pallet"}})
    again = await http.post("/v1/flows", json=body | {"pain_rank": 2, "status": "open"})
    assert (again.status_code, len(again.json()["events"])) == (201, 1)
    event = (await news())[-1]
    assert isinstance(event, FlowOpened)
    assert (event.flow.pain_rank, event.flow.condition.form) == (2, "pallet")
    third = await http.post("/v1/flows", json=body | {"pain_rank": 3, "status": "open"})
    assert third.json()["events"][0]["type"] == FlowChanged.TYPE


async def test_an_identifier_in_use_for_another_actor_is_refused(
    http: httpx.AsyncClient, say: Say
) -> None:
    await http.post("/v1/flows", json=say(flow_id=str(FLOW_ID)))
    other = say(flow_id=str(FLOW_ID), actor_id=str(an_id("STRH")))
    answer = await http.post("/v1/flows", json=other)
    assert (answer.status_code, "another actor" in answer.text) == (409, True)


async def test_two_who_declare_at_once_do_not_overwrite(
    runner: Runner[Store], clock: FixedClock, say: Say
) -> None:
    body = say()
    actor_id = UUID(body.pop("actor_id"))
    said = Said(Declaration.model_validate(body))
    order = DeclareFlow(flow_id=FLOW_ID, actor_id=actor_id, said=said)  # neither sees the other
    async with runner.database.transaction() as (store, _):
        await declare_flow(order, store, clock())
        with pytest.raises(Refused, match="try again"):
            await declare_flow(order, store, clock())


async def test_an_unknown_actor_is_refused_clearly(http: httpx.AsyncClient, say: Say) -> None:
    answer = await http.post("/v1/flows", json=say(actor_id=str(an_id("nobody"))))
    assert answer.status_code == 409
    assert "register it first" in answer.json()["detail"]


async def test_a_key_makes_a_retry_harmless(http: httpx.AsyncClient, say: Say, news: News) -> None:
    headers = {"Idempotency-Key": "one"}
    first = await http.post("/v1/flows", json=say(), headers=headers)
    again = await http.post("/v1/flows", json=say(), headers=headers)
    assert again.json() == first.json() | {"replayed": True}
    assert len(await news()) == 1
    other = await http.post("/v1/flows", json=say(pain_rank=1), headers=headers)
    assert other.status_code == 422


async def test_every_fault_of_a_body_is_named_with_what_is_allowed(
    http: httpx.AsyncClient, say: Say
) -> None:
    answer = await http.post(
        "/v1/flows",
        json=say(kind="matter", legal={"waste_status": "rubbish"}, price=3, resource={}),
    )
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    faults = {fault["field"]: fault["message"] for fault in answer.json()["errors"]}
    assert faults.keys() == {"kind", "legal.waste_status", "price", "resource.label"}
    assert ", ".join(KNOWN_FLOW_KINDS) in faults["kind"]
    assert "product, by_product, waste, end_of_waste" in faults["legal.waste_status"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"available_until": "2026-11-22"}, "available_until"),
        ({"available_from": "2026-12-02", "available_until": "2026-12-01"}, "available_until"),
        ({"observed_at": "2026-11-23T12:06:00Z"}, "observed_at"),
        ({"observed_at": "2026-11-23T12:00:00"}, "observed_at"),
        ({"site_id": str(an_id("site of STRH"))}, "site_id"),
        ({"resource": {"label": "nul \0"}}, "resource.label"),
        ({"status": "committed"}, "status"),
        ({"flow_id": "pallets"}, "flow_id"),
    ],
)
async def test_a_wrong_value_names_its_field(
    http: httpx.AsyncClient, say: Say, changes: dict[str, Any], field: str
) -> None:
    answer = await http.post("/v1/flows", json=say(**changes))
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == [field]


async def test_a_change_needs_the_version_that_was_read(
    http: httpx.AsyncClient, open_flow: Open, news: News
) -> None:
    path = f"/v1/flows/{await open_flow()}"
    patch = {"condition": {"contamination": "clean"}}
    changed = await http.patch(path, json=patch, headers={"If-Match": '"1"'})
    assert changed.status_code == 200
    stale = await http.patch(path, json={"pain_rank": 1}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["version"]) == (412, 2)
    same = await http.patch(path, json=patch, headers={"If-Match": '"2"'})
    assert same.json()["events"] == []
    event = (await news())[-1]
    assert isinstance(event, FlowChanged)
    assert (event.changed, event.reason) == (("condition.contamination",), None)


async def test_a_firm_that_no_longer_wants_to_leaves_matching(
    http: httpx.AsyncClient, open_flow: Open, news: News
) -> None:
    await http.patch(f"/v1/flows/{await open_flow()}", json={"willingness": "none"})
    event = (await news())[-1]
    assert isinstance(event, FlowChanged)
    assert (event.changed, event.flow.status) == (("willingness", "status"), "declared")


async def test_from_a_note_of_a_visit_to_an_open_flow(
    http: httpx.AsyncClient, firm: httpx.AsyncClient, runner: Runner[Store]
) -> None:
    note = {
        "actor_id": str(an_id("Villaverde")),
        "direction": "out",
        "what": "Palettes cassées",
        "text": "Le patron paie 300 euros par mois, à ne pas répéter",
    }
    taken = (await http.post("/v1/notes", json=note)).json()
    flow_id = taken["events"][0]["subject"]
    path = f"/v1/flows/{flow_id}"
    assert (await http.get(path)).json()["status"] == "observed"
    assert (await firm.post(f"{path}/open")).status_code == 409
    assert (await firm.post(f"{path}/declare")).status_code == 200
    assert (await http.post(f"{path}/qualify")).status_code == 200
    assert (await firm.post(f"{path}/open")).status_code == 409  # it did not say it is willing
    assert (await firm.patch(path, json={"willingness": "priority"})).status_code == 200
    assert (await firm.post(f"{path}/open")).status_code == 200
    log = await published(runner)
    statuses = [message.event.flow.status for message in log]  # type: ignore[attr-defined]
    assert statuses == ["observed", "declared", "qualified", "qualified", "open"]
    assert log[0].envelope.provenance == "human"
    assert all(message.envelope.visibility == "private" for message in log)
    assert "300 euros" not in str(log)
    kept = (await http.get("/v1/notes", params={"flow_id": flow_id})).json()["items"]
    assert [(n["text"], n["noted_by"]) for n in kept] == [(note["text"], "advisor-1")]


async def test_measuring_an_open_flow_makes_it_surer(
    http: httpx.AsyncClient, open_flow: Open, news: News
) -> None:
    path = f"/v1/flows/{await open_flow()}"
    await http.post(f"{path}/qualify", json={"confidence": "measured"})
    event = (await news())[-1]
    assert isinstance(event, FlowChanged)
    assert (event.changed, event.flow.status) == (("confidence",), "open")


@pytest.mark.parametrize(("verb", "status"), [("withdraw", "withdrawn"), ("end", "ended")])
async def test_a_flow_leaves_for_good(
    http: httpx.AsyncClient, open_flow: Open, news: News, verb: str, status: str
) -> None:
    path = f"/v1/flows/{await open_flow()}"
    await http.post(f"{path}/{verb}", json={"reason": "sold_elsewhere"})
    event = (await news())[-1]
    assert isinstance(event, FlowChanged)
    assert (event.flow.status, event.reason) == (status, "sold_elsewhere")
    assert (await http.post(f"{path}/{verb}")).status_code == 409
    assert (await http.patch(path, json={"pain_rank": 1})).status_code == 409


async def test_confirming_makes_fresh(
    http: httpx.AsyncClient, open_flow: Open, news: News, clock: FixedClock
) -> None:
    flow_id = await open_flow()
    clock.advance(timedelta(days=9))
    await http.post(f"/v1/flows/{flow_id}/confirm")
    event = (await news())[-1]
    assert isinstance(event, FlowChanged)
    assert (event.changed, event.flow.observed_at) == (("observed_at",), clock())


@pytest.mark.parametrize(
    "verb", ["declare", "open", "confirm", "withdraw", "end", "qualify", "release", "questions"]
)
async def test_what_is_not_there_is_not_found(http: httpx.AsyncClient, verb: str) -> None:
    body = {"attribute": "form"} if verb == "questions" else None
    answer = await http.post(f"/v1/flows/{an_id('nothing')}/{verb}", json=body)
    assert answer.status_code == 404


async def test_every_path_asks_who_is_there(runner: Runner[Store]) -> None:
    async with client(service(), runner, None) as stranger:
        for path in ("flows", "notes", "questions", "rounds"):
            assert (await stranger.get(f"/v1/{path}")).status_code == 401
