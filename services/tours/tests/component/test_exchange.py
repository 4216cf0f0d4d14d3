"""The formats of others at the door: files built after their published descriptions."""

import csv
import json
from collections.abc import Awaitable, Callable
from io import StringIO
from typing import Any

import httpx
import pytest

from maillage_contracts.envelope import Event
from maillage_contracts.tours import TransportOrderRequested
from maillage_tours.domain.samples import ON, spot

Told = Callable[[type[Event]], Awaitable[list[Any]]]
Post = Callable[..., Awaitable[Any]]
HUB, SHOP, FARM = (f'"{at.lat},{at.lon}"' for at in (spot(0), spot(2, 1), spot(1, -3)))
HEAD = (
    "pickup.address,pickup.address.name,pickup.latlong,pickup.timeslot,"
    "dropoff.address,dropoff.address.name,dropoff.latlong,dropoff.timeslot,packages,weight"
)
MORNING = "2026-11-24 08:00 - 2026-11-24 10:00"
FRENCH = "24/11/2026 8h00 - 24/11/2026 11h30"
ROWS = (
    f"1 quai,Hub,{HUB},{MORNING},2 rue,<Bio & Co>,{SHOP},{FRENCH},small-box=1 big-box=2,12.5",
    f"3 chemin,Farm,{FARM},{MORNING},1 quai,=Hub(),{HUB},{MORNING},,40",
)
DELIVERIES = "\n".join((HEAD, *ROWS)) + "\n"


@pytest.fixture
async def plan_id(post: Post) -> str:
    await post("/v1/imports/coopcycle", {"csv": DELIVERIES})
    day = {"on": ON.isoformat(), "limits": {"iterations": 5, "seconds": 2}}
    made: str = (await post("/v1/plans", day))["id"]
    return made


async def test_deliveries_of_a_file_become_orders_once(
    post: Post, told: Told, dispatcher: httpx.AsyncClient
) -> None:
    first = await post("/v1/imports/coopcycle", {"csv": DELIVERIES})
    again = await post("/v1/imports/coopcycle", {"csv": "\ufeff" + DELIVERIES})
    assert (len(first["events"]), again["events"]) == (2, [])
    bread, _ = sorted(
        (one.order for one in await told(TransportOrderRequested)), key=lambda o: o.load.mass_kg
    )
    assert (bread.dropoff.label, bread.load.crates, bread.origin) == ("<Bio & Co>", 3, "import")
    assert bread.dropoff.position == spot(2, 1)
    assert bread.pickup_window.start.isoformat() == "2026-11-24T08:00:00+01:00"
    assert bread.dropoff_window.end.isoformat() == "2026-11-24T11:30:00+01:00"
    listed = (await dispatcher.get("/v1/orders?status=accepted")).json()["items"]
    assert len(listed) == 2


@pytest.mark.parametrize(
    ("changed", "to", "words"),
    [
        ("pickup.address,", "pickup,", "line 1: the column pickup.address is missing"),
        (HUB, "nowhere", "line 2: pickup.latlong is latitude and longitude"),
        (HUB, '"95,5"', "line 2: pickup.latlong is latitude and longitude"),
        (MORNING, "tomorrow", "line 2: pickup.timeslot is two moments"),
        (MORNING, "2026-11-24 10:00 - 2026-11-24 08:00", "line 2: pickup.timeslot is two"),
        (MORNING, "2026-11-31 08:00 - 2026-11-31 10:00", "line 2: pickup.timeslot is two"),
        ("12.5", "heavy", "line 2: weight is in kilograms"),
        ("12.5", "0", "line 2: weight is more than nothing"),
        (SHOP, HUB, "delivery 1: the goods are there already"),
    ],
)
async def test_a_file_that_cannot_be_read_is_refused_whole_by_line(
    dispatcher: httpx.AsyncClient, changed: str, to: str, words: str
) -> None:
    body = {"csv": DELIVERIES.replace(changed, to, 1)}
    answer = await dispatcher.post("/v1/imports/coopcycle", json=body)
    assert answer.status_code == 422
    assert words in answer.json()["errors"][0]["message"]
    assert (await dispatcher.get("/v1/orders")).json()["items"] == []


async def test_a_file_has_a_limit(dispatcher: httpx.AsyncClient) -> None:
    body = {"csv": "\n".join((HEAD, *([ROWS[0]] * 1001)))}
    answer = await dispatcher.post("/v1/imports/coopcycle", json=body)
    assert (answer.status_code, "1000 deliveries at most" in answer.text) == (422, True)


async def test_a_file_with_semicolons_decimal_commas_and_moments_apart_is_read(
    post: Post, told: Told
) -> None:
    columns = ("ref", "weight", *(f"{end}.{name}" for end in ("pickup", "dropoff")
               for name in ("address", "address.latlng", "after", "before")))  # fmt: skip
    times = ("2026-11-24 08:00", "2026-11-24 12:00")
    row = ("A-1", "7,5", "Hub", HUB, *times, "Shop", SHOP, *times)
    text = ";".join(columns) + "\r\n" + ";".join(row) + "\r\n"
    await post("/v1/imports/coopcycle", {"csv": text})
    (asked,) = await told(TransportOrderRequested)
    assert (str(asked.order.load.mass_kg), asked.order.pickup.label) == ("7.500000", "Hub")


async def test_tasks_are_those_that_coopcycle_imports(
    plan_id: str, dispatcher: httpx.AsyncClient
) -> None:
    answer = await dispatcher.get(f"/v1/plans/{plan_id}/tasks")
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.DictReader(StringIO(answer.text)))
    assert sorted(row["type"] for row in rows) == ["dropoff", "dropoff", "pickup", "pickup"]
    shop = next(row for row in rows if row["weight"] and float(row["weight"]) == 12.5)
    assert shop["latlong"] == SHOP.strip('"')
    assert (shop["address.name"], shop["packages"]) == ("<Bio & Co>", "crate=3")
    assert shop["after"].startswith("2026-11-24 ")
    assert len({row["ref"] for row in rows}) == 4
    assert any(row["address.name"] == "'=Hub()" for row in rows), "no formula in a spreadsheet"


async def test_a_map_has_a_line_for_each_tour_and_a_point_for_each_stop(
    plan_id: str, dispatcher: httpx.AsyncClient
) -> None:
    answer = await dispatcher.get(f"/v1/plans/{plan_id}/map")
    assert answer.headers["content-type"] == "application/geo+json"
    plan = (await dispatcher.get(f"/v1/plans/{plan_id}")).json()
    layer = answer.json()
    lines = [f for f in layer["features"] if f["geometry"]["type"] == "LineString"]
    points = [f for f in layer["features"] if f["geometry"]["type"] == "Point"]
    assert layer["type"] == "FeatureCollection"
    assert len(lines) == len(plan["tours"])
    assert len(points) == sum(len(tour["stops"]) for tour in plan["tours"])
    assert len(lines[0]["geometry"]["coordinates"]) == len(plan["tours"][0]["stops"]) + 2
    base = spot(0)
    assert lines[0]["geometry"]["coordinates"][0] == [base.lon, base.lat]


@pytest.mark.parametrize(("language", "word"), [("fr", "Livrer"), ("en", "Deliver")])
async def test_a_sheet_has_a_page_for_each_round_and_no_foreign_markup(
    plan_id: str, dispatcher: httpx.AsyncClient, language: str, word: str
) -> None:
    answer = await dispatcher.get(f"/v1/plans/{plan_id}/sheets?language={language}")
    assert answer.headers["content-type"].startswith("text/html")
    assert "style-src 'sha256-" in answer.headers["content-security-policy"]
    tours = (await dispatcher.get(f"/v1/plans/{plan_id}")).json()["tours"]
    assert answer.text.count("<section>") == len(tours)
    assert f'<html lang="{language}">' in answer.text
    assert f"{word} 12.5" in answer.text
    assert "&lt;Bio &amp; Co&gt;" in answer.text
    assert "<Bio" not in answer.text
    other = await dispatcher.get(f"/v1/plans/{plan_id}")
    assert other.headers["content-security-policy"].startswith("default-src 'none'; frame")


async def test_shipments_are_a_graph_whose_references_are_in_it(
    plan_id: str, dispatcher: httpx.AsyncClient
) -> None:
    answer = await dispatcher.get(f"/v1/plans/{plan_id}/shipments")
    assert answer.headers["content-type"] == "application/ld+json"
    graph = {node["@id"]: node for node in json.loads(answer.text)["@graph"]}
    sent = [node for node in graph.values() if node["@type"] == "dfc-b:Shipment"]
    assert len(sent) == 2
    kinds = {
        "dfc-b:startsAt": "dfc-b:PhysicalPlace",
        "dfc-b:endsAt": "dfc-b:PhysicalPlace",
        "dfc-b:isShippedIn": "dfc-b:Vehicle",
        "dfc-b:transports": "dfc-b:RealStock",
    }
    for one in sent:
        assert {name: graph[one[name]]["@type"] for name in kinds} == kinds
        assert one["dfc-b:startDate"] < one["dfc-b:endDate"]
    ends = {graph[one["dfc-b:endsAt"]]["dfc-b:name"] for one in sent}
    assert "<Bio & Co>" in ends


async def test_zones_are_closed_rings_that_a_map_takes_for_regulated(
    dispatcher: httpx.AsyncClient,
) -> None:
    (zone,) = (await dispatcher.get("/v1/zones/map")).json()["features"]
    (ring,) = zone["geometry"]["coordinates"]
    assert (zone["properties"]["lez"], zone["properties"]["name"]) == (True, "Centre")
    assert (len(ring), ring[0]) == (5, ring[-1])


async def test_no_plan_has_no_files(dispatcher: httpx.AsyncClient) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    for part in ("tasks", "map", "sheets", "shipments"):
        assert (await dispatcher.get(f"/v1/plans/{nobody}/{part}")).status_code == 404
