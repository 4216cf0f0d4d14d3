"""Tours with orders, a day that is planned and one whose tour is under way."""

from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.flows import ExistingRound, ExistingRoundDeclared, FreeCapacity
from maillage_contracts.registry import Hub, HubCapacityChanged, Vehicle, VehicleDeclared
from maillage_contracts.vocabulary import ActorId, OrderId, RoundId, UnitId
from maillage_hub.testing_worlds.world import (
    OWNER,
    PARTNER,
    Builder,
    Making,
    Valid,
    World,
    building,
)
from maillage_serving.testing import FixedClock, deliver, received
from maillage_tours.adapters.memory import MemoryStore
from maillage_tours.adapters.question import Question
from maillage_tours.adapters.solve import answer
from maillage_tours.domain.consignment import ConsignmentStatus, consignment_of
from maillage_tours.domain.order import Order
from maillage_tours.domain.problem import Problem, Search, Solution
from maillage_tours.domain.returnable import Unit
from maillage_tours.domain.samples import (
    ON,
    TERMS,
    a_hub,
    a_standing,
    a_vehicle,
    an_id,
    an_order,
    place,
    window,
)
from maillage_tours.entrypoints import kafka
from maillage_tours.usecases.store import Store
from maillage_tours.wiring import service

DRIVEN, READY, PROPOSED, FREE, CROOKED = (ON + timedelta(days=days) for days in range(5))
"""Days, by what the tours of each have got to."""
Document = dict[str, Any]
BRIEFLY = {"iterations": 1, "seconds": 1}
WINDOWS = ("pickup_window", "dropoff_window")
OF_ORDER = {"order_id", "origin", "on", "pickup", "dropoff", "load", "is_waste", *WINDOWS}


STANDING = a_standing().model_dump(mode="json", exclude={"standing_id", "ended_on", "version"})


class SameProcess:
    """The solver without its process."""

    async def solve(self, problem: Problem, search: Search) -> Solution:
        """Routes for the problem."""
        return answer(Question(problem, search, cpu_seconds_max=60))


def _order(name: str, on: date = FREE) -> Document:
    owned = place("Shop", 2, 1).model_copy(update={"actor_id": ActorId(OWNER)})
    order: Order = an_order(
        name,
        is_waste=name == "free",
        on=on,
        pickup=owned,
        dropoff=place("Hub"),
        pickup_window=window("06:00", "12:00", on),
        dropoff_window=window("07:00", "12:00", on),
    )
    return order.model_dump(mode="json", include=OF_ORDER)


def _stops(driven: Document) -> dict[str, Valid]:
    stop = driven["stops"][0]
    visited = {"arrived_at": stop["arrives_at"], "completed_at": stop["departs_at"]}
    handed = [
        {"order_id": task["order_id"], "action": task["action"], "accepted_kg": "20"}
        for task in stop["tasks"]
    ]
    on_the_road = {"tour_id": driven["tour_id"]}
    return {
        "POST /v1/tours/{tour_id}/stops/{number}/arrive": Valid(
            {"arrived_at": stop["arrives_at"]}, about=on_the_road
        ),
        "POST /v1/tours/{tour_id}/stops/{number}/complete": Valid(
            {**visited, "handovers": handed}, about=on_the_road
        ),
        "POST /v1/tours/{tour_id}/stops/{number}/fail": Valid(
            {**visited, "reason": "nobody_there"}, about=on_the_road
        ),
        "POST /v1/standing-orders": Valid(STANDING),
        "GET /v1/standing-orders": Valid(),
        "POST /v1/standing-orders/{standing_id}/end": Valid(),
    }


def _valid(
    asked: str, late: str, *, proposed: Document, ready: Document, driven: Document, move: Document
) -> dict[str, Valid]:
    new = {name: value for name, value in _order("new").items() if name != "order_id"}
    return {
        "GET /v1/orders": Valid(),
        "POST /v1/orders": Valid(new),
        "GET /v1/orders/{order_id}": Valid(),
        "POST /v1/orders/{order_id}/accept": Valid(about={"order_id": asked}),
        "POST /v1/orders/{order_id}/cancel": Valid({"reason": "not_needed"}),
        "GET /v1/orders/{order_id}/offers": Valid(about={"order_id": late}),
        "GET /v1/orders/{order_id}/rides": Valid(),
        "POST /v1/orders/{order_id}/ride/agree": Valid(
            {"round_id": str(ROUND.round_id), "actor_id": str(OWNER)}, about={"order_id": late}
        ),
        "POST /v1/orders/{order_id}/ride/withdraw": Valid({"actor_id": str(OWNER)}),
        "GET /v1/plans": Valid(),
        "POST /v1/plans": Valid({"on": FREE.isoformat(), "limits": BRIEFLY}),
        "GET /v1/plans/{plan_id}": Valid(),
        "POST /v1/plans/{plan_id}/publish": Valid(),
        "POST /v1/plans/{plan_id}/discard": Valid(),
        "POST /v1/plans/{plan_id}/alone": Valid(
            {"seconds": 1}, about={"plan_id": ready["plan_id"]}
        ),
        "GET /v1/plans/{plan_id}/shares": Valid(),
        "GET /v1/rotation": Valid(query=f"?since={DRIVEN}&until={FREE}"),
        "GET /v1/comparisons": Valid(),
        "POST /v1/comparisons": Valid({"on": READY.isoformat(), "limits": {"iterations": 1}}),
        "GET /v1/comparisons/{comparison_id}": Valid(),
        "GET /v1/comparisons/{comparison_id}/page": Valid(),
        "GET /v1/tours": Valid(),
        "GET /v1/tours/{tour_id}": Valid(),
        "POST /v1/tours/{tour_id}/publish": Valid(about={"tour_id": proposed["tour_id"]}),
        "POST /v1/tours/{tour_id}/cancel": Valid({"reason": "no_crew"}),
        "POST /v1/tours/{tour_id}/join": Valid({"order_id": late}),
        "GET /v1/tours/{tour_id}/replan": Valid(),
        "POST /v1/tours/{tour_id}/replan": Valid({"sequence": [1, 2]}),
        "GET /v1/moves": Valid(query=f"?on={CROOKED}"),
        "POST /v1/moves": Valid(move),
        "GET /v1/slips": Valid(query=f"?on={READY}"),
        "POST /v1/tours/{tour_id}/start": Valid({"started_at": ready["starts_at"]}),
        **_stops(driven),
        "GET /v1/vehicles": Valid(),
        "GET /v1/hubs": Valid(),
        "GET /v1/rounds": Valid(),
        **GOODS,
    }


_HOURS = f"{FREE} 08:00 - {FREE} 12:00"
_COLUMNS = ("address", "latlong", "timeslot")
DELIVERIES = "\n".join(
    (
        ",".join(f"{end}.{part}" for end in ("pickup", "dropoff") for part in _COLUMNS) + ",weight",
        f'Hub,"43.4,5.4",{_HOURS},Shop,"43.38,5.41",{_HOURS},12',
    )
)
GOODS = {
    "POST /v1/imports/coopcycle": Valid({"csv": DELIVERIES}),
    "GET /v1/plans/{plan_id}/tasks": Valid(),
    "GET /v1/plans/{plan_id}/map": Valid(),
    "GET /v1/plans/{plan_id}/shipments": Valid(),
    "GET /v1/plans/{plan_id}/sheets": Valid(),
    "GET /v1/zones/map": Valid(),
    "GET /v1/hubs/{hub_id}/stock": Valid(),
    "GET /v1/hubs/{hub_id}/movements": Valid(),
    "POST /v1/hubs/{hub_id}/movements": Valid({"kind": "received", "mass_kg": "12.5"}),
    "POST /v1/orders/{order_id}/consignment": Valid({"waste_code": "15 01 03"}),
    "GET /v1/consignments": Valid(),
    "GET /v1/consignments/{consignment_id}": Valid(),
    "POST /v1/consignments/{consignment_id}/process": Valid({"operation_code": "R3"}),
    "GET /v1/units": Valid(),
    "GET /v1/units/loops": Valid(),
    "POST /v1/units": Valid({"unit_ids": [str(an_id("new crate"))]}),
    "POST /v1/units/{unit_id}/move": Valid({"status": "out_full"}),
}


HUB = Hub(**a_hub(operator_id=OWNER).model_dump(), docks=1)

ROUND = ExistingRound(
    round_id=RoundId(an_id("round")),
    actor_id=ActorId(PARTNER),
    label="Bread",
    weekdays=(1, 2, 3, 4, 5, 6, 7),
    departs_at=time(8),
    vehicle_class="van",
    energy="diesel",
    stops=(place("Next door", 2.1, 1), place("Hub")),
    distance_km=Decimal(8),
    empty_km=Decimal(0),
    carried_kg=Decimal(0),
    free=(FreeCapacity(leg="out", mass_kg=Decimal(100)),),
)


async def _goods(runner: Runner[Store], order_id: str) -> dict[str, object]:
    """Waste that was taken in, and a crate."""
    crate = Unit(unit_id=UnitId(an_id("crate")), kind="crate", since=runner.clock())
    async with runner.database.transaction() as (store, _):
        prepared = consignment_of(await store.order(OrderId(UUID(order_id))))
        waste = prepared.changed(status=ConsignmentStatus.ACCEPTED)
        await store.put_consignment(waste)
        await store.put_units([crate])
    consignment_id = waste.consignment_id
    return {"hub_id": HUB.hub_id, "consignment_id": consignment_id, "unit_id": crate.unit_id}


async def fill(runner: Runner[Store]) -> World:
    """Orders of a shop of Villaverde, on four days; the first one is over."""
    offered = service(TERMS, SameProcess())
    vans = (a_vehicle(), a_vehicle("Other van"))
    told: list[Event] = [HubCapacityChanged(hub=HUB), ExistingRoundDeclared(round=ROUND)]
    told += [VehicleDeclared(vehicle=Vehicle.model_validate(van.model_dump())) for van in vans]
    await deliver(runner, kafka.handlers(TERMS), *(received(event) for event in told))
    async with building(offered, runner, "dispatcher") as dispatcher:
        driven = await _planned(dispatcher, DRIVEN, publish=True)
        await dispatcher.post(
            f"/tours/{driven['tour_id']}/start", {"started_at": driven["starts_at"]}
        )
        ready = await _planned(dispatcher, READY, publish=True)
        late = await dispatcher.post("/orders", _order("late", READY))
        proposed = await _planned(dispatcher, PROPOSED, publish=False)
        move = await _move(dispatcher)
        compared = {"on": READY.isoformat(), "limits": {"iterations": 1}}
        comparison_id = await dispatcher.post("/comparisons", compared)
        order_id = await dispatcher.post("/orders", _order("free"))
        standing_id = await dispatcher.post("/standing-orders", STANDING)
    async with building(offered, runner, "actor", OWNER) as owner:
        asked = await owner.post("/orders", _order("asked"))
    if isinstance(runner.clock, FixedClock):
        runner.clock.now = window("18:00", "20:00", DRIVEN).end
    usual = {
        "order_id": order_id,
        "standing_id": standing_id,
        "plan_id": proposed["plan_id"],
        "tour_id": ready["tour_id"],
        "number": 1,
        "comparison_id": comparison_id,
        **await _goods(runner, order_id),
    }
    valid = _valid(asked, late, proposed=proposed, ready=ready, driven=driven, move=move)
    return World(offered, runner, usual, valid)


async def _planned(dispatcher: Builder, on: date, *, publish: bool) -> Document:
    """The tour of a day with one order."""
    await dispatcher.post("/orders", _order(f"of {on}", on))
    plan_id = await dispatcher.post("/plans", {"on": on.isoformat(), "limits": BRIEFLY})
    if publish:
        await dispatcher.post(f"/plans/{plan_id}/publish")
    (tour,) = (await dispatcher.get(f"/plans/{plan_id}"))["tours"]
    return tour


async def _move(dispatcher: Builder) -> Document:
    """What there is to move on a day when a door in the east is on the tour to the west."""
    for doors, until in (((-3, -6, 5), "08:30"), ((3, 6), "07:30")):
        for east_km in doors:
            ends = {"pickup": place("Hub"), "dropoff": place(f"Door {east_km}", 0.1, east_km)}
            hours = {"dropoff_window": window("07:00", until, CROOKED)}
            order = _order(f"to {east_km}", CROOKED)
            told = {name: one.model_dump(mode="json") for name, one in (ends | hours).items()}
            await dispatcher.post("/orders", order | told)
        plan = {"on": CROOKED.isoformat(), "limits": BRIEFLY}
        plan_id = await dispatcher.post("/plans", plan)
        await dispatcher.post(f"/plans/{plan_id}/publish")
    moves: Any = await dispatcher.get(f"/moves?on={CROOKED}")  # a list
    (move,) = moves
    left_out = {"from_vehicle", "to_vehicle", "saving", "moved_stops", "minutes"}
    left_out.add("saving_per_moved_stop")
    return {name: said for name, said in move.items() if name not in left_out}


MAKING: Making[Store] = Making(service(TERMS, SameProcess()), MemoryStore, fill)
