"""From the HTTP door to the outbox: an actor's life, its sites and its credentials."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from maillage_contracts.envelope import Event
from maillage_contracts.registry import (
    ActorClosed,
    ActorEvent,
    ActorProfileChanged,
    ActorRegistered,
    HubCapacityChanged,
    VehicleDeclared,
)
from maillage_contracts.samples import a_hub, a_vehicle, an_id

Send = Callable[..., Awaitable[httpx.Response]]
Told = Callable[[], Awaitable[list[Event]]]

ACTOR = str(an_id("Villaverde"))
OTHER = str(an_id("STRH"))
SIRET = "00000000100016"
SITE = {"label": "Workshop", "position": {"lat": 46.062, "lon": 6.381}, "activity_zone": "jourdies"}
CREDENTIAL = {
    "scope": "waste_transport",
    "issuer": "Prefecture",
    "valid_from": "2025-01-01",
    "valid_to": "2026-11-30",
}
CLOSING = {"reason": "ceased_activity", "effective_on": "2026-11-23"}


def a_body(**changes: object) -> dict[str, Any]:
    return {
        "actor_id": ACTOR,
        "source": "import",
        "name": "Villaverde",
        "siret": SIRET,
        "legal_kind": "company",
        "sector": "47.76Z",
        "size_class": "sme",
        "roles": ["producer"],
        "sites": [SITE],
        **changes,
    }


def a_profile(**changes: object) -> dict[str, Any]:
    return {
        name: value
        for name, value in a_body(**changes).items()
        if name not in {"actor_id", "source"}
    }


async def last(told: Told) -> ActorEvent:
    event = (await told())[-1]
    assert isinstance(event, ActorEvent)
    return event


async def test_an_actor_is_registered_with_its_whole_document(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    answer = await send(advisor, "POST", "/v1/actors", a_body(credentials=[CREDENTIAL]))
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/actors/{ACTOR}"
    [event] = await told()
    assert isinstance(event, ActorRegistered)
    assert event.source == "import"
    actor = event.actor.model_dump(mode="json", exclude_none=True)
    sites, credentials = actor.pop("sites"), actor.pop("credentials")
    assert actor == {
        "actor_id": ACTOR,
        "name": "Villaverde",
        "siret": SIRET,
        "country": "FR",
        "legal_kind": "company",
        "sector": "47.76Z",
        "size_class": "sme",
        "is_insertion": False,
        "status": "active",
        "roles": ["producer"],
    }
    assert [site["label"] for site in sites] == ["Workshop"]
    assert [held["scope"] for held in credentials] == ["waste_transport"]
    [summary] = answer.json()["events"]
    assert summary["type"] == "org.maillage.actor.registered.v1"
    assert summary["sequence"] == 1


async def test_registering_the_same_again_is_nothing_new(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    body = a_body(credentials=[CREDENTIAL])
    await send(advisor, "POST", "/v1/actors", body)
    again = await send(advisor, "POST", "/v1/actors", body)
    assert again.status_code == 200
    assert again.json() == {"id": ACTOR, "events": [], "replayed": False}
    assert len(await told()) == 1


@pytest.mark.parametrize(
    "changes",
    [{"name": "Other"}, {"credentials": [{**CREDENTIAL, "scope": "organic"}]}],
)
async def test_registering_it_otherwise_says_how_to_change_it(
    advisor: httpx.AsyncClient, send: Send, told: Told, changes: dict[str, object]
) -> None:
    await send(advisor, "POST", "/v1/actors", a_body())
    other = await send(advisor, "POST", "/v1/actors", a_body(**changes))
    assert other.status_code == 409
    assert f"PUT /v1/actors/{ACTOR}" in other.json()["detail"]
    assert len(await told()) == 1


async def test_without_an_identifier_each_request_is_another_actor(
    advisor: httpx.AsyncClient, send: Send
) -> None:
    body = {"name": "Somebody", "roles": ["producer"]}
    first = await send(advisor, "POST", "/v1/actors", body)
    second = await send(advisor, "POST", "/v1/actors", body)
    assert first.json()["id"] != second.json()["id"]
    listed = await advisor.get("/v1/actors")
    assert [item["actor_id"] for item in listed.json()["items"]] == [
        first.json()["id"],
        second.json()["id"],
    ]


async def test_a_siret_belongs_to_one_actor(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    await send(advisor, "POST", "/v1/actors", a_body())
    taken = await send(advisor, "POST", "/v1/actors", a_body(actor_id=OTHER, sites=[]))
    assert taken.status_code == 409
    assert "siret" in taken.json()["detail"]
    await send(advisor, "POST", f"/v1/actors/{ACTOR}/close", CLOSING)
    freed = await send(advisor, "POST", "/v1/actors", a_body(actor_id=OTHER, sites=[]))
    assert freed.status_code == 201
    assert len(await told()) == 3


async def test_a_change_names_what_differs(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    await send(advisor, "POST", "/v1/actors", a_body())
    body = a_profile(name="Villaverde & Co", roles=["relay_host", "producer"])
    changed = await send(advisor, "PUT", f"/v1/actors/{ACTOR}", body)
    assert changed.status_code == 200
    event = await last(told)
    assert isinstance(event, ActorProfileChanged)
    assert event.changed == ("name", "roles")
    assert event.actor.siret == SIRET
    same = await send(advisor, "PUT", f"/v1/actors/{ACTOR}", body)
    assert same.json()["events"] == []
    assert len(await told()) == 2


async def test_a_change_adds_credentials_and_takes_none_away(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    await send(advisor, "POST", "/v1/actors", a_body(credentials=[CREDENTIAL]))
    organic = {**CREDENTIAL, "scope": "organic"}
    await send(advisor, "PUT", f"/v1/actors/{ACTOR}", a_profile(credentials=[organic]))
    event = await last(told)
    assert {held.scope for held in event.actor.credentials} == {"waste_transport", "organic"}
    await send(advisor, "PUT", f"/v1/actors/{ACTOR}", a_profile())
    assert await last(told) is not None
    assert len(await told()) == 2


async def test_an_actor_rests_and_comes_back(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    await send(advisor, "POST", "/v1/actors", a_body(status="draft", roles=[]))
    early = await send(advisor, "POST", f"/v1/actors/{ACTOR}/activate")
    assert early.status_code == 422
    assert early.json()["errors"][0]["field"] == "roles"
    await send(advisor, "PUT", f"/v1/actors/{ACTOR}", a_profile())
    for way, status in (
        ("activate", "active"),
        ("make-dormant", "dormant"),
        ("activate", "active"),
    ):
        moved = await send(advisor, "POST", f"/v1/actors/{ACTOR}/{way}")
        assert moved.status_code == 200
        event = await last(told)
        assert isinstance(event, ActorProfileChanged)
        assert event.changed == ("status",)
        assert event.actor.status == status
    refused = await send(advisor, "POST", f"/v1/actors/{ACTOR}/activate")
    assert refused.status_code == 409
    assert "closed or dormant" in refused.json()["detail"]


async def test_closing_is_told_once_and_for_good(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    await send(advisor, "POST", "/v1/actors", a_body())
    body = {**CLOSING, "successor_siret": "732 829 320 00074"}
    first = await send(advisor, "POST", f"/v1/actors/{ACTOR}/close", body)
    assert [event["type"] for event in first.json()["events"]] == ["org.maillage.actor.closed.v1"]
    event = await last(told)
    assert isinstance(event, ActorClosed)
    assert event.successor_siret == "73282932000074"
    assert event.actor.status == "closed"
    again = await send(advisor, "POST", f"/v1/actors/{ACTOR}/close", body)
    assert again.status_code == 200
    assert again.json()["events"] == []
    for method, path, change in (
        ("POST", "close", {**CLOSING, "reason": "moved"}),
        ("POST", "activate", None),
        ("POST", "make-dormant", None),
        ("PUT", f"sites/{an_id('new site')}", SITE),
        ("POST", "credentials", CREDENTIAL),
        ("PUT", "contact", {"phone": "0450000000"}),
        ("PUT", "consents/matching", {}),
    ):
        refused = await send(advisor, method, f"/v1/actors/{ACTOR}/{path}", change)
        assert refused.status_code == 409, path
        assert "closed" in refused.json()["detail"]
    assert len(await told()) == 2


async def test_what_a_closed_actor_had_is_planned_no_more(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    await send(advisor, "POST", "/v1/actors", a_body())
    await send(advisor, "POST", "/v1/actors", a_body(actor_id=OTHER, siret=None, sites=[]))
    hub = a_hub(operator_id=OTHER, tenants=[ACTOR, OTHER]).model_dump(mode="json")
    await send(advisor, "PUT", f"/v1/hubs/{hub.pop('hub_id')}", hub)
    vehicle = a_vehicle(owner_id=ACTOR).model_dump(mode="json")
    await send(advisor, "PUT", f"/v1/vehicles/{vehicle.pop('vehicle_id')}", vehicle)
    await send(advisor, "POST", f"/v1/actors/{ACTOR}/close", CLOSING)
    closed, left, withdrawn = (await told())[-3:]
    assert isinstance(closed, ActorClosed)
    assert isinstance(left, HubCapacityChanged)
    assert left.hub.tenants == (UUID(OTHER),)
    assert isinstance(withdrawn, VehicleDeclared)
    assert withdrawn.vehicle.in_service is False
    [kept] = (await advisor.get("/v1/vehicles")).json()["items"]
    assert kept["in_service"] is False
    [hub] = (await advisor.get("/v1/hubs")).json()["items"]
    assert hub["tenants"] == [OTHER]


async def test_a_stale_change_is_refused(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    await send(advisor, "POST", "/v1/actors", a_body())
    read = await advisor.get(f"/v1/actors/{ACTOR}")
    assert read.headers["ETag"] == '"1"'
    body = a_profile(name="Mine")
    mine = await send(advisor, "PUT", f"/v1/actors/{ACTOR}", body, If_Match='"1"')
    assert mine.status_code == 200
    for method, path, change in (
        ("PUT", "", a_profile(name="Yours")),
        ("POST", "/make-dormant", None),
        ("POST", "/close", CLOSING),
        ("PUT", f"/sites/{an_id('new site')}", SITE),
        ("DELETE", f"/sites/{an_id('new site')}", None),
        ("POST", "/credentials", CREDENTIAL),
        ("DELETE", f"/credentials/{an_id('credential')}", None),
    ):
        stale = await send(advisor, method, f"/v1/actors/{ACTOR}{path}", change, If_Match='"1"')
        assert stale.status_code == 412, path
        assert stale.headers["ETag"] == '"2"'
    assert len(await told()) == 2


async def test_sites_come_change_and_go(advisor: httpx.AsyncClient, send: Send, told: Told) -> None:
    await send(advisor, "POST", "/v1/actors", a_body(sites=[]))
    path = f"/v1/actors/{ACTOR}/sites/{an_id('relay')}"
    relay = {**SITE, "kind": "relay_point", "crates_max": 12, "priority_district": "QN07401M"}
    await send(advisor, "PUT", path, relay)
    event = await last(told)
    assert isinstance(event, ActorProfileChanged)
    assert event.changed == ("sites",)
    assert event.actor.sites[0].crates_max == 12
    same = await send(advisor, "PUT", path, relay)
    assert same.json()["events"] == []
    await send(advisor, "DELETE", path)
    assert (await last(told)).actor.sites == ()
    gone = await send(advisor, "DELETE", path)
    assert gone.status_code == 404


async def test_actors_are_listed_in_pages_and_by_what_they_are(
    advisor: httpx.AsyncClient, send: Send
) -> None:
    for number, role in enumerate(("producer", "carrier", "producer"), 1):
        body = a_body(actor_id=str(UUID(int=number)), siret=None, roles=[role], sites=[])
        await send(advisor, "POST", "/v1/actors", body)
    first = (await advisor.get("/v1/actors", params={"limit": 2})).json()
    assert [item["actor_id"][-1] for item in first["items"]] == ["1", "2"]
    rest = (await advisor.get("/v1/actors", params={"cursor": first["next"]})).json()
    assert [item["actor_id"][-1] for item in rest["items"]] == ["3"]
    assert rest["next"] is None
    carriers = (await advisor.get("/v1/actors", params={"role": "carrier"})).json()
    assert [item["actor_id"][-1] for item in carriers["items"]] == ["2"]
    named = (await advisor.get("/v1/actors", params={"q": "VILLA", "status": "active"})).json()
    assert len(named["items"]) == 3


async def test_who_is_not_there_is_not_found(advisor: httpx.AsyncClient, send: Send) -> None:
    assert (await advisor.get(f"/v1/actors/{ACTOR}")).status_code == 404
    assert (await send(advisor, "PUT", f"/v1/actors/{ACTOR}", a_profile())).status_code == 404
    assert (await send(advisor, "POST", f"/v1/actors/{ACTOR}/close", CLOSING)).status_code == 404
