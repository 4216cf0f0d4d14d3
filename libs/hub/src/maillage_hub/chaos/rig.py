"""A whole hub in this very process, with what it takes to break its parts."""

import asyncio
import os
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import psutil

from maillage_common.failures import is_transient
from maillage_common.postgres import RELAY_LOCK
from maillage_contracts.catalogue import SERVICES
from maillage_hub.chaos.links import Link
from maillage_hub.chaos.places import Clock, Disk, DiskFolder, can_mount, faketime_library
from maillage_hub.runtime import places
from maillage_hub.runtime.files import held
from maillage_hub.runtime.hub import Hub, Wanted
from maillage_hub.runtime.issuer import Issuer
from maillage_hub.runtime.jars import jars_below
from maillage_hub.runtime.kafka import Broker, bus
from maillage_hub.runtime.keeper import Keeper
from maillage_hub.runtime.places import OPEN
from maillage_hub.runtime.ports import LOOPBACK, Ports
from maillage_hub.runtime.process import Program
from maillage_hub.runtime.services import settings_of, trouble_of
from maillage_hub.runtime.state import HubState
from maillage_hub.testing_hub import READY_WITHIN_S, WholeHub
from maillage_serving.testing import eventually

SECONDS = {"registry": "relay", "flows": "relay,consumer"}
"""Services that run twice, and what the second process does of them."""
LOOKED_AT_EVERY_S = 0.1
UP_WITHIN_S = 300.0
"""How long a fault waits for what it is to strike, while others strike what that one needs."""
TOKEN_LIFETIME = timedelta(hours=12)
CLOCKS_APART = timedelta(hours=3)
"""More than any clock is wrong by: a token is good for whoever looks at it."""


@dataclass(frozen=True)
class SecondProcess:
    """Another process of a service, without doors."""

    service: str
    roles: str
    port: int
    hub: HubState
    log: Path

    ready_within_s = READY_WITHIN_S

    @property
    def name(self) -> str:
        """What it is called among those to be killed."""
        return f"second {self.service}"

    async def prepare(self) -> None:
        """Nothing is missing: the first has migrated the database."""

    def program(self) -> Program:
        """How it is run."""
        told = {**settings_of(self.hub, self.service), "MAILLAGE_ROLES": self.roles}
        return Program(
            name=self.name,
            command=[sys.executable, "-m", f"maillage_{self.service}", "serve"],
            log=self.log,
            environment={**os.environ, **told, "MAILLAGE_HTTP_PORT": str(self.port)},
        )

    async def is_ready(self) -> bool:
        """Whether it says so."""
        return await trouble_of(f"http://{LOOPBACK}:{self.port}") is None


class Rig(WholeHub):
    """A hub whose services reach its servers by links, on disks and by clocks that can fail.

    Disks and clocks are there where this machine allows for them. With three brokers the bus is
    reached directly, for brokers must reach each other.
    """

    def __init__(self, territory: str, *, brokers: int = 1) -> None:
        super().__init__(territory)
        self.folder = DiskFolder(self.home / territory)
        self.brokers = brokers
        self.links: dict[str, Link] = {}
        self.disks: dict[str, Disk] = {}
        self.clocks: dict[str, Clock] = {}
        self.turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        """One fault at a time of the same kind in the same place."""
        self._seconds: list[Keeper] = []
        self._lives: list[asyncio.Task[None]] = []
        self._ports = Ports()
        self._open = AsyncExitStack()

    async def start(self) -> None:
        """Start everything, and wait until all is ready."""
        try:
            await self._start()
        except BaseException:
            await self._open.aclose()
            raise

    async def stop(self) -> int:
        """Stop everything; raises what ended a part of the supervision."""
        await self._open.aclose()
        return 0

    @asynccontextmanager
    async def up(self) -> AsyncGenerator[None]:
        """Run for the length of a block."""
        await self.start()
        try:
            yield
        finally:
            await self.stop()

    def keep_logs(self) -> Path:
        """Copy what all processes wrote to a folder that outlives the hub."""
        kept = Path(tempfile.mkdtemp(prefix="maillage-chaos-logs-"))
        shutil.copytree(self.folder.logs, kept, dirs_exist_ok=True)
        shutil.copy(self._log, kept / "hub.log")
        return kept

    async def _start(self) -> None:
        self._open.enter_context(_is_home(self.home))
        self.folder.make()
        self._open.enter_context(held(self.folder.lock))
        self._open.enter_context(closing(self._ports))
        self._provide_disks()
        ways = {name: await self._link(name) for name in self._linked}
        wanted = Wanted(self.territory, self.brokers, ways=ways, variables=self._provide_clocks())
        hub = Hub(wanted, folder=self.folder, ports=self._ports, tell=self._tell)
        self._open.push_async_callback(hub.end)
        is_ready: asyncio.Future[HubState] = asyncio.get_running_loop().create_future()
        self._watch(asyncio.create_task(hub.live(is_ready.set_result)))
        await asyncio.wait([is_ready, *self._lives], return_when=asyncio.FIRST_COMPLETED)
        if not is_ready.done():
            await self._lives[0]  # raises what it failed for
        await self._start_seconds(await is_ready)

    def pid(self, name: str) -> int | None:
        """The process that is this child, or second process, now."""
        for keeper in self._seconds:
            if keeper.daemon.name == name:
                return keeper.child.pid
        return self.child(name).pid

    async def process(self, name: str) -> psutil.Process:
        """This child once it is up. `postgres child` is one of those of PostgreSQL itself."""

        async def found() -> psutil.Process | None:
            try:
                return await self._found(name)
            except Exception as error:  # what is looked at is about to die, or to come up
                if isinstance(error, psutil.NoSuchProcess) or is_transient(error):
                    return None
                raise

        process = await eventually(found, deadline_s=UP_WITHIN_S, every_s=LOOKED_AT_EVERY_S)
        assert process is not None  # noqa: S101 for the type checker: eventually gives what is true
        return process

    async def lose_bus(self) -> None:
        """Kill the brokers, delete all that they kept, and format their folders anew.

        The cluster keeps its identity, as with operators that write it on storage they replace.
        """
        brokers = self._buses()
        for broker in brokers:
            (await self.process(broker.name)).kill()
        for broker in brokers:
            shutil.rmtree(broker.data)
        for broker in brokers:
            await broker.prepare()

    def token(self, role: str, organisation: UUID | None = None) -> str:
        """A token of this hub's issuer, good by every clock."""
        return Issuer.of(self.territory, self.folder).mint(
            subject=f"{role}-1",
            roles=(role,),
            now=datetime.now(UTC) - CLOCKS_APART,
            lifetime=TOKEN_LIFETIME,
            organisation=organisation,
        )

    @property
    def _linked(self) -> tuple[str, ...]:
        return ("postgres", "kafka-1") if self.brokers == 1 else ("postgres",)

    async def _link(self, name: str) -> int:
        """Make the way to a server; returns the port where it begins."""
        link = self.links[name] = Link(self._ports.claim(name))
        self._open.push_async_callback(link.close)
        return await link.open(self._ports.claim(f"{name}-way"))

    def _provide_disks(self) -> None:
        is_possible = can_mount()
        for name, place in self.folder.disks.items():
            place.mkdir(mode=OPEN)
            if is_possible:
                disk = self.disks[name] = Disk(place)
                disk.mount()
                self._open.callback(disk.unmount)

    def _provide_clocks(self) -> dict[str, dict[str, str]]:
        """A clock for each service, right for now; returns what they must be told of it."""
        library = faketime_library()
        if library is None:
            return {}
        self.clocks = {name: Clock(self.home / f"{name}.clock") for name in SERVICES}
        for clock in self.clocks.values():
            clock.turn(0)
        return {name: clock.variables(library) for name, clock in self.clocks.items()}

    async def _start_seconds(self, hub: HubState) -> None:
        for service, roles in SECONDS.items():
            port = self._ports.claim(f"second-{service}")
            log = self.folder.logs / f"second-{service}.log"
            keeper = Keeper(SecondProcess(service, roles, port, hub, log), self._tell)
            self._seconds.append(keeper)
            self._open.push_async_callback(keeper.end)
        await asyncio.gather(*(keeper.begin() for keeper in self._seconds))
        for keeper in self._seconds:
            self._watch(asyncio.create_task(keeper.keep(lambda: None)))

    def _watch(self, life: "asyncio.Task[None]") -> None:
        """End a task that keeps processes running before they are ended."""
        self._lives.append(life)

        async def end() -> None:
            life.cancel()
            await asyncio.wait([life])
            if not life.cancelled():
                life.result()  # raises what it failed for

        self._open.push_async_callback(end)

    def _tell(self, line: str) -> None:
        with self._log.open("a") as log:
            log.write(f"{line}\n")

    def _buses(self) -> list[Broker]:
        folder = self.folder
        jars = jars_below(places.cache())
        ways = {name: self._ports.claim(f"{name}-way") for name in self._linked}
        return bus(
            brokers=self.brokers,
            folder=folder.kafka,
            jars=jars,
            ports=self._ports,
            logs=folder.logs,
            ways=ways,
        )

    async def _found(self, name: str) -> psutil.Process | None:
        if name.startswith("relay of "):
            return await self._leader(name.removeprefix("relay of "))
        pid = self.pid("postgres" if name == "postgres child" else name)
        process = None if pid is None else psutil.Process(pid)
        if process is not None and name == "postgres child":
            # What it began last is mostly what serves a client.
            born = {child.create_time(): child for child in process.children()}
            return born[max(born)] if born else None
        return process

    async def _leader(self, service: str) -> psutil.Process | None:
        """The process whose connection holds the lock of the relay, found by its port."""
        database = await self.database(service)
        try:
            port = await database.fetchval(
                "SELECT client_port FROM pg_locks JOIN pg_stat_activity USING (pid)"
                " WHERE locktype = 'advisory' AND granted AND objid::bigint = $1"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
                RELAY_LOCK,
            )
        finally:
            await database.close()
        used = self.links["postgres"].client_ports.get(port)
        for pid in filter(None, (self.pid(service), self.pid(f"second {service}"))):
            process = psutil.Process(pid)
            if used in {each.laddr.port for each in process.net_connections() if each.laddr}:
                return process
        return None


@contextmanager
def _is_home(home: Path) -> Generator[None]:
    """Let this process have its hub there, as its children and commands will."""
    before = os.environ.get("MAILLAGE_HOME")
    os.environ["MAILLAGE_HOME"] = str(home)
    try:
        yield
    finally:
        del os.environ["MAILLAGE_HOME"]
        if before is not None:
            os.environ["MAILLAGE_HOME"] = before
