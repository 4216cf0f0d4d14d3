"""Importing a pack: retried, repeated, refused."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import httpx
import pytest

from maillage_hub.packs import importing
from maillage_hub.packs.importing import import_pack
from maillage_hub.packs.pack import Pack
from maillage_hub.packs.reading import read_pack

ADDRESSES: Mapping[str, str] = dict.fromkeys(("registry", "flows", "tours"), "http://hub.test")
Answer = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def pack(tmp_path: Path) -> Pack:
    (tmp_path / "territory.yaml").write_text("territory: jourdies\nname: Les Jourdies\n")
    (tmp_path / "actors.csv").write_text(
        "key,name,roles,site,lat,lon,origin\nvillaverde,Villaverde,producer,Shop,46,6,stated\n"
    )
    (tmp_path / "flows.csv").write_text(
        "key,actor,kind,direction,intent,willingness,confidence,label,origin\n"
        "pallets,villaverde,material,out,offer,open,declared,Pallets,stated\n"
        "oil,villaverde,waste,out,offer,none,observed,Oil,stated\n"
    )
    return read_pack(tmp_path, date(2026, 11, 23))


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Callable[[Answer], list[httpx.Request]]:
    """Answer every request of an import with a function, and keep what was asked."""

    def answering(answer: Answer) -> list[httpx.Request]:
        asked: list[httpx.Request] = []

        def keep(request: httpx.Request) -> httpx.Response:
            asked.append(request)
            return answer(request)

        real = httpx.AsyncClient

        def over_nothing(**arguments: object) -> httpx.AsyncClient:
            return real(transport=httpx.MockTransport(keep), **arguments)  # type: ignore[arg-type] handed on

        monkeypatch.setattr(httpx, "AsyncClient", over_nothing)
        return asked

    return answering


def accepted(_: httpx.Request) -> httpx.Response:
    return httpx.Response(201, json={"id": "x", "events": [{}], "replayed": False})


def refused(status: int, detail: str, **more: object) -> httpx.Response:
    return httpx.Response(status, json={"detail": detail, **more})


async def test_everything_is_sent_once_and_counted(
    pack: Pack, sent: Callable[[Answer], list[httpx.Request]]
) -> None:
    asked = sent(accepted)
    done = await import_pack(pack, ADDRESSES, "token")
    assert dict(done.done) == {"actor": 1, "flow": 2}
    assert (done.events, done.refused) == (3, [])
    bodies = [json.loads(request.content) for request in asked if request.url.path == "/v1/flows"]
    assert sorted(body["status"] for body in bodies) == ["declared", "open"]
    assert all(request.headers["Authorization"] == "Bearer token" for request in asked)
    assert len({request.headers["Idempotency-Key"] for request in asked}) == 3


async def test_an_actor_that_is_there_otherwise_is_changed(
    pack: Pack, sent: Callable[[Answer], list[httpx.Request]]
) -> None:
    def other_there(request: httpx.Request) -> httpx.Response:
        if (request.method, request.url.path) == ("POST", "/v1/actors"):
            return refused(409, "another content is registered")
        return accepted(request)

    asked = sent(other_there)
    done = await import_pack(pack, ADDRESSES, "token")
    assert done.refused == []
    assert ("PUT", f"/v1/actors/{pack.of('actor')[0].id}") in {
        (request.method, request.url.path) for request in asked
    }


async def test_news_that_take_a_moment_are_waited_for(
    pack: Pack, sent: Callable[[Answer], list[httpx.Request]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "RETRY_S", 0)
    early = {"left": 3}

    def not_yet(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/flows" and early["left"]:
            early["left"] -= 1
            return refused(409, f"no actor {pack.of('actor')[0].id} is known here")
        return accepted(request)

    sent(not_yet)
    done = await import_pack(pack, ADDRESSES, "token")
    assert (done.done["flow"], early["left"]) == (2, 0)


async def test_a_service_that_is_back_soon_is_asked_again(
    pack: Pack, sent: Callable[[Answer], list[httpx.Request]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "RETRY_S", 0)
    faults = iter([httpx.ConnectError("away"), None, None])

    def away_first(request: httpx.Request) -> httpx.Response:
        fault = next(faults, None)
        if fault is not None:
            raise fault
        return accepted(request)

    sent(away_first)
    assert (await import_pack(pack, ADDRESSES, "token")).refused == []


async def test_a_service_that_stays_away_stops_the_import(
    pack: Pack, sent: Callable[[Answer], list[httpx.Request]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PATIENCE_S", 0)

    def away(_: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("away")

    sent(away)
    with pytest.raises(ExceptionGroup) as failure:
        await import_pack(pack, ADDRESSES, "token")
    assert failure.group_contains(httpx.ConnectError)


async def test_a_refusal_is_told_with_its_line_and_stops_what_depends_on_it(
    pack: Pack, sent: Callable[[Answer], list[httpx.Request]]
) -> None:
    fault = {"field": "siret", "message": "is that of another"}

    def no_actor(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/v1/actors":
            return refused(422, "not so", errors=[fault])
        return accepted(request)

    asked = sent(no_actor)
    done = await import_pack(pack, ADDRESSES, "token")
    (told,) = done.refused
    assert str(told) == ("actors.csv:2:1: villaverde: siret: is that of another")
    assert {request.url.path for request in asked} == {"/v1/actors"}
