"""Orders that are withdrawn: by a command, or because others say that something ended."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Any

import httpx

from maillage_common.handlers import Handlers
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.samples import (
    a_logistics_need,
    a_synergy,
    a_synergy_agreed,
    a_synergy_ended,
    an_actor,
    an_actor_profile_changed,
    an_actor_registered,
)
from maillage_contracts.tours import TourCompleted, TransportOrderRequested
from maillage_serving.testing import deliver_twice, received
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import (
    ON,
    an_id,
    an_order,
    hours,
    place,
)
from maillage_tours.usecases.store import Store

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]
Ask = Callable[[Sequence[Order]], Awaitable[None]]
Close = Callable[..., Awaitable[None]]
BodyOf = Callable[[Order], dict[str, Any]]
DAY = {"on": ON.isoformat()}
BAKERY = an_id("Shop of bread")


async def status(http: httpx.AsyncClient, order: Order) -> str:
    answer: str = (await http.get(f"/v1/orders/{order.order_id}")).json()["status"]
    return answer


class TestWithdrawing:
    async def proposed(self, post: Post, http: httpx.AsyncClient) -> dict[str, Any]:
        plan_id = (await post("/v1/plans", DAY))["id"]
        plan: dict[str, Any] = (await http.get(f"/v1/plans/{plan_id}")).json()
        return plan

    async def test_a_cancelled_order_leaves_a_proposal_which_still_holds(
        self, dispatcher: httpx.AsyncClient, ask: Ask, post: Post
    ) -> None:
        milk = an_order("milk", dropoff=place("Dairy", 3, -2))
        await ask([an_order(), milk])
        plan = await self.proposed(post, dispatcher)
        path = f"/v1/orders/{milk.order_id}/cancel"
        await post(path, {"reason": "not_needed"})
        assert (await post(path, {"reason": "not_needed"}))["events"] == []
        (tour,) = (await dispatcher.get(f"/v1/plans/{plan['plan_id']}")).json()["tours"]
        assert len(tour["stops"]) < len(plan["tours"][0]["stops"])
        assert float(tour["distance_km"]) < float(plan["tours"][0]["distance_km"])
        await post(f"/v1/plans/{plan['plan_id']}/publish")

    async def test_a_proposal_for_one_order_goes_with_it(
        self, dispatcher: httpx.AsyncClient, ask: Ask, post: Post
    ) -> None:
        await ask([an_order()])
        plan = await self.proposed(post, dispatcher)
        await post(f"/v1/orders/{an_order().order_id}/cancel", {"reason": "not_needed"})
        (tour,) = (await dispatcher.get(f"/v1/plans/{plan['plan_id']}")).json()["tours"]
        assert (tour["status"], tour["reason"]) == ("cancelled", "not_needed")

    async def test_a_crew_sees_what_was_withdrawn_and_its_tour_may_end_by_it(
        self, dispatcher: httpx.AsyncClient, ask: Ask, post: Post, told: Told
    ) -> None:
        milk = an_order("milk", dropoff=place("Dairy", 3, -2))
        await ask([an_order(), milk])
        plan = await self.proposed(post, dispatcher)
        await post(f"/v1/plans/{plan['plan_id']}/publish")
        tour_id = plan["tours"][0]["tour_id"]
        await post(f"/v1/orders/{milk.order_id}/cancel", {"reason": "not_needed"})
        tour = (await dispatcher.get(f"/v1/tours/{tour_id}")).json()
        void = {t["order_id"] for s in tour["stops"] for t in s["tasks"] if t["status"] == "void"}
        assert void == {str(milk.order_id)}
        await post(f"/v1/tours/{tour_id}/start")
        await post(f"/v1/orders/{an_order().order_id}/cancel", {"reason": "not_needed"})
        assert (await dispatcher.get(f"/v1/tours/{tour_id}")).json()["status"] == "completed"
        (completed,) = await told(TourCompleted)
        assert (completed.distance_km, completed.carried) == (0, ())

    async def test_a_crew_reports_what_is_left_at_a_stop(
        self, dispatcher: httpx.AsyncClient, ask: Ask, post: Post
    ) -> None:
        milk = an_order("milk", dropoff=place("Dairy", 3, -2))
        await ask([an_order(), milk])
        plan = await self.proposed(post, dispatcher)
        await post(f"/v1/plans/{plan['plan_id']}/publish")
        await post(f"/v1/orders/{milk.order_id}/cancel", {"reason": "not_needed"})
        tour = plan["tours"][0]
        await post(f"/v1/tours/{tour['tour_id']}/start")
        for stop in tour["stops"]:
            body = self.report_of_bread(stop)
            if body["handovers"]:
                path = f"/v1/tours/{tour['tour_id']}/stops/{stop['number']}/complete"
                await post(path, body)
        assert await status(dispatcher, an_order()) == "fulfilled"
        assert await status(dispatcher, milk) == "cancelled"
        ended = (await dispatcher.get(f"/v1/tours/{tour['tour_id']}")).json()
        assert ended["status"] == "completed"

    def report_of_bread(self, stop: dict[str, Any]) -> dict[str, Any]:
        bread = str(an_order().order_id)
        handovers = [
            {"order_id": bread, "action": task["action"], "accepted_kg": "20"}
            for task in stop["tasks"]
            if task["order_id"] == bread
        ]
        times = {"arrived_at": stop["arrives_at"], "completed_at": stop["departs_at"]}
        return {**times, "handovers": handovers}

    async def test_what_has_ended_cannot_be_cancelled(
        self, dispatcher: httpx.AsyncClient, ask: Ask, post: Post
    ) -> None:
        await ask([an_order()])
        plan = await self.proposed(post, dispatcher)
        await post(f"/v1/plans/{plan['plan_id']}/publish")
        tour = plan["tours"][0]
        await post(f"/v1/tours/{tour['tour_id']}/start")
        stop = tour["stops"][0]
        handover = {
            "order_id": str(an_order().order_id),
            "action": "pickup",
            "accepted_kg": "20",
        }
        body = {
            "arrived_at": stop["arrives_at"],
            "completed_at": stop["departs_at"],
            "handovers": [handover],
        }
        await post(f"/v1/tours/{tour['tour_id']}/stops/1/complete", body)
        path = f"/v1/orders/{an_order().order_id}/cancel"
        refused = await dispatcher.post(path, json={"reason": "not_needed"})
        assert (
            refused.status_code,
            "cannot be cancelled any more" in refused.json()["detail"],
        ) == (
            409,
            True,
        )


class TestWhatOthersSay:
    async def test_a_closed_actor_suspends_its_orders_and_leaves_proposals(
        self, dispatcher: httpx.AsyncClient, ask: Ask, post: Post, close: Close
    ) -> None:
        milk = an_order("milk", dropoff=place("Dairy", 3, -2))
        await ask([an_order(), milk])
        plan_id = (await post("/v1/plans", DAY))["id"]
        await close(BAKERY)
        assert await status(dispatcher, an_order()) == "suspended"
        assert await status(dispatcher, milk) == "accepted"
        (tour,) = (await dispatcher.get(f"/v1/plans/{plan_id}")).json()["tours"]
        carried = {order_id for stop in tour["stops"] for order_id in stop["order_ids"]}
        assert carried == {str(milk.order_id)}
        await post(f"/v1/plans/{plan_id}/publish")

    async def test_a_published_tour_for_a_closed_actor_alone_is_cancelled(
        self, dispatcher: httpx.AsyncClient, ask: Ask, post: Post, close: Close
    ) -> None:
        await ask([an_order()])
        plan_id = (await post("/v1/plans", DAY))["id"]
        await post(f"/v1/plans/{plan_id}/publish")
        await close(BAKERY)
        (tour,) = (await dispatcher.get(f"/v1/plans/{plan_id}")).json()["tours"]
        assert (tour["status"], tour["reason"]) == ("cancelled", "actor_closed")

    async def test_orders_of_a_synergy_with_a_closed_actor_are_kept_suspended_and_not_told(
        self,
        dispatcher: httpx.AsyncClient,
        runner: Runner[Store],
        handlers: Handlers[Store],
        close: Close,
        told: Told,
    ) -> None:
        await close(an_id("Villaverde"))
        await self.agree(runner, handlers)
        listed = (await dispatcher.get("/v1/orders")).json()["items"]
        assert {(order["status"], order["reason"]) for order in listed} == {
            ("suspended", "actor_closed")
        }
        assert await told(TransportOrderRequested) == []

    async def agree(self, runner: Runner[Store], handlers: Handlers[Store]) -> None:
        need = a_logistics_need(
            pickup=place("Villaverde", 1, 3),
            dropoff=place("STRH", 2, -2),
            every="P1D",
            first_on=ON,
            pickup_window=hours("08:00", "12:00"),
        )
        event = a_synergy_agreed(synergy=a_synergy(logistics=(need,), starts_on=ON))
        await deliver_twice(runner, handlers, received(event))

    async def test_a_synergy_that_ends_cancels_its_orders_from_that_day_on(
        self,
        dispatcher: httpx.AsyncClient,
        world: Runner[Store],
        handlers: Handlers[Store],
    ) -> None:
        await self.agree(world, handlers)
        ended = a_synergy_ended(ended_on=ON + timedelta(days=2))
        await deliver_twice(world, handlers, received(ended, sequence=2))
        listed = (await dispatcher.get("/v1/orders", params={"limit": 100})).json()["items"]
        by_status = {
            status: sorted({date.fromisoformat(o["on"]) for o in listed if o["status"] == status})
            for status in ("accepted", "cancelled")
        }
        assert by_status["accepted"] == [ON, ON + timedelta(days=1)]
        assert by_status["cancelled"][0] == ON + timedelta(days=2)
        assert {order["reason"] for order in listed} == {None, "synergy_ended"}

    async def test_an_end_that_comes_before_the_beginning_still_ends_it(
        self, dispatcher: httpx.AsyncClient, world: Runner[Store], handlers: Handlers[Store]
    ) -> None:
        ended = a_synergy_ended(ended_on=ON + timedelta(days=1))
        await deliver_twice(world, handlers, received(ended, sequence=2))
        await self.agree(world, handlers)
        listed = (await dispatcher.get("/v1/orders")).json()["items"]
        assert [order["on"] for order in listed] == [ON.isoformat()]

    async def test_a_late_profile_does_not_reopen_an_actor(
        self,
        dispatcher: httpx.AsyncClient,
        body_of: BodyOf,
        runner: Runner[Store],
        handlers: Handlers[Store],
        close: Close,
    ) -> None:
        baker = an_actor(actor_id=BAKERY)
        await close(BAKERY, sequence=3)
        await deliver_twice(
            runner,
            handlers,
            received(an_actor_registered(actor=baker)),
            received(an_actor_profile_changed(actor=baker), sequence=2),
        )
        answer = await dispatcher.post("/v1/orders", json=body_of(an_order()))
        assert answer.status_code == 409
