"""An actor closes: whatever was planned with it stops everywhere, by events alone."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from maillage_hub.testing_bus import Told, facts_of
from maillage_hub.testing_calls import (
    Calls,
    Document,
    a_firm,
    a_lead_of_a_workshop,
    an_agreed_synergy,
    an_introduced_case,
    an_open_flow,
    an_order,
)
from maillage_hub.testing_hub import WholeHub
from maillage_serving.testing import eventually

pytestmark = pytest.mark.integration

WITHIN_S = 10.0
OUT = {"suspended", "cancelled"}


@dataclass(frozen=True)
class Plans:
    """What was planned with a firm before it closed."""

    firm: UUID
    flow: UUID
    partners_flow: UUID
    other_flow: UUID
    open_lead: UUID
    case: UUID
    synergy: UUID
    orders: list[Document]
    order_alone: UUID
    orders_of_others: UUID


async def test_what_was_planned_with_it_stops_within_seconds(hub: WholeHub, calls: Calls) -> None:
    plans = await _plans(calls)
    correlation = str(uuid4())

    closed = await calls.send(
        "registry",
        f"/v1/actors/{plans.firm}/close",
        {"reason": "ceased_activity", "effective_on": _today().isoformat()},
        headers={"X-Correlation-Id": correlation},
    )

    await _becomes(_flow(calls, plans.flow), status="suspended", reason="actor_closed")
    await _becomes(_flow(calls, plans.other_flow), status="suspended", reason="actor_closed")
    await _becomes(_flow(calls, plans.partners_flow), status="open")
    await _becomes(_at(calls, "matching", f"/v1/leads/{plans.open_lead}"), status="expired")
    await _becomes(_at(calls, "matching", f"/v1/cases/{plans.case}"), status="abandoned")
    await _becomes(
        _at(calls, "matching", f"/v1/synergies/{plans.synergy}"),
        status="ended",
        end_reason="actor_closed",
    )
    for order in plans.orders:
        await _is_out(calls, order["order_id"])
    alone = await _becomes(
        _at(calls, "tours", f"/v1/orders/{plans.order_alone}"), status="suspended"
    )
    assert alone["reason"] == "actor_closed"
    untouched = await calls.get("tours", f"/v1/orders/{plans.orders_of_others}")
    assert untouched["status"] == "accepted"
    await _is_one_story(hub, correlation, plans, closed["events"][0])


async def _plans(calls: Calls) -> Plans:
    """Two firms with a synergy that runs, and a third that is proposed to the one that closes."""
    firm, partner, third = [
        await a_firm(calls, f"{name} before one of them closed") for name in ("A", "B", "C")
    ]
    flow = await an_open_flow(calls, firm, "out")
    partners_flow = await an_open_flow(calls, partner, "in")
    other_flow = await an_open_flow(calls, firm, "out")
    third_flow = await an_open_flow(calls, third, "in")
    open_lead = await a_lead_of_a_workshop(calls, other_flow, third_flow)
    case = await an_introduced_case(calls, await a_lead_of_a_workshop(calls, flow, partners_flow))
    first_on = _today() + timedelta(days=4)
    synergy = await an_agreed_synergy(calls, case, firm, partner, first_on=first_on)
    await _becomes(_flow(calls, partners_flow), status="committed")
    return Plans(
        firm=firm,
        flow=flow,
        partners_flow=partners_flow,
        other_flow=other_flow,
        open_lead=open_lead,
        case=case,
        synergy=synergy,
        orders=await _orders_raised(calls, synergy, firm),
        order_alone=await an_order(calls, firm, third, on=first_on),
        orders_of_others=await an_order(calls, partner, third, on=first_on),
    )


async def _orders_raised(calls: Calls, synergy: UUID, firm: UUID) -> list[Document]:
    async def raised() -> list[Document]:
        page = await calls.get("tours", "/v1/orders", actor_id=firm)
        return [order for order in page["items"] if order["origin_id"] == str(synergy)]

    orders: list[Document] = await eventually(raised, deadline_s=WITHIN_S)
    assert {order["status"] for order in orders} == {"accepted"}
    return orders


async def _is_one_story(hub: WholeHub, correlation: str, plans: Plans, close: Document) -> None:
    """Each event of the closing says which story it is of, and from which event it follows."""
    expected = {
        ("actor.closed", str(plans.firm)),
        ("flow.changed", str(plans.flow)),
        ("flow.changed", str(plans.other_flow)),
        ("synergy.ended", str(plans.synergy)),
        ("flow.opened", str(plans.partners_flow)),
    }

    async def told() -> list[Told]:
        events = [
            event
            for event in await facts_of(hub.kafka, hub.territory)
            if event.headers["ce_correlationid"] == correlation
        ]
        return events if {(event.type, event.subject) for event in events} >= expected else []

    events: list[Told] = await eventually(told, deadline_s=WITHIN_S)

    assert sorted((event.type, event.subject) for event in events) == sorted(expected)
    follows = {(event.type, event.subject): event for event in events}
    causes = {name: event.cause for name, event in follows.items()}
    closing, ending = close["id"], follows["synergy.ended", str(plans.synergy)].id
    assert causes == {
        ("actor.closed", str(plans.firm)): None,
        ("flow.changed", str(plans.flow)): closing,
        ("flow.changed", str(plans.other_flow)): closing,
        ("synergy.ended", str(plans.synergy)): closing,
        ("flow.opened", str(plans.partners_flow)): ending,
    }
    assert {event.headers["ce_provenance"] for event in events if event.cause} == {"engine"}


Read = Callable[[], Awaitable[Document]]


def _at(calls: Calls, service: str, path: str) -> Read:
    return lambda: calls.get(service, path)


def _flow(calls: Calls, flow_id: UUID) -> Read:
    return _at(calls, "flows", f"/v1/flows/{flow_id}")


async def _becomes(read: Read, **wanted: Any) -> Document:  # noqa: ANN401 any value of JSON
    """Wait until what is read has these values."""

    async def is_so() -> Document:
        found = await read()
        assert wanted.items() <= found.items(), found
        return found

    return await eventually(is_so, deadline_s=WITHIN_S)


async def _is_out(calls: Calls, order_id: str) -> None:
    async def is_so() -> bool:
        order = await calls.get("tours", f"/v1/orders/{order_id}")
        return order["status"] in OUT

    await eventually(is_so, deadline_s=WITHIN_S)


def _today() -> date:
    return datetime.now(UTC).date()
