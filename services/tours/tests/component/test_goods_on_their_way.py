"""Goods on their way, from the crew's report to what is told: stock, custody of waste, crates."""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from typing import Any

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.tours import (
    CustodyAccepted,
    CustodyProcessed,
    CustodyRefused,
    CustodyTakenOver,
    CustodyTempStored,
    HubStockDiscrepancy,
    HubStockDispatched,
    HubStockReceived,
    ReturnableUnitMoved,
    StopFailed,
    TourCancelled,
)
from maillage_tours.domain.consignment import consignment_of
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import ON, a_hub, a_load, an_id, an_order, place, window
from maillage_tours.usecases.store import Store

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]
Ask = Callable[[Sequence[Order]], Awaitable[None]]
Drive = Callable[..., Awaitable[dict[str, Any]]]
DAY = {"on": ON.isoformat(), "limits": {"iterations": 5, "seconds": 2}}
HUB_ID = a_hub().hub_id
STOCK = f"/v1/hubs/{HUB_ID}/stock"
MOVES = f"/v1/hubs/{HUB_ID}/movements"
CRATE = str(an_id("crate 17"))
BREAD = an_order("bread", load=a_load(40, crates=4))
PEEL = an_order(
    "peel",
    is_waste=True,
    pickup=place("Kitchen", 2, 1),
    dropoff=place("Composter", 1, -3),
    pickup_window=window("06:00", "12:00"),
    dropoff_window=window("06:00", "13:00"),
)


@pytest.fixture
def drive(ask: Ask, post: Post, dispatcher: httpx.AsyncClient) -> Drive:
    """Plan, publish and drive a day with one order; handovers as told, by action."""

    async def driven(order: Order, **by_action: dict[str, Any]) -> dict[str, Any]:
        await ask([order])
        plan_id = (await post("/v1/plans", DAY))["id"]
        await post(f"/v1/plans/{plan_id}/publish")
        tours = (await dispatcher.get(f"/v1/plans/{plan_id}")).json()["tours"]
        for tour in sorted(tours, key=lambda one: one["vehicle"], reverse=True):
            for stop in tour["stops"]:
                await post(f"{path_of(tour, stop)}/complete", report(stop, by_action))
        plan: dict[str, Any] = (await dispatcher.get(f"/v1/plans/{plan_id}")).json()
        return plan["tours"][0]

    return driven


def path_of(tour: dict[str, Any], stop: dict[str, Any]) -> str:
    return f"/v1/tours/{tour['tour_id']}/stops/{stop['number']}"


def report(stop: dict[str, Any], by_action: dict[str, dict[str, Any]]) -> dict[str, Any]:
    return {
        "arrived_at": stop["arrives_at"],
        "completed_at": stop["departs_at"],
        "handovers": [
            {
                "order_id": task["order_id"],
                "action": task["action"],
                "accepted_kg": task["load"]["mass_kg"],
                **by_action.get(task["action"], {}),
            }
            for task in stop["tasks"]
        ],
    }


class TestHubStock:
    async def test_what_comes_in_leaves_on_a_tour(
        self, post: Post, told: Told, drive: Drive, dispatcher: httpx.AsyncClient
    ) -> None:
        body = {"kind": "received", "mass_kg": "100", "crates": 10}
        once = {**body, "movement_id": str(an_id("lorry"))}
        await post(MOVES, once)
        assert (await post(MOVES, once))["events"] == []
        await drive(BREAD, pickup={"accepted_kg": "39.5", "crates": 4})
        (came,) = await told(HubStockReceived)
        (left,) = await told(HubStockDispatched)
        assert (came.in_stock_kg, came.in_stock_crates) == (100, 10)
        assert (left.order_id, left.mass_kg, left.in_stock_kg) == (
            BREAD.order_id,
            Decimal("39.5"),
            Decimal("60.5"),
        )
        (stock,) = (await dispatcher.get(STOCK)).json()
        assert (stock["temperature"], stock["crates"]) == ("ambient", 6)
        listed = (await dispatcher.get(f"{MOVES}?limit=1")).json()
        assert listed["items"][0]["kind"] == "dispatched"
        rest = (await dispatcher.get(f"{MOVES}?cursor={listed['next']}")).json()
        assert [one["kind"] for one in rest["items"]] == ["received"]

    async def test_two_legs_pass_through_the_hub_and_leave_nothing(
        self, told: Told, drive: Drive, dispatcher: httpx.AsyncClient
    ) -> None:
        honey = an_order(
            "honey",
            pickup=place("Farm", -8),
            dropoff=place("Shop", 4),
            pickup_window=window("06:00", "12:00"),
            dropoff_window=window("08:00", "13:00"),
        )
        await drive(honey)
        assert len(await told(HubStockReceived)) == len(await told(HubStockDispatched)) == 1
        (stock,) = (await dispatcher.get(STOCK)).json()
        assert (Decimal(stock["mass_kg"]), stock["crates"]) == (0, 0)

    async def test_a_count_that_finds_something_else_is_told_and_holds(
        self, post: Post, told: Told, drive: Drive, dispatcher: httpx.AsyncClient
    ) -> None:
        await drive(BREAD)
        (stock,) = (await dispatcher.get(STOCK)).json()
        assert Decimal(stock["mass_kg"]) == -40
        await post(MOVES, {"kind": "counted", "mass_kg": "12", "crates": 1})
        await post(MOVES, {"kind": "counted", "mass_kg": "12", "crates": 1})
        (gap,) = await told(HubStockDiscrepancy)
        assert (gap.expected_kg, gap.in_stock_kg, gap.expected_crates) == (-40, 12, -4)

    async def test_nothing_is_no_movement_and_an_unknown_hub_has_none(
        self, dispatcher: httpx.AsyncClient
    ) -> None:
        nothing = await dispatcher.post(MOVES, json={"kind": "received"})
        assert (nothing.status_code, nothing.json()["errors"][0]["field"]) == (422, "mass_kg")
        assert (await dispatcher.get(f"/v1/hubs/{an_id('other')}/stock")).status_code == 404


class TestCustody:
    async def test_waste_is_followed_from_its_producer_to_its_treatment(
        self, post: Post, told: Told, drive: Drive, dispatcher: httpx.AsyncClient
    ) -> None:
        consignment_id = consignment_of(PEEL).consignment_id
        await drive(
            PEEL, dropoff={"accepted_kg": "15", "refused_kg": "5", "reason": "contaminated"}
        )
        await post(
            f"/v1/orders/{PEEL.order_id}/consignment",
            {"bsd_reference": "BSD-20261124-7HX4KQ2TN", "waste_code": "20 01 08"},
        )
        path = f"/v1/consignments/{consignment_id}"
        found = (await dispatcher.get(path)).json()
        assert (found["status"], found["refused_kg"]) == ("partially_refused", "5")
        await post(f"{path}/process", {"operation_code": "R3"})
        assert (await post(f"{path}/process", {"operation_code": "R3"}))["events"] == []
        other = await dispatcher.post(f"{path}/process", json={"operation_code": "D10"})
        assert (other.status_code, "is processed" in other.json()["detail"]) == (409, True)
        (taken,) = await told(CustodyTakenOver)
        (accepted,) = await told(CustodyAccepted)
        (treated,) = await told(CustodyProcessed)
        assert taken.consignment.taken_over_kg == 20
        assert (accepted.consignment.status, accepted.consignment.accepted_kg) == (
            "partially_refused",
            15,
        )
        assert treated.consignment.bsd_reference == "BSD-20261124-7HX4KQ2TN"
        closed = await dispatcher.post(f"/v1/orders/{PEEL.order_id}/consignment", json={})
        assert closed.status_code == 409

    async def test_waste_by_way_of_a_hub_is_stored_and_sent_again(
        self, told: Told, drive: Drive
    ) -> None:
        by_the_hub = PEEL.model_copy(
            update={"pickup": place("Farm", -8), "dropoff": place("Shop", 4)}
        )
        await drive(by_the_hub)
        assert [one.consignment.status for one in await told(CustodyTakenOver)] == [
            "taken_over",
            "resent",
        ]
        assert len(await told(CustodyTempStored)) == len(await told(CustodyAccepted)) == 1

    async def test_all_refused(
        self, told: Told, drive: Drive, dispatcher: httpx.AsyncClient
    ) -> None:
        nothing = {"accepted_kg": "0", "refused_kg": "20", "reason": "contaminated"}
        await drive(PEEL, dropoff=nothing)
        (refused,) = await told(CustodyRefused)
        assert (refused.consignment.refused_kg, refused.consignment.reason) == (20, "contaminated")
        listed = (await dispatcher.get("/v1/consignments?status=refused")).json()["items"]
        assert [one["order_id"] for one in listed] == [str(PEEL.order_id)]

    async def test_waste_that_was_not_taken_is_in_nobodys_custody(
        self, told: Told, drive: Drive, dispatcher: httpx.AsyncClient
    ) -> None:
        kept = {"accepted_kg": "0", "refused_kg": "20", "reason": "contaminated"}
        await drive(PEEL, pickup=kept)
        assert await told(CustodyTakenOver) == await told(CustodyRefused) == []
        assert (await dispatcher.get("/v1/consignments")).json()["items"] == []
        path = f"/v1/orders/{PEEL.order_id}/consignment"
        prepared = await dispatcher.post(path, json={"waste_code": "20 01 08"})
        assert (prepared.status_code, prepared.json()["events"]) == (200, [])

    async def test_what_is_no_waste_has_no_note(
        self, ask: Ask, dispatcher: httpx.AsyncClient
    ) -> None:
        await ask([BREAD])
        path = f"/v1/orders/{BREAD.order_id}/consignment"
        answer = await dispatcher.post(path, json={"waste_code": "15 01 03"})
        assert (answer.status_code, "carries no waste" in answer.json()["detail"]) == (409, True)


class TestUnits:
    async def test_a_crate_goes_round(
        self, post: Post, told: Told, drive: Drive, dispatcher: httpx.AsyncClient
    ) -> None:
        await post("/v1/units", {"unit_ids": [CRATE]})
        scanned = {"unit_ids": [CRATE]}
        await drive(BREAD, pickup=scanned, dropoff=scanned)
        after = ON.isoformat() + "T20:00:00+01:00"
        await post(f"/v1/units/{CRATE}/move", {"status": "in_stock", "at": after})
        moved = await told(ReturnableUnitMoved)
        assert [(one.came_from, one.status, one.is_implied) for one in moved] == [
            (None, "in_stock", False),
            ("in_stock", "out_full", False),
            ("out_full", "at_customer", False),
            ("at_customer", "out_empty", True),
            ("out_empty", "to_wash", True),
            ("to_wash", "in_stock", False),
        ]
        assert (moved[-1].loops, moved[2].order_id) == (1, BREAD.order_id)
        (loops,) = (await dispatcher.get("/v1/units/loops")).json()
        assert (loops["loops_per_unit"], loops["loss_rate"]) == ("1.0000", "0.0000")

    async def test_nothing_moves_in_years_to_come(
        self, post: Post, dispatcher: httpx.AsyncClient
    ) -> None:
        await post("/v1/units", {"unit_ids": [CRATE]})
        told = {
            f"/v1/units/{CRATE}/move": {"status": "out_full"},
            MOVES: {"kind": "counted", "mass_kg": "5"},
        }
        for path, body in told.items():
            answer = await dispatcher.post(path, json=body | {"at": "2099-01-01T00:00:00Z"})
            assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "at")

    async def test_an_unknown_crate_is_known_from_its_scan_on(
        self, drive: Drive, dispatcher: httpx.AsyncClient
    ) -> None:
        await drive(BREAD, dropoff={"unit_ids": [CRATE]})
        (unit,) = (await dispatcher.get("/v1/units?status=at_customer")).json()["items"]
        assert (unit["unit_id"], unit["kind"]) == (CRATE, "crate")

    async def test_losses_are_counted(self, post: Post, dispatcher: httpx.AsyncClient) -> None:
        others = [str(an_id(f"jar {number}")) for number in range(4)]
        await post("/v1/units", {"kind": "jar", "unit_ids": others})
        await post("/v1/units", {"kind": "glass_jar", "unit_ids": others})
        for unit_id, status in zip(others, ("lost", "lost", "scrapped"), strict=False):
            await post(f"/v1/units/{unit_id}/move", {"status": status})
        await post(f"/v1/units/{others[0]}/move", {"status": "to_wash"})
        await post(f"/v1/units/{others[0]}/move", {"status": "to_wash"})
        (loops,) = (await dispatcher.get("/v1/units/loops")).json()
        assert (loops["kind"], loops["units"], loops["loss_rate"]) == ("glass_jar", 4, "0.2500")
        gone = await dispatcher.post(f"/v1/units/{others[2]}/move", json={"status": "in_stock"})
        assert gone.status_code == 409
        unknown = await dispatcher.post(f"/v1/units/{CRATE}/move", json={"status": "lost"})
        assert unknown.status_code == 404
        listed = (await dispatcher.get("/v1/units?limit=3&kind=glass_jar")).json()
        rest = (await dispatcher.get(f"/v1/units?cursor={listed['next']}")).json()
        assert len(listed["items"]) + len(rest["items"]) == 4


async def test_failed_stops_and_cancelled_tours_are_told(
    world: Runner[Store], ask: Ask, post: Post, told: Told, dispatcher: httpx.AsyncClient
) -> None:
    for order in (BREAD, an_order("milk")):
        await ask([order])
        plan_id = (await post("/v1/plans", DAY))["id"]
        await post(f"/v1/plans/{plan_id}/publish")
    tours = (await dispatcher.get("/v1/tours?status=published")).json()["items"]
    await post(f"/v1/tours/{tours[0]['tour_id']}/cancel", {"reason": "snow"})
    (cancelled,) = await told(TourCancelled)
    assert (str(cancelled.tour_id), cancelled.reason) == (tours[0]["tour_id"], "snow")
    stop = tours[1]["stops"][0]
    times = {"arrived_at": stop["arrives_at"], "completed_at": stop["departs_at"]}
    await post(f"{path_of(tours[1], stop)}/fail", {**times, "reason": "closed", "proof": "photo-1"})
    (failed,) = await told(StopFailed)
    assert (failed.reason, failed.proof) == ("closed", "photo-1")
    assert [str(one) for one in failed.order_ids] == stop["order_ids"]
