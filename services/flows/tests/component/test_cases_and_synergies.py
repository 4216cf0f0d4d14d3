"""Flows reserved, committed and freed by what matching says, in whatever order it arrives."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Any
from uuid import UUID

import httpx
import pytest
from structlog.testing import capture_logs

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.flows import FlowChanged, FlowOpened
from maillage_contracts.matching import CaseIntroduced, SynergyAgreed
from maillage_contracts.samples import (
    a_case_introduced,
    a_consent_withdrawn,
    a_synergy,
    a_synergy_agreed,
    a_synergy_ended,
    an_actor_closed,
    an_id,
)
from maillage_flows.entrypoints.kafka import handlers
from maillage_flows.usecases.store import Store
from maillage_serving.testing import FixedClock, deliver_twice, received

News = Callable[..., Awaitable[list[Event]]]
Open = Callable[..., Awaitable[UUID]]
Hear = Callable[..., Awaitable[None]]
CASE, SYNERGY = an_id("case"), an_id("synergy")


def introduced(*flow_ids: UUID, case_id: UUID = CASE) -> CaseIntroduced:
    return a_case_introduced(case_id=case_id, flow_ids=flow_ids)


def agreed(*flow_ids: UUID) -> SynergyAgreed:
    synergy = a_synergy(synergy_id=SYNERGY, case_id=CASE, flow_ids=flow_ids)
    return a_synergy_agreed(synergy=synergy)


ENDED = a_synergy_ended(synergy_id=SYNERGY)


@pytest.fixture
def hear(runner: Runner[Store]) -> Hear:
    """Events of other services, each delivered twice."""
    numbers = count(2)

    async def heard(*events: Event) -> None:
        messages = [received(event, next(numbers)) for event in events]
        await deliver_twice(runner, handlers(), *messages)

    return heard


@pytest.fixture
async def status(http: httpx.AsyncClient) -> Callable[[UUID], Awaitable[str]]:
    async def of(flow_id: UUID) -> str:
        shown: dict[str, Any] = (await http.get(f"/v1/flows/{flow_id}")).json()
        return shown["status"]

    return of


Status = Callable[[UUID], Awaitable[str]]


async def test_from_the_introduction_to_the_end_of_a_synergy(
    open_flow: Open, hear: Hear, news: News
) -> None:
    pallets, wanted = await open_flow(), await open_flow(actor_id=str(an_id("STRH")))
    before = len(await news())
    await hear(introduced(pallets, wanted))
    await hear(agreed(pallets, wanted))
    await hear(ENDED)
    told = await news(before)
    assert [(type(event), event.flow.status) for event in told] == [  # type: ignore[attr-defined]
        (FlowChanged, "reserved"),
        (FlowChanged, "reserved"),
        (FlowChanged, "committed"),
        (FlowChanged, "committed"),
        (FlowOpened, "open"),
        (FlowOpened, "open"),
    ]
    assert {event.subject for event in told} == {str(pallets), str(wanted)}
    reasons = [event.reason for event in told if isinstance(event, FlowChanged)]
    assert reasons == ["case_introduced"] * 2 + ["synergy_agreed"] * 2


async def test_all_of_it_in_one_batch(open_flow: Open, hear: Hear, status: Status) -> None:
    flow_id = await open_flow()
    await hear(introduced(flow_id), agreed(flow_id))
    assert await status(flow_id) == "committed"


async def test_an_agreement_may_overtake_its_introduction(
    open_flow: Open, hear: Hear, status: Status
) -> None:
    flow_id = await open_flow()
    await hear(agreed(flow_id), ENDED)
    assert await status(flow_id) == "open"
    await hear(introduced(flow_id))
    assert await status(flow_id) == "open"  # that case is over: nobody would free it


async def test_only_open_flows_are_reserved(
    http: httpx.AsyncClient, say: Callable[..., Any], hear: Hear, status: Status
) -> None:
    declared = UUID((await http.post("/v1/flows", json=say())).json()["id"])
    with capture_logs() as logs:
        await hear(introduced(declared, an_id("nothing")))
    assert await status(declared) == "declared"
    assert "cannot become reserved" in logs[0]["reason"]


async def test_a_flow_is_promised_once(open_flow: Open, hear: Hear, status: Status) -> None:
    flow_id = await open_flow()
    await hear(introduced(flow_id, case_id=an_id("another case")))
    with capture_logs() as logs:
        await hear(introduced(flow_id), agreed(flow_id))
    assert await status(flow_id) == "reserved"
    first, second = [log["reason"] for log in logs]
    assert "cannot become reserved" in first
    assert second == "this flow is reserved for another case"


async def test_an_advisor_frees_what_a_case_came_to_nothing_for(
    http: httpx.AsyncClient, open_flow: Open, hear: Hear, status: Status
) -> None:
    flow_id = await open_flow()
    assert (await http.post(f"/v1/flows/{flow_id}/release")).status_code == 409
    await hear(introduced(flow_id))
    assert (await http.post(f"/v1/flows/{flow_id}/release")).status_code == 200
    assert await status(flow_id) == "open"
    await hear(agreed(flow_id))
    refused = await http.post(f"/v1/flows/{flow_id}/release")
    assert (refused.status_code, "end the synergy" in refused.text) == (409, True)


async def test_what_is_no_longer_to_be_had_ends_with_its_synergy(
    open_flow: Open, hear: Hear, status: Status, clock: FixedClock
) -> None:
    flow_id = await open_flow(available_until="2026-11-30")
    await hear(agreed(flow_id))
    clock.now = clock.now.replace(month=12)
    await hear(ENDED)
    assert await status(flow_id) == "ended"


async def test_without_consent_a_freed_flow_is_not_matched(
    open_flow: Open, hear: Hear, status: Status
) -> None:
    flow_id = await open_flow()
    await hear(agreed(flow_id), a_consent_withdrawn())
    assert await status(flow_id) == "committed"
    await hear(ENDED)
    assert await status(flow_id) == "suspended"


async def test_a_flow_of_a_closed_actor_stays_suspended(
    open_flow: Open, hear: Hear, status: Status, news: News
) -> None:
    flow_id = await open_flow()
    await hear(agreed(flow_id), an_actor_closed())
    before = len(await news())
    await hear(ENDED)
    assert await status(flow_id) == "suspended"
    assert await news(before) == []


async def test_the_end_of_an_unknown_synergy_changes_nothing(hear: Hear, news: News) -> None:
    await hear(ENDED)
    assert await news() == []
