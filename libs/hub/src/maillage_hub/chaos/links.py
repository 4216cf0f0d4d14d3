"""The way to a server: a TCP relay that can be cut in one direction or both, reset, or slow."""

import asyncio
import random
import socket
import struct
from collections.abc import Generator
from contextlib import contextmanager, suppress
from typing import Literal, get_args

from maillage_hub.runtime.ports import LOOPBACK

Trouble = Literal["nothing arrives", "nothing returns", "black hole", "refused", "slow"]
TROUBLES: tuple[Trouble, ...] = get_args(Trouble)

CHUNK_BYTES = 65_536
SLOW_CHUNK_BYTES = 4_096
SLOW_BYTES_PER_S = 64_000
SLOW_DELAY_S = (0.05, 0.15)
RESET = struct.pack("ii", 1, 0)
"""SO_LINGER with no time to linger: closing sends a reset."""

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Link:
    """One listening port, and every connection made through it to the server's own."""

    def __init__(self, server_port: int) -> None:
        self._server_port = server_port
        self._listening: asyncio.Server | None = None
        self._there, self._back = asyncio.Event(), asyncio.Event()
        self._there.set()
        self._back.set()
        self._is_refused = False
        self._is_slow = False
        self._writers: set[asyncio.StreamWriter] = set()
        self.client_ports: dict[int, int] = {}
        """Whose connection it is, by the port from which the server sees it come."""
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self, port: int) -> int:
        """Listen where clients will come, which for 0 is any port; returns it."""
        self._listening = await asyncio.start_server(self._accept, LOOPBACK, port)
        return self._listening.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Cut everything, and listen no more."""
        if self._listening is not None:
            self._listening.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    @contextmanager
    def troubled(self, trouble: Trouble) -> Generator[None]:
        """Be troubled in this way for the length of a block.

        What was on its way in a cut arrives late when it ends, as TCP sees to, unless its sender
        has given up. A refusal also resets what is open.
        """
        try:
            if trouble in ("nothing arrives", "black hole"):
                self._there.clear()
            if trouble in ("nothing returns", "black hole"):
                self._back.clear()
            self._is_slow = trouble == "slow"
            self._is_refused = trouble == "refused"
            if self._is_refused:
                for writer in self._writers:
                    _reset(writer)
            yield
        finally:
            self._there.set()
            self._back.set()
            self._is_slow = self._is_refused = False

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(self._relay((reader, writer)))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _relay(self, client: Streams) -> None:
        """Join a client to the server until one of them goes."""
        writers = [client[1]]
        self._writers.add(client[1])
        try:
            await self._there.wait()
            if self._is_refused:
                _reset(client[1])
                return
            server = await asyncio.open_connection(LOOPBACK, self._server_port)
            writers.append(server[1])
            self._writers.add(server[1])
            seen = server[1].get_extra_info("sockname")[1]
            self.client_ports[seen] = client[1].get_extra_info("peername")[1]
            with suppress(ExceptionGroup):
                async with asyncio.TaskGroup() as ways:
                    ways.create_task(self._pump(client[0], server[1], self._there))
                    ways.create_task(self._pump(server[0], client[1], self._back))
        except OSError:
            _reset(client[1])  # nobody listens behind us
        finally:
            for writer in writers:
                self._writers.discard(writer)
                writer.transport.abort()
            for writer in writers:
                with suppress(OSError):
                    await writer.wait_closed()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, passes: asyncio.Event
    ) -> None:
        while data := await reader.read(SLOW_CHUNK_BYTES if self._is_slow else CHUNK_BYTES):
            await passes.wait()
            if self._is_slow:
                # Chance only shakes the clients' timing; no plan depends on it.
                shaken_s = random.uniform(*SLOW_DELAY_S)  # noqa: S311 no secret
                await asyncio.sleep(shaken_s + len(data) / SLOW_BYTES_PER_S)
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError  # the other way ends too


def _reset(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
