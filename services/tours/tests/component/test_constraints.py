"""From the door and the bus into the plan: rests, places to choose from, what ranks first."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest

from maillage_common.handlers import Handlers
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.registry import ActorRegistered, Site, Vehicle, VehicleDeclared
from maillage_contracts.samples import an_actor
from maillage_contracts.tours import TourPublished
from maillage_contracts.vocabulary import SiteId
from maillage_serving.testing import deliver_twice, received
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import (
    ON,
    a_bike,
    a_load,
    a_trailer,
    a_vehicle,
    an_id,
    an_order,
    hours,
    place,
    spot,
    window,
)
from maillage_tours.usecases.store import Store

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]
Ask = Callable[[Sequence[Order]], Awaitable[None]]
Hear = Callable[..., Awaitable[None]]
DAY = {"on": ON.isoformat()}
RELAY = place("Relay point", 2.5, 0.5)


@pytest.fixture
def hear(runner: Runner[Store], handlers: Handlers[Store]) -> Hear:
    async def heard(*events: Event, sequence: int = 2) -> None:
        told = [received(event, sequence=sequence) for event in events]
        await deliver_twice(runner, handlers, *told)

    return heard


async def planned(post: Post, http: httpx.AsyncClient) -> dict[str, Any]:
    plan_id = (await post("/v1/plans", DAY))["id"]
    found: dict[str, Any] = (await http.get(f"/v1/plans/{plan_id}")).json()
    return found


def declared(**changes: object) -> VehicleDeclared:
    van = a_vehicle("Van", **changes)
    return VehicleDeclared(vehicle=_told(van))


def _told(vehicle: object) -> Vehicle:
    return Vehicle.model_validate(vehicle, from_attributes=True, extra="ignore")


async def test_a_crew_rests_where_an_actor_lets_it_and_everybody_is_told(
    hear: Hear, ask: Ask, post: Post, dispatcher: httpx.AsyncClient, told: Told
) -> None:
    cafe = Site(
        site_id=SiteId(an_id("cafe")), kind="courier_rest", label="Cafe", position=spot(3, 3)
    )
    await hear(
        ActorRegistered(actor=an_actor(sites=(cafe,)), source="import"),
        declared(shift=hours("06:00", "15:00"), base=spot(9, 9)),
    )
    doors = place("Early shop", 3, 3.1), place("Late shop", 3, 2.9)
    spans = ("07:00", "07:20"), ("14:00", "14:15")
    load = a_load(temperature="cold")
    await ask(
        [
            an_order(
                f"{n}",
                pickup=place("Dairy", 4, 3),
                load=load,
                pickup_window=window("06:00", "14:00"),
                dropoff=door,
                dropoff_window=window(*span),
            )
            for n, (door, span) in enumerate(zip(doors, spans, strict=True))
        ]
    )
    plan = await planned(post, dispatcher)
    assert plan["unplanned"] == []
    assert [stop["kind"] for stop in plan["tours"][0]["stops"]].count("rest") == 1
    await post(f"/v1/plans/{plan['plan_id']}/publish")
    (published,) = await told(TourPublished)
    (rest,) = published.tour.rests
    assert rest.place.label == "Cafe"
    assert all(stop.order_ids for stop in published.tour.stops)


async def test_a_relay_point_takes_what_the_home_cannot(
    ask: Ask, post: Post, dispatcher: httpx.AsyncClient
) -> None:
    heavy = a_load(200)
    home = place("Home in the centre", 4)
    other = {"place": RELAY, "window": window("08:00", "12:00")}
    await ask([an_order("parcel", dropoff=home, load=heavy, alternatives=(other,))])
    plan = await planned(post, dispatcher)
    assert plan["unplanned"] == []
    assert plan["tours"][0]["stops"][-1]["place"]["label"] == "Relay point"
    await post(f"/v1/plans/{plan['plan_id']}/publish")


async def test_a_relay_point_is_not_filled_beyond_its_room_by_two_plans(
    hear: Hear, ask: Ask, post: Post, dispatcher: httpx.AsyncClient
) -> None:
    site = Site(
        site_id=SiteId(an_id("relay")),
        kind="site",
        label="Relay point",
        position=RELAY.position,
        crates_max=3,
    )
    await hear(ActorRegistered(actor=an_actor(sites=(site,)), source="import"))
    for name, left in (("first", 0), ("second", 1)):
        await ask([an_order(name, dropoff=RELAY, load=a_load(crates=2))])
        plan = await planned(post, dispatcher)
        reasons = [item["reason"] for item in plan["unplanned"]]
        assert reasons == ["no room for 2 crates at Relay point, which takes 3 on a day"] * left
        if plan["tours"]:
            await post(f"/v1/plans/{plan['plan_id']}/publish")


@pytest.mark.parametrize(
    ("alternatives", "words"),
    [
        ([place("Shop of parcel", 2, 1)], "another place"),
        ([RELAY, RELAY], "another place"),
    ],
)
async def test_each_place_is_another(
    dispatcher: httpx.AsyncClient,
    body_of: Callable[[Order], dict[str, Any]],
    alternatives: list[Any],
    words: str,
) -> None:
    some = tuple({"place": one, "window": window("08:00", "12:00")} for one in alternatives)
    body = body_of(an_order("parcel", alternatives=some))
    refused = await dispatcher.post("/v1/orders", json=body)
    assert (refused.status_code, words in refused.json()["detail"]) == (422, True)


@pytest.mark.parametrize("names", [("dry", "fresh"), ("dry", "fresh", "medicine")])
async def test_of_orders_for_one_place_on_board_the_first_in_rank_goes(
    hear: Hear, ask: Ask, post: Post, dispatcher: httpx.AsyncClient, names: tuple[str, ...]
) -> None:
    """Fresh goods before dry ones, and what is urgent before both."""
    await hear(declared(in_service=False))
    slot, load = window("07:30", "07:31"), a_load(90)
    ranks: dict[str, dict[str, object]] = {
        "dry": {"dropoff": place("A", 2, -2)},
        "fresh": {"dropoff": place("B", 2, 2), "is_perishable": True},
        "medicine": {"dropoff": place("C", 1, 2), "priority": "urgent"},
    }
    rivals = [an_order(name, dropoff_window=slot, load=load, **ranks[name]) for name in names]
    await ask(rivals)
    plan = await planned(post, dispatcher)
    left = {item["order_id"]: item["reason"] for item in plan["unplanned"]}
    assert set(left) == {str(order.order_id) for order in rivals[:-1]}
    assert all(reason.startswith("would need +") for reason in left.values())


async def test_a_bike_takes_its_trailer_when_it_needs_it(
    hear: Hear, ask: Ask, post: Post, dispatcher: httpx.AsyncClient
) -> None:
    await hear(
        VehicleDeclared(vehicle=_told(a_trailer())),
        VehicleDeclared(vehicle=_told(a_bike())),
    )
    shop = place("Shop in the centre", 4)
    await ask([an_order("flour", dropoff=shop, load=a_load(200, crates=15))])
    plan = await planned(post, dispatcher)
    assert [tour["vehicle"] for tour in plan["tours"]] == ["Bike + Trailer"]
    await post(f"/v1/plans/{plan['plan_id']}/publish")
