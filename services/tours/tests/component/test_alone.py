"""What each actor would have driven alone for the orders of a plan that was shared."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest

from maillage_common.handlers import Handlers
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.registry import AccessZoneRulePublished, Vehicle, VehicleDeclared
from maillage_contracts.tours import PlanSolvedAlone, TourPublished
from maillage_serving.testing import deliver_twice, received
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import ON, a_vehicle, an_id, an_order, clean_air, place, spot
from maillage_tours.usecases.store import Store

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]
Ask = Callable[[Sequence[Order]], Awaitable[None]]


@pytest.fixture
async def plan_id(world: Runner[Store], handlers: Handlers[Store], ask: Ask, post: Post) -> str:
    """The bakery has a van of its own, in its yard; the dairy has none, and a crate comes back."""
    van = a_vehicle("Van of the bakery", owner_id=an_id("Bakery"), base=spot(1), energy="diesel")
    declared = VehicleDeclared(vehicle=Vehicle.model_validate(van.model_dump()))
    await deliver_twice(world, handlers, received(declared))
    bakery, dairy = place("Bakery", 1), place("Dairy", 1.2)
    shop = place("Shop", 2, 1)
    await ask(
        [
            an_order("bread", pickup=bakery, dropoff=shop),
            an_order("milk", pickup=dairy, dropoff=shop),
            an_order("crates", pickup=shop, dropoff=dairy, is_return=True),
        ]
    )
    made = await post("/v1/plans", {"on": ON.isoformat()})
    return str(made["id"])


async def test_each_drives_its_own_rounds_and_together_they_drive_more(
    plan_id: str, world: Runner[Store], handlers: Handlers[Store], post: Post, told: Told
) -> None:
    zone = AccessZoneRulePublished.model_validate(clean_air().model_dump())
    await deliver_twice(world, handlers, received(zone))
    await post(f"/v1/plans/{plan_id}/publish")
    answer = await post(f"/v1/plans/{plan_id}/alone", {})
    assert [event["type"] for event in answer["events"]] == ["org.maillage.plan.solved_alone.v1"]
    (alone,) = await told(PlanSolvedAlone)
    by_actor = {one.actor_id: one for one in alone.rounds}
    assert by_actor.keys() == {an_id("Bakery"), an_id("Dairy")}
    assert by_actor[an_id("Bakery")].is_own
    assert by_actor[an_id("Bakery")].energy == "diesel"
    assert not by_actor[an_id("Dairy")].is_own
    shared_km = sum(event.tour.distance_km for event in await told(TourPublished))
    assert sum(one.distance_km for one in alone.rounds) > shared_km
    assert all(one.low_emission_km == one.distance_km for one in alone.rounds)
    assert (alone.unplanned, alone.matrix) == (0, "estimated")


async def test_asked_again_the_planner_says_the_same_and_no_order_has_moved(
    plan_id: str, post: Post, told: Told, dispatcher: httpx.AsyncClient
) -> None:
    await post(f"/v1/plans/{plan_id}/publish")
    before = (await dispatcher.get("/v1/orders", params={"on": ON.isoformat()})).json()
    await post(f"/v1/plans/{plan_id}/alone", {})
    await post(f"/v1/plans/{plan_id}/alone", {})
    first, second = await told(PlanSolvedAlone)
    assert first == second
    after = (await dispatcher.get("/v1/orders", params={"on": ON.isoformat()})).json()
    assert after == before


async def test_only_a_plan_that_was_published_is_compared(
    plan_id: str, dispatcher: httpx.AsyncClient
) -> None:
    refused = await dispatcher.post(f"/v1/plans/{plan_id}/alone", json={})
    assert (refused.status_code, "publish it first" in refused.json()["detail"]) == (409, True)
    unknown = await dispatcher.post(f"/v1/plans/{an_id('nothing')}/alone", json={})
    assert unknown.status_code == 404
