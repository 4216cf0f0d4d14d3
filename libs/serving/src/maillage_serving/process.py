"""The process of a service: its parts start together, are watched, and end together."""

import asyncio
import gc
import signal
import socket
from collections.abc import Coroutine, Generator, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Generic, TypeVar

import structlog
import uvicorn
from fastapi import APIRouter, FastAPI

from maillage_common.bus_guard import BusGuard
from maillage_common.failures import is_transient, rest
from maillage_common.health import Health
from maillage_common.metrics import Metrics
from maillage_common.migrations import pending
from maillage_common.postgres import ACQUIRE_TIMEOUT_S, Pool, PostgresDatabase, open_pool
from maillage_common.relay import Relay
from maillage_common.settings import BadSetting, Settings
from maillage_common.subscription import Stuck, Subscription
from maillage_common.topics import specs_of
from maillage_common.transaction import Runner
from maillage_serving.application import create_app
from maillage_serving.auth import Verifier, keys_from_file, keys_from_url
from maillage_serving.figures import Figures
from maillage_serving.service import Service
from maillage_serving.workers import run_worker

WATCH_EVERY_S = 2.0
GRACE_S = 20

log = structlog.get_logger()

S = TypeVar("S")


class Process(Generic[S]):
    """One process of one service."""

    def __init__(self, service: Service[S], settings: Settings, pool: Pool) -> None:
        self._service = service
        self._settings = settings
        self._pool = pool
        self._runner = Runner(
            PostgresDatabase(pool, service.make_store),
            service=service.name,
            territory=settings.territory,
        )
        self._handlers = service.handlers()
        self._metrics = Metrics(territory=settings.territory, service=service.name)
        parts = ("database", "migrations", "bus", "consumer")
        self._health = Health(*(parts if "consumer" in settings.roles else parts[:3]))
        specs = specs_of(service.name, self._handlers.topics, settings.territory)
        self._guard = BusGuard(settings, pool, specs, self._metrics)
        self._migrated = asyncio.Event()

    async def run(self, listener: socket.socket) -> None:
        """Run until told to stop by a signal. Raises what broke a part."""
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()
        for told in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(told, stop.set)
        try:
            async with asyncio.TaskGroup() as group:
                parts = [group.create_task(part) for part in self._parts(listener)]
                await stop.wait()
                log.info("stopping")
                self._health.report("process", "stopping")
                for part in parts:
                    part.cancel()
        finally:
            await self._guard.close()

    def _parts(self, listener: socket.socket) -> Iterator[Coroutine[Any, Any, None]]:
        roles = self._settings.roles
        yield _serve_http(self._application(), listener)
        yield self._watch_database()
        yield self._watch_progress()
        yield self._once_migrated(self._guard.watch(self._health))
        if "relay" in roles:
            relay = Relay(self._settings, self._service.name, self._guard, self._metrics)
            yield self._once_migrated(relay.run())
        if "consumer" in roles:
            subscription = Subscription(
                self._settings,
                self._runner,
                self._handlers,
                guard=self._guard,
                metrics=self._metrics,
                health=self._health,
            )
            self._health.watch(subscription.stuck)
            yield self._once_migrated(subscription.run())
        if "worker" in roles:
            figures = Figures(self._metrics, self._service.figures)
            yield self._once_migrated(figures.tell(self._runner, self._pool, self._settings))
            for worker in self._service.workers:
                yield self._once_migrated(run_worker(worker, self._runner, self._settings.dsn))

    def _application(self) -> FastAPI:
        settings = self._settings
        file, url = settings.auth_jwks_file, settings.auth_jwks_url
        return create_app(
            # Without the part api only probes and metrics are answered.
            self._service.router(self._runner) if "api" in settings.roles else APIRouter(),
            service=self._service.name,
            verifier=Verifier(
                keys_from_file(file) if file else keys_from_url(url or ""),
                issuer=settings.auth_issuer,
                audience=settings.auth_audience,
                territory=settings.territory,
            ),
            health=self._health,
            metrics=self._metrics,
        )

    async def _once_migrated(self, part: Coroutine[Any, Any, None]) -> None:
        try:
            await self._migrated.wait()
            await part
        finally:
            part.close()

    async def _watch_database(self) -> None:
        while True:
            try:
                async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
                    waiting = await pending(connection, self._service.migrations)
            except Exception as error:
                if not is_transient(error):
                    raise
                self._health.report("database", f"cannot be reached: {type(error).__name__}")
            else:
                self._health.report("database", None)
                missing = ", ".join(migration.version for migration in waiting)
                self._health.report("migrations", f"run migrate: {missing}" if missing else None)
                if not missing:
                    self._migrated.set()
            await rest(WATCH_EVERY_S)

    async def _watch_progress(self) -> None:
        while True:
            if why := self._health.stuck:
                raise Stuck(why)
            await asyncio.sleep(WATCH_EVERY_S)


class _Server(uvicorn.Server):
    """Leaves signals to the process: the other parts must end too."""

    @contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


async def _serve_http(app: FastAPI, listener: socket.socket) -> None:
    config = uvicorn.Config(
        app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await asyncio.shield(serving)
    except asyncio.CancelledError:
        server.should_exit = True
        await serving
        raise


def listen(settings: Settings) -> socket.socket:
    """The socket to serve on; raises BadSetting."""
    try:
        return socket.create_server((settings.http_host, settings.http_port))
    except OSError as error:
        raise BadSetting(f"MAILLAGE_HTTP_PORT: {error}") from error


async def serve(service: Service[S], settings: Settings) -> int:
    """Run the process; the exit code: 1 when a part broke and only a new process helps."""
    listener = listen(settings)
    host, port = listener.getsockname()[:2]
    log.info("listening", address=f"http://{host}:{port}", parts=sorted(settings.roles))
    pool = await open_pool(settings.dsn, service.name)
    gc.freeze()  # what is there now stays: to look for rings in it again and again is lost time
    gc.set_threshold(10_000)  # new objects before the next look; a request makes some thousands
    code = 1
    try:
        await Process(service, settings, pool).run(listener)
        code = 0
    except* Stuck as stuck:
        log.critical("stuck", why=[str(error) for error in stuck.exceptions])
    except* Exception:
        log.critical("broken", exc_info=True)
    with suppress(TimeoutError):
        async with asyncio.timeout(GRACE_S):
            await pool.close()
    log.info("stopped", code=code)
    return code
