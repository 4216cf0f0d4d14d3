"""The public doors of a hub, as one person after another opens them."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx

from maillage_hub.demo.story import NotTrue

TIMEOUT_S = 60.0
PLANNING_S_MAX = 900.0
"""Planning a full day three ways takes about a minute, and many times that beside load."""
DEADLINE_S = 30.0
RETRY_S = 0.05

T = TypeVar("T")


class Doors:
    """HTTP calls with the token of a role; use as an async context manager."""

    def __init__(self, addresses: Mapping[str, str], token_of: Callable[[str], str]) -> None:
        self.addresses = addresses
        self.token_of = token_of
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._client.aclose()

    async def get(self, role: str, service: str, path: str, **query: object) -> dict[str, Any]:
        """Read; raises NotTrue unless the answer is a success."""
        params = {name: str(value) for name, value in query.items() if value is not None}
        return await self._call(role, "GET", f"{self.addresses[service]}{path}", params=params)

    async def all(
        self, role: str, service: str, path: str, **query: object
    ) -> list[dict[str, Any]]:
        """Every item of a list, page after page."""
        items: list[dict[str, Any]] = []
        cursor: str | None = None
        while True:
            page = await self.get(role, service, path, limit=200, cursor=cursor, **query)
            items += page["items"]
            cursor = page.get("next")
            if cursor is None:
                return items

    async def post(
        self, role: str, service: str, path: str, body: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """Command; raises NotTrue unless the answer is a success."""
        return await self._command(role, "POST", f"{self.addresses[service]}{path}", body)

    async def plan(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Have tours planned as a dispatcher, for as long as it takes."""
        url = f"{self.addresses['tours']}{path}"
        return await self._command("dispatcher", "POST", url, body, timeout=PLANNING_S_MAX)

    async def try_post(
        self, role: str, service: str, path: str, body: Mapping[str, Any]
    ) -> dict[str, Any] | None:
        """Command that may come too early; None when a value is not accepted (422) yet."""
        try:
            return await self.post(role, service, path, body)
        except NotTrue as error:
            if " answered 422" in str(error):
                return None
            raise

    async def put(
        self, role: str, service: str, path: str, body: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Replace; raises NotTrue unless the answer is a success."""
        return await self._command(role, "PUT", f"{self.addresses[service]}{path}", body)

    async def _command(
        self, role: str, method: str, url: str, body: Mapping[str, Any] | None, **extra: float
    ) -> dict[str, Any]:
        headers = {"Idempotency-Key": uuid4().hex}
        return await self._call(role, method, url, json=dict(body or {}), headers=headers, **extra)

    async def _call(self, role: str, method: str, url: str, **extra: Any) -> dict[str, Any]:  # noqa: ANN401 handed to httpx
        headers = {"Authorization": f"Bearer {self.token_of(role)}", **extra.pop("headers", {})}
        answer = await self._client.request(method, url, headers=headers, **extra)
        if not answer.is_success:
            raise NotTrue(f"{method} {url} answered {answer.status_code}: {answer.text[:400]}")
        return answer.json()


async def until(read: Callable[[], Awaitable[T]], holds: Callable[[T], bool], what: str) -> T:
    """Read again and again until it holds; raises NotTrue with what was last read."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + DEADLINE_S
    while True:
        last = await read()
        if holds(last):
            return last
        if loop.time() > deadline:
            raise NotTrue(f"{what}: not after {DEADLINE_S:.0f} s, last read {str(last)[:400]}")
        await asyncio.sleep(RETRY_S)
