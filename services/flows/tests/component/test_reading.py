"""Lists, their filters and pages; and who sees what."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import httpx
import pytest

from maillage_common.transaction import Runner
from maillage_contracts.samples import an_id
from maillage_flows.usecases.store import Store
from maillage_flows.wiring import service
from maillage_serving.policy import Role
from maillage_serving.testing import client

Say = Callable[..., dict[str, Any]]
Open = Callable[..., Awaitable[UUID]]
STRH = str(an_id("STRH"))


async def labels(caller: httpx.AsyncClient, **asked: str) -> set[str]:
    answer = await caller.get("/v1/flows", params=asked)
    assert answer.status_code == 200, answer.text
    return {flow["resource"]["label"] for flow in answer.json()["items"]}


@pytest.fixture
async def four(open_flow: Open, http: httpx.AsyncClient, say: Say) -> None:
    """Four flows that differ in everything a list may be filtered by."""
    await open_flow()
    await open_flow(
        actor_id=STRH,
        direction="in",
        intent="request",
        resource={"label": "Palettes recherchées", "spec": "pallet"},
        activity_zone="bonneville",
    )
    for label, kind in (("Cartons d'emballage", "waste"), ("Broyeur à carton", "equipment")):
        await http.post("/v1/flows", json=say(kind=kind, resource={"label": label}))


@pytest.mark.usefixtures("four")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"actor_id": STRH}, {"Palettes recherchées"}),
        ({"kind": "waste"}, {"Cartons d'emballage"}),
        ({"direction": "in"}, {"Palettes recherchées"}),
        ({"status": "open"}, {"Palettes usagées", "Palettes recherchées"}),
        ({"zone": "bonneville"}, {"Palettes recherchées"}),
        ({"spec": "pallet"}, {"Palettes usagées", "Palettes recherchées"}),
        ({"text": "CARTON"}, {"Cartons d'emballage", "Broyeur à carton"}),
        ({"text": "usagees", "status": "open"}, {"Palettes usagées"}),
        ({"status": "ended"}, set[str]()),
    ],
)
async def test_a_list_is_filtered(
    http: httpx.AsyncClient, asked: dict[str, str], found: set[str]
) -> None:
    assert await labels(http, **asked) == found


@pytest.mark.parametrize(
    "asked", [{"status": "opened"}, {"kind": "matter"}, {"cursor": "?"}, {"limit": "0"}]
)
async def test_a_filter_that_cannot_be_is_refused(
    http: httpx.AsyncClient, asked: dict[str, str]
) -> None:
    answer = await http.get("/v1/flows", params=asked)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json()["errors"]] == list(asked)


async def test_a_cursor_of_another_list_is_refused(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/flows", params={"cursor": "WyJ4Il0"})  # ["x"]
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


@pytest.mark.usefixtures("four")
async def test_pages_show_everything_once(http: httpx.AsyncClient) -> None:
    seen: list[str] = []
    cursor = None
    while True:
        asked = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = (await http.get("/v1/flows", params=asked)).json()
        seen += [flow["flow_id"] for flow in page["items"]]
        cursor = page["next"]
        if cursor is None:
            break
    assert len(seen) == 4
    assert seen == sorted(set(seen))


@pytest.mark.parametrize("visibility", ["private", "case"])
async def test_a_private_flow_is_for_its_owner_and_advisors(
    http: httpx.AsyncClient,
    firm: httpx.AsyncClient,
    neighbour: httpx.AsyncClient,
    open_flow: Open,
    visibility: str,
) -> None:
    flow_id = await open_flow(visibility=visibility)
    for insider in (http, firm):
        assert (await insider.get(f"/v1/flows/{flow_id}")).status_code == 200
        assert await labels(insider) == {"Palettes usagées"}
    missing = await neighbour.get(f"/v1/flows/{an_id('nothing')}")
    hidden = await neighbour.get(f"/v1/flows/{flow_id}")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.json()["detail"].replace(str(flow_id), "") == missing.json()["detail"].replace(
        str(an_id("nothing")), ""
    )
    assert await labels(neighbour) == set()


@pytest.mark.parametrize("role", ["observer", "dispatcher", "service"])
async def test_other_roles_read_what_members_may(
    runner: Runner[Store], open_flow: Open, role: Role
) -> None:
    shown = [await open_flow(visibility=v) for v in ("public", "members")]
    hidden = [await open_flow(visibility=v) for v in ("case", "private")]
    async with client(service(), runner, role) as reader:
        items = (await reader.get("/v1/flows")).json()["items"]
        assert {UUID(flow["flow_id"]) for flow in items} == set(shown)
        for flow_id in hidden:
            assert (await reader.get(f"/v1/flows/{flow_id}")).status_code == 404


async def test_a_firm_changes_only_what_is_its_own(
    firm: httpx.AsyncClient, neighbour: httpx.AsyncClient, open_flow: Open, say: Say
) -> None:
    path = f"/v1/flows/{await open_flow()}"
    assert (await neighbour.get(path)).status_code == 200
    assert (await neighbour.patch(path, json={"pain_rank": 1})).status_code == 404
    assert (await neighbour.post(f"{path}/withdraw")).status_code == 404
    assert (await neighbour.post("/v1/flows", json=say())).status_code == 404
    assert (await firm.patch(path, json={"pain_rank": 1})).status_code == 200
    assert (await firm.post("/v1/flows", json=say())).status_code == 201


async def test_a_machine_cannot_change_what_it_cannot_see(
    runner: Runner[Store], open_flow: Open
) -> None:
    private, shown = await open_flow(visibility="private"), await open_flow()
    async with client(service(), runner, "service") as machine:
        for flow_id, code in ((private, 404), (shown, 200)):
            answer = await machine.patch(f"/v1/flows/{flow_id}", json={"pain_rank": 1})
            assert answer.status_code == code


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("observer", "POST", "/v1/flows"),
        ("dispatcher", "POST", "/v1/flows"),
        ("actor", "POST", "/v1/notes"),
        ("actor", "GET", "/v1/notes"),
        ("dispatcher", "GET", "/v1/notes"),
        ("actor", "POST", "/v1/flows/{id}/qualify"),
        ("actor", "POST", "/v1/flows/{id}/release"),
        ("actor", "POST", "/v1/flows/{id}/questions"),
        ("observer", "GET", "/v1/questions"),
        ("observer", "POST", "/v1/rounds"),
    ],
)
async def test_who_may_not_is_told_so(
    runner: Runner[Store], role: Role, method: str, path: str
) -> None:
    async with client(service(), runner, role, organisation=an_id("Villaverde")) as caller:
        answer = await caller.request(method, path.replace("{id}", str(an_id("flow"))))
    assert answer.status_code == 403
