"""One hub: a bus, a database server and the services, started in order and kept running."""

import asyncio
import json
import os
import signal
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import TypeAdapter

from maillage_hub.runtime import places
from maillage_hub.runtime.databases import provide_databases
from maillage_hub.runtime.failures import AlreadyRunning
from maillage_hub.runtime.files import held, read_json, write_whole
from maillage_hub.runtime.issuer import Issuer
from maillage_hub.runtime.jars import fetch_jars, jars_below
from maillage_hub.runtime.kafka import brokers_of, bus
from maillage_hub.runtime.keeper import Keeper
from maillage_hub.runtime.places import HubFolder
from maillage_hub.runtime.ports import LOOPBACK, Ports
from maillage_hub.runtime.postgres import PostgresServer
from maillage_hub.runtime.process import Daemon
from maillage_hub.runtime.services import ServiceProcess, bus_settings, installed_services
from maillage_hub.runtime.state import HubState, Phase, write_state
from maillage_hub.runtime.together import all_of
from maillage_hub.runtime.topics import provide_topics

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Wanted:
    """What hub to run."""

    territory: str
    brokers: int | None = None
    """None for as many as its data is of, or one."""
    with_services: bool = True
    ways: Mapping[str, int] = field(default_factory=dict[str, int])
    """Ports by which services reach a server, by its name, where that is not its own."""
    variables: Mapping[str, Mapping[str, str]] = field(default_factory=dict[str, dict[str, str]])
    """What the environment of a service has beside its settings, by its name."""


Tell = Callable[[str], None]


async def run_hub(wanted: Wanted, *, tell: Tell, ready: Callable[[HubState], None]) -> None:
    """Run a hub until SIGINT, SIGTERM or SIGHUP; a second signal does not wait for its children.

    Raises AlreadyRunning when this territory's hub runs, HubFailure when it cannot be started.
    """
    folder = HubFolder.of(wanted.territory)
    folder.make()
    with held(folder.lock) as ours:
        if not ours:
            raise AlreadyRunning(f"the hub of {wanted.territory} runs already")
        with closing(Ports(_ports_of_last_run(folder))) as ports:
            hub = Hub(wanted, folder=folder, ports=ports, tell=tell)
            write_whole(folder.ports, json.dumps(ports.claimed))
            life = asyncio.create_task(hub.live(ready))
            with _signals(life.cancel):
                await asyncio.wait([life])
            with _signals(hub.kill):
                await hub.end()
            if not life.cancelled():
                await life  # raises what ended it


class Hub:
    """The children of one hub."""

    def __init__(self, wanted: Wanted, *, folder: HubFolder, ports: Ports, tell: Tell) -> None:
        self._folder = folder
        self._tell = tell
        self._layers: list[list[Keeper]] = []
        self._server = PostgresServer(
            data=folder.postgres,
            port=ports.claim("postgres"),
            password_file=folder.password_of("postgres"),
            log=folder.logs / "postgres.log",
        )
        self._brokers = bus(
            brokers=wanted.brokers or brokers_of(folder.kafka) or 1,
            folder=folder.kafka,
            jars=jars_below(places.cache()),
            ports=ports,
            logs=folder.logs,
            ways=wanted.ways,
        )
        names = installed_services() if wanted.with_services else ()
        self._state = HubState(
            territory=wanted.territory,
            phase="starting",
            pid=os.getpid(),
            started_at=datetime.now(UTC),
            brokers=len(self._brokers),
            kafka=",".join(broker.node.address for broker in self._brokers),
            postgres=f"{LOOPBACK}:{wanted.ways.get('postgres', self._server.port)}",
            services={name: f"http://{LOOPBACK}:{ports.claim(name)}" for name in names},
            issuer=Issuer.of(wanted.territory, folder).name,
            folder=folder.path,
            children=[],
        )
        self._services = [
            ServiceProcess(name, self._state, wanted.variables.get(name, {})) for name in names
        ]
        self._say("starting")

    async def live(self, ready: Callable[[HubState], None]) -> None:
        """Start everything, tell when it is `ready`, and keep it running until cancelled."""
        await all_of([self._start_bus(), self._start_databases()])
        await self._begin(self._services)
        self._say("running")
        ready(self._state)
        everyone = [keeper for layer in self._layers for keeper in layer]
        await all_of(keeper.keep(self._say) for keeper in everyone)

    async def end(self) -> None:
        """Stop everything, what was started last first."""
        self._say("stopping")
        for layer in reversed(self._layers):
            await all_of(keeper.end() for keeper in layer)
        self._folder.state.unlink()

    def kill(self) -> None:
        """Stop everything at once."""
        for layer in self._layers:
            for keeper in layer:
                keeper.kill()

    async def _start_bus(self) -> None:
        await fetch_jars(places.cache(), self._tell)
        await all_of(broker.prepare() for broker in self._brokers)
        await self._begin(self._brokers)
        made = await provide_topics(bus_settings(self._state))
        if made:
            self._tell(f"{len(made)} topics made")

    async def _start_databases(self) -> None:
        await self._server.prepare()
        await self._begin([self._server])
        await provide_databases(self._server, self._folder)
        await all_of(service.prepare() for service in self._services)

    async def _begin(self, daemons: Sequence[Daemon]) -> None:
        keepers = [Keeper(daemon, self._tell) for daemon in daemons]
        self._layers.append(keepers)
        await all_of(keeper.begin() for keeper in keepers)

    def _say(self, phase: Phase | None = None) -> None:
        """Write the state as it is now, in a new phase or the same."""
        children = [keeper.child for layer in self._layers for keeper in layer]
        now = {"phase": phase or self._state.phase, "children": children}
        self._state = self._state.model_copy(update=now)
        write_state(self._folder, self._state)


@contextmanager
def _signals(heard: Callable[[], object]) -> Generator[None]:
    """Answer the signals that ask for an end."""
    loop = asyncio.get_running_loop()
    for number in ENDING:
        loop.add_signal_handler(number, heard)
    try:
        yield
    finally:
        for number in ENDING:
            loop.remove_signal_handler(number)


def _ports_of_last_run(folder: HubFolder) -> dict[str, int]:
    return TypeAdapter(dict[str, int]).validate_python(read_json(folder.ports) or {})
