"""Children end when asked, die with their parent, and are started again."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from maillage_hub.runtime import keeper as keeping
from maillage_hub.runtime import process as processes
from maillage_hub.runtime.failures import HubFailure
from maillage_hub.runtime.keeper import Keeper
from maillage_hub.runtime.process import Process, Program, start
from maillage_serving.testing import eventually

SLEEPER = ["/bin/sleep", "1000"]
DEAF = "trap '' TERM; echo deaf; while true; do sleep 0.01; done"
PARENT = """
import signal, sys
from pathlib import Path
from maillage_hub.runtime.process import Process, Program
log = Path(sys.argv[1])
program = Program(name="child", command=["/bin/sh", "-c", "echo $$; exec sleep 1000"], log=log)
Process.spawn(program, pipe=sys.argv[2] == "pipe")
while not log.read_text():
    pass
print(log.read_text(), flush=True)
signal.pause()
"""


def is_running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def said_by(process: psutil.Process) -> list[str]:
    """The words of a process that was looked at; none of one that is over."""
    return process.info["cmdline"] or []


@dataclass
class Fickle:
    """A daemon that is ready when its marker exists, and whose command can be changed."""

    marker: Path
    log: Path
    command: tuple[str, ...] = ("/bin/sleep", "1000")
    name: str = "fickle"
    ready_within_s: float = 10.0
    prepared: int = 0
    asked: int = 0

    async def prepare(self) -> None:
        self.prepared += 1

    def program(self) -> Program:
        return Program(name=self.name, command=self.command, log=self.log)

    async def is_ready(self) -> bool:
        self.asked += 1
        return self.marker.exists()


@pytest.fixture
def fickle(tmp_path: Path) -> Fickle:
    marker = tmp_path / "marker"
    marker.touch()
    return Fickle(marker, tmp_path / "fickle.log")


class Kept:
    """A daemon that is kept running, and what was said of it."""

    def __init__(self, daemon: Fickle) -> None:
        self.said: list[str] = []
        self.keeper = Keeper(daemon, self.said.append)
        self._keeping: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        await self.keeper.begin()
        self._keeping = asyncio.create_task(self.keeper.keep(lambda: None))

    async def end(self) -> None:
        if self._keeping is not None:
            self._keeping.cancel()
        await self.keeper.end()


@pytest.fixture
async def kept(fickle: Fickle, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Kept]:
    """The fickle daemon, ready, and started again after the shortest of pauses."""
    monkeypatch.setattr(keeping, "PAUSE_S", 0.01)
    kept = Kept(fickle)
    await kept.begin()
    yield kept
    await kept.end()


@pytest.mark.parametrize("how", ["kernel", "pipe"])
async def test_a_child_dies_with_a_parent_that_is_killed(tmp_path: Path, how: str) -> None:
    child = child_of_killed_parent(tmp_path / "log", how)

    await eventually(lambda: not is_running(child))


def child_of_killed_parent(log: Path, how: str) -> int:
    command = [sys.executable, "-c", PARENT, str(log), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert is_running(child)
        parent.kill()
    return child


async def test_a_child_that_ends_when_asked_is_not_killed(tmp_path: Path) -> None:
    process = Process.spawn(Program(name="sleeper", command=SLEEPER, log=tmp_path / "log"))
    await process.stop()

    assert process.exit_code == -signal.SIGTERM


async def test_a_child_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "log"
    command = ["/bin/sh", "-c", DEAF]
    process = Process.spawn(Program(name="deaf", command=command, log=log, patience_s=0.1))
    await eventually(lambda: "deaf" in log.read_text())

    await process.stop()

    assert process.exit_code == -signal.SIGKILL


async def test_what_a_child_leaves_behind_is_killed_too(tmp_path: Path) -> None:
    command = ["/bin/sh", "-c", "sleep 1000 & echo $!"]
    log = tmp_path / "log"
    process = Process.spawn(Program(name="parent", command=command, log=log))

    assert await process.ended() == 0

    left = int(log.read_text())
    await eventually(lambda: not is_running(left))


async def test_the_log_of_a_failure_is_told(fickle: Fickle) -> None:
    fickle.marker.unlink()
    fickle.command = ("/bin/sh", "-c", "echo the disk is full; exit 3")

    with pytest.raises(HubFailure, match=r"(?s)fickle ended with code 3.*the disk is full"):
        await start(fickle)


async def test_a_daemon_that_is_never_ready_is_killed_and_told(fickle: Fickle) -> None:
    fickle.marker.unlink()
    fickle.ready_within_s = 0.2
    mark = f"mark of {fickle.log}"
    fickle.command = ("/bin/sh", "-c", "sleep 1000; true", mark)

    with pytest.raises(HubFailure, match="fickle was not ready within 0 s"):
        await start(fickle)

    assert not [one for one in psutil.process_iter(["cmdline"]) if mark in said_by(one)]


async def test_a_daemon_that_ends_is_started_again(kept: Kept) -> None:
    first = kept.keeper.child
    assert first.pid is not None

    os.kill(first.pid, signal.SIGKILL)

    await eventually(lambda: "fickle is ready again" in kept.said)
    assert kept.keeper.child.restarts == 1
    assert kept.keeper.child.pid not in (None, first.pid)
    assert "fickle ended with code -9" in kept.said
    await kept.end()
    assert kept.keeper.child.pid is None


async def test_who_is_started_again_and_waits_for_others_is_left_alive(
    kept: Kept, fickle: Fickle
) -> None:
    fickle.ready_within_s = 0
    fickle.marker.unlink()
    fickle.asked = 0

    kept.keeper.kill()

    await eventually(lambda: fickle.asked > 3)
    fickle.marker.touch()
    await eventually(lambda: "fickle is ready again" in kept.said)
    assert kept.keeper.child.restarts == 1


async def test_each_failure_makes_the_next_pause_longer(kept: Kept, fickle: Fickle) -> None:
    fickle.command = ("/bin/false",)
    fickle.marker.unlink()

    kept.keeper.kill()

    await eventually(lambda: kept.keeper.child.restarts >= 3)
    pauses = [line.rpartition(" in ")[2] for line in kept.said if "started again" in line]
    assert pauses[:3] == ["0.01 s", "0.02 s", "0.04 s"]


async def test_a_log_does_not_grow_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "LOG_BYTES_MAX", 3)
    for word in ("first", "second"):
        command = ["/bin/echo", word]
        await Process.spawn(Program(name="echo", command=command, log=tmp_path / "log")).ended()

    assert (tmp_path / "log").read_text() == "second\n"
    assert (tmp_path / "log.1").read_text() == "first\n"
