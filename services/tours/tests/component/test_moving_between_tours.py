"""Goods on the wrong one of two tours: the dispatcher sees what a move saves, and makes it."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any, cast

import httpx
import pytest

from maillage_common.handlers import Handlers
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.registry import Vehicle, VehicleDeclared
from maillage_contracts.tours import TourPublished
from maillage_serving.testing import deliver_twice, received
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import ON, TERMS, a_load, a_vehicle, an_order, place, window
from maillage_tours.usecases.gather_tours import gather_tours
from maillage_tours.usecases.move_orders import look_at_tours
from maillage_tours.usecases.store import Store

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]
Ask = Callable[[Sequence[Order]], Awaitable[None]]

DAY = {"on": ON.isoformat()}
ASTRAY = an_order("astray", dropoff=place("Shop astray", 0.5, 6), load=a_load(50))


def shops(south_km: float, east_km: float) -> list[Order]:
    return [
        an_order(
            f"{south_km}/{east_km}/{n}",
            dropoff=place(f"Shop {south_km}/{east_km}/{n}", south_km * n, east_km * n),
            load=a_load(50),
            dropoff_window=window("07:00", "08:30"),
        )
        for n in (1, 2)
    ]


@pytest.fixture
async def plan_of(ask: Ask, post: Post) -> Callable[[Sequence[Order]], Awaitable[None]]:
    """Plan and publish what was asked for, as one tour more."""

    async def planned(orders: Sequence[Order]) -> None:
        await ask(orders)
        plan = await post("/v1/plans", {**DAY, "limits": {"iterations": 5}})
        await post(f"/v1/plans/{plan['id']}/publish")

    return planned


@pytest.fixture
async def another_van(world: Runner[Store], handlers: Handlers[Store]) -> None:
    van = Vehicle.model_validate(a_vehicle("Van 2").model_dump())
    await deliver_twice(world, handlers, received(VehicleDeclared(vehicle=van)))


@pytest.fixture
async def move(
    plan_of: Callable[[Sequence[Order]], Awaitable[None]],
    another_van: None,
    dispatcher: httpx.AsyncClient,
) -> dict[str, Any]:
    """The only thing proposed on a day with a door in the east on the tour to the west."""
    await plan_of([*shops(0.1, -4), ASTRAY])
    await plan_of(shops(0.1, 4))
    (one,) = (await dispatcher.get("/v1/moves", params=DAY)).json()
    return one


def body_of(move: dict[str, Any]) -> dict[str, Any]:
    asked = {"order_ids", "from_tour", "to_tour", "pickup_after", "dropoff_after"}
    return {name: move[name] for name in {*asked, "from_version", "to_version"}}


async def test_a_move_is_proposed_with_its_saving_and_made_when_accepted(
    move: dict[str, Any], dispatcher: httpx.AsyncClient, post: Post, told: Told
) -> None:
    assert move["order_ids"] == [str(ASTRAY.order_id)]
    before = await costs(dispatcher, move)
    await post("/v1/moves", body_of(move))
    after = await costs(dispatcher, move)
    assert sum(before) - sum(after) == pytest.approx(float(move["saving"]["amount"]))
    order = (await dispatcher.get(f"/v1/orders/{ASTRAY.order_id}")).json()
    assert order["status"] == "planned"
    assert [one["tour_id"] for one in order["carriages"]] == [move["to_tour"]]
    *_, here, there = await told(TourPublished)
    carried = [{one for stop in t.tour.stops for one in stop.order_ids} for t in (here, there)]
    assert [str(t.tour.tour_id) for t in (here, there)] == [move["from_tour"], move["to_tour"]]
    assert [ASTRAY.order_id in some for some in carried] == [False, True]
    assert (await dispatcher.get("/v1/moves", params=DAY)).json() == []


async def costs(dispatcher: httpx.AsyncClient, move: dict[str, Any]) -> list[float]:
    tours = [
        (await dispatcher.get(f"/v1/tours/{move[end]}")).json() for end in ("from_tour", "to_tour")
    ]
    return [float(tour["cost"]["amount"]) for tour in tours]


async def test_looking_changes_nothing(
    move: dict[str, Any], dispatcher: httpx.AsyncClient, told: Told
) -> None:
    assert (await dispatcher.get("/v1/moves", params=DAY)).json() == [move]
    assert len(await told(TourPublished)) == 2


class Counted:
    """A store that counts what is asked of it."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.reads = 0

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 any method of a store
        self.reads += 1
        return getattr(self._store, name)


async def test_two_tours_are_looked_at_in_as_many_reads_as_one(
    plan_of: Callable[[Sequence[Order]], Awaitable[None]],
    another_van: None,
    world: Runner[Store],
) -> None:
    async def reads() -> tuple[int, int]:
        async with world.database.transaction(read_only=True) as (store, _):
            counted = Counted(store)
            givens = await look_at_tours(ON, cast("Store", counted), TERMS, world.clock())
            return len(givens), counted.reads

    await plan_of(shops(0.1, -4))
    one, reads_of_one = await reads()
    await plan_of(shops(0.1, 4))
    two, reads_of_two = await reads()
    assert (one, two) == (1, 2)
    assert reads_of_two == reads_of_one


async def test_tours_of_two_days_or_that_are_over_change_nothing(
    move: dict[str, Any], world: Runner[Store]
) -> None:
    async with world.database.transaction(read_only=True) as (store, _):
        here, there = await store.given_tours(ON)
        later = there.model_copy(update={"on": ON + timedelta(days=1)})
        with pytest.raises(Refused, match="several days"):
            await gather_tours([here, later], store, TERMS, world.clock())
        over = there.model_copy(update={"status": "completed"})
        with pytest.raises(Refused, match="no crew drives it"):
            await gather_tours([here, over], store, TERMS, world.clock())


async def test_a_move_that_is_sent_twice_is_made_once(
    move: dict[str, Any], dispatcher: httpx.AsyncClient, told: Told
) -> None:
    keyed = {"Idempotency-Key": "move-1"}
    first, again = [
        await dispatcher.post("/v1/moves", json=body_of(move), headers=keyed) for _ in range(2)
    ]
    assert (first.status_code, again.json()["replayed"]) == (200, True)
    assert again.json()["events"] == first.json()["events"]
    stale = await dispatcher.post("/v1/moves", json=body_of(move))
    assert stale.status_code == 412
    assert len(await told(TourPublished)) == 4


@pytest.mark.parametrize(
    "changes",
    [
        {"order_ids": [str(shops(0.1, -4)[0].order_id)]},
        {"order_ids": [str(an_order("nobody").order_id)]},
        {"pickup_after": 3},
        {"dropoff_after": 99},
    ],
)
async def test_another_move_than_one_that_saves_is_refused(
    move: dict[str, Any], dispatcher: httpx.AsyncClient, told: Told, changes: dict[str, Any]
) -> None:
    refused = await dispatcher.post("/v1/moves", json=body_of(move) | changes)
    assert refused.status_code == 409
    assert "look at the proposals again" in refused.text
    assert len(await told(TourPublished)) == 2


async def test_where_every_door_is_on_the_right_tour_nothing_is_proposed(
    plan_of: Callable[[Sequence[Order]], Awaitable[None]],
    another_van: None,
    dispatcher: httpx.AsyncClient,
    told: Told,
) -> None:
    await plan_of(shops(0.1, -4))
    await plan_of([*shops(0.1, 4), ASTRAY])
    assert len(await told(TourPublished)) == 2
    assert (await dispatcher.get("/v1/moves", params=DAY)).json() == []
