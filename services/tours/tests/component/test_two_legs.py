"""An order brought to the hub by a van, and from there to the centre by a bike."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest

from maillage_contracts.envelope import Event
from maillage_contracts.tours import TourCompleted, TransportOrderFulfilled
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import ON, an_order, place, window

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]
Ask = Callable[[Sequence[Order]], Awaitable[None]]
DAY = {"on": ON.isoformat()}
HONEY = an_order(
    "honey",
    pickup=place("Farm", -8),
    dropoff=place("Shop", 4),
    pickup_window=window("06:00", "12:00"),
    dropoff_window=window("08:00", "13:00"),
)


@pytest.fixture
async def tours(ask: Ask, post: Post, dispatcher: httpx.AsyncClient) -> dict[str, dict[str, Any]]:
    """By vehicle."""
    await ask([HONEY])
    plan_id = (await post("/v1/plans", DAY))["id"]
    plan = (await dispatcher.get(f"/v1/plans/{plan_id}")).json()
    assert plan["unplanned"] == []
    return {tour["vehicle"]: tour for tour in plan["tours"]}


async def status(http: httpx.AsyncClient) -> str:
    answer: str = (await http.get(f"/v1/orders/{HONEY.order_id}")).json()["status"]
    return answer


def report(stop: dict[str, Any], accepted_kg: str = "20") -> dict[str, Any]:
    handovers = [
        {"order_id": task["order_id"], "action": task["action"], "accepted_kg": accepted_kg}
        for task in stop["tasks"]
    ]
    return {
        "arrived_at": stop["arrives_at"],
        "completed_at": stop["departs_at"],
        "handovers": handovers,
    }


async def drive(post: Post, tour: dict[str, Any]) -> None:
    path = f"/v1/tours/{tour['tour_id']}"
    await post(f"{path}/start")
    for stop in tour["stops"]:
        await post(f"{path}/stops/{stop['number']}/complete", report(stop))


async def test_both_legs_are_driven_and_the_order_ends_once(
    tours: dict[str, dict[str, Any]], post: Post, told: Told, dispatcher: httpx.AsyncClient
) -> None:
    await post(f"/v1/plans/{tours['Van']['plan_id']}/publish")
    assert await status(dispatcher) == "planned"
    await drive(post, tours["Van"])
    assert await status(dispatcher) == "at_hub"
    assert await told(TransportOrderFulfilled) == []
    await drive(post, tours["Bike"])
    assert await status(dispatcher) == "fulfilled"
    (ended,) = await told(TransportOrderFulfilled)
    assert str(ended.tour_id) == tours["Bike"]["tour_id"]
    completed = await told(TourCompleted)
    assert len(completed) == 2
    assert all(one.carried[0].order_id == HONEY.order_id for one in completed)


async def test_the_second_leg_is_not_published_before_the_first(
    tours: dict[str, dict[str, Any]], post: Post, dispatcher: httpx.AsyncClient
) -> None:
    bike, van = tours["Bike"]["tour_id"], tours["Van"]["tour_id"]
    refused = await dispatcher.post(f"/v1/tours/{bike}/publish")
    assert (refused.status_code, "is not to be carried" in refused.json()["detail"]) == (409, True)
    await post(f"/v1/tours/{van}/publish")
    await post(f"/v1/tours/{bike}/publish")


async def test_a_second_leg_may_be_reported_before_the_first(
    tours: dict[str, dict[str, Any]], post: Post, told: Told, dispatcher: httpx.AsyncClient
) -> None:
    """The van's phone is offline for an hour, and then sends its reports last one first."""
    await post(f"/v1/plans/{tours['Van']['plan_id']}/publish")
    await drive(post, tours["Bike"])
    assert await status(dispatcher) == "planned"
    path = f"/v1/tours/{tours['Van']['tour_id']}"
    for stop in reversed(tours["Van"]["stops"]):
        assert await told(TourCompleted) == []
        await post(f"{path}/stops/{stop['number']}/complete", report(stop))
        await post(f"{path}/stops/{stop['number']}/complete", report(stop))
    await post(f"{path}/start")
    assert await status(dispatcher) == "fulfilled"
    (ended,) = await told(TransportOrderFulfilled)
    assert str(ended.tour_id) == tours["Bike"]["tour_id"]
    assert len(await told(TourCompleted)) == 2


async def test_reports_that_contradict_one_another_are_refused(
    tours: dict[str, dict[str, Any]], post: Post, dispatcher: httpx.AsyncClient
) -> None:
    await post(f"/v1/plans/{tours['Van']['plan_id']}/publish")
    path = f"/v1/tours/{tours['Van']['tour_id']}/stops"
    first, second = tours["Van"]["stops"]
    await post(f"{path}/2/complete", report(second, "20"))
    less = await dispatcher.post(f"{path}/1/complete", json=report(first, "10"))
    assert (less.status_code, "10 kg were taken on board" in less.json()["detail"]) == (422, True)
    times = {name: report(first)[name] for name in ("arrived_at", "completed_at")}
    nothing = await dispatcher.post(f"{path}/1/fail", json={**times, "reason": "closed"})
    assert (nothing.status_code, "record its pickup" in nothing.json()["detail"]) == (409, True)
    await post(f"{path}/1/complete", report(first, "20"))
    assert await status(dispatcher) == "at_hub"


async def test_what_waits_at_the_hub_is_planned_again_from_there(
    tours: dict[str, dict[str, Any]], post: Post, dispatcher: httpx.AsyncClient
) -> None:
    await post(f"/v1/plans/{tours['Van']['plan_id']}/publish")
    await drive(post, tours["Van"])
    await post(f"/v1/tours/{tours['Bike']['tour_id']}/cancel", {"reason": "flat_tyre"})
    assert await status(dispatcher) == "at_hub"
    again = (await post("/v1/plans", DAY))["id"]
    plan = (await dispatcher.get(f"/v1/plans/{again}")).json()
    (tour,) = plan["tours"]
    assert [stop["place"]["label"] for stop in tour["stops"]] == ["Hub", "Shop"]
    await post(f"/v1/plans/{again}/publish")
    third = (await post("/v1/plans", DAY))["id"]
    assert (await dispatcher.get(f"/v1/plans/{third}")).json()["tours"] == []
    await drive(post, tour)
    assert await status(dispatcher) == "fulfilled"


async def test_a_first_leg_that_fails_voids_the_second(
    tours: dict[str, dict[str, Any]], post: Post, told: Told, dispatcher: httpx.AsyncClient
) -> None:
    await post(f"/v1/plans/{tours['Van']['plan_id']}/publish")
    van = tours["Van"]
    await post(f"/v1/tours/{van['tour_id']}/start")
    times = {name: van["stops"][0][name] for name in ("arrives_at", "departs_at")}
    body = {"arrived_at": times["arrives_at"], "completed_at": times["departs_at"]}
    await post(f"/v1/tours/{van['tour_id']}/stops/1/fail", {**body, "reason": "closed"})
    assert await status(dispatcher) == "failed"
    bike = (await dispatcher.get(f"/v1/tours/{tours['Bike']['tour_id']}")).json()
    assert (bike["status"], bike["reason"]) == ("cancelled", "order_ended")
    (ended,) = await told(TransportOrderFulfilled)
    assert ended.outcome == "failed"


async def test_a_cancelled_first_leg_takes_the_second_with_it(
    tours: dict[str, dict[str, Any]], post: Post, dispatcher: httpx.AsyncClient
) -> None:
    await post(f"/v1/plans/{tours['Van']['plan_id']}/publish")
    await post(f"/v1/tours/{tours['Van']['tour_id']}/cancel", {"reason": "snow"})
    assert await status(dispatcher) == "accepted"
    bike = (await dispatcher.get(f"/v1/tours/{tours['Bike']['tour_id']}")).json()
    assert bike["status"] == "cancelled"


async def test_a_cancelled_second_leg_leaves_the_first(
    tours: dict[str, dict[str, Any]], post: Post, dispatcher: httpx.AsyncClient
) -> None:
    await post(f"/v1/plans/{tours['Van']['plan_id']}/publish")
    await post(f"/v1/tours/{tours['Bike']['tour_id']}/cancel", {"reason": "flat_tyre"})
    assert await status(dispatcher) == "planned"
    await drive(post, tours["Van"])
    assert await status(dispatcher) == "at_hub"


async def test_what_waits_at_the_hub_leaves_it_once(
    tours: dict[str, dict[str, Any]], post: Post, dispatcher: httpx.AsyncClient
) -> None:
    await post(f"/v1/tours/{tours['Van']['tour_id']}/publish")
    await drive(post, tours["Van"])
    first, second = [(await post("/v1/plans", DAY))["id"] for _ in range(2)]
    await post(f"/v1/plans/{first}/publish")
    refused = await dispatcher.post(f"/v1/plans/{second}/publish")
    assert (refused.status_code, "is not to be carried" in refused.json()["detail"]) == (409, True)
