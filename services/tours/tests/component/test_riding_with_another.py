"""An order rides on another's round: when both sides have said yes, and for as long."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from maillage_common.handlers import Handlers
from maillage_common.transaction import Runner
from maillage_contracts.flows import ExistingRound, ExistingRoundDeclared
from maillage_serving.testing import FixedClock, client, deliver_twice, received
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import ON, TERMS, a_load, an_id, an_order, made, place
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
