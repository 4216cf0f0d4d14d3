"""A forklift is lent, from the question to the return, through the doors of both firms."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.registry import ActorClosed
from maillage_contracts.samples import a_flow, an_actor, an_actor_closed, an_id
from maillage_contracts.vocabulary import ActorId
from maillage_matching.usecases.move_sharing import FinishSharings, finish_sharings
from maillage_matching.usecases.store import Store
from maillage_serving.testing import FixedClock, context, token

Hear = Callable[..., Awaitable[Any]]
Door = Callable[..., httpx.AsyncClient]
OWNER, BORROWER = ActorId(an_id("Villaverde")), ActorId(an_id("STRH"))
FORKLIFT = a_flow(kind="equipment", intent="lend", flow_id=an_id("forklift"), actor_id=OWNER)
DAY = {"starts_at": "2027-02-10T08:00:00+01:00", "ends_at": "2027-02-10T18:00:00+01:00"}
NEXT_DAY = {"starts_at": "2027-02-11T08:00:00Z", "ends_at": "2027-02-11T18:00:00Z"}
ASKED = {"flow_id": str(FORKLIFT.flow_id), "actor_id": str(BORROWER), **DAY}


@pytest.fixture
async def told(hear: Hear) -> None:
    """Two firms, and a forklift that one of them lends."""
    await hear(*(an_actor(name=name) for name in ("Villaverde", "STRH", "Boucle")), FORKLIFT)


@pytest.fixture
async def http(door: Door) -> AsyncIterator[httpx.AsyncClient]:
    """One door, through which each firm goes with a token of its own."""
    async with door("actor", OWNER) as opened:
        yield opened


def as_of(who: ActorId) -> dict[str, str]:
    return {"Authorization": f"Bearer {token('actor', who)}"}


@pytest.fixture
def ask(http: httpx.AsyncClient) -> Callable[..., Awaitable[httpx.Response]]:
    async def asked(who: ActorId, path: str, **body: object) -> httpx.Response:
        told = {"actor_id": str(who), **body}
        return await http.post(f"/v1{path}", json=told, headers=as_of(who))

    return asked


@pytest.fixture
def read(http: httpx.AsyncClient) -> Callable[..., Awaitable[Any]]:
    async def got(who: ActorId, path: str) -> Any:  # noqa: ANN401 JSON
        return (await http.get(f"/v1{path}", headers=as_of(who))).raise_for_status().json()

    return got


Ask = Callable[..., Awaitable[httpx.Response]]
Read = Callable[..., Awaitable[Any]]
CALENDAR = (
    f"/calendar?flow_id={FORKLIFT.flow_id}"
    "&starts_at=2027-02-01T00:00:00Z&ends_at=2027-03-01T00:00:00Z"
)


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    "database", ["memory", pytest.param("postgres", marks=pytest.mark.integration)], indirect=True
)
async def test_both_agree_on_another_day(ask: Ask, read: Read) -> None:
    asked = await ask(BORROWER, "/sharings", **ASKED, note="For a delivery")
    assert asked.status_code == 201
    path = f"/sharings/{asked.json()['id']}"
    assert (await read(OWNER, CALENDAR))["busy"] == []
    assert (await ask(OWNER, f"{path}/accept", **NEXT_DAY)).status_code == 200
    assert (await ask(BORROWER, f"{path}/other-time", **DAY)).status_code == 200
    assert (await read(BORROWER, CALENDAR))["busy"] == []
    assert (await ask(OWNER, f"{path}/accept")).status_code == 200
    assert (await ask(BORROWER, f"{path}/confirm")).status_code == 200
    busy = {"starts_at": "2027-02-10T07:00:00Z", "ends_at": "2027-02-10T17:00:00Z"}
    assert (await read(ActorId(an_id("Boucle")), CALENDAR))["busy"] == [busy]
    shown = await read(OWNER, path)
    assert (shown["status"], shown["version"]) == ("confirmed", 5)
    assert [move["status"] for move in shown["moves"]] == [
        "new", "to_confirm", "new", "to_confirm", "confirmed"
    ]  # fmt: skip


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    "database", ["memory", pytest.param("postgres", marks=pytest.mark.integration)], indirect=True
)
async def test_the_second_to_ask_is_refused_what_the_first_was_promised(ask: Ask) -> None:
    first = (await ask(BORROWER, "/sharings", **ASKED)).json()["id"]
    other = ActorId(an_id("Boucle"))
    second = (await ask(other, "/sharings", **{**ASKED, "actor_id": str(other)})).json()["id"]
    assert (await ask(OWNER, f"/sharings/{first}/accept")).status_code == 200
    refused = await ask(OWNER, f"/sharings/{second}/accept")
    assert refused.status_code == 409
    assert "promised to somebody else" in refused.json()["detail"]
    third = await ask(other, "/sharings", **{**ASKED, "actor_id": str(other)})
    assert third.status_code == 409
    assert (await ask(OWNER, f"/sharings/{second}/accept", **NEXT_DAY)).status_code == 200


@pytest.mark.usefixtures("told")
async def test_what_is_between_two_firms_is_not_there_for_a_third(ask: Ask, read: Read) -> None:
    made = (await ask(BORROWER, "/sharings", **ASKED)).json()["id"]
    third = ActorId(an_id("Boucle"))
    assert (await read(third, "/sharings"))["items"] == []
    with pytest.raises(httpx.HTTPStatusError, match="404"):
        await read(third, f"/sharings/{made}")
    assert (await ask(third, f"/sharings/{made}/refuse")).status_code == 404
    as_owner = await ask(third, f"/sharings/{made}/accept", actor_id=str(OWNER))
    assert as_owner.status_code == 404
    assert [one["sharing_id"] for one in (await read(OWNER, "/sharings"))["items"]] == [made]


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"flow_id": str(an_id("unknown"))}, 404),
        ({"starts_at": "2027-02-10T19:00:00Z"}, 422),
        ({"starts_at": "2026-01-01T08:00:00Z"}, 422),
        ({"starts_at": "0001-01-01T00:00:00+14:00"}, 422),
        ({"ends_at": "2027-02-10T17:00:00"}, 422),
        ({"rating": 5}, 422),
    ],
)
async def test_what_cannot_be_lent_cannot_be_asked(
    ask: Ask, changes: dict[str, Any], status: int
) -> None:
    assert (await ask(BORROWER, "/sharings", **{**ASKED, **changes})).status_code == status


@pytest.mark.usefixtures("told")
async def test_nobody_borrows_from_itself_or_for_who_is_not_known(door: Door) -> None:
    async with door() as advisor:
        for who in (OWNER, an_id("Nobody")):
            answer = await advisor.post("/v1/sharings", json={**ASKED, "actor_id": str(who)})
            assert answer.status_code == 422
            assert answer.json()["errors"][0]["field"] == "actor_id"


@pytest.mark.usefixtures("told")
async def test_what_is_lent_no_more_is_not_promised(ask: Ask, hear: Hear) -> None:
    made = (await ask(BORROWER, "/sharings", **ASKED)).json()["id"]
    await hear(FORKLIFT.model_copy(update={"status": "withdrawn"}))
    assert (await ask(OWNER, f"/sharings/{made}/accept")).status_code == 404
    assert (await ask(OWNER, f"/sharings/{made}/refuse")).status_code == 200


@pytest.mark.usefixtures("told")
async def test_requests_of_a_firm_that_closed_are_called_off(
    ask: Ask, read: Read, hear: Hear
) -> None:
    made = (await ask(BORROWER, "/sharings", **ASKED)).json()["id"]
    await ask(OWNER, f"/sharings/{made}/accept")
    closed: ActorClosed = an_actor_closed(actor=an_actor(name="STRH", status="closed"))
    await hear(closed)
    assert (await read(OWNER, f"/sharings/{made}"))["status"] == "refused"
    assert (await read(OWNER, CALENDAR))["busy"] == []


@pytest.mark.usefixtures("told")
async def test_what_is_over_is_finished_by_itself(
    ask: Ask, read: Read, runner: Runner[Store], clock: FixedClock
) -> None:
    made = (await ask(BORROWER, "/sharings", **ASKED)).json()["id"]
    await ask(OWNER, f"/sharings/{made}/accept")
    await ask(BORROWER, f"/sharings/{made}/confirm")
    for days, status in ((1, "confirmed"), (100, "finished")):
        clock.advance(timedelta(days=days))
        await runner.execute(finish_sharings, FinishSharings(), subject="finish", context=context())
        assert (await read(OWNER, f"/sharings/{made}"))["status"] == status


@pytest.mark.usefixtures("told")
async def test_another_time_has_both_ends(ask: Ask) -> None:
    made = (await ask(BORROWER, "/sharings", **ASKED)).json()["id"]
    half = await ask(OWNER, f"/sharings/{made}/accept", starts_at=NEXT_DAY["starts_at"])
    assert half.status_code == 422
