"""Keeps one daemon running: starts it, starts it again whenever it ends, stops it."""

import asyncio
import time
from collections.abc import Callable

from maillage_hub.runtime.failures import HubFailure
from maillage_hub.runtime.process import Daemon, Process, start, start_again
from maillage_hub.runtime.state import Child

PAUSE_S = 0.5
PAUSE_S_MAX = 10.0
STEADY_S = 10.0
"""Who ran this long is not in trouble: the next pause is short again."""


class Keeper:
    """One daemon, and the process that runs it now."""

    def __init__(self, daemon: Daemon, tell: Callable[[str], None]) -> None:
        self.daemon = daemon
        self._tell = tell
        self._process: Process | None = None
        self._restarts = 0
        self._pause_s = PAUSE_S

    @property
    def child(self) -> Child:
        """What it is, for those who look from outside."""
        process = self._process
        pid = process.pid if process is not None and process.exit_code is None else None
        return Child(name=self.daemon.name, pid=pid, restarts=self._restarts)

    async def begin(self) -> None:
        """Start it, prepared, and wait until it is ready; raises HubFailure when it never is."""
        began = time.monotonic()
        self._process = await start(self.daemon)
        self._tell(f"{self.daemon.name} is ready ({time.monotonic() - began:.1f} s)")

    async def keep(self, changed: Callable[[], None]) -> None:
        """Start it again whenever it ends, for ever; calls `changed` at each end and new start."""
        while self._process is not None:
            began = time.monotonic()
            code = await self._process.ended()
            changed()
            if time.monotonic() - began > STEADY_S:
                self._pause_s = PAUSE_S
            self._tell(f"{self.daemon.name} ended with code {code}")
            self._process = await self._again()
            self._tell(f"{self.daemon.name} is ready again")
            changed()

    async def end(self) -> None:
        """Stop it."""
        if self._process is not None:
            await self._process.stop()

    def kill(self) -> None:
        """Stop it at once."""
        if self._process is not None:
            self._process.kill()

    async def _again(self) -> Process:
        """Start until it succeeds, pausing longer after each failure."""
        while True:
            self._tell(f"{self.daemon.name} is started again in {self._pause_s:g} s")
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, PAUSE_S_MAX)
            self._restarts += 1
            try:
                return await start_again(self.daemon)
            except HubFailure as failure:
                self._tell(str(failure))
