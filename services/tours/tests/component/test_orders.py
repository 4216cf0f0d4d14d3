"""Orders at the door, and what becomes of them when others say that something ended."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from maillage_common.handlers import Handlers
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.flows import ExistingRoundDeclared
from maillage_contracts.samples import (
    an_existing_round_declared,
)
from maillage_contracts.tours import TransportOrderRequested
from maillage_serving.http import encode_cursor
from maillage_serving.testing import client, deliver_twice, received
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import (
    ON,
    TERMS,
    a_load,
    an_id,
    an_order,
    place,
    window,
)
from maillage_tours.usecases.store import Store
from maillage_tours.wiring import service

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
        close: Close,
    ) -> None:
        await close(BAKERY)
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
