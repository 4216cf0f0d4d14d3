"""The van is late at the hub: the bike is told to wait, to leave later, or to go without."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from maillage_contracts.envelope import Event
from maillage_contracts.tours import TransportOrderFulfilled
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import ON, an_order, place, window

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]
Ask = Callable[[Sequence[Order]], Awaitable[None]]
Tours = dict[str, dict[str, Any]]
DAY = {"on": ON.isoformat()}
HONEY = an_order(
    "honey",
    pickup=place("Farm", -8),
    dropoff=place("Shop", 4),
    pickup_window=window("06:00", "12:00"),
    dropoff_window=window("08:00", "12:50"),
)
PARCEL = an_order("parcel", dropoff=place("Tailor", 4, 1), dropoff_window=window("07:00", "13:00"))


@pytest.fixture
async def tours(ask: Ask, post: Post, dispatcher: httpx.AsyncClient) -> Tours:
    """Published, by vehicle: a van brings honey to the hub, and a bike goes on with it."""
    await ask([HONEY, PARCEL])
    plan_id = (await post("/v1/plans", DAY))["id"]
    await post(f"/v1/plans/{plan_id}/publish")
    plan = (await dispatcher.get(f"/v1/plans/{plan_id}")).json()
    assert plan["unplanned"] == []
    return {tour["vehicle"]: tour for tour in plan["tours"]}


async def slips(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    answer = await http.get("/v1/slips", params=DAY)
    assert answer.is_success, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


async def tour(http: httpx.AsyncClient, of: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = (await http.get(f"/v1/tours/{of['tour_id']}")).json()
    return found


async def report(post: Post, of: dict[str, Any], number: int, late_min: int = 0) -> None:
    """One stop as was told, or so much later, with a kilogram less than was planned."""
    stop = of["stops"][number - 1]
    late = timedelta(minutes=late_min)
    body = {
        "arrived_at": (datetime.fromisoformat(stop["arrives_at"]) + late).isoformat(),
        "completed_at": (datetime.fromisoformat(stop["departs_at"]) + late).isoformat(),
        "handovers": [
            {"order_id": task["order_id"], "action": task["action"], "accepted_kg": "19"}
            for task in stop["tasks"]
        ],
    }
    await post(f"/v1/tours/{of['tour_id']}/stops/{number}/complete", body)


async def take_on(post: Post, slip: dict[str, Any]) -> None:
    body = {"sequence": slip["change"]["sequence"], "free_at": slip["free_at"]}
    await post(f"/v1/tours/{slip['tour_id']}/replan", body)


async def test_in_time_nothing_slips(
    tours: Tours, post: Post, dispatcher: httpx.AsyncClient
) -> None:
    assert await slips(dispatcher) == []
    await report(post, tours["Van"], 1)
    assert await slips(dispatcher) == []


@pytest.mark.parametrize("reported", [1, 2])
async def test_the_second_leg_leaves_when_the_late_first_one_is_there(
    tours: Tours, post: Post, dispatcher: httpx.AsyncClient, told: Told, reported: int
) -> None:
    """Known from the farm already, or when the van is at the hub: the whole day is driven."""
    for number in range(1, reported + 1):
        await report(post, tours["Van"], number, late_min=180)
    (slip,) = await slips(dispatcher)
    assert (slip["vehicle"], slip["order_ids"]) == ("Bike", [str(HONEY.order_id)])
    assert 0 < float(slip["minutes"]) <= 180
    assert slip["change"]["freed"] == []
    assert slip["change"]["late"] == []
    await take_on(post, slip)
    assert await slips(dispatcher) == []
    bike = await tour(dispatcher, tours["Bike"])
    fetched = next(
        stop
        for stop in bike["stops"]
        if any(
            (task["order_id"], task["action"]) == (str(HONEY.order_id), "pickup")
            for task in stop["tasks"]
        )
    )
    assert fetched["departs_at"] >= slip["brought_at"]
    for number in range(reported + 1, len(tours["Van"]["stops"]) + 1):
        await report(post, tours["Van"], number, late_min=180)
    await report(post, bike, 1)
    under_way = await dispatcher.get(f"/v1/tours/{bike['tour_id']}/replan")
    assert under_way.json() is not None
    for number in range(2, len(bike["stops"]) + 1):
        await report(post, bike, number)
    ended = {one.order_id: one.outcome for one in await told(TransportOrderFulfilled)}
    assert ended == {HONEY.order_id: "fulfilled", PARCEL.order_id: "fulfilled"}


async def test_what_comes_too_late_stays_at_the_hub_and_is_planned_again(
    tours: Tours, post: Post, dispatcher: httpx.AsyncClient
) -> None:
    """Waiting would make the parcel late as well: the bike goes without the honey."""
    await report(post, tours["Van"], 1, late_min=330)
    (slip,) = await slips(dispatcher)
    assert slip["change"]["freed"] == [str(HONEY.order_id)]
    await take_on(post, slip)
    assert await slips(dispatcher) == []
    honey = (await dispatcher.get(f"/v1/orders/{HONEY.order_id}")).json()
    assert [one["leg"] for one in honey["carriages"]] == [1]
    await report(post, tours["Van"], 2, late_min=330)
    honey = (await dispatcher.get(f"/v1/orders/{HONEY.order_id}")).json()
    assert (honey["status"], honey["held_at"]["label"]) == ("at_hub", "Hub")


async def test_an_incident_of_the_van_is_passed_on_to_the_bike(
    tours: Tours, post: Post, dispatcher: httpx.AsyncClient
) -> None:
    path = f"/v1/tours/{tours['Van']['tour_id']}/replan"
    free_at = window("11:30", "11:45").start.isoformat()
    change = (await dispatcher.get(path, params={"free_at": free_at})).json()
    assert [one["order_id"] for one in change["late"]] == [str(HONEY.order_id)]
    assert float(change["late"][0]["minutes"]) > 240
    await post(path, {"sequence": change["sequence"], "free_at": free_at})
    (slip,) = await slips(dispatcher)
    van = await tour(dispatcher, tours["Van"])
    assert slip["brought_at"] == van["stops"][1]["departs_at"]
    await take_on(post, slip)
    assert await slips(dispatcher) == []


async def test_a_first_leg_that_fails_is_waited_for_by_nobody(
    tours: Tours, post: Post, dispatcher: httpx.AsyncClient
) -> None:
    stop = tours["Van"]["stops"][0]
    body = {"arrived_at": stop["arrives_at"], "completed_at": stop["departs_at"]}
    await post(f"/v1/tours/{tours['Van']['tour_id']}/stops/1/fail", {**body, "reason": "closed"})
    assert await slips(dispatcher) == []
    bike = await tour(dispatcher, tours["Bike"])
    todo = [task["order_id"] for stop in bike["stops"] for task in stop["tasks"] if is_todo(task)]
    assert set(todo) == {str(PARCEL.order_id)}


def is_todo(task: dict[str, Any]) -> bool:
    return bool(task["status"] == "todo")
