"""From an agreed synergy to its goods on the scales: nothing is typed twice."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import httpx
import pytest

from maillage_common.handlers import Handlers
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.registry import AccessZoneRulePublished
from maillage_contracts.samples import a_logistics_need, a_synergy, a_synergy_agreed, an_id
from maillage_contracts.tours import (
    StopArrived,
    StopCompleted,
    TourCompleted,
    TourPublished,
    TransportOrderFulfilled,
    TransportOrderRequested,
)
from maillage_serving.testing import FixedClock, context, deliver_twice, received
from maillage_tours.domain.samples import TERMS, clean_air, hours, place, window
from maillage_tours.usecases.extend_horizon import ExtendHorizon, extend_horizon
from maillage_tours.usecases.store import Store

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]
ON = date(2026, 11, 24)
EVENING = "2026-11-24T20:00:00+01:00"


def pallets(**changes: object) -> object:
    """Every Tuesday from Villaverde to STRH; both near the hub of the examples."""
    usual: dict[str, object] = {
        "pickup": place("Villaverde", 1, 3),
        "dropoff": place("STRH", 2, -2),
        "first_on": ON,
        "pickup_window": hours("08:00", "12:00"),
        "dropoff_window": hours("08:00", "14:00"),
    }
    return a_logistics_need(**{**usual, **changes})


@pytest.fixture
async def agreed(world: Runner[Store], handlers: Handlers[Store]) -> None:
    event = a_synergy_agreed(synergy=a_synergy(logistics=(pallets(),), starts_on=ON))
    zone = AccessZoneRulePublished.model_validate(clean_air().model_dump())
    await deliver_twice(world, handlers, received(event), received(zone))


@pytest.fixture
async def tour(agreed: None, post: Post, dispatcher: httpx.AsyncClient) -> dict[str, Any]:
    """The tour of the day, published and under way."""
    plan_id = (await post("/v1/plans", {"on": ON.isoformat()}))["id"]
    await post(f"/v1/plans/{plan_id}/publish")
    plan = (await dispatcher.get(f"/v1/plans/{plan_id}")).json()
    tour_id = plan["tours"][0]["tour_id"]
    await post(f"/v1/tours/{tour_id}/start", {"started_at": plan["tours"][0]["starts_at"]})
    started: dict[str, Any] = (await dispatcher.get(f"/v1/tours/{tour_id}")).json()
    return started


def report(stop: dict[str, Any], refused_kg: str = "0", **changes: object) -> dict[str, Any]:
    """What the crew sends of a stop, a part refused."""
    handovers = [
        {
            "order_id": task["order_id"],
            "action": task["action"],
            "accepted_kg": str(Decimal(task["load"]["mass_kg"]) - Decimal(refused_kg)),
            "refused_kg": refused_kg,
            "reason": "damaged" if refused_kg != "0" else None,
        }
        for task in stop["tasks"]
    ]
    times = {"arrived_at": stop["arrives_at"], "completed_at": stop["departs_at"]}
    return {**times, "handovers": handovers, **changes}


@pytest.mark.usefixtures("agreed")
async def test_an_agreed_synergy_raises_the_orders_of_the_next_days(told: Told) -> None:
    orders = [event.order for event in await told(TransportOrderRequested)]
    assert [order.on for order in orders] == [ON, ON + timedelta(days=7)]
    assert {(order.origin, order.origin_id) for order in orders} == {("synergy", an_id("synergy"))}
    assert orders[0].pickup_window == window("08:00", "12:00")
    assert orders[0].pickup.label == "Villaverde"


@pytest.mark.usefixtures("agreed")
async def test_every_day_the_horizon_is_a_day_further(
    runner: Runner[Store], clock: FixedClock, told: Told
) -> None:
    async def extend() -> int:
        outcome = await runner.execute(
            extend_horizon, ExtendHorizon(TERMS), subject="horizon", context=context()
        )
        return len(outcome.events)

    assert await extend() == 0
    clock.advance(timedelta(days=1))
    assert await extend() == 1
    assert await extend() == 0
    assert len(await told(TransportOrderRequested)) == 3


@pytest.mark.usefixtures("agreed")
async def test_raised_orders_are_accepted_already(dispatcher: httpx.AsyncClient) -> None:
    listed = (await dispatcher.get("/v1/orders", params={"origin": "synergy"})).json()
    assert [order["status"] for order in listed["items"]] == ["accepted", "accepted"]


async def test_the_tour_is_told_as_it_was_checked(tour: dict[str, Any], told: Told) -> None:
    (event,) = await told(TourPublished)
    assert str(event.tour.tour_id) == tour["tour_id"]
    assert str(event.tour.distance_km) == tour["distance_km"]
    assert (event.tour.matrix, event.tour.solver) == ("estimated", "pyvrp 0.14.1")
    assert event.tour.is_insertion
    assert [stop.kind for stop in event.tour.stops] == ["pickup", "dropoff"]
    assert [stop.number for stop in event.tour.stops] == [1, 2]


async def test_goods_on_the_scales_end_the_order_and_the_tour(
    tour: dict[str, Any], post: Post, told: Told, dispatcher: httpx.AsyncClient
) -> None:
    path = f"/v1/tours/{tour['tour_id']}/stops"
    pickup, dropoff = tour["stops"]
    first = await post(f"{path}/1/complete", report(pickup, odometer_km="4.2"))
    assert [event["type"] for event in first["events"]] == ["org.maillage.stop.completed.v1"]
    order_id = pickup["tasks"][0]["order_id"]
    assert (await dispatcher.get(f"/v1/orders/{order_id}")).json()["status"] == "in_progress"

    told_last = report(dropoff, "30", temperature_c="4.5", proof="slip-8", odometer_km="11.5")
    last = await post(f"{path}/2/complete", told_last)
    assert [event["type"].split(".")[2] for event in last["events"]] == [
        "stop",
        "transportorder",
        "tour",
    ]
    (fulfilled,) = await told(TransportOrderFulfilled)
    assert (fulfilled.outcome, fulfilled.accepted_kg, fulfilled.refused_kg, fulfilled.reason) == (
        "partially_fulfilled",
        Decimal(170),
        Decimal(30),
        "damaged",
    )
    assert (fulfilled.origin, fulfilled.origin_id) == ("synergy", an_id("synergy"))
    stops = await told(StopCompleted)
    assert [stop.number for stop in stops] == [1, 2]
    assert (stops[1].temperature_c, stops[1].proof) == (Decimal("4.5"), "slip-8")
    (completed,) = await told(TourCompleted)
    assert completed.distance_source == "odometer"
    assert completed.low_emission_km == completed.distance_km > Decimal("11.5")
    assert completed.insertion_hours == completed.hours > 0
    assert [(one.origin_id, one.carried_kg) for one in completed.carried] == [
        (an_id("synergy"), Decimal(200))
    ]
    assert 0 < completed.carried[0].direct_km < completed.distance_km
    assert (await dispatcher.get(f"/v1/orders/{order_id}")).json()["status"] == (
        "partially_fulfilled"
    )
    ended = (await dispatcher.get(f"/v1/tours/{tour['tour_id']}")).json()
    assert (ended["status"], ended["completed_at"]) == ("completed", dropoff["departs_at"])


async def test_a_phone_may_report_again_with_or_without_the_same_key(
    tour: dict[str, Any], post: Post, told: Told
) -> None:
    path = f"/v1/tours/{tour['tour_id']}/stops/1/complete"
    key = {"Idempotency-Key": str(uuid4())}
    first = await post(path, report(tour["stops"][0]), **key)
    again = await post(path, report(tour["stops"][0]), **key)
    assert again == first | {"replayed": True}
    assert (await post(path, report(tour["stops"][0])))["events"] == []
    assert len(await told(StopCompleted)) == 1


async def test_a_stop_that_fails_fails_its_orders_and_voids_the_rest(
    tour: dict[str, Any], post: Post, told: Told, dispatcher: httpx.AsyncClient
) -> None:
    pickup = tour["stops"][0]
    body = {
        "arrived_at": pickup["arrives_at"],
        "completed_at": pickup["departs_at"],
        "reason": "closed",
    }
    path = f"/v1/tours/{tour['tour_id']}/stops/1/fail"
    await post(path, body)
    assert (await post(path, body))["events"] == []
    (failed,) = await told(TransportOrderFulfilled)
    assert (failed.outcome, failed.accepted_kg, failed.refused_kg, failed.reason) == (
        "failed",
        Decimal(0),
        Decimal(200),
        "closed",
    )
    (completed,) = await told(TourCompleted)
    assert completed.carried == ()
    ended = (await dispatcher.get(f"/v1/tours/{tour['tour_id']}")).json()
    assert ended["stops"][1]["tasks"][0]["status"] == "void"
    assert await told(StopCompleted) == []


async def test_reports_that_do_not_fit_are_refused_in_words(
    tour: dict[str, Any], dispatcher: httpx.AsyncClient
) -> None:
    path = f"/v1/tours/{tour['tour_id']}/stops"
    unknown = await dispatcher.post(f"{path}/7/complete", json=report(tour["stops"][1]))
    assert unknown.status_code == 404
    nothing = report(tour["stops"][0], handovers=[])
    empty = await dispatcher.post(f"{path}/1/complete", json=nothing)
    assert (empty.status_code, empty.json()["errors"][0]["field"]) == (422, "handovers")


async def test_reports_of_an_offline_phone_come_in_any_order_and_twice(
    tour: dict[str, Any], post: Post, told: Told, dispatcher: httpx.AsyncClient, clock: FixedClock
) -> None:
    path = f"/v1/tours/{tour['tour_id']}/stops"
    first, second = tour["stops"]
    clock.now = window("18:00", "20:00", ON).end
    await post(f"{path}/2/complete", report(second))
    (waiting,) = (await dispatcher.get(f"/v1/tours/{tour['tour_id']}")).json()["stops"][1]["tasks"]
    assert (waiting["status"], waiting["waits"]) == ("done", True)
    assert await told(TransportOrderFulfilled) == []
    await post(f"{path}/1/arrive", {"arrived_at": first["arrives_at"]})
    await post(f"{path}/1/complete", report(first))
    for number, stop in ((1, first), (2, second)):
        again = await post(f"{path}/{number}/complete", report(stop))
        late = await post(f"{path}/{number}/arrive", {"arrived_at": stop["arrives_at"]})
        assert (again["events"], late["events"]) == ([], [])
    assert [one.number for one in await told(StopCompleted)] == [2, 1]
    (there,) = await told(StopArrived)
    assert there.received_at == clock.now > there.arrived_at
    assert {one.received_at for one in await told(StopCompleted)} == {clock.now}
    assert len(await told(TransportOrderFulfilled)) == len(await told(TourCompleted)) == 1


async def test_a_tour_starts_once_however_often_it_is_said(
    tour: dict[str, Any], post: Post
) -> None:
    again = await post(f"/v1/tours/{tour['tour_id']}/start")
    assert again["events"] == []
