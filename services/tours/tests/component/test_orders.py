"""Orders at the door, and what becomes of them when others say that something ended."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from maillage_common.handlers import Handlers
from maillage_common.http import encode_cursor
from maillage_common.testing import client, deliver_twice, received
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.flows import ExistingRoundDeclared
from maillage_contracts.samples import (
    a_logistics_need,
    a_synergy,
    a_synergy_agreed,
    a_synergy_ended,
    an_actor,
    an_actor_closed,
    an_actor_profile_changed,
    an_actor_registered,
    an_existing_round_declared,
)
from maillage_contracts.tours import TourCompleted, TransportOrderRequested
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import (
    ON,
    TERMS,
    a_load,
    an_id,
    an_order,
    hours,
    place,
    window,
)
from maillage_tours.usecases.store import Store
from maillage_tours.wiring import service

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]
Ask = Callable[[Sequence[Order]], Awaitable[None]]
BodyOf = Callable[[Order], dict[str, Any]]
DAY = {"on": ON.isoformat()}
BAKERY = an_id("Shop of bread")


async def status(http: httpx.AsyncClient, order: Order) -> str:
    answer: str = (await http.get(f"/v1/orders/{order.order_id}")).json()["status"]
    return answer


async def close(
    runner: Runner[Store], handlers: Handlers[Store], actor_id: object, sequence: int = 2
) -> None:
    actor = an_actor(actor_id=actor_id, status="closed")
    event = received(an_actor_closed(actor=actor), sequence=sequence)
    await deliver_twice(runner, handlers, event)


class TestAsking:
    async def test_a_dispatcher_asks_and_it_is_accepted_and_told(
        self, dispatcher: httpx.AsyncClient, body_of: BodyOf, told: Told
    ) -> None:
        answer = await dispatcher.post("/v1/orders", json=body_of(an_order()))
        assert answer.status_code == 201
        assert answer.json()["id"] == str(an_order().order_id)
        (event,) = await told(TransportOrderRequested)
        assert event.order.pickup.label == "Hub"
        assert await status(dispatcher, an_order()) == "accepted"

    async def test_without_an_identifier_it_gets_one(
        self, post: Post, body_of: BodyOf, dispatcher: httpx.AsyncClient
    ) -> None:
        body = body_of(an_order()) | {"order_id": None}
        made = await post("/v1/orders", body)
        assert (await dispatcher.get(f"/v1/orders/{made['id']}")).status_code == 200

    async def test_an_import_may_be_repeated(
        self, dispatcher: httpx.AsyncClient, post: Post, body_of: BodyOf, told: Told
    ) -> None:
        await post("/v1/orders", body_of(an_order()))
        assert (await post("/v1/orders", body_of(an_order())))["events"] == []
        other = body_of(an_order(load=a_load(21)))
        refused = await dispatcher.post("/v1/orders", json=other)
        assert (refused.status_code, "another order" in refused.json()["detail"]) == (409, True)
        assert len(await told(TransportOrderRequested)) == 1

    @pytest.mark.parametrize(
        ("changes", "field"),
        [
            ({"dropoff_window": window("05:00", "06:00")}, "dropoff_window"),
            (
                {
                    "on": ON - timedelta(days=1),
                    "pickup_window": window("08:00", "12:00", ON - timedelta(days=1)),
                },
                "pickup_window",
            ),
            ({"on": ON + timedelta(days=1)}, "on"),
            ({"dropoff": place("Next door")}, "dropoff"),
            ({"load": a_load(0)}, "load.mass_kg"),
            ({"origin": "synergy"}, "origin"),
        ],
    )
    async def test_what_cannot_be_carried_is_refused_by_its_field(
        self,
        dispatcher: httpx.AsyncClient,
        body_of: BodyOf,
        changes: dict[str, object],
        field: str,
    ) -> None:
        answer = await dispatcher.post("/v1/orders", json=body_of(an_order("bread", **changes)))
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)

    async def test_nothing_is_asked_of_a_closed_actor(
        self,
        dispatcher: httpx.AsyncClient,
        body_of: BodyOf,
        runner: Runner[Store],
        handlers: Handlers[Store],
    ) -> None:
        await close(runner, handlers, BAKERY)
        answer = await dispatcher.post("/v1/orders", json=body_of(an_order()))
        assert (answer.status_code, "has closed" in answer.json()["detail"]) == (409, True)

    async def test_a_key_makes_a_request_safe_to_repeat(
        self, post: Post, body_of: BodyOf, told: Told
    ) -> None:
        body = body_of(an_order()) | {"order_id": None}
        key = {"Idempotency-Key": str(uuid4())}
        first, again = [await post("/v1/orders", body, **key) for _ in range(2)]
        assert (again["id"], again["replayed"]) == (first["id"], True)
        assert len(await told(TransportOrderRequested)) == 1


class TestActors:
    """An actor asks for its own goods, a dispatcher decides."""

    async def test_its_order_waits_until_a_dispatcher_accepts_it(
        self, world: Runner[Store], post: Post, dispatcher: httpx.AsyncClient, body_of: BodyOf
    ) -> None:
        async with client(service(TERMS), world, "actor", organisation=BAKERY) as baker:
            asked = await baker.post("/v1/orders", json=body_of(an_order()))
            assert asked.status_code == 201
            assert await status(baker, an_order()) == "requested"
            assert (await baker.post("/v1/plans", json=DAY)).status_code == 403
            path = f"/v1/orders/{an_order().order_id}/accept"
            assert (await baker.post(path)).status_code == 403
        assert (await dispatcher.post(path, headers={"If-Match": '"7"'})).status_code == 412
        await post(path, **{"If-Match": '"1"'})
        assert await status(dispatcher, an_order()) == "accepted"
        assert (await dispatcher.post(path)).status_code == 409
        missing = f"/v1/orders/{uuid4()}/accept"
        assert (await dispatcher.post(missing)).status_code == 404

    async def test_it_sees_and_cancels_its_own_and_no_others(
        self, world: Runner[Store], ask: Ask, body_of: BodyOf
    ) -> None:
        milk = an_order("milk", dropoff=place("Dairy", 3, -2))
        await ask([an_order(), milk])
        async with client(service(TERMS), world, "actor", organisation=BAKERY) as baker:
            listed = (await baker.get("/v1/orders")).json()["items"]
            assert [order["order_id"] for order in listed] == [str(an_order().order_id)]
            assert (await baker.get(f"/v1/orders/{milk.order_id}")).status_code == 404
            assert (await baker.post("/v1/orders", json=body_of(milk))).status_code == 404
            reason = {"reason": "not_needed"}
            theirs = await baker.post(f"/v1/orders/{milk.order_id}/cancel", json=reason)
            assert theirs.status_code == 404
            mine = await baker.post(f"/v1/orders/{an_order().order_id}/cancel", json=reason)
            assert mine.status_code == 200
            assert await status(baker, an_order()) == "cancelled"

    async def test_nobody_comes_in_without_a_token(self, world: Runner[Store]) -> None:
        async with client(service(TERMS), world, None) as stranger:
            assert (await stranger.get("/v1/orders")).status_code == 401


class TestReading:
    async def test_lists_are_filtered_and_come_in_pages(
        self, dispatcher: httpx.AsyncClient, ask: Ask
    ) -> None:
        await ask([an_order(f"{n}") for n in range(5)])
        first = (await dispatcher.get("/v1/orders", params={**DAY, "limit": 3})).json()
        rest = (
            await dispatcher.get("/v1/orders", params={**DAY, "limit": 3, "cursor": first["next"]})
        ).json()
        ids = [order["order_id"] for order in first["items"] + rest["items"]]
        assert (len(set(ids)), rest["next"]) == (5, None)
        for nothing in ({"status": "failed"}, {"origin": "actor"}, {"on": "2026-12-24"}):
            assert (await dispatcher.get("/v1/orders", params=nothing)).json()["items"] == []

    async def test_a_broken_cursor_is_told(self, dispatcher: httpx.AsyncClient) -> None:
        answer = await dispatcher.get("/v1/orders", params={"cursor": encode_cursor("a", "b")})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")

    async def test_plans_and_tours_come_in_pages_too(
        self, dispatcher: httpx.AsyncClient, ask: Ask, post: Post
    ) -> None:
        await ask([an_order()])
        for _ in range(3):
            await post("/v1/plans", DAY)
        for path in ("/v1/plans", "/v1/tours"):
            first = (await dispatcher.get(path, params={"limit": 2})).json()
            rest = (await dispatcher.get(path, params={"cursor": first["next"]})).json()
            assert (len(first["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
        van = {"vehicle_id": str(an_id("vehicle Van"))}
        assert len((await dispatcher.get("/v1/tours", params=van)).json()["items"]) == 3

    async def test_what_there_is_to_plan_with(
        self, dispatcher: httpx.AsyncClient, runner: Runner[Store], handlers: Handlers[Store]
    ) -> None:
        declared: ExistingRoundDeclared = an_existing_round_declared()
        await deliver_twice(runner, handlers, received(declared))
        vehicles = (await dispatcher.get("/v1/vehicles")).json()["items"]
        hubs = (await dispatcher.get("/v1/hubs")).json()["items"]
        rounds = (await dispatcher.get("/v1/rounds")).json()["items"]
        assert {vehicle["label"] for vehicle in vehicles} == {"Van", "Bike"}
        assert [hub["label"] for hub in hubs] == ["Hub"]
        assert [one["round_id"] for one in rounds] == [str(declared.round.round_id)]


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
        self,
        dispatcher: httpx.AsyncClient,
        ask: Ask,
        post: Post,
        runner: Runner[Store],
        handlers: Handlers[Store],
    ) -> None:
        milk = an_order("milk", dropoff=place("Dairy", 3, -2))
        await ask([an_order(), milk])
        plan_id = (await post("/v1/plans", DAY))["id"]
        await close(runner, handlers, BAKERY)
        assert await status(dispatcher, an_order()) == "suspended"
        assert await status(dispatcher, milk) == "accepted"
        (tour,) = (await dispatcher.get(f"/v1/plans/{plan_id}")).json()["tours"]
        carried = {order_id for stop in tour["stops"] for order_id in stop["order_ids"]}
        assert carried == {str(milk.order_id)}
        await post(f"/v1/plans/{plan_id}/publish")

    async def test_a_published_tour_for_a_closed_actor_alone_is_cancelled(
        self,
        dispatcher: httpx.AsyncClient,
        ask: Ask,
        post: Post,
        runner: Runner[Store],
        handlers: Handlers[Store],
    ) -> None:
        await ask([an_order()])
        plan_id = (await post("/v1/plans", DAY))["id"]
        await post(f"/v1/plans/{plan_id}/publish")
        await close(runner, handlers, BAKERY)
        (tour,) = (await dispatcher.get(f"/v1/plans/{plan_id}")).json()["tours"]
        assert (tour["status"], tour["reason"]) == ("cancelled", "actor_closed")

    async def test_orders_of_a_synergy_with_a_closed_actor_are_kept_suspended_and_not_told(
        self,
        dispatcher: httpx.AsyncClient,
        runner: Runner[Store],
        handlers: Handlers[Store],
        told: Told,
    ) -> None:
        await close(runner, handlers, an_id("Villaverde"))
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
    ) -> None:
        baker = an_actor(actor_id=BAKERY)
        await close(runner, handlers, BAKERY, sequence=3)
        await deliver_twice(
            runner,
            handlers,
            received(an_actor_registered(actor=baker)),
            received(an_actor_profile_changed(actor=baker), sequence=2),
        )
        answer = await dispatcher.post("/v1/orders", json=body_of(an_order()))
        assert answer.status_code == 409
