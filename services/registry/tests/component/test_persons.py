"""From the HTTP door to the outbox: contacts stay in the registry, consents are told."""

import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event
from maillage_contracts.registry import ConsentGiven, ConsentWithdrawn
from maillage_contracts.samples import an_id
from maillage_registry.usecases.store import Store
from maillage_registry.wiring import service
from maillage_serving.testing import FixedClock, client, context

Send = Callable[..., Awaitable[httpx.Response]]
Told = Callable[[], Awaitable[list[Event]]]

ACTOR = str(an_id("Villaverde"))
CONTACT = {"phone": "+33 4 50 11 22 33", "email": "contact@private.invalid"}
CLOSING = {"reason": "ceased_activity", "effective_on": "2026-11-23"}


@pytest.fixture(autouse=True)
async def registered(advisor: httpx.AsyncClient, send: Send) -> None:
    body = {"actor_id": ACTOR, "name": "Villaverde", "roles": ["producer"]}
    assert (await send(advisor, "POST", "/v1/actors", body)).status_code == 201


async def test_a_contact_is_kept_and_told_to_nobody(
    advisor: httpx.AsyncClient,
    send: Send,
    told: Told,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    path = f"/v1/actors/{ACTOR}/contact"
    assert (await advisor.get(path)).status_code == 404
    kept = await send(advisor, "PUT", path, CONTACT)
    assert kept.json()["events"] == []
    read = await advisor.get(path)
    assert read.json() == CONTACT
    assert read.headers["ETag"] == '"1"'
    faulty = await send(advisor, "PUT", path, {"email": "contact at private.invalid"})
    assert faulty.status_code == 422
    assert "private.invalid" not in faulty.text
    said = "".join(event.model_dump_json() for event in await told())
    logged = caplog.text + "".join(capsys.readouterr())
    actor = (await advisor.get(f"/v1/actors/{ACTOR}")).text
    for place in (said, logged, actor):
        assert "11 22 33" not in place
        assert "private.invalid" not in place


async def test_a_contact_changes_by_version_and_is_erased(
    advisor: httpx.AsyncClient, send: Send
) -> None:
    path = f"/v1/actors/{ACTOR}/contact"
    await send(advisor, "PUT", path, CONTACT)
    await send(advisor, "PUT", path, CONTACT)
    assert (await advisor.get(path)).headers["ETag"] == '"1"'
    await send(advisor, "PUT", path, {"phone": "0450112233"}, If_Match='"1"')
    stale = await send(advisor, "PUT", path, CONTACT, If_Match='"1"')
    assert stale.status_code == 412
    assert (await advisor.get(path)).json() == {"phone": "0450112233", "email": None}
    assert (await send(advisor, "DELETE", path)).status_code == 200
    assert (await send(advisor, "DELETE", path)).status_code == 200
    assert (await advisor.get(path)).status_code == 404


async def test_contacts_of_the_closed_are_erased_in_time(
    advisor: httpx.AsyncClient, send: Send, runner: Runner[Store], clock: FixedClock
) -> None:
    path = f"/v1/actors/{ACTOR}/contact"
    await send(advisor, "PUT", path, CONTACT)
    await send(advisor, "POST", f"/v1/actors/{ACTOR}/close", CLOSING)
    worker = next(worker for worker in service().workers if worker.name == "forget_contacts")

    async def turn() -> None:
        order = worker.make_command(clock.now)
        await runner.execute(worker.use_case, order, subject=worker.name, context=context())

    clock.advance(timedelta(days=90))
    await turn()
    assert (await advisor.get(path)).status_code == 200
    clock.advance(timedelta(seconds=1))
    await turn()
    assert (await advisor.get(path)).status_code == 404


async def test_nobody_else_reads_or_writes_a_contact(
    advisor: httpx.AsyncClient, send: Send, runner: Runner[Store]
) -> None:
    path = f"/v1/actors/{ACTOR}/contact"
    await send(advisor, "PUT", path, CONTACT)
    async with client(service(), runner, "actor", UUID(ACTOR)) as itself:
        assert (await itself.get(path)).json() == CONTACT
        assert (await send(itself, "PUT", path, {"phone": "0450112233"})).status_code == 200
    async with client(service(), runner, "actor", an_id("STRH")) as other:
        assert (await other.get(path)).status_code == 404
        assert (await send(other, "PUT", path, CONTACT)).status_code == 404
        assert (await send(other, "DELETE", path)).status_code == 404
    assert (await advisor.get(path)).json()["phone"] == "0450112233"


async def test_a_consent_is_told_when_given_and_when_withdrawn(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    path = f"/v1/actors/{ACTOR}/consents/matching"
    await send(advisor, "PUT", path, {"fields": ["quantity", "cost_today", "quantity"]})
    same = await send(advisor, "PUT", path, {"fields": ["cost_today", "quantity"]})
    assert same.json()["events"] == []
    await send(advisor, "PUT", path, {})
    await send(advisor, "DELETE", path)
    again = await send(advisor, "DELETE", path)
    assert again.json()["events"] == []
    _, limited, whole, withdrawn = await told()
    assert isinstance(limited, ConsentGiven)
    assert limited.fields == ("cost_today", "quantity")
    assert isinstance(whole, ConsentGiven)
    assert whole.fields == ()
    assert isinstance(withdrawn, ConsentWithdrawn)
    assert withdrawn.purpose == "matching"
    listed = (await advisor.get(f"/v1/actors/{ACTOR}/consents")).json()["items"]
    assert [(item["purpose"], item["is_given"]) for item in listed] == [("matching", False)]


async def test_what_was_never_given_is_withdrawn_too_even_closed(
    advisor: httpx.AsyncClient, send: Send, told: Told
) -> None:
    await send(advisor, "POST", f"/v1/actors/{ACTOR}/close", CLOSING)
    await send(advisor, "DELETE", f"/v1/actors/{ACTOR}/consents/sharing")
    assert isinstance((await told())[-1], ConsentWithdrawn)


async def test_an_actor_speaks_for_itself_only(send: Send, runner: Runner[Store]) -> None:
    path = f"/v1/actors/{ACTOR}/consents"
    async with client(service(), runner, "actor", UUID(ACTOR)) as itself:
        assert (await send(itself, "PUT", f"{path}/matching", {})).status_code == 200
        assert len((await itself.get(path)).json()["items"]) == 1
    async with client(service(), runner, "actor", an_id("STRH")) as other:
        assert (await send(other, "PUT", f"{path}/matching", {})).status_code == 404
        assert (await send(other, "DELETE", f"{path}/matching")).status_code == 404
        assert (await other.get(path)).status_code == 404


async def test_of_nobody_there_is_nothing(advisor: httpx.AsyncClient, send: Send) -> None:
    nobody = f"/v1/actors/{an_id('nobody')}"
    assert (await advisor.get(f"{nobody}/consents")).status_code == 404
    assert (await advisor.get(f"{nobody}/contact")).status_code == 404
    for method, path, body in (
        ("PUT", "contact", CONTACT),
        ("DELETE", "contact", None),
        ("PUT", "consents/matching", {}),
        ("DELETE", "consents/matching", None),
    ):
        assert (await send(advisor, method, f"{nobody}/{path}", body)).status_code == 404
