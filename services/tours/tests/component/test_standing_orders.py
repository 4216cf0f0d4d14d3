"""Standing orders: raised as far as the horizon, in pairs over a night, and ended."""

from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import Any

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_serving.testing import FixedClock, context
from maillage_tours.domain.samples import TERMS, a_standing, hours, place, window
from maillage_tours.usecases.extend_horizon import ExtendHorizon, extend_horizon
from maillage_tours.usecases.store import Store

Post = Callable[..., Awaitable[Any]]
OURS = {"standing_id", "ended_on", "version"}


def body(**changes: object) -> dict[str, Any]:
    return a_standing(**changes).model_dump(mode="json", exclude=OURS)


@pytest.fixture
def orders(dispatcher: httpx.AsyncClient) -> Callable[[], Awaitable[list[Any]]]:
    async def listed() -> list[Any]:
        found: list[Any] = (await dispatcher.get("/v1/orders?origin=standing")).json()["items"]
        return found

    return listed


OVERNIGHT = {
    "night": place("Hub"),
    "pickup_window": hours("08:00", "10:00"),
    "dropoff_window": hours("07:00", "09:00"),
    "rrule": "FREQ=WEEKLY;BYDAY=TU;COUNT=1",
}


async def test_its_orders_are_raised_within_the_horizon_and_no_day_twice(
    post: Post, orders: Callable[[], Awaitable[list[Any]]], runner: Runner[Store], clock: FixedClock
) -> None:
    standing_id = (await post("/v1/standing-orders", body()))["id"]
    days = [order["on"] for order in await orders()]
    assert days == ["2026-11-24", "2026-11-27", "2026-12-01", "2026-12-04"]
    clock.now = window("00:30", "01:00", TERMS.today(clock.now).replace(day=29)).start
    await runner.execute(extend_horizon, ExtendHorizon(TERMS), subject="horizon", context=context())
    assert [order["on"] for order in await orders()] == [*days, "2026-12-08", "2026-12-11"]
    assert {order["origin_id"] for order in await orders()} == {standing_id}


async def test_when_it_ends_what_is_to_come_is_cancelled(
    post: Post, orders: Callable[[], Awaitable[list[Any]]], dispatcher: httpx.AsyncClient
) -> None:
    standing_id = (await post("/v1/standing-orders", body()))["id"]
    listed = (await dispatcher.get("/v1/standing-orders")).json()["items"]
    assert [one["standing_id"] for one in listed] == [standing_id]
    await post(f"/v1/standing-orders/{standing_id}/end")
    await post(f"/v1/standing-orders/{standing_id}/end")
    assert {(one["status"], one["reason"]) for one in await orders()} == {
        ("cancelled", "standing_ended")
    }
    assert (await dispatcher.get("/v1/standing-orders")).json()["items"] == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"rrule": "FREQ=HOURLY"}, "rrule"),
        ({"night": place("Dairy", 1, 1)}, "dropoff"),
        ({"dropoff_window": hours("05:00", "06:00")}, "dropoff_window"),
    ],
)
async def test_what_cannot_come_back_is_refused(
    dispatcher: httpx.AsyncClient, changes: dict[str, object], field: str
) -> None:
    refused = await dispatcher.post("/v1/standing-orders", json=body(**changes))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


class TestOvernight:
    """Fetched in the evening, kept at the hub, brought the next morning."""

    @pytest.fixture
    async def tour(self, post: Post, dispatcher: httpx.AsyncClient) -> dict[str, Any]:
        """The evening's tour, under way."""
        await post("/v1/standing-orders", body(**OVERNIGHT))
        plan_id = (await post("/v1/plans", {"on": "2026-11-24"}))["id"]
        await post(f"/v1/plans/{plan_id}/publish")
        plan = (await dispatcher.get(f"/v1/plans/{plan_id}")).json()
        (tour,) = plan["tours"]
        await post(f"/v1/tours/{tour['tour_id']}/start")
        found: dict[str, Any] = tour
        return found

    async def reported(self, post: Post, tour: dict[str, Any], accepted_kg: str) -> None:
        for stop in tour["stops"]:
            handovers = [
                {"order_id": t["order_id"], "action": t["action"], "accepted_kg": accepted_kg}
                for t in stop["tasks"]
            ]
            told = {"arrived_at": stop["arrives_at"], "completed_at": stop["departs_at"]}
            path = f"/v1/tours/{tour['tour_id']}/stops/{stop['number']}/complete"
            await post(path, {**told, "handovers": handovers})

    async def test_the_morning_carries_what_the_evening_brought(
        self, post: Post, orders: Callable[[], Awaitable[list[Any]]], tour: dict[str, Any]
    ) -> None:
        await self.reported(post, tour, "36.5")
        evening, morning = await orders()
        assert evening["status"] == "fulfilled"
        assert (morning["follows"], morning["status"]) == (evening["order_id"], "accepted")
        assert (morning["on"], Decimal(morning["load"]["mass_kg"])) == (
            "2026-11-25",
            Decimal("36.5"),
        )
        plan_id = (await post("/v1/plans", {"on": "2026-11-25"}))["id"]
        await post(f"/v1/plans/{plan_id}/publish")

    async def test_when_nothing_came_there_is_no_morning(
        self, post: Post, orders: Callable[[], Awaitable[list[Any]]], tour: dict[str, Any]
    ) -> None:
        stop = tour["stops"][0]
        await post(
            f"/v1/tours/{tour['tour_id']}/stops/1/fail",
            {
                "arrived_at": stop["arrives_at"],
                "completed_at": stop["departs_at"],
                "reason": "nobody_there",
            },
        )
        _, morning = await orders()
        assert (morning["status"], morning["reason"]) == ("cancelled", "not_brought")

    async def test_an_evening_that_is_cancelled_takes_its_morning_with_it(
        self, post: Post, orders: Callable[[], Awaitable[list[Any]]]
    ) -> None:
        await post("/v1/standing-orders", body(**OVERNIGHT))
        evening, _ = await orders()
        await post(f"/v1/orders/{evening['order_id']}/cancel", {"reason": "holiday"})
        assert [(one["status"], one["reason"]) for one in await orders()] == [
            ("cancelled", "holiday"),
            ("cancelled", "not_brought"),
        ]
