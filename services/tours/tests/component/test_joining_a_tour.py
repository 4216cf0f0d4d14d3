"""An order that comes late is offered the tours that are driven already, and joins one."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import httpx
import pytest

from maillage_contracts.envelope import Event
from maillage_contracts.tours import TourPublished
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import ON, a_load, an_order, place

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]
Ask = Callable[[Sequence[Order]], Awaitable[None]]


@pytest.fixture
async def given(ask: Ask, post: Post) -> None:
    """A van with bread for two shops, given to its crew."""
    await ask(
        [
            an_order("bread", dropoff=place("Baker", 1, 2), load=a_load(200)),
            an_order("fruit", dropoff=place("Grocer", 2, 3), load=a_load(200)),
        ]
    )
    plan = await post("/v1/plans", {"on": ON.isoformat(), "limits": {"iterations": 20}})
    await post(f"/v1/plans/{plan['id']}/publish")


async def test_an_order_joins_the_tour_it_was_offered(
    given: None, ask: Ask, post: Post, dispatcher: httpx.AsyncClient, told: Told
) -> None:
    late = an_order("late", pickup=place("Mill", 1, 3), dropoff=place("Press", 2, 2))
    await ask([late])
    found = await dispatcher.get(f"/v1/orders/{late.order_id}/offers")
    (offer,) = found.json()
    assert offer["vehicle"] == "Van"
    assert float(offer["detour_km"]) < 5
    path = f"/v1/tours/{offer['tour_id']}"
    before = (await dispatcher.get(path)).json()
    await post(f"{path}/join", {"order_id": str(late.order_id)}, **_if_match(offer))
    after = (await dispatcher.get(path)).json()
    kept = [s["place"]["label"] for s in after["stops"] if str(late.order_id) not in _ids(s)]
    assert kept == [stop["place"]["label"] for stop in before["stops"]]
    order = (await dispatcher.get(f"/v1/orders/{late.order_id}")).json()
    assert order["status"] == "planned"
    first, again = await told(TourPublished)
    assert first.tour.tour_id == again.tour.tour_id
    assert {str(o) for stop in again.tour.stops for o in stop.order_ids} > {
        str(o) for stop in first.tour.stops for o in stop.order_ids
    }


def _if_match(offer: dict[str, Any]) -> dict[str, str]:
    return {"If-Match": f'"{offer["tour_version"]}"'}


def _ids(stop: dict[str, Any]) -> list[str]:
    return [str(order_id) for order_id in stop["order_ids"]]


async def test_who_looked_at_another_version_is_told(
    given: None, ask: Ask, dispatcher: httpx.AsyncClient
) -> None:
    orders = [
        an_order(f"late {n}", pickup=place("Mill", 1, 3), dropoff=place("Press", 2, 2))
        for n in range(2)
    ]
    await ask(orders)
    (offer,) = (await dispatcher.get(f"/v1/orders/{orders[0].order_id}/offers")).json()
    codes = [
        (
            await dispatcher.post(
                f"/v1/tours/{offer['tour_id']}/join",
                json={"order_id": str(order.order_id)},
                headers=_if_match(offer),
            )
        ).status_code
        for order in orders
    ]
    assert codes == [200, 412]


async def test_what_fits_nowhere_is_offered_nothing_and_refused(
    given: None, ask: Ask, dispatcher: httpx.AsyncClient, told: Told
) -> None:
    late = an_order("late", load=a_load(temperature="frozen"))
    await ask([late])
    assert (await dispatcher.get(f"/v1/orders/{late.order_id}/offers")).json() == []
    (published,) = await told(TourPublished)
    refused = await dispatcher.post(
        f"/v1/tours/{published.tour.tour_id}/join", json={"order_id": str(late.order_id)}
    )
    assert refused.status_code == 409
    assert "fits nowhere" in refused.text
