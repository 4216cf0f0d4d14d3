"""A small HTTP client that costs little: many connections kept open, one request at a time each.

A general client takes as much processor as the server it calls; on a small machine that would be
measured instead.
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self
from urllib.parse import urlsplit

TIMEOUT_S = 30.0


@dataclass(frozen=True)
class Answer:
    """What a server said."""

    status: int
    body: bytes

    @property
    def document(self) -> Any:  # noqa: ANN401 any JSON
        """The body as JSON."""
        return json.loads(self.body)


class Connection:
    """One connection to one server."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def to(cls, address: str) -> Self:
        """Connect to `http://host:port`."""
        place = urlsplit(address)
        return cls(*await asyncio.open_connection(place.hostname, place.port))

    async def send(
        self, method: str, path: str, headers: Mapping[str, str], document: object = None
    ) -> Answer:
        """One request; the answer must declare its length."""
        body = b"" if document is None else json.dumps(document).encode()
        lines = [
            f"{method} {path} HTTP/1.1",
            "Host: bench",
            f"Content-Length: {len(body)}",
            *(["Content-Type: application/json"] if body else []),
            *(f"{name}: {value}" for name, value in headers.items()),
        ]
        self._writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        async with asyncio.timeout(TIMEOUT_S):
            head = await self._reader.readuntil(b"\r\n\r\n")
            status, length = _read(head)
            return Answer(status, await self._reader.readexactly(length))

    async def close(self) -> None:
        """Hang up."""
        self._writer.close()
        await self._writer.wait_closed()


def _read(head: bytes) -> tuple[int, int]:
    first, *lines = head.split(b"\r\n")
    for line in lines:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(first.split(b" ")[1]), int(value)
    raise ValueError(f"no length in {head!r}")


@asynccontextmanager
async def connections(address: str, count: int) -> AsyncGenerator[list[Connection]]:
    """So many connections to one server."""
    opened = [await Connection.to(address) for _ in range(count)]
    try:
        yield opened
    finally:
        for one in opened:
            await one.close()
