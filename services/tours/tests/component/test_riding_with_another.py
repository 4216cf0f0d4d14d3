"""An order rides on another's round: when both sides have said yes, and for as long."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from maillage_common.handlers import Handlers
from maillage_common.transaction import Runner
from maillage_contracts.flows import ExistingRound, ExistingRoundDeclared
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import ActorId
from maillage_serving.testing import (
    FixedClock,
    client,
    context,
    deliver_twice,
    postgres_runner,
    received,
)
from maillage_tours.domain.order import Order
from maillage_tours.domain.riding_along import RideOffer
from maillage_tours.domain.samples import ON, TERMS, a_load, an_id, an_order, made, place
from maillage_tours.usecases.agree_ride import AgreeRide, agree_ride
from maillage_tours.usecases.plan_day import Solver
from maillage_tours.usecases.store import Store
from maillage_tours.wiring import service

Post = Callable[..., Awaitable[Any]]
Ask = Callable[[Sequence[Order]], Awaitable[None]]
DAY = {"on": ON.isoformat(), "limits": {"iterations": 2}}
MILK = an_order("milk", pickup=place("Dairy", 2, 1), dropoff=place("Dairy", 4, 2.5))
PATH = f"/v1/orders/{MILK.order_id}"
DAIRY, BAKER = an_id("Dairy"), an_id("Baker")
ROUND = an_id("round")


def a_round(name: str = "round", **changes: object) -> ExistingRound:
    """Past both doors, at dawn."""
    return made(
        ExistingRound,
        changes,
        round_id=an_id(name),
        actor_id=BAKER,
        label="Bread",
        weekdays=(ON.isoweekday(),),
        departs_at="07:00",
        vehicle_class="van",
        energy="diesel",
        stops=(place("First shop", 1.8, 1), place("Last shop", 4.1, 2.6)),
        distance_km=12,
        empty_km=0,
        carried_kg=0,
        free=({"leg": "out", "mass_kg": 30},),
    )


@pytest.fixture
async def asked(world: Runner[Store], handlers: Handlers[Store], ask: Ask) -> None:
    await deliver_twice(world, handlers, received(ExistingRoundDeclared(round=a_round())))
    await ask([MILK])


@pytest.fixture
async def baker(world: Runner[Store], same_process: Solver) -> AsyncIterator[httpx.AsyncClient]:
    async with client(service(TERMS, same_process), world, "actor", BAKER) as http:
        yield http


async def unplanned_or_planned(post: Post, http: httpx.AsyncClient) -> tuple[int, int]:
    """How many orders a plan of the day carries, and how many it leaves out."""
    plan_id = (await post("/v1/plans", DAY))["id"]
    plan = (await http.get(f"/v1/plans/{plan_id}")).json()
    return sum(len(tour["stops"]) // 2 for tour in plan["tours"]), len(plan["unplanned"])


def yes(actor_id: UUID, round_id: UUID = ROUND) -> dict[str, str]:
    return {"round_id": str(round_id), "actor_id": str(actor_id)}


async def test_with_both_consents_the_order_is_in_no_plan_and_without_one_it_is_again(
    asked: None,
    post: Post,
    dispatcher: httpx.AsyncClient,
    baker: httpx.AsyncClient,
    clock: FixedClock,
) -> None:
    proposed = (await post("/v1/plans", DAY))["id"]
    await post(f"{PATH}/ride/agree", yes(DAIRY))
    assert await unplanned_or_planned(post, dispatcher) == (1, 0)
    (agreed,) = [await baker.post(f"{PATH}/ride/agree", json={"round_id": str(ROUND)})]
    assert agreed.is_success, agreed.text
    order = (await dispatcher.get(PATH)).json()
    now = clock.now.isoformat().replace("+00:00", "Z")
    assert (order["status"], order["ride"]["consents"]) == (
        "riding",
        [
            {"actor_id": str(DAIRY), "given_at": now, "by_itself": False},
            {"actor_id": str(BAKER), "given_at": now, "by_itself": True},
        ],
    )
    assert await unplanned_or_planned(post, dispatcher) == (0, 0)
    (tour,) = (await dispatcher.get(f"/v1/plans/{proposed}")).json()["tours"]
    assert (tour["status"], tour["reason"]) == ("cancelled", "rides_along")
    withdrawn = await baker.post(f"{PATH}/ride/withdraw", json={})
    assert withdrawn.is_success, withdrawn.text
    order = (await dispatcher.get(PATH)).json()
    assert order["status"] == "accepted"
    assert [one["actor_id"] for one in order["ride"]["consents"]] == [str(DAIRY)]
    assert await unplanned_or_planned(post, dispatcher) == (1, 0)


async def test_the_same_yes_twice_is_one(
    asked: None, post: Post, dispatcher: httpx.AsyncClient
) -> None:
    for _ in range(2):
        await post(f"{PATH}/ride/agree", yes(BAKER))
    order = (await dispatcher.get(PATH)).json()
    assert (order["status"], len(order["ride"]["consents"])) == ("accepted", 1)
    await post(f"{PATH}/ride/withdraw", {"actor_id": str(BAKER)})
    await post(f"{PATH}/ride/withdraw", {"actor_id": str(BAKER)})
    assert (await dispatcher.get(PATH)).json()["ride"] is None


async def test_what_rides_along_takes_the_room_of_what_comes_after(
    asked: None, ask: Ask, post: Post, dispatcher: httpx.AsyncClient
) -> None:
    """Thirty kilograms are free, and each order weighs twenty."""
    cream = MILK.model_copy(update={"order_id": an_order("cream").order_id})
    await ask([cream])
    other = f"/v1/orders/{cream.order_id}"
    assert len((await dispatcher.get(f"{other}/rides")).json()) == 1
    await post(f"{other}/ride/agree", yes(DAIRY))
    for actor in (DAIRY, BAKER):
        await post(f"{PATH}/ride/agree", yes(actor))
    assert (await dispatcher.get(f"{other}/rides")).json() == []
    refused = await dispatcher.post(f"{other}/ride/agree", json=yes(BAKER))
    assert (refused.status_code, "cannot carry" in refused.text) == (409, True)


@pytest.mark.usefixtures("asked")
async def test_what_nobody_offered_is_refused(
    world: Runner[Store],
    handlers: Handlers[Store],
    ask: Ask,
    post: Post,
    dispatcher: httpx.AsyncClient,
) -> None:
    second = received(ExistingRoundDeclared(round=a_round("second")))
    await deliver_twice(world, handlers, second)
    await ask([an_order("heavy", pickup=MILK.pickup, dropoff=MILK.dropoff, load=a_load(31))])
    heavy = f"/v1/orders/{an_order('heavy').order_id}/ride/agree"
    assert (await dispatcher.post(heavy, json=yes(DAIRY))).status_code == 409
    stranger = await dispatcher.post(f"{PATH}/ride/agree", json=yes(an_id("Stranger")))
    assert (stranger.status_code, stranger.json()["errors"][0]["field"]) == (422, "actor_id")
    await post(f"{PATH}/ride/agree", yes(DAIRY))
    another = await dispatcher.post(f"{PATH}/ride/agree", json=yes(DAIRY, an_id("second")))
    assert (another.status_code, "withdrawn first" in another.text) == (409, True)


async def test_who_drives_knows_the_order_only_once_it_was_asked(
    asked: None, post: Post, baker: httpx.AsyncClient
) -> None:
    for answer in (
        await baker.get(PATH),
        await baker.post(f"{PATH}/ride/agree", json={"round_id": str(ROUND)}),
        await baker.post(f"{PATH}/ride/agree", json=yes(DAIRY)),
    ):
        assert answer.status_code == 404
    await post(f"{PATH}/ride/agree", yes(DAIRY))
    assert (await baker.get(PATH)).is_success
    for_another = await baker.post(f"{PATH}/ride/withdraw", json={"actor_id": str(DAIRY)})
    assert for_another.status_code == 404
    not_theirs = await baker.post(f"{PATH}/cancel", json={"reason": "no_room"})
    assert not_theirs.status_code == 404


@pytest.fixture
async def riding(asked: None, post: Post, dispatcher: httpx.AsyncClient) -> dict[str, Any]:
    """The order, on the round by the yes of both."""
    for actor in (DAIRY, BAKER):
        await post(f"{PATH}/ride/agree", yes(actor))
    found: dict[str, Any] = (await dispatcher.get(PATH)).json()
    return found


@pytest.fixture
def declare(world: Runner[Store], handlers: Handlers[Store]) -> Callable[..., Awaitable[None]]:
    """Flows says of the round what changed, as its event of that sequence."""

    async def declared(sequence: int, **changes: object) -> None:
        told = ExistingRoundDeclared(round=a_round("round", **changes))
        await deliver_twice(world, handlers, received(told, sequence=sequence))

    return declared


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": "ended"}, "round_ended"),
        ({"weekdays": (ON.isoweekday() % 7 + 1,)}, "round_ended"),
        ({"free": ({"leg": "out", "mass_kg": 19},)}, "round_is_full"),
        ({"free": ({"leg": "back", "mass_kg": 30},)}, "round_is_full"),
    ],
)
@pytest.mark.usefixtures("riding")
async def test_what_rode_on_a_round_that_ends_or_has_less_room_is_planned_again(
    declare: Callable[..., Awaitable[None]],
    post: Post,
    dispatcher: httpx.AsyncClient,
    changes: dict[str, object],
    reason: str,
) -> None:
    await declare(2, **changes)
    order = (await dispatcher.get(PATH)).json()
    assert (order["status"], order["ride"], order["reason"]) == ("accepted", None, reason)
    assert await unplanned_or_planned(post, dispatcher) == (1, 0)
    await declare(1)
    assert (await dispatcher.get(PATH)).json() == order


async def test_what_is_carried_or_still_has_room_rides_on(
    riding: dict[str, Any],
    declare: Callable[..., Awaitable[None]],
    dispatcher: httpx.AsyncClient,
    clock: FixedClock,
) -> None:
    await declare(2, free=({"leg": "out", "mass_kg": 20},))
    assert (await dispatcher.get(PATH)).json() == riding
    clock.now = datetime.fromisoformat(riding["ride"]["taken_at"])
    await declare(3, status="ended")
    assert (await dispatcher.get(PATH)).json() == riding


@pytest.mark.usefixtures("asked")
async def test_who_asked_a_round_that_ended_may_ask_another(
    world: Runner[Store],
    handlers: Handlers[Store],
    declare: Callable[..., Awaitable[None]],
    post: Post,
    dispatcher: httpx.AsyncClient,
) -> None:
    await post(f"{PATH}/ride/agree", yes(DAIRY))
    second = received(ExistingRoundDeclared(round=a_round("second")))
    await deliver_twice(world, handlers, second)
    await declare(2, status="ended")
    await post(f"{PATH}/ride/agree", yes(DAIRY, an_id("second")))
    order = (await dispatcher.get(PATH)).json()
    assert order["ride"]["round_id"] == str(an_id("second"))


async def _saying_yes(http: httpx.AsyncClient, order: Order, actor_id: UUID) -> AgreeRide:
    """A yes to what is offered now."""
    (offer,) = (await http.get(f"/v1/orders/{order.order_id}/rides")).json()
    offered = RideOffer.model_validate(offer)
    return AgreeRide(order.order_id, ROUND, ActorId(actor_id), by_itself=True, offer=offered)


@pytest.mark.usefixtures("asked")
async def test_what_was_offered_before_the_round_ended_is_refused(
    world: Runner[Store], declare: Callable[..., Awaitable[None]], dispatcher: httpx.AsyncClient
) -> None:
    """An offer is made before the command: what ended meanwhile kept the order for ever."""
    late = await _saying_yes(dispatcher, MILK, DAIRY)
    await declare(2, status="ended")
    with pytest.raises(Refused, match="cannot carry"):
        await world.execute(agree_ride, late, subject=str(late.order_id), context=context())
    assert (await dispatcher.get(PATH)).json()["ride"] is None


@pytest.mark.usefixtures("asked")
async def test_two_who_say_yes_at_once_do_not_fill_a_round_beyond_its_room(
    world: Runner[Store], ask: Ask, post: Post, dispatcher: httpx.AsyncClient
) -> None:
    """Thirty kilograms are free, and each order weighs twenty: both were offered a place."""
    cream = MILK.model_copy(update={"order_id": an_order("cream").order_id})
    await ask([cream])
    for order in (MILK, cream):
        await post(f"/v1/orders/{order.order_id}/ride/agree", yes(DAIRY))
    first, late = [await _saying_yes(dispatcher, order, BAKER) for order in (MILK, cream)]
    await world.execute(agree_ride, first, subject=str(first.order_id), context=context())
    with pytest.raises(Refused, match="cannot carry"):
        await world.execute(agree_ride, late, subject=str(late.order_id), context=context())


@pytest.mark.integration
async def test_nothing_rides_on_a_round_that_ends_in_the_same_moment(
    fresh_database: str, same_process: Solver, handlers: Handlers[Store]
) -> None:
    desk, names = service(TERMS, same_process), "abcdef"
    doors = {"pickup": MILK.pickup, "dropoff": MILK.dropoff}
    orders = [an_order(name, **doors) for name in names]
    paths = [f"/v1/orders/{order.order_id}/ride/agree" for order in orders]
    async with (
        postgres_runner(fresh_database, desk) as runner,
        client(desk, runner, "dispatcher") as http,
    ):
        open_ = [received(ExistingRoundDeclared(round=a_round(name))) for name in names]
        await deliver_twice(runner, handlers, *open_)
        async with runner.database.transaction() as (store, _):
            await store.add_orders(orders)
        for path, name in zip(paths, names, strict=True):
            assert (await http.post(path, json=yes(DAIRY, an_id(name)))).is_success
        ended = [ExistingRoundDeclared(round=a_round(name, status="ended")) for name in names]
        await asyncio.gather(
            *(
                http.post(path, json=yes(BAKER, an_id(name)))
                for path, name in zip(paths, names, strict=True)
            ),
            *(deliver_twice(runner, handlers, received(one, sequence=2)) for one in ended),
        )
        found = (await http.get("/v1/orders")).json()["items"]
    assert [(order["status"], order["ride"]) for order in found] == [("accepted", None)] * 6
