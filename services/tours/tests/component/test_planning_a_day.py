"""Plan, propose, publish or discard; what changed meanwhile is noticed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from maillage_common.handlers import Handlers
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.registry import AccessZoneRulePublished, Vehicle, VehicleDeclared
from maillage_contracts.tours import TourPublished
from maillage_contracts.vocabulary import PlanId
from maillage_serving.testing import context, deliver_twice, received
from maillage_tours.adapters.estimated import EstimatedMatrices
from maillage_tours.domain.order import Order
from maillage_tours.domain.problem import Search
from maillage_tours.domain.samples import (
    ON,
    TERMS,
    a_load,
    a_rule,
    a_vehicle,
    a_zone,
    an_id,
    an_order,
    place,
    window,
)
from maillage_tours.usecases.gather_day import gather_day
from maillage_tours.usecases.plan_day import Draft, Solver, plan_day
from maillage_tours.usecases.propose_plan import ProposePlan, propose_plan
from maillage_tours.usecases.store import Store

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]
Ask = Callable[[Sequence[Order]], Awaitable[None]]
DAY = {"on": ON.isoformat()}
SHOP = place("Shop in the centre", 4)


@pytest.fixture
async def orders(ask: Ask) -> list[Order]:
    """One by van, one by bike, one that nobody can carry."""
    made = [
        an_order("bread", load=a_load(200)),
        an_order("fruit", dropoff=SHOP),
        an_order("ice", load=a_load(temperature="frozen")),
    ]
    await ask(made)
    return made


@pytest.fixture
async def plan(orders: list[Order], post: Post, dispatcher: httpx.AsyncClient) -> dict[str, Any]:
    assert orders
    plan_id = (await post("/v1/plans", DAY))["id"]
    found: dict[str, Any] = (await dispatcher.get(f"/v1/plans/{plan_id}")).json()
    return found


async def statuses(http: httpx.AsyncClient) -> dict[str, str]:
    listed = (await http.get("/v1/orders", params=DAY)).json()["items"]
    return {order["order_id"]: order["status"] for order in listed}


async def test_a_plan_shows_its_tours_and_the_orders_it_leaves_with_their_reasons(
    plan: dict[str, Any], orders: list[Order]
) -> None:
    assert [tour["vehicle"] for tour in plan["tours"]] == ["Bike", "Van"]
    assert {tour["status"] for tour in plan["tours"]} == {"proposed"}
    assert plan["unplanned"] == [
        {"order_id": str(orders[2].order_id), "reason": "no frozen compartment (Bike, Van)"}
    ]
    assert (plan["matrix"], plan["seed"], plan["iterations"]) == ("estimated", 1, 300)
    assert plan["solver"] == "pyvrp 0.14.1"
    assert not plan["was_cut"]
    assert plan["totals"]["tours"] == 2
    van = plan["tours"][1]
    assert [stop["kind"] for stop in van["stops"]] == ["pickup", "dropoff"]
    assert van["stops"][0]["order_ids"] == [str(orders[0].order_id)]


async def test_a_proposal_takes_no_order_and_tells_nothing(
    plan: dict[str, Any], dispatcher: httpx.AsyncClient, told: Told
) -> None:
    assert plan["tours"]
    assert set((await statuses(dispatcher)).values()) == {"accepted"}
    assert await told(TourPublished) == []


async def test_published_tours_are_told_and_their_orders_planned(
    plan: dict[str, Any], post: Post, dispatcher: httpx.AsyncClient, told: Told
) -> None:
    outcome = await post(f"/v1/plans/{plan['plan_id']}/publish")
    assert len(outcome["events"]) == 2
    assert sorted((await statuses(dispatcher)).values()) == ["accepted", "planned", "planned"]
    assert len(await told(TourPublished)) == 2
    again = await dispatcher.post(f"/v1/plans/{plan['plan_id']}/publish")
    assert (again.status_code, again.json()["detail"]) == (
        409,
        "no tour of this plan is proposed any more",
    )


async def test_one_tour_may_be_published_alone_and_once(
    plan: dict[str, Any], post: Post, dispatcher: httpx.AsyncClient
) -> None:
    path = f"/v1/tours/{plan['tours'][0]['tour_id']}"
    stale = await dispatcher.post(f"{path}/publish", headers={"If-Match": '"9"'})
    assert stale.status_code == 412
    version = (await dispatcher.get(path)).headers["etag"]
    await post(f"{path}/publish", **{"If-Match": version})
    again = await dispatcher.post(f"{path}/publish")
    assert (again.status_code, "only a proposed one" in again.json()["detail"]) == (409, True)
    shown = (await dispatcher.get("/v1/tours", params={"status": "published"})).json()["items"]
    assert [tour["tour_id"] for tour in shown] == [plan["tours"][0]["tour_id"]]


async def test_a_discarded_plan_leaves_its_orders_free(
    plan: dict[str, Any], post: Post, dispatcher: httpx.AsyncClient
) -> None:
    await post(f"/v1/plans/{plan['plan_id']}/discard")
    await post(f"/v1/plans/{plan['plan_id']}/discard")
    found = (await dispatcher.get(f"/v1/plans/{plan['plan_id']}")).json()
    assert {(tour["status"], tour["reason"]) for tour in found["tours"]} == {
        ("cancelled", "discarded")
    }
    assert found["totals"]["tours"] == 0
    assert set((await statuses(dispatcher)).values()) == {"accepted"}


async def test_of_two_proposals_only_one_is_published(
    plan: dict[str, Any], post: Post, dispatcher: httpx.AsyncClient
) -> None:
    other = (await post("/v1/plans", DAY))["id"]
    await post(f"/v1/plans/{plan['plan_id']}/publish")
    refused = await dispatcher.post(f"/v1/plans/{other}/publish")
    assert refused.status_code == 409
    assert "on another tour at that time" in refused.json()["detail"]


async def test_a_second_plan_uses_what_is_left_of_the_shift(
    plan: dict[str, Any], post: Post, ask: Ask, dispatcher: httpx.AsyncClient
) -> None:
    await post(f"/v1/plans/{plan['plan_id']}/publish")
    late = [an_order("late", dropoff_window=window("08:00", "13:00"), load=a_load(300))]
    await ask(late)
    second = (await post("/v1/plans", DAY))["id"]
    found = (await dispatcher.get(f"/v1/plans/{second}")).json()
    first = next(tour for tour in plan["tours"] if tour["vehicle"] == "Van")
    (tour,) = found["tours"]
    assert tour["starts_at"] >= first["ends_at"]
    await post(f"/v1/plans/{second}/publish")


async def test_a_zone_closed_since_stops_the_publication(
    plan: dict[str, Any],
    dispatcher: httpx.AsyncClient,
    runner: Runner[Store],
    handlers: Handlers[Store],
) -> None:
    closed = a_zone(a_rule(vehicle_classes=("cargo_bike",)))
    event = AccessZoneRulePublished.model_validate(closed.model_dump())
    await deliver_twice(runner, handlers, received(event, sequence=2))
    refused = await dispatcher.post(f"/v1/plans/{plan['plan_id']}/publish")
    assert (refused.status_code, refused.json()["detail"]) == (
        409,
        "the check found 1 faults: Bike may not be in Centre then",
    )
    assert "planned" not in (await statuses(dispatcher)).values()


async def test_a_vehicle_withdrawn_since_stops_the_publication(
    plan: dict[str, Any],
    dispatcher: httpx.AsyncClient,
    runner: Runner[Store],
    handlers: Handlers[Store],
) -> None:
    gone = Vehicle.model_validate(a_vehicle(in_service=False).model_dump())
    event = received(VehicleDeclared(vehicle=gone), sequence=2)
    await deliver_twice(runner, handlers, event)
    refused = await dispatcher.post(f"/v1/plans/{plan['plan_id']}/publish")
    assert (refused.status_code, "not in service" in refused.json()["detail"]) == (409, True)


async def test_a_cancelled_tour_gives_its_orders_back(
    plan: dict[str, Any], post: Post, dispatcher: httpx.AsyncClient
) -> None:
    await post(f"/v1/plans/{plan['plan_id']}/publish")
    for tour in plan["tours"]:
        await post(f"/v1/tours/{tour['tour_id']}/cancel", {"reason": "snow"})
    assert set((await statuses(dispatcher)).values()) == {"accepted"}
    again = (await post("/v1/plans", DAY))["id"]
    assert len((await dispatcher.get(f"/v1/plans/{again}")).json()["tours"]) == 2


async def test_a_proposed_tour_may_be_cancelled_too_but_not_one_under_way(
    plan: dict[str, Any], post: Post, dispatcher: httpx.AsyncClient
) -> None:
    first, second = (tour["tour_id"] for tour in plan["tours"])
    await post(f"/v1/tours/{first}/cancel", {"reason": "not_needed"})
    await post(f"/v1/tours/{second}/publish")
    await post(f"/v1/tours/{second}/start")
    refused = await dispatcher.post(f"/v1/tours/{second}/cancel", json={"reason": "snow"})
    assert (refused.status_code, "cannot become cancelled" in refused.json()["detail"]) == (
        409,
        True,
    )
    early = await dispatcher.post(f"/v1/tours/{first}/start")
    assert early.status_code == 409


class TestTheLastCheck:
    """What is computed outside the transaction is not believed inside it."""

    async def draft(self, runner: Runner[Store], solver: Solver) -> Draft:
        day = await runner.read(lambda store: gather_day(ON, store, TERMS))
        return await plan_day(
            PlanId(an_id("plan")),
            day,
            Search(1, 20, 10),
            matrices=EstimatedMatrices(TERMS.detour_factor),
            solver=solver,
        )

    async def propose(self, runner: Runner[Store], draft: Draft) -> None:
        await runner.execute(
            propose_plan, ProposePlan(draft), subject=str(draft.plan_id), context=context()
        )

    async def test_an_order_that_changed_meanwhile_stops_the_proposal(
        self, world: Runner[Store], orders: list[Order], post: Post, same_process: Solver
    ) -> None:
        draft = await self.draft(world, same_process)
        await post(f"/v1/orders/{orders[0].order_id}/cancel", {"reason": "not_needed"})
        with pytest.raises(Refused, match="1 orders changed while the plan was computed"):
            await self.propose(world, draft)

    @pytest.mark.usefixtures("orders")
    async def test_a_solver_that_breaks_a_rule_is_not_proposed(
        self, world: Runner[Store], same_process: Solver, dispatcher: httpx.AsyncClient
    ) -> None:
        draft = await self.draft(world, same_process)
        early = [
            tour.model_copy(update={"starts_at": tour.starts_at - timedelta(hours=5)})
            for tour in draft.tours
        ]
        with pytest.raises(Refused, match="drives outside its shift"):
            await self.propose(world, replace(draft, tours=early))
        assert (await dispatcher.get("/v1/plans", params=DAY)).json()["items"] == []

    @pytest.mark.usefixtures("orders")
    async def test_a_solver_that_forgets_an_order_is_not_proposed(
        self, world: Runner[Store], same_process: Solver
    ) -> None:
        draft = await self.draft(world, same_process)
        with pytest.raises(Refused, match="must be planned, or left with a reason"):
            await self.propose(world, replace(draft, left={}))
