"""A whole hub for tests: `maillage up` as a child process in a home of its own, and its doors."""

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote
from uuid import UUID

import asyncpg
import httpx

from maillage_hub.runtime.files import read_json
from maillage_hub.runtime.issuer import Issuer
from maillage_hub.runtime.places import OPEN, HubFolder
from maillage_hub.runtime.process import Process, Program
from maillage_hub.runtime.state import Child, HubState
from maillage_hub.testing_command import Hubs
from maillage_serving.testing import eventually

READY_WITHIN_S = 90.0
STOPPED_WITHIN_S = 60.0
TOKEN_LIFETIME = timedelta(hours=2)
CALL_TIMEOUT_S = 20.0
CONNECT_TIMEOUT_S = 10.0
COMMAND_TIMEOUT_S = 180.0


class WholeHub:
    """The hub of one territory; what it keeps outlives a stop, and goes with `remove`."""

    def __init__(self, territory: str, home: Path | None = None) -> None:
        self.territory = territory
        self.home = home or a_home()
        self.folder = HubFolder(self.home / territory)
        self.commands = Hubs(self.home)
        self._log = self.home / f"{territory}.log"
        self._supervisor: Process | None = None

    async def start(self) -> None:
        """Start the supervisor, and wait until everything is ready."""
        self._supervisor = supervisor = Process.spawn(
            Program(
                name=f"hub-{self.territory}",
                command=[*self.commands.command, "up", "--territory", self.territory],
                log=self._log,
                environment=self.commands.environment,
                stop_signal=signal.SIGINT,
                patience_s=STOPPED_WITHIN_S,
            )
        )

        def is_up() -> bool:
            if supervisor.exit_code is not None:
                raise supervisor.program.failure(f"ended with code {supervisor.exit_code}")
            state = self._read()
            return state is not None and state.pid == supervisor.pid and state.phase == "running"

        await eventually(is_up, deadline_s=READY_WITHIN_S)

    async def stop(self) -> int:
        """Stop it as Ctrl-C does; returns the exit code of the supervisor."""
        if self._supervisor is None:
            raise RuntimeError("this hub was never started")
        await self._supervisor.stop()
        code = self._supervisor.exit_code
        return -1 if code is None else code

    def failures(self) -> list[str]:
        """Each end of a child that nobody asked for, with what its log says is critical."""
        said = self._log.read_text().splitlines()
        ends = [line for line in said if " ended with code " in line and not line.endswith(" -9")]
        logs = {line.split()[0]: self.folder.logs / f"{line.split()[0]}.log" for line in ends}
        critical = [
            line
            for log in logs.values()
            for line in log.read_text(errors="replace").splitlines()
            if '"level": "critical"' in line
        ]
        return ends + critical

    def remove(self) -> None:
        """Delete all that it kept."""
        for link in self.home.glob("*/postgres"):
            if link.is_symlink():
                shutil.rmtree(link.resolve().parent)
        shutil.rmtree(self.home)

    async def kill_all(self) -> None:
        """Kill -9 the supervisor, as a power cut would: everything dies with it."""
        if self._supervisor is not None:
            self._supervisor.kill()
        await eventually(lambda: not self.commands.processes(), deadline_s=STOPPED_WITHIN_S)

    async def maillage(self, *words: str) -> tuple[int, bytes]:
        """Run a command about this hub; returns its exit code and what it printed."""
        done = await asyncio.to_thread(
            subprocess.run,
            [*self.commands.command, *words, "--territory", self.territory],
            env=self.commands.environment,
            capture_output=True,
            check=False,
            timeout=COMMAND_TIMEOUT_S,
        )
        if not done.stdout:
            raise AssertionError(f"maillage {' '.join(words)}: {done.stderr.decode()}")
        return done.returncode, done.stdout

    @property
    def state(self) -> HubState:
        """What the hub says of itself now."""
        state = self._read()
        if state is None:
            raise AssertionError(f"the hub of {self.territory} does not run")
        return state

    @property
    def kafka(self) -> str:
        """Addresses of its brokers."""
        return self.state.kafka

    def child(self, name: str) -> Child:
        """One of its processes, as it is now."""
        return next(child for child in self.state.children if child.name == name)

    def kill(self, name: str) -> int:
        """Kill -9 one of its processes; returns the process identifier it had."""
        pid = self.child(name).pid
        if pid is None:
            raise AssertionError(f"{name} is down already")
        os.kill(pid, signal.SIGKILL)
        return pid

    async def revived(self, name: str, dead: int, deadline_s: float = READY_WITHIN_S) -> Child:
        """Wait until the child that was killed is another process, and ready."""

        def is_back() -> Child | None:
            child = self.child(name)
            return child if child.pid not in (None, dead) else None

        child = await eventually(is_back, deadline_s=deadline_s)
        assert child is not None  # noqa: S101 for the type checker: eventually gives what is true
        return child

    def token(self, role: str, organisation: UUID | None = None) -> str:
        """A token of this hub's issuer."""
        return Issuer.of(self.territory, self.folder).mint(
            subject=f"{role}-1",
            roles=(role,),
            now=datetime.now(UTC),
            lifetime=TOKEN_LIFETIME,
            organisation=organisation,
        )

    def door(
        self, service: str, role: str | None = "advisor", organisation: UUID | None = None
    ) -> httpx.AsyncClient:
        """A caller of one service with a token of this role; with none at all for None."""
        headers: Mapping[str, str] = {}
        if role is not None:
            headers = {"Authorization": f"Bearer {self.token(role, organisation)}"}
        address = self.state.services[service]
        return httpx.AsyncClient(base_url=address, headers=headers, timeout=CALL_TIMEOUT_S)

    async def database(self, service: str) -> "asyncpg.Connection[asyncpg.Record]":
        """A connection to the database of a service, with the service's own account."""
        secret = quote(self.folder.password_of(service).read_text(), safe="")
        dsn = f"postgresql://{service}:{secret}@{self.state.postgres}/{service}"
        return await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT_S, ssl=False)

    def _read(self) -> HubState | None:
        document = read_json(self.folder.state)
        return None if document is None else HubState.model_validate(document)


def a_home() -> Path:
    """A folder for hubs, which the account of PostgreSQL may enter."""
    home = Path(tempfile.mkdtemp(prefix="maillage-hub-"))
    home.chmod(OPEN)
    return home
