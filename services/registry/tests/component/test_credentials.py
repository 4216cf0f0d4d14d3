"""From the HTTP door to the outbox: credentials are granted, revoked, and lapse in time."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.registry import ActorEvent, ActorProfileChanged
from maillage_contracts.samples import an_id
from maillage_registry.usecases.store import Store
from maillage_registry.wiring import service
from maillage_serving.testing import FixedClock, context

Send = Callable[..., Awaitable[httpx.Response]]
Told = Callable[[], Awaitable[list[Event]]]

ACTOR = str(an_id("Villaverde"))
CREDENTIAL = {
    "scope": "waste_transport",
    "issuer": "Prefecture",
    "valid_from": "2025-01-01",
    "valid_to": "2026-11-30",
}


def a_body(**changes: object) -> dict[str, Any]:
    return {"actor_id": ACTOR, "name": "Villaverde", "roles": ["collector"], **changes}


async def last(told: Told) -> ActorEvent:
    event = (await told())[-1]
    assert isinstance(event, ActorEvent)
    return event


async def test_credentials_are_granted_and_revoked(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    await send(advisor, "POST", "/v1/actors", a_body())
    path = f"/v1/actors/{ACTOR}/credentials"
    await send(advisor, "POST", path, CREDENTIAL)
    event = await last(told)
    assert isinstance(event, ActorProfileChanged)
    assert event.changed == ("credentials",)
    [held] = event.actor.credentials
    same = await send(advisor, "POST", path, CREDENTIAL)
    assert same.json()["events"] == []
    await send(advisor, "DELETE", f"{path}/{held.credential_id}")
    assert (await last(told)).actor.credentials == ()
    again = await send(advisor, "DELETE", f"{path}/{held.credential_id}")
    assert again.json()["events"] == []
    read = await advisor.get(f"/v1/actors/{ACTOR}")
    assert [kept["status"] for kept in read.json()["credentials"]] == ["revoked"]


async def test_a_credential_that_lapsed_is_not_granted(
    advisor: httpx.AsyncClient, send: Send
) -> None:
    await send(advisor, "POST", "/v1/actors", a_body())
    lapsed = {**CREDENTIAL, "valid_to": "2026-11-22"}
    refused = await send(advisor, "POST", f"/v1/actors/{ACTOR}/credentials", lapsed)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "valid_to"


async def test_a_credential_that_lapsed_since_can_be_told_again(
    advisor: httpx.AsyncClient, send: Send
) -> None:
    lapsed = {**CREDENTIAL, "valid_to": "2026-11-22"}
    await send(advisor, "POST", "/v1/actors", a_body(credentials=[lapsed]))
    again = await send(advisor, "POST", f"/v1/actors/{ACTOR}/credentials", lapsed)
    assert again.status_code == 200
    assert again.json()["events"] == []


async def test_the_timer_tells_of_credentials_that_lapse(
    advisor: httpx.AsyncClient,
    send: Send,
    told: Told,
    runner: Runner[Store],
    clock: FixedClock,
) -> None:
    body = a_body(credentials=[CREDENTIAL, {**CREDENTIAL, "scope": "organic"}])
    await send(advisor, "POST", "/v1/actors", body)
    worker = next(worker for worker in service().workers if worker.name == "expire_credentials")

    async def turn() -> int:
        order = worker.make_command(clock.now)
        outcome = await runner.execute(
            worker.use_case, order, subject=worker.name, context=context()
        )
        return len(outcome.events)

    assert await turn() == 0
    clock.advance(timedelta(days=8))
    assert await turn() == 1
    assert await turn() == 0
    event = await last(told)
    assert isinstance(event, ActorProfileChanged)
    assert event.changed == ("credentials",)
    assert event.actor.credentials == ()
    imported_again = await send(advisor, "POST", "/v1/actors", body)
    assert imported_again.status_code == 200
    assert len(await told()) == 2
