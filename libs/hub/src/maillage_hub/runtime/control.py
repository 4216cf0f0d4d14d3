"""Start a hub that outlives the command that asked for it, and stop it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil

from maillage_hub.runtime.failures import AlreadyRunning, HubFailure
from maillage_hub.runtime.files import is_held
from maillage_hub.runtime.hub import Wanted
from maillage_hub.runtime.places import HubFolder
from maillage_hub.runtime.state import HubState, running_hub

LOOKED_AT_EVERY_S = 0.1
STOPPED_WITHIN_S = 90.0


def start_detached(wanted: Wanted, tell: Callable[[str], None]) -> HubState:
    """Start a hub in a process of its own, and return when it is ready.

    Passes on what that process says meanwhile. Raises HubFailure when it does not come up.
    """
    folder = HubFolder.of(wanted.territory)
    if is_held(folder.lock):
        raise AlreadyRunning(f"the hub of {wanted.territory} runs already")
    folder.make()
    log = folder.logs / "hub.log"
    with log.open("wb") as progress:
        supervisor = subprocess.Popen(
            [sys.executable, "-m", "maillage_hub", *_as_arguments(wanted)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=progress,
            start_new_session=True,
        )
    try:
        return _when_ready(supervisor, wanted.territory, _followed(log), tell)
    except BaseException:
        supervisor.terminate()
        supervisor.wait(STOPPED_WITHIN_S)
        raise


def stop(hub: HubState) -> None:
    """Ask a hub to stop, and wait until its process is no more.

    Raises HubFailure when that takes too long.
    """
    with suppress(ProcessLookupError):
        os.kill(hub.pid, signal.SIGTERM)
    until = time.monotonic() + STOPPED_WITHIN_S
    while is_held(HubFolder(hub.folder).lock) or _runs(hub.pid):
        if time.monotonic() > until:
            raise HubFailure(
                f"the hub of {hub.territory} (process {hub.pid}) has not stopped within "
                f"{STOPPED_WITHIN_S:.0f} s; its logs are in {HubFolder(hub.folder).logs}"
            )
        time.sleep(LOOKED_AT_EVERY_S)


def _runs(pid: int) -> bool:
    """Whether this process does anything yet: who has let go of its lock has still to end."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    return False


def _as_arguments(wanted: Wanted) -> list[str]:
    brokers = ["--brokers", str(wanted.brokers)] if wanted.brokers else []
    services = [] if wanted.with_services else ["--no-services"]
    return ["up", "--territory", wanted.territory, *brokers, *services]


def _when_ready(
    supervisor: subprocess.Popen[bytes],
    territory: str,
    said: Iterator[str],
    tell: Callable[[str], None],
) -> HubState:
    while True:
        hub = running_hub(territory)
        code = supervisor.poll()
        for line in said:
            if not line:
                break
            tell(line)
        if hub is not None and hub.pid == supervisor.pid and hub.phase == "running":
            return hub
        if code is not None:
            raise HubFailure(f"the hub of {territory} did not come up (code {code})")
        time.sleep(LOOKED_AT_EVERY_S)


def _followed(log: Path) -> Iterator[str]:
    """Yield the lines of a file that grows, and an empty string whenever there is none."""
    with log.open() as file:
        while True:
            yield file.readline().rstrip("\n")
