"""A vehicle stands: its dispatcher sees what it cannot keep, and gives the crew another order."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any

import httpx
import pytest

from maillage_contracts.envelope import Event
from maillage_contracts.tours import TourPublished
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import ON, a_load, an_order, place, window

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]
Ask = Callable[[Sequence[Order]], Awaitable[None]]


@pytest.fixture
async def path(ask: Ask, post: Post, told: Told) -> str:
    """A van with bread from the hub, and flour to fetch on its way before ten."""
    await ask(
        [
            an_order("bread", dropoff=place("Baker", 1, 2), load=a_load(200)),
            an_order(
                "flour",
                pickup=place("Mill", 2, 3),
                dropoff=place("Oven", 3, 4),
                load=a_load(160),
                dropoff_window=window("07:00", "10:00"),
            ),
        ]
    )
    plan = await post("/v1/plans", {"on": ON.isoformat(), "limits": {"iterations": 5}})
    await post(f"/v1/plans/{plan['id']}/publish")
    (published,) = await told(TourPublished)
    return f"/v1/tours/{published.tour.tour_id}"


async def test_an_incident_replans_one_vehicle_and_frees_what_it_cannot_keep(
    path: str, post: Post, dispatcher: httpx.AsyncClient, told: Told
) -> None:
    before = (await dispatcher.get(path)).json()
    stands_until = window("10:30", "11:00").start
    free_at = stands_until.isoformat()
    change = (await dispatcher.get(f"{path}/replan", params={"free_at": free_at})).json()
    flour = an_order("flour").order_id
    assert change["freed"] == [str(flour)]
    assert change["late"] == []
    assert (await dispatcher.get(path)).json() == before
    body = {"sequence": change["sequence"], "free_at": free_at}
    await post(f"{path}/replan", body, **{"If-Match": f'"{change["tour_version"]}"'})
    after = (await dispatcher.get(path)).json()
    assert {one for stop in after["stops"] for one in stop["order_ids"]} == {
        str(an_order("bread").order_id)
    }
    hours = [datetime.fromisoformat(stop["arrives_at"]) for stop in after["stops"]]
    assert all(hour >= stands_until for hour in hours)
    order = (await dispatcher.get(f"/v1/orders/{flour}")).json()
    assert (order["status"], order["carriages"]) == ("accepted", [])
    _, again = await told(TourPublished)
    assert again.tour.starts_at >= stands_until


async def test_another_sequence_than_was_seen_is_refused(
    path: str, dispatcher: httpx.AsyncClient
) -> None:
    refused = await dispatcher.post(f"{path}/replan", json={"sequence": [1]})
    assert refused.status_code == 409
    assert "look at the proposal again" in refused.text


async def test_a_good_tour_has_nothing_to_gain(path: str, dispatcher: httpx.AsyncClient) -> None:
    change = (await dispatcher.get(f"{path}/replan")).json()
    assert (change["moved_stops"], float(change["saving"]["amount"])) == (0, 0)
