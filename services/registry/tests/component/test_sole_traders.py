"""From the HTTP door to the outbox: what tells a person goes no further than its advisor."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.registry import ActorClosed, ActorProfileChanged, ActorRegistered
from maillage_contracts.samples import an_id
from maillage_registry.usecases.store import Store
from maillage_registry.wiring import service
from maillage_serving.testing import client

Send = Callable[..., Awaitable[httpx.Response]]
Told = Callable[[], Awaitable[list[Event]]]

ACTOR = str(an_id("Villaverde"))
OTHER = str(an_id("STRH"))
SIRET = "00000000100016"
SUCCESSOR = "73282932000074"
PERSON = {
    "name": "Camille Exemple",
    "legal_kind": "sole_trader",
    "siret": SIRET,
    "roles": ["repairer"],
    "sites": [{"label": "Chez Camille", "position": {"lat": 46.062, "lon": 6.381}}],
}


def a_body(**changes: object) -> dict[str, Any]:
    return {"actor_id": ACTOR, **PERSON, **changes}


async def test_a_sole_trader_is_masked_on_the_bus(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    await send(advisor, "POST", "/v1/actors", a_body())
    await send(advisor, "PUT", f"/v1/actors/{ACTOR}", {**PERSON, "name": "C. Exemple"})
    await send(advisor, "PUT", f"/v1/actors/{ACTOR}", {**PERSON, "size_class": "micro"})
    closing = {
        "reason": "moved",
        "effective_on": "2026-11-23",
        "successor_siret": SUCCESSOR,
    }
    await send(advisor, "POST", f"/v1/actors/{ACTOR}/close", closing)
    events = await told()
    assert [type(event) for event in events] == [ActorRegistered, ActorProfileChanged, ActorClosed]
    said = "".join(event.model_dump_json() for event in events)
    for secret in ("Exemple", "Camille", SIRET, SUCCESSOR):
        assert secret not in said
    assert "sole_trader" in said
    assert "46.062" in said


async def test_a_sole_trader_that_becomes_a_firm_is_named(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    firm = {**PERSON, "name": "Atelier Exemple", "legal_kind": "company"}
    await send(advisor, "POST", "/v1/actors", a_body())
    await send(advisor, "PUT", f"/v1/actors/{ACTOR}", firm)
    event = (await told())[-1]
    assert isinstance(event, ActorProfileChanged)
    assert set(event.changed) == {"name", "siret", "legal_kind", "sites"}
    assert event.actor.name == "Atelier Exemple"


@pytest.mark.parametrize(
    ("role", "organisation", "reads"),
    [
        ("advisor", None, True),
        ("actor", UUID(ACTOR), True),
        ("actor", UUID(OTHER), False),
        ("operator", None, False),
        ("dispatcher", None, False),
        ("observer", None, False),
        ("service", None, False),
    ],
)
async def test_only_advisors_and_itself_read_the_name_of_a_person(
    advisor: httpx.AsyncClient,
    send: Send,
    runner: Runner[Store],
    role: Any,  # noqa: ANN401 one of the roles
    organisation: UUID | None,
    *,
    reads: bool,
) -> None:
    await send(advisor, "POST", "/v1/actors", a_body())
    async with client(service(), runner, role, organisation) as http:
        one = (await http.get(f"/v1/actors/{ACTOR}")).json()
        assert (one["name"] == "Camille Exemple") is reads
        assert (one["siret"] == SIRET) is reads
        assert one["is_masked"] is not reads
        for path in ("/v1/actors", "/v1/sites.geojson"):
            listed = await http.get(path)
            assert ("Camille" in listed.text) is (role == "advisor")
        found = (await http.get("/v1/actors", params={"q": "exemple"})).json()
        assert len(found["items"]) == (role == "advisor")
