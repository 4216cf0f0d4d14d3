"""A child process: it dies with us, writes to a log file, is stopped with patience."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from maillage_hub.runtime.account import Account
from maillage_hub.runtime.failures import HubFailure

TETHER = Path(__file__).with_name("tether.py")
LOOKED_AT_EVERY_S = 0.02
ASKED_EVERY_S = 0.1
"""A question costs the one who starts some of the processor that it starts with."""
LOG_BYTES_MAX = 20_000_000
LOG_LINES_TOLD = 15


@dataclass(frozen=True)
class Program:
    """What to run, as whom, and which signals end it."""

    name: str
    command: Sequence[str]
    log: Path
    environment: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))
    folder: Path = Path("/")
    """Where it is run."""
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    """Ends it properly."""
    death_signal: signal.Signals = signal.SIGKILL
    """Ends it, and all it started, when we are no more."""
    patience_s: float = 10.0
    """How long it may take to end properly before it is killed."""

    def failure(self, what: str) -> HubFailure:
        """What happened to it, with the end of its log."""
        lines = self.log.read_text(errors="replace").splitlines()[-LOG_LINES_TOLD:]
        quoted = "\n".join(f"    {line}" for line in lines)
        return HubFailure(f"{self.name} {what}. The end of {self.log}:\n{quoted}")


class Process:
    """One run of a program."""

    def __init__(self, program: Program, popen: subprocess.Popen[bytes]) -> None:
        self.program = program
        self._popen = popen
        self._is_over = False

    @classmethod
    def spawn(cls, program: Program, *, pipe: bool = sys.platform != "linux") -> "Process":
        """Start a program.

        To be called from the main thread: Linux ties the child's life to the thread that forked.
        The child has a session of its own, so that Ctrl-C in a terminal reaches us alone and we
        stop our children in the right order.
        """
        program.log.parent.mkdir(parents=True, exist_ok=True)
        _turn_over(program.log)
        with program.log.open("ab") as log:
            popen = subprocess.Popen(
                [*_tether(program, pipe=pipe), *program.command],
                stdin=subprocess.PIPE if pipe else subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env=program.environment,
                cwd=program.folder,
                start_new_session=True,
            )
        return cls(program, popen)

    @property
    def pid(self) -> int:
        """Its process identifier."""
        return self._popen.pid

    @property
    def exit_code(self) -> int | None:
        """How it ended; None while it runs."""
        code = self._popen.poll()
        if code is not None:
            self.kill()
        return code

    async def ended(self) -> int:
        """Wait for its end, and return how."""
        while (code := self.exit_code) is None:
            await _news_of(self.pid)
        return code

    async def stop(self) -> None:
        """End it properly, or by force when that takes too long."""
        if self.exit_code is None:
            self._popen.send_signal(self.program.stop_signal)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(self.program.patience_s):
                    await self.ended()
        finally:
            self.kill()

    def kill(self) -> None:
        """End it now, and whatever it started that is still there."""
        if self._is_over:  # its number may be somebody else's by now
            return
        self._is_over = True
        with suppress(ProcessLookupError, PermissionError):  # macOS: nobody is left
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()
        if self._popen.stdin is not None:
            self._popen.stdin.close()


async def _news_of(pid: int) -> None:
    """Wait for the end of a child; elsewhere than on Linux, until it is worth another look."""
    if sys.platform != "linux":
        await asyncio.sleep(LOOKED_AT_EVERY_S)
        return
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    descriptor = os.pidfd_open(pid)
    loop.add_reader(descriptor, ended.set)
    try:
        await ended.wait()
    finally:
        loop.remove_reader(descriptor)
        os.close(descriptor)


def _tether(program: Program, *, pipe: bool) -> list[str]:
    dying = ["--parent", str(os.getpid()), "--death-signal", str(program.death_signal.value)]
    watching = ["--pipe"] if pipe else []
    who = program.account
    becoming = ["--uid", str(who.uid), "--gid", str(who.gid)] if who else []
    return [sys.executable, "-I", "-S", str(TETHER), *dying, *watching, *becoming, "--"]


def _turn_over(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_name(f"{log.name}.1"))


class Daemon(Protocol):
    """A program that is started, found ready, and started again when it ends."""

    @property
    def name(self) -> str: ...

    @property
    def ready_within_s(self) -> float:
        """How long it may take to be ready."""
        ...

    async def prepare(self) -> None:
        """Make what must be there before it starts."""
        ...

    def program(self) -> Program:
        """How it is run."""
        ...

    async def is_ready(self) -> bool:
        """Whether it does its work, asked the way its clients would ask."""
        ...


async def start(daemon: Daemon) -> Process:
    """Start a prepared daemon and wait until it is ready; raises HubFailure when it never is."""
    try:
        async with asyncio.timeout(daemon.ready_within_s):
            return await start_again(daemon)
    except TimeoutError as error:
        late = f"was not ready within {daemon.ready_within_s:.0f} s"
        raise daemon.program().failure(late) from error


async def start_again(daemon: Daemon) -> Process:
    """Start it and wait as long as it lives: who waits for another is not helped by a new start.

    Raises HubFailure when it ends before it was ready.
    """
    process = Process.spawn(daemon.program())
    try:
        await _ready(daemon, process)
    except BaseException:
        process.kill()
        raise
    return process


async def _ready(daemon: Daemon, process: Process) -> None:
    while not await daemon.is_ready():
        if (code := process.exit_code) is not None:
            raise process.program.failure(f"ended with code {code}")
        await asyncio.sleep(ASKED_EVERY_S)
