"""A whole day over a real PostgreSQL, with the real solver's process: door to outbox."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.registry import Hub, HubCapacityChanged, Vehicle, VehicleDeclared
from maillage_contracts.samples import (
    a_logistics_need,
    a_synergy,
    a_synergy_agreed,
    an_actor,
    an_actor_closed,
)
from maillage_contracts.tours import TourPublished
from maillage_serving.testing import client, deliver_twice, postgres_runner, published, received
from maillage_tours.domain.samples import (
    ON,
    TERMS,
    a_hub,
    a_vehicle,
    an_id,
    an_order,
    hours,
    place,
)
from maillage_tours.entrypoints import kafka
from maillage_tours.usecases.store import Store
from maillage_tours.wiring import service

pytestmark = pytest.mark.integration


@pytest.fixture
async def runner(fresh_database: str) -> AsyncIterator[Runner[Store]]:
    async with postgres_runner(fresh_database, service(TERMS)) as over_postgres:
        yield over_postgres


async def test_from_a_synergy_to_its_delivery_and_its_end(runner: Runner[Store]) -> None:
    handlers = kafka.handlers(TERMS)
    need = a_logistics_need(
        pickup=place("Villaverde", 1, 3),
        dropoff=place("STRH", 2, -2),
        first_on=ON,
        pickup_window=hours("08:00", "12:00"),
    )
    await deliver_twice(
        runner,
        handlers,
        received(HubCapacityChanged(hub=Hub(**a_hub().model_dump(), docks=1))),
        received(VehicleDeclared(vehicle=Vehicle.model_validate(a_vehicle().model_dump()))),
        received(a_synergy_agreed(synergy=a_synergy(logistics=(need,), starts_on=ON))),
    )
    async with client(service(TERMS), runner, "dispatcher") as http:
        await _drive_the_day(http)
        closed = an_actor(actor_id=an_id("STRH"), status="closed")
        await deliver_twice(runner, handlers, received(an_actor_closed(actor=closed), sequence=2))
        listed = (await http.get("/v1/orders")).json()["items"]
    assert [order["status"] for order in listed] == ["fulfilled", "suspended"]
    kinds = [type(message.event).__name__ for message in await published(runner)]
    assert kinds == [
        *["TransportOrderRequested"] * 2,
        "TourPublished",
        *["StopCompleted"] * 2,
        "TransportOrderFulfilled",
        "TourCompleted",
    ]


async def test_two_dispatchers_cannot_give_one_vehicle_two_tours(runner: Runner[Store]) -> None:
    van = Vehicle.model_validate(a_vehicle().model_dump())
    await deliver_twice(
        runner,
        kafka.handlers(TERMS),
        received(HubCapacityChanged(hub=Hub(**a_hub().model_dump(), docks=1))),
        received(VehicleDeclared(vehicle=van)),
    )
    ours = {"status", "reason", "carriages", "held_at", "ride", "taken_kg", "refused_kg", "follows"}
    left_out = {*ours, "version"}
    async with client(service(TERMS), runner, "dispatcher") as http:
        for name in ("bread", "milk"):
            body = an_order(name).model_dump(mode="json", exclude=left_out)
            assert (await http.post("/v1/orders", json=body)).status_code == 201
        plans = [
            (await http.post("/v1/plans", json={"on": ON.isoformat()})).json()["id"]
            for _ in range(4)
        ]
        answers = await asyncio.gather(
            *(http.post(f"/v1/plans/{plan_id}/publish") for plan_id in plans)
        )
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    told = [message.event for message in await published(runner)]
    assert len([event for event in told if isinstance(event, TourPublished)]) == 1


async def _drive_the_day(http: httpx.AsyncClient) -> None:
    async def post(path: str, body: object = None) -> Any:  # noqa: ANN401 JSON
        answer = await http.post(path, json=body)
        assert answer.is_success, answer.text
        return answer.json()

    plan_id = (await post("/v1/plans", {"on": ON.isoformat()}))["id"]
    await post(f"/v1/plans/{plan_id}/publish")
    (tour,) = (await http.get(f"/v1/plans/{plan_id}")).json()["tours"]
    path = f"/v1/tours/{tour['tour_id']}"
    await post(f"{path}/start")
    for stop in tour["stops"]:
        handovers = [
            {"order_id": t["order_id"], "action": t["action"], "accepted_kg": t["load"]["mass_kg"]}
            for t in stop["tasks"]
        ]
        times = {"arrived_at": stop["arrives_at"], "completed_at": stop["departs_at"]}
        await post(f"{path}/stops/{stop['number']}/complete", {**times, "handovers": handovers})
