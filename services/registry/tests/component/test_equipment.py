"""From the HTTP door to the outbox: hubs, vehicles, access zones, and their maps."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from maillage_contracts.envelope import Event
from maillage_contracts.registry import (
    AccessZoneRulePublished,
    HubCapacityChanged,
    VehicleDeclared,
)
from maillage_contracts.samples import a_hub, a_vehicle, an_access_zone_rule_published, an_id

Send = Callable[..., Awaitable[httpx.Response]]
Told = Callable[[], Awaitable[list[Event]]]

STRH = str(an_id("STRH"))
VILLAVERDE = str(an_id("Villaverde"))
CLOSING = {"reason": "ceased_activity", "effective_on": "2026-11-23"}
SITE = {"label": "Workshop", "position": {"lat": 46.06, "lon": 6.38}}
RELAY = {"kind": "relay_point", "label": "Relay", "position": {"lat": 46.07, "lon": 6.4}}


@pytest.fixture(autouse=True)
async def registered(advisor: httpx.AsyncClient, send: Send) -> None:
    for actor_id, name in ((STRH, "STRH"), (VILLAVERDE, "Villaverde")):
        body = {"actor_id": actor_id, "name": name, "roles": ["carrier"], "sites": [SITE, RELAY]}
        assert (await send(advisor, "POST", "/v1/actors", body)).status_code == 201


def a_hub_body(**changes: object) -> dict[str, Any]:
    return a_hub(**changes).model_dump(mode="json", exclude={"hub_id"}, exclude_none=True)


def a_vehicle_body(**changes: object) -> dict[str, Any]:
    left_out = {"vehicle_id"} if "in_service" in changes else {"vehicle_id", "in_service"}
    return a_vehicle(**changes).model_dump(mode="json", exclude=left_out, exclude_none=True)


def a_zone_body(**changes: object) -> dict[str, Any]:
    zone = an_access_zone_rule_published(**changes)
    return zone.model_dump(mode="json", exclude={"zone_id"}, exclude_none=True)


@pytest.mark.parametrize(
    ("collection", "identifier", "body", "event", "field"),
    [
        ("hubs", "hub_id", a_hub_body(), HubCapacityChanged, "label"),
        ("vehicles", "vehicle_id", a_vehicle_body(), VehicleDeclared, "label"),
        ("zones", "zone_id", a_zone_body(), AccessZoneRulePublished, "name"),
    ],
)
async def test_it_is_put_changed_and_read(
    *,
    advisor: httpx.AsyncClient,
    send: Send,
    told: Told,
    collection: str,
    identifier: str,
    body: dict[str, Any],
    event: type[Event],
    field: str,
) -> None:
    one = str(an_id("one"))
    path = f"/v1/{collection}/{one}"
    assert (await advisor.get(path)).status_code == 404
    first = await send(advisor, "PUT", path, body)
    assert first.status_code == 201
    assert first.headers["Location"] == path
    same = await send(advisor, "PUT", path, body)
    assert same.status_code == 200
    assert same.json()["events"] == []
    chosen = await send(advisor, "POST", f"/v1/{collection}", {**body, identifier: one})
    assert chosen.json()["errors"][0]["field"] == identifier
    changed = await send(advisor, "PUT", path, {**body, field: "Other"}, If_Match='"1"')
    assert [told["sequence"] for told in changed.json()["events"]] == [2]
    stale = await send(advisor, "PUT", path, body, If_Match='"1"')
    assert stale.status_code == 412
    read = await advisor.get(path)
    assert read.headers["ETag"] == '"2"'
    assert read.json()[field] == "Other"
    made = await send(advisor, "POST", f"/v1/{collection}", body)
    assert made.status_code == 201
    listed = (await advisor.get(f"/v1/{collection}", params={"limit": 1})).json()
    rest = (await advisor.get(f"/v1/{collection}", params={"cursor": listed["next"]})).json()
    ids = {item[identifier] for item in (*listed["items"], *rest["items"])}
    assert ids == {one, made.json()["id"]}
    assert [type(e) for e in (await told())[2:]] == [event] * 3


async def test_the_event_of_a_hub_carries_the_whole_hub(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    await send(advisor, "PUT", f"/v1/hubs/{a_hub().hub_id}", a_hub_body())
    assert (await told())[-1] == HubCapacityChanged(hub=a_hub())


async def test_the_event_of_a_vehicle_carries_the_whole_vehicle(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    await send(advisor, "PUT", f"/v1/vehicles/{a_vehicle().vehicle_id}", a_vehicle_body())
    assert (await told())[-1] == VehicleDeclared(vehicle=a_vehicle())


async def test_the_event_of_a_zone_carries_the_whole_zone(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    hours = {"start": "09:00", "end": "20:00"}
    rule = {
        "vehicle_classes": ["van"],
        "allowed": False,
        "valid_from": "2026-01-01",
        "hours": hours,
    }
    zone = an_access_zone_rule_published(rules=[rule])
    await send(advisor, "PUT", f"/v1/zones/{zone.zone_id}", a_zone_body(rules=[rule]))
    assert (await told())[-1] == zone


async def test_a_vehicle_is_withdrawn_and_stays_so_until_somebody_says_otherwise(
    advisor: httpx.AsyncClient, dispatcher: httpx.AsyncClient, send: Send, told: Told
) -> None:
    path = f"/v1/vehicles/{an_id('van')}"
    await send(dispatcher, "PUT", path, a_vehicle_body())
    await send(dispatcher, "POST", f"{path}/withdraw")
    again = await send(dispatcher, "POST", f"{path}/withdraw")
    assert again.json()["events"] == []
    imported = await send(advisor, "PUT", path, a_vehicle_body())
    assert imported.json()["events"] == []
    back = await send(dispatcher, "PUT", path, a_vehicle_body(in_service=True), If_Match='"2"')
    assert len(back.json()["events"]) == 1
    stale = await send(dispatcher, "POST", f"{path}/withdraw", If_Match='"2"')
    assert stale.status_code == 412
    states = [e.vehicle.in_service for e in await told() if isinstance(e, VehicleDeclared)]
    assert states == [True, False, True]


async def test_a_vehicle_that_is_not_there_is_not_withdrawn(
    dispatcher: httpx.AsyncClient, send: Send
) -> None:
    path = f"/v1/vehicles/{an_id('nothing')}/withdraw"
    assert (await send(dispatcher, "POST", path)).status_code == 404


async def test_vehicles_are_found_by_owner_class_and_service(
    dispatcher: httpx.AsyncClient, send: Send
) -> None:
    bike = a_vehicle_body(label="Bike", vehicle_class="cargo_bike", owner_id=VILLAVERDE)
    for number, body in enumerate((a_vehicle_body(), bike), 1):
        await send(dispatcher, "PUT", f"/v1/vehicles/{UUID(int=number)}", body)
    await send(dispatcher, "POST", f"/v1/vehicles/{UUID(int=1)}/withdraw")
    for asked, expected in (
        ({"owner": VILLAVERDE}, ["Bike"]),
        ({"vehicle_class": "van"}, ["Electric van"]),
        ({"in_service": "true"}, ["Bike"]),
        ({"in_service": "false", "owner": VILLAVERDE}, []),
    ):
        listed = (await dispatcher.get("/v1/vehicles", params=asked)).json()["items"]
        assert [item["label"] for item in listed] == expected


async def test_who_is_at_a_hub(
    advisor: httpx.AsyncClient, dispatcher: httpx.AsyncClient, send: Send
) -> None:
    hub = str(an_id("hub"))
    body = a_hub_body(operator_id=STRH, tenants=[VILLAVERDE])
    await send(dispatcher, "PUT", f"/v1/hubs/{hub}", body)
    there = (await advisor.get("/v1/actors", params={"hub": hub})).json()["items"]
    assert {item["name"] for item in there} == {"STRH", "Villaverde"}
    for asked, found in (
        ({"operator": STRH}, 1),
        ({"operator": VILLAVERDE}, 0),
        ({"tenant": VILLAVERDE}, 1),
        ({"tenant": STRH}, 0),
    ):
        listed = (await advisor.get("/v1/hubs", params=asked)).json()["items"]
        assert len(listed) == found


@pytest.mark.parametrize(
    ("path", "field", "body"),
    [
        ("hubs", "operator_id", a_hub_body(operator_id=an_id("nobody"))),
        ("hubs", "tenants", a_hub_body(tenants=[an_id("nobody")])),
        ("vehicles", "owner_id", a_vehicle_body(owner_id=an_id("nobody"))),
        ("hubs", "operator_id", a_hub_body(operator_id=VILLAVERDE)),
        ("hubs", "tenants", a_hub_body(tenants=[VILLAVERDE])),
        ("vehicles", "owner_id", a_vehicle_body(owner_id=VILLAVERDE)),
    ],
)
async def test_whoever_it_names_is_in_the_register_and_open(
    advisor: httpx.AsyncClient, send: Send, path: str, field: str, body: dict[str, Any]
) -> None:
    await send(advisor, "POST", f"/v1/actors/{VILLAVERDE}/close", CLOSING)
    refused = await send(advisor, "POST", f"/v1/{path}", body)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field


async def test_sites_and_zones_are_drawn(advisor: httpx.AsyncClient, send: Send) -> None:
    await send(advisor, "POST", "/v1/zones", a_zone_body())
    zones = await advisor.get("/v1/zones.geojson")
    assert zones.headers["Content-Type"] == "application/geo+json"
    [zone] = zones.json()["features"]
    assert zone["geometry"]["type"] == "Polygon"
    assert zone["geometry"]["coordinates"][0][0] == [6.37, 46.055]
    assert zone["properties"]["kind"] == "low_emission"
    await send(advisor, "POST", f"/v1/actors/{STRH}/close", CLOSING)
    sites = (await advisor.get("/v1/sites.geojson")).json()
    assert sites["next"] is None
    assert {feature["properties"]["name"] for feature in sites["features"]} == {"Villaverde"}
    asked = {"kind": "relay_point"}
    [relay] = (await advisor.get("/v1/sites.geojson", params=asked)).json()["features"]
    assert relay["geometry"] == {"type": "Point", "coordinates": [6.4, 46.07]}
    assert relay["properties"]["label"] == "Relay"


async def test_maps_come_in_pages(advisor: httpx.AsyncClient) -> None:
    first = (await advisor.get("/v1/sites.geojson", params={"limit": 1})).json()
    following = {"cursor": first["next"]}
    second = (await advisor.get("/v1/sites.geojson", params=following)).json()
    names = {f["properties"]["name"] for f in (*first["features"], *second["features"])}
    assert names == {"STRH", "Villaverde"}
    assert second["next"] is None
