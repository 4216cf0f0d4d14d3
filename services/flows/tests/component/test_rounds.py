"""Rounds that are driven already: declared, changed, ended, read."""

from collections.abc import Awaitable, Callable
from typing import Any

import httpx

from maillage_contracts.envelope import Event
from maillage_contracts.flows import ExistingRoundDeclared
from maillage_contracts.samples import a_place, an_id, another_place

News = Callable[..., Awaitable[list[Event]]]
ROUND_ID = str(an_id("Tuesday"))
DRIVEN: dict[str, Any] = {
    "actor_id": str(an_id("Villaverde")),
    "round_id": ROUND_ID,
    "label": "Tournée des plantes",
    "weekdays": [5, 2],
    "departs_at": "07:00",
    "vehicle_class": "van",
    "energy": "diesel",
    "stops": [a_place().model_dump(mode="json"), another_place().model_dump(mode="json")],
    "distance_km": 20,
    "empty_km": "8.5",
    "carried_kg": 100,
    "free": [
        {"leg": "out", "mass_kg": 240},
        {"leg": "back", "mass_kg": 400, "temperature": "cold"},
    ],
    "cost_per_round": {"amount": "58.00"},
}


async def test_a_round_is_declared_changed_and_ended(http: httpx.AsyncClient, news: News) -> None:
    declared = await http.post("/v1/rounds", json=DRIVEN)
    assert declared.status_code == 201
    assert declared.headers["Location"] == f"/v1/rounds/{ROUND_ID}"
    assert (await http.post("/v1/rounds", json=DRIVEN)).json()["events"] == []
    read = await http.get(f"/v1/rounds/{ROUND_ID}")
    assert (read.headers["ETag"], read.json()["weekdays"]) == ('"1"', [2, 5])

    path = f"/v1/rounds/{ROUND_ID}"
    fuller = DRIVEN | {"carried_kg": 150}
    changed = await http.put(path, json=fuller, headers={"If-Match": '"1"'})
    assert len(changed.json()["events"]) == 1
    stale = await http.put(path, json=DRIVEN, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert (await http.post(f"{path}/end", headers={"If-Match": '"1"'})).status_code == 412
    assert (await http.post(f"{path}/end")).status_code == 200
    assert (await http.post(f"{path}/end")).status_code == 409
    assert (await http.put(path, json=DRIVEN)).status_code == 409

    told = await news()
    rounds = [event.round for event in told if isinstance(event, ExistingRoundDeclared)]
    assert [(r.status, int(r.carried_kg)) for r in rounds] == [
        ("active", 100),
        ("active", 150),
        ("ended", 150),
    ]
    assert [str(r.mass_kg) for r in rounds[0].free] == ["240", "400"]


async def test_a_round_is_refused_naming_the_field(http: httpx.AsyncClient) -> None:
    for changes, field in (
        ({"empty_km": 21}, "empty_km"),
        ({"weekdays": [2, 2]}, "weekdays"),
        ({"energy": "coal"}, "energy"),
        ({"status": "ended"}, "status"),
        ({"driver": "somebody"}, "driver"),
    ):
        answer = await http.post("/v1/rounds", json=DRIVEN | changes)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    other = f"/v1/rounds/{an_id('Friday')}"
    answer = await http.put(other, json=DRIVEN)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "round_id")


async def test_a_round_may_get_its_identifier_here(http: httpx.AsyncClient) -> None:
    body = {name: value for name, value in DRIVEN.items() if name != "round_id"}
    assert (await http.post("/v1/rounds", json=body)).status_code == 201
    assert (await http.post("/v1/rounds", json=body)).status_code == 201
    page = (await http.get("/v1/rounds", params={"limit": 1, "status": "active"})).json()
    after = {"limit": 1, "cursor": page["next"]}
    last = (await http.get("/v1/rounds", params=after)).json()
    assert len({r["round_id"] for r in page["items"] + last["items"]}) == 2
    assert last["next"] is None


async def test_a_firm_tells_only_of_its_own_rounds(
    http: httpx.AsyncClient, firm: httpx.AsyncClient, neighbour: httpx.AsyncClient
) -> None:
    assert (await neighbour.post("/v1/rounds", json=DRIVEN)).status_code == 404
    assert (await firm.post("/v1/rounds", json=DRIVEN)).status_code == 201
    assert (await neighbour.get(f"/v1/rounds/{ROUND_ID}")).status_code == 200
    assert (await neighbour.post(f"/v1/rounds/{ROUND_ID}/end")).status_code == 404
    theirs = DRIVEN | {"actor_id": str(an_id("STRH"))}
    assert (await http.post("/v1/rounds", json=theirs)).status_code == 409
    unknown = DRIVEN | {"actor_id": str(an_id("nobody")), "round_id": str(an_id("x"))}
    assert (await http.post("/v1/rounds", json=unknown)).status_code == 409


async def test_an_unknown_round_is_not_found(http: httpx.AsyncClient) -> None:
    assert (await http.get(f"/v1/rounds/{an_id('nothing')}")).status_code == 404
    assert (await http.post(f"/v1/rounds/{an_id('nothing')}/end")).status_code == 404
