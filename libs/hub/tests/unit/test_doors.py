"""The doors as the stories open them: nobody waits long for an answer, but for a plan."""

from functools import partial

import httpx
import pytest

from maillage_hub.demo.doors import PLANNING_S_MAX, TIMEOUT_S, Doors


async def test_only_a_plan_may_take_long(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: dict[str, float] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        waits[request.url.path] = request.extensions["timeout"]["read"]
        return httpx.Response(200, json={})

    mocked = partial(httpx.AsyncClient, transport=httpx.MockTransport(answer))
    monkeypatch.setattr(httpx, "AsyncClient", mocked)
    async with Doors({"tours": "http://tours"}, lambda role: f"the token of a {role}") as doors:
        await doors.plan("/plans", {})
        await doors.post("dispatcher", "tours", "/orders")
        await doors.get("dispatcher", "tours", "/tours")
    assert waits == {"/plans": PLANNING_S_MAX, "/orders": TIMEOUT_S, "/tours": TIMEOUT_S}
