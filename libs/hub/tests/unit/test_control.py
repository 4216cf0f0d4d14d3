"""A hub that was asked to stop is waited for to the end of its process."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import psutil

from maillage_hub.runtime.control import stop
from maillage_hub.runtime.files import is_held
from maillage_hub.runtime.state import HubState

LINGERING = """
import signal, sys
from pathlib import Path
from maillage_hub.runtime.files import held
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
with held(Path(sys.argv[1])):
    print("held", flush=True)
    signal.sigwait({signal.SIGTERM})
sum(range(20_000_000))  # what an interpreter still does before it ends
"""


def test_a_hub_that_has_let_go_of_its_lock_has_still_to_end(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    command = [sys.executable, "-c", LINGERING, str(lock)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout is not None
        assert supervisor.stdout.readline() == b"held\n"
        assert is_held(lock)
        stop(a_hub(supervisor.pid, tmp_path))
        assert not is_held(lock)
        assert psutil.Process(supervisor.pid).status() == psutil.STATUS_ZOMBIE  # ours to collect


def test_a_hub_whose_process_is_no_more_is_stopped(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    stop(a_hub(ended.pid, tmp_path))


def a_hub(pid: int, folder: Path) -> HubState:
    return HubState(
        territory="jourdies",
        phase="running",
        pid=pid,
        started_at=datetime.now(UTC),
        brokers=1,
        kafka="",
        postgres="",
        services={},
        issuer="",
        folder=folder,
        children=[],
    )
