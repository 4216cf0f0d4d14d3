"""One day three ways: what is shared saves, what cannot be carried is said, sums are exact."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from html import escape
from typing import Any

import httpx
import pytest

from maillage_common.handlers import Handlers
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.flows import ExistingRound, ExistingRoundDeclared
from maillage_contracts.registry import Vehicle, VehicleDeclared
from maillage_contracts.vocabulary import Money
from maillage_serving.testing import client, deliver_twice, published, received
from maillage_tours.domain.order import Order
from maillage_tours.domain.problem import Problem, Search, Solution
from maillage_tours.domain.samples import (
    ON,
    TERMS,
    a_load,
    a_vehicle,
    an_id,
    an_order,
    made,
    place,
    spot,
    window,
)
from maillage_tours.usecases.plan_day import Solver
from maillage_tours.usecases.store import Store
from maillage_tours.wiring import service

Post = Callable[..., Awaitable[Any]]
Ask = Callable[[Sequence[Order]], Awaitable[None]]
BRIEFLY = {"iterations": 2}


def a_round(**changes: object) -> ExistingRound:
    return made(
        ExistingRound,
        changes,
        round_id=an_id("round"),
        actor_id=an_id("Bakery"),
        label="Bread",
        weekdays=(ON.isoweekday(),),
        departs_at="06:30",
        vehicle_class="van",
        energy="diesel",
        stops=(place("Shop", 2, 1),),
        distance_km=29,
        empty_km=12,
        carried_kg=160,
        cost_per_round=Money(amount=Decimal(58)),
    )


@pytest.fixture
async def asked(world: Runner[Store], handlers: Handlers[Store], ask: Ask) -> None:
    """A bakery with a van, a dairy without; a door in the centre, which is closed to vans."""
    van = a_vehicle("Van of the bakery", owner_id=an_id("Bakery"), base=spot(1), energy="diesel")
    other_day = a_round(round_id=an_id("other"), weekdays=(ON.isoweekday() % 7 + 1,))
    told: list[Event] = [
        VehicleDeclared(vehicle=Vehicle.model_validate(van.model_dump())),
        ExistingRoundDeclared(round=a_round()),
        ExistingRoundDeclared(round=other_day),
    ]
    await deliver_twice(world, handlers, *(received(event) for event in told))
    bakery, dairy, shop = place("Bakery", 1), place("Dairy", 1.2), place("Shop", 2, 1)
    closed = window("09:00", "12:00")
    await ask(
        [
            an_order("bread", pickup=bakery, dropoff=shop),
            an_order("milk", pickup=dairy, dropoff=shop),
            an_order("crates", pickup=shop, dropoff=dairy, is_return=True),
            an_order(
                "centre",
                pickup=dairy,
                dropoff=place("Cafe", 4),
                dropoff_window=closed,
                load=a_load(20),
            ),
        ]
    )


@pytest.fixture
async def comparison(asked: None, post: Post, dispatcher: httpx.AsyncClient) -> dict[str, Any]:
    compared = await post("/v1/comparisons", {"on": ON.isoformat(), "limits": BRIEFLY})
    found = await dispatcher.get(f"/v1/comparisons/{compared['id']}")
    return found.json()


async def test_the_same_orders_are_carried_three_ways(comparison: dict[str, Any]) -> None:
    ways = {one["way"]: one for one in comparison["outcomes"]}
    assert list(ways) == ["as_is", "shared_vans", "hub_and_bikes"]
    for one in ways.values():
        assert one["carried"] + len(one["unserved"]) == comparison["orders"] == 4
        assert Decimal(one["empty_km"]) <= Decimal(one["distance_km"])
    (left,) = ways["shared_vans"]["unserved"]
    assert left["order_id"] == str(an_id("order centre"))
    assert "Centre" in left["reason"]
    assert ways["hub_and_bikes"]["unserved"] == []
    assert "cargo_bike" in {fill["vehicle_class"] for fill in ways["hub_and_bikes"]["fills"]}
    assert {fill["vehicle_class"] for fill in ways["shared_vans"]["fills"]} == {"van"}


async def test_who_shares_bears_a_part_of_what_it_would_alone_and_cents_add_up(
    comparison: dict[str, Any],
) -> None:
    shared = next(one for one in comparison["outcomes"] if one["way"] == "hub_and_bikes")
    alone = next(one for one in comparison["outcomes"] if one["way"] == "as_is")
    accounts = {one["actor_id"]: one for one in comparison["accounts"]}
    assert accounts.keys() == {str(an_id("Bakery")), str(an_id("Dairy"))}
    for figure, whole in (("share", shared), ("alone", alone)):
        cents = sum(Decimal(one[figure]["amount"]) for one in accounts.values())
        assert cents == Decimal(whole["cost"]["amount"])
    for one in accounts.values():
        saved = Decimal(one["alone"]["amount"]) - Decimal(one["share"]["amount"])
        assert Decimal(one["saving"]) == saved
        assert one["unserved_alone"] == one["unserved_shared"] == 0


async def test_hours_emissions_and_fill_are_those_of_the_tours(comparison: dict[str, Any]) -> None:
    for one in comparison["outcomes"]:
        km = sum(Decimal(fill["distance_km"]) for fill in one["fills"])
        empty = sum(Decimal(fill["empty_km"]) for fill in one["fills"])
        assert (km, empty) == (Decimal(one["distance_km"]), Decimal(one["empty_km"]))
        assert 0 < Decimal(one["kgco2e"]) < km * Decimal("0.6")
        assert Decimal(one["km_without_factor"]) == 0
        assert Decimal(one["insertion_hours"]) <= Decimal(one["hours"])


async def test_what_each_order_carried_takes_stands_beside_the_sums(
    comparison: dict[str, Any],
) -> None:
    for one in comparison["outcomes"]:
        each, carried = one["per_order"], one["carried"]
        assert round(Decimal(one["cost"]["amount"]) / carried, 4) == Decimal(each["cost"])
        for figure in ("distance_km", "hours", "kgco2e"):
            assert round(Decimal(one[figure]) / carried, 4) == Decimal(each[figure])


class Recording:
    """A solver that notes what it is asked, and says that time ended it after so many seconds."""

    def __init__(self, solver: Solver, ends_at: float) -> None:
        self.asked: list[Search] = []
        self._solver = solver
        self._ends_at = ends_at

    async def solve(self, problem: Problem, search: Search) -> Solution:
        self.asked.append(search)
        solution = await self._solver.solve(problem, search)
        return replace(solution, was_cut=True, seconds=search.seconds * self._ends_at)


@pytest.mark.parametrize(("ends_at", "is_told"), [(0.1, False), (1.01, True)])
async def test_each_way_may_take_the_same_processor_time_and_a_cut_by_the_clock_is_told(
    asked: None, world: Runner[Store], same_process: Solver, ends_at: float, *, is_told: bool
) -> None:
    solver = Recording(same_process, ends_at)
    body = {"on": ON.isoformat(), "limits": {"iterations": 2, "cpu_seconds": 3, "seed": 7}}
    async with client(service(TERMS, solver), world, "dispatcher") as http:
        made = (await http.post("/v1/comparisons", json=body)).json()
        found = (await http.get(f"/v1/comparisons/{made['id']}")).json()
        page = (await http.get(f"/v1/comparisons/{made['id']}/page?lang=en")).text
    assert {(one.seed, one.iterations, one.cpu_seconds) for one in solver.asked} == {(7, 2, 3)}
    assert len(solver.asked) == 3
    assert all(one.seconds > 5 * 3 for one in solver.asked)
    assert [one["was_cut"] for one in found["outcomes"]] == [is_told] * 3
    assert Decimal(found["cpu_seconds"]) == 3
    assert "for 3.0 s of processor time at most, seed 7" in page
    assert page.count("the clock ended its search") == 3 * is_told


async def test_declared_rounds_of_that_weekday_stand_beside(comparison: dict[str, Any]) -> None:
    declared = comparison["declared"]
    assert (declared["rounds"], declared["without_cost"]) == (1, 0)
    assert Decimal(declared["distance_km"]) == 29
    assert Decimal(declared["cost"]["amount"]) == 58


async def test_nothing_is_published_and_a_planned_day_compares_alike(
    comparison: dict[str, Any], post: Post, dispatcher: httpx.AsyncClient, world: Runner[Store]
) -> None:
    before = len(await published(world))
    plan = await post("/v1/plans", {"on": ON.isoformat(), "limits": BRIEFLY})
    await post(f"/v1/plans/{plan['id']}/publish")
    told = len(await published(world))
    assert told > before
    again = await post("/v1/comparisons", {"on": ON.isoformat(), "limits": BRIEFLY})
    assert again["events"] == []
    assert len(await published(world)) == told
    (last, first) = (await dispatcher.get("/v1/comparisons")).json()["items"]
    assert (last["comparison_id"], first["comparison_id"]) == (
        again["id"],
        comparison["comparison_id"],
    )
    assert [one["distance_km"] for one in last["outcomes"]] == [
        one["distance_km"] for one in first["outcomes"]
    ]


async def test_it_is_printed_in_both_languages(
    comparison: dict[str, Any], dispatcher: httpx.AsyncClient
) -> None:
    path = f"/v1/comparisons/{comparison['comparison_id']}/page"
    french = await dispatcher.get(path)
    english = await dispatcher.get(path, params={"lang": "en"})
    assert "Hub, vélos, retours" in french.text
    assert "Hub, bikes, returns" in english.text
    assert "style-src 'sha256-" in english.headers["content-security-policy"]
    for one in comparison["outcomes"]:
        assert f"<td>{float(one['distance_km']):.1f}</td>" in english.text
    for one in comparison["accounts"]:
        assert one["share"]["amount"] in english.text
    (left,) = comparison["outcomes"][1]["unserved"]
    assert f"1: {escape(left['reason'])}<br><small>{left['order_id']}</small>" in english.text
    assert "entrée interdite à cette heure dans Centre" in french.text
    assert "their sums are not for the same service" in english.text
    assert "leurs totaux ne valent pas le même service" in french.text
    for one in comparison["outcomes"]:
        assert f"<td>{Decimal(one['per_order']['cost']):.3f}</td>" in english.text


async def test_a_day_without_orders_cannot_be_compared(
    world: Runner[Store], dispatcher: httpx.AsyncClient
) -> None:
    refused = await dispatcher.post("/v1/comparisons", json={"on": ON.isoformat()})
    assert refused.status_code == 409
    assert "no orders" in refused.text


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "on"),
        ({"on": "someday"}, "on"),
        ({"on": "1999-12-31"}, "on"),
        ({"on": "2026-11-23", "ways": ["as_is"]}, "ways"),
        ({"on": "2026-11-23", "limits": {"seconds": 10}}, "limits.seconds"),
        ({"on": "2026-11-23", "limits": {"cpu_seconds": 61}}, "limits.cpu_seconds"),
        ({"on": "2026-11-23", "limits": {"iterations": 0}}, "limits.iterations"),
        ({"on": "2026-11-23", "limits": {"seed": -1}}, "limits.seed"),
    ],
)
async def test_what_cannot_be_compared_names_its_field(
    dispatcher: httpx.AsyncClient, body: dict[str, Any], field: str
) -> None:
    refused = await dispatcher.post("/v1/comparisons", json=body)
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json()["errors"]] == [field]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"/v1/comparisons/{an_id('nothing')}", 404),
        (f"/v1/comparisons/{an_id('nothing')}/page", 404),
        ("/v1/comparisons/one", 422),
        ("/v1/comparisons?cursor=x", 422),
        ("/v1/comparisons?limit=501", 422),
    ],
)
async def test_what_is_not_there_or_not_asked_well_is_a_problem(
    dispatcher: httpx.AsyncClient, path: str, status: int
) -> None:
    refused = await dispatcher.get(path)
    assert refused.status_code == status
    assert refused.headers["content-type"] == "application/problem+json"


async def test_the_shares_of_a_plan_add_up_to_its_cost(
    asked: None, post: Post, dispatcher: httpx.AsyncClient
) -> None:
    made = await post("/v1/plans", {"on": ON.isoformat(), "limits": BRIEFLY})
    plan = (await dispatcher.get(f"/v1/plans/{made['id']}")).json()
    found = (await dispatcher.get(f"/v1/plans/{made['id']}/shares")).json()
    cents = sum(Decimal(one["cost"]["amount"]) for one in found["shares"])
    assert cents == Decimal(plan["totals"]["cost_eur"])
    assert "largest remainder" in found["formula"]


async def test_the_turns_of_some_days_are_told(
    asked: None, post: Post, dispatcher: httpx.AsyncClient
) -> None:
    made = await post("/v1/plans", {"on": ON.isoformat(), "limits": BRIEFLY})
    days = {"since": ON.isoformat(), "until": ON.isoformat()}
    before = (await dispatcher.get("/v1/rotation", params=days)).json()
    assert before["evenness"] is None
    await post(f"/v1/plans/{made['id']}/publish")
    after = (await dispatcher.get("/v1/rotation", params=days)).json()
    plan = (await dispatcher.get(f"/v1/plans/{made['id']}")).json()
    earned = sum(Decimal(turn["earned"]["amount"]) for turn in after["turns"])
    assert earned == Decimal(plan["totals"]["cost_eur"])
    assert sum(Decimal(turn["gap_hours"]) for turn in after["turns"]) == 0
    days["until"] = "2027-11-24"
    assert (await dispatcher.get("/v1/rotation", params=days)).status_code == 422


async def test_an_order_is_offered_to_who_drives_by_anyway(
    asked: None, world: Runner[Store], handlers: Handlers[Store], dispatcher: httpx.AsyncClient
) -> None:
    """The bread's round has room out, and passes both doors; that of another day is not asked."""
    stops = (place("Bakery", 1), place("Other shop", 2.2, 1))
    free = ({"leg": "out", "mass_kg": 100},)
    changes: dict[str, object] = {"stops": stops, "free": free}
    again = received(ExistingRoundDeclared(round=a_round(**changes)), sequence=2)
    await deliver_twice(world, handlers, again)
    path = f"/v1/orders/{an_order('bread').order_id}/rides"
    (offer,) = (await dispatcher.get(path)).json()
    assert (offer["round_id"], offer["pickup_after"]) == (str(an_id("round")), 1)
    assert set(offer["must_agree"]) == {str(an_id("Bakery")), str(an_id("Shop"))}
    assert Decimal(offer["pays"]["amount"]) > Decimal(offer["detour_cost"]["amount"])
