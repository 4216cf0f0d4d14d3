"""Everything stops in the middle of a story, and it goes on: nothing lost, nothing doubled."""

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from maillage_hub.testing_bus import Told, facts_of, told_once_and_in_order
from maillage_hub.testing_calls import (
    Calls,
    Document,
    a_firm,
    a_lead_of_a_workshop,
    an_agreed_synergy,
    an_introduced_case,
    an_open_flow,
)
from maillage_hub.testing_hub import WholeHub
from maillage_serving.testing import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

FIRMS = 40
AT_ONCE = 4
GOES_ON_WITHIN_S = 60.0


@pytest.mark.parametrize("how", ["stopped", "killed"])
async def test_a_story_goes_on(hub: WholeHub, calls: Calls, how: str) -> None:
    giver, taker = [await a_firm(calls, f"{name} before the stop") for name in ("A", "B")]
    flows = [await an_open_flow(calls, giver, "out"), await an_open_flow(calls, taker, "in")]
    case = await an_introduced_case(calls, await a_lead_of_a_workshop(calls, *flows))
    first_on = datetime.now(UTC).date() + timedelta(days=4)

    async with asyncio.TaskGroup() as tasks:
        others = [tasks.create_task(_some_firms(calls)) for _ in range(AT_ONCE)]
        # Whatever must follow from it may follow now, or after: nobody has waited for it.
        synergy = await an_agreed_synergy(calls, case, giver, taker, first_on=first_on)
        if how == "stopped":
            assert await hub.stop() == 0
        else:
            await hub.kill_all()
        await hub.start()
    firms = [firm for task in others for firm in task.result()]

    for flow in flows:
        await _is_committed(calls, flow)
    orders = await _orders(calls, synergy, giver)
    assert [order["on"] for order in orders] == [
        (first_on + timedelta(days=later)).isoformat() for later in (0, 7)
    ]
    assert {order["status"] for order in orders} == {"accepted"}
    await _can_go_on(calls, synergy, flows)
    await _is_told_well(hub, {str(synergy), *map(str, (case, giver, taker, *flows, *firms))})
    asked = [UUID(order["order_id"]) for order in orders]
    await _is_told_well(hub, {str(order_id) for order_id in asked})


async def _some_firms(calls: Calls) -> list[UUID]:
    return [await a_firm(calls, "Registered while all stops") for _ in range(FIRMS // AT_ONCE)]


async def _is_committed(calls: Calls, flow_id: UUID) -> None:
    async def is_so() -> bool:
        flow = await calls.get("flows", f"/v1/flows/{flow_id}")
        return flow["status"] == "committed"

    await eventually(is_so, deadline_s=GOES_ON_WITHIN_S)


async def _orders(calls: Calls, synergy: UUID, giver: UUID) -> list[Document]:
    async def raised() -> list[Document]:
        page = await calls.get("tours", "/v1/orders", actor_id=giver)
        assert all(order["origin_id"] == str(synergy) for order in page["items"])
        return page["items"]

    return await eventually(raised, deadline_s=GOES_ON_WITHIN_S)


async def _can_go_on(calls: Calls, synergy: UUID, flows: list[UUID]) -> None:
    """End the synergy: its flows are free again, by events alone."""
    today = datetime.now(UTC).date().isoformat()
    ending = {"ended_on": today, "reason": "moved_away", "attribution": "no"}
    await calls.send("matching", f"/v1/synergies/{synergy}/end", ending)
    for flow_id in flows:

        async def is_free(flow_id: UUID = flow_id) -> bool:
            flow = await calls.get("flows", f"/v1/flows/{flow_id}")
            return flow["status"] == "open"

        await eventually(is_free, deadline_s=GOES_ON_WITHIN_S)


async def _is_told_well(hub: WholeHub, subjects: set[str]) -> None:
    """Every one of these was told of on the bus, once, in order."""

    async def told() -> list[Told]:
        events = [
            event for event in await facts_of(hub.kafka, hub.territory) if event.subject in subjects
        ]
        missing = subjects - {event.subject for event in events}
        assert not missing, f"nothing was said of {len(missing)} of {len(subjects)}"
        return events

    told_once_and_in_order(await eventually(told, deadline_s=GOES_ON_WITHIN_S))
