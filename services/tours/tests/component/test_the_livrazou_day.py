"""The small Livrazou day of the Marseille pack: hub at the edge, bikes in the centre, returns."""

from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.registry import (
    AccessZoneRulePublished,
    HubCapacityChanged,
    VehicleDeclared,
)
from maillage_contracts.tours import TransportOrder
from maillage_contracts.vocabulary import Area, GeoPoint
from maillage_hub.packs.reading import read_pack
from maillage_serving.testing import client, deliver_twice, memory_runner, received
from maillage_tours.adapters.memory import MemoryStore
from maillage_tours.domain.samples import TERMS
from maillage_tours.entrypoints import kafka
from maillage_tours.usecases.plan_day import Solver
from maillage_tours.usecases.store import Store
from maillage_tours.wiring import service

PACK = Path(__file__).parents[4] / "territories" / "marseille"
TODAY = date(2026, 11, 23)
LOADED = read_pack(PACK, TODAY)
ORDERS = [TransportOrder.model_validate(item.document) for item in LOADED.of("order")]
CENTRE = Area.model_validate(LOADED.of("zone")[0].document["area"])


@pytest.fixture
async def dispatcher(same_process: Solver) -> AsyncIterator[httpx.AsyncClient]:
    """A dispatcher to whom the whole pack is known."""
    store: Store = MemoryStore()
    runner: Runner[Store] = memory_runner(store, service="tours")
    await deliver_twice(
        runner,
        kafka.handlers(TERMS),
        *(
            received(HubCapacityChanged.model_validate({"hub": item.document}))
            for item in LOADED.of("hub")
        ),
        *(
            received(VehicleDeclared.model_validate({"vehicle": item.document}))
            for item in LOADED.of("vehicle")
        ),
        *(
            received(AccessZoneRulePublished.model_validate(item.document))
            for item in LOADED.of("zone")
        ),
    )
    async with client(service(TERMS, same_process), runner, "dispatcher") as http:
        for item in LOADED.of("order"):
            assert (await http.post("/v1/orders", json=item.document)).status_code == 201
        yield http


@pytest.fixture
async def plan(dispatcher: httpx.AsyncClient) -> dict[str, Any]:
    day = LOADED.of("order")[0].document["on"]
    made = await dispatcher.post("/v1/plans", json={"on": str(day)})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = (await dispatcher.get(f"/v1/plans/{made.json()['id']}")).json()
    return found


def test_the_pack_is_sound() -> None:
    assert LOADED.faults == []
    assert len(LOADED.of("order")) == 28


def test_every_order_of_the_day_is_carried(plan: dict[str, Any]) -> None:
    assert plan["unplanned"] == []
    carried = {o for tour in plan["tours"] for stop in tour["stops"] for o in stop["order_ids"]}
    assert carried == {str(order.order_id) for order in ORDERS}


def test_customers_in_the_centre_are_served_by_bikes(plan: dict[str, Any]) -> None:
    bike_base = GeoPoint(lat=43.2989, lon=5.3822)
    for tour in plan["tours"]:
        for stop in tour["stops"]:
            position = GeoPoint(**stop["place"]["position"])
            if CENTRE.contains(position) and position != bike_base:
                assert tour["vehicle_class"] == "cargo_bike"


def test_vans_bring_the_bikes_their_goods_before_the_centre_closes(plan: dict[str, Any]) -> None:
    for tour in plan["tours"]:
        for stop in tour["stops"]:
            inside = CENTRE.contains(GeoPoint(**stop["place"]["position"]))
            if inside and tour["vehicle_class"] == "van":
                assert stop["departs_at"][11:16] <= "09:00"


def test_returns_come_back_on_rounds_that_go_out(plan: dict[str, Any]) -> None:
    kinds = [stop["kind"] for tour in plan["tours"] for stop in tour["stops"]]
    assert "mixed" in kinds
    returns = {str(order.order_id) for order in ORDERS if order.is_return}
    assert len(returns) == 7
    for tour in plan["tours"]:
        carried = {o for stop in tour["stops"] for o in stop["order_ids"]}
        assert not carried or carried - returns


def test_cold_goods_are_on_vehicles_with_a_cold_compartment(plan: dict[str, Any]) -> None:
    without_cold = {"Fourgon sec", "Triporteur"}
    for tour in plan["tours"]:
        loads = [task["load"] for stop in tour["stops"] for task in stop["tasks"]]
        if tour["vehicle"] in without_cold:
            assert {load["temperature"] for load in loads} == {"ambient"}


async def test_the_day_is_compared_three_ways(dispatcher: httpx.AsyncClient) -> None:
    """Vans alone cannot enter the centre at its customers' hours; with bikes all is carried."""
    asked = {"on": str(LOADED.of("order")[0].document["on"]), "limits": {"iterations": 20}}
    made = await dispatcher.post("/v1/comparisons", json=asked)
    assert made.status_code == 201, made.text
    found = (await dispatcher.get(f"/v1/comparisons/{made.json()['id']}")).json()
    ways = {one["way"]: one for one in found["outcomes"]}
    assert ways["hub_and_bikes"]["unserved"] == []
    assert len(ways["shared_vans"]["unserved"]) > 0
    whole = Decimal(ways["hub_and_bikes"]["cost"]["amount"])
    assert sum(Decimal(one["share"]["amount"]) for one in found["accounts"]) == whole
