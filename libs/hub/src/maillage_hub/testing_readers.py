"""The four services that listen, in this process: real rules, a real database each, a real bus."""

import asyncio
import secrets
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import asyncpg

from maillage_common.bus_guard import BusGuard
from maillage_common.handlers import Handlers
from maillage_common.health import Health
from maillage_common.kafka import administration
from maillage_common.metrics import Metrics
from maillage_common.postgres import Pool, PostgresDatabase
from maillage_common.relay import Relay
from maillage_common.settings import Settings
from maillage_common.subscription import Subscription
from maillage_common.topics import create_topics, specs_of
from maillage_common.transaction import Runner
from maillage_flows.wiring import service as flows
from maillage_impact.entrypoints import kafka as impact_door
from maillage_impact.wiring import service as impact
from maillage_matching.wiring import service as matching
from maillage_serving.service import Service
from maillage_serving.testing import NOON, FixedClock, postgres_runner
from maillage_tours.domain.samples import TERMS
from maillage_tours.wiring import service as tours

CONNECT_TIMEOUT_S = 10
MENUS: Mapping[str, Callable[[], Handlers[Any]]] = {
    "flows": lambda: flows().handlers(),
    "matching": lambda: matching().handlers(),
    "tours": lambda: tours(TERMS).handlers(),
    "impact": partial(impact_door.handlers, ZoneInfo("Europe/Paris")),
}
SERVICES: Mapping[str, Callable[[], Service[Any]]] = {
    "flows": flows,
    "matching": matching,
    "tours": partial(tours, TERMS),
    "impact": impact,
}
PROJECTIONS: Mapping[str, Mapping[str, str]] = {
    "flows": {"actor": "*", "agreed_case": "*"},
    "matching": {
        # followed_at is when the copy was made, by our clock
        "flow": "flow_id, actor_id, sequence, doc, is_matchable, lat, lon",
        "actor": "actor_id, sequence, doc, scopes",
        "consent": "*",
    },
    "tours": {
        **{f"known_{what}": "*" for what in ("actor", "vehicle", "hub", "zone", "round")},
        "agreement": "*",
    },
    "impact": dict.fromkeys(("actor", "synergy", "reference_round", "delivery", "tour"), "*"),
}
"""What each service keeps of what others say: tables, and which of their columns."""


@dataclass
class Listener:
    """One service that listens."""

    settings: Settings | None
    service: str
    runner: Runner[Any]
    metrics: Metrics = field(init=False)
    health: Health = field(default_factory=partial(Health, "consumer"))

    def __post_init__(self) -> None:
        self.metrics = Metrics(territory=self.runner.territory, service=self.service)
        self.menu = MENUS[self.service]()

    @property
    def pool(self) -> Pool:
        """Its database."""
        return cast("PostgresDatabase[Any]", self.runner.database).pool

    async def rows(self, sql: str, *values: object) -> Sequence[asyncpg.Record]:
        """What its database answers."""
        async with self.pool.acquire() as connection:
            return await connection.fetch(sql, *values)

    async def projections(self) -> bytes:
        """All that it knows of others, in an order that does not depend on how it came to know."""
        lines: list[str] = []
        for table, columns in PROJECTIONS[self.service].items():
            sql = f"SELECT to_jsonb(t)::text FROM (SELECT {columns} FROM {table}) AS t"  # noqa: S608 our own words
            lines += sorted(f"{table} {row[0]}" for row in await self.rows(sql))
        return "\n".join(lines).encode()

    async def letters(self, state: str = "parked") -> Counter[str]:
        """How many letters it has in this state, by reason."""
        sql = "SELECT reason, count(*) FROM dead_letter WHERE state = $1 GROUP BY reason"
        return Counter({row[0]: row[1] for row in await self.rows(sql, state)})

    def metric(self, name: str, **labels: str) -> float:
        """What it counts under a name."""
        common = {"territory": self.runner.territory, "service": self.service}
        return self.metrics.registry.get_sample_value(name, common | labels) or 0.0

    @asynccontextmanager
    async def listening(self) -> AsyncGenerator[None]:
        """Consume, and publish what follows, until the block ends."""
        if self.settings is None:
            raise ValueError("this one has no bus")
        specs = specs_of(self.service, self.menu.topics, self.runner.territory)
        guard = BusGuard(self.settings, self.pool, specs, self.metrics)
        subscription = Subscription(
            self.settings,
            self.runner,
            self.menu,
            guard=guard,
            metrics=self.metrics,
            health=self.health,
        )
        relay = Relay(self.settings, self.service, guard, self.metrics)
        tasks = [asyncio.create_task(part.run()) for part in (subscription, relay)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            await guard.close()
            for task in tasks:
                if not task.cancelled() and (error := task.exception()):
                    raise error


@asynccontextmanager
async def a_database(server: str) -> AsyncGenerator[str]:
    """The address of an empty database on this server, dropped at the end."""
    name = f"test_{secrets.token_hex(6)}"
    connection = await asyncpg.connect(server, timeout=CONNECT_TIMEOUT_S)
    try:
        await connection.execute(f'CREATE DATABASE "{name}"')
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
        await connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await connection.close(timeout=CONNECT_TIMEOUT_S)


@asynccontextmanager
async def a_listener(
    service: str, server: str, territory: str, *, at: datetime = NOON
) -> AsyncGenerator[Listener]:
    """A service on an empty database, without a bus."""
    async with (
        a_database(server) as dsn,
        postgres_runner(
            dsn, SERVICES[service](), territory=territory, clock=FixedClock(at)
        ) as runner,
    ):
        yield Listener(None, service, runner)


@asynccontextmanager
async def all_listeners(
    server: str, kafka: str, territory: str, folder: Path, *, at: datetime = NOON
) -> AsyncGenerator[list[Listener]]:
    """All four on a bus, where their topics are made and, at the end, deleted."""
    async with AsyncExitStack() as stack:
        found: list[Listener] = []
        for service in SERVICES:
            dsn = await stack.enter_async_context(a_database(server))
            clock = FixedClock(at)
            made = postgres_runner(dsn, SERVICES[service](), territory=territory, clock=clock)
            runner = await stack.enter_async_context(made)
            settings = settings_for(dsn, kafka, territory, folder / f"{territory}-{service}")
            found.append(Listener(settings, service, runner))
        specs = {
            spec.name: spec
            for one in found
            for spec in specs_of(one.service, one.menu.topics, territory)
        }
        assert found[0].settings is not None  # noqa: S101 for the type checker
        admin = await stack.enter_async_context(administration(found[0].settings))
        await create_topics(admin, list(specs.values()), replication=1)
        try:
            yield found
        finally:
            await admin.delete_topics(list(specs))


def settings_for(dsn: str, kafka: str, territory: str, folder: Path) -> Settings:
    """Settings of a service; its secrets go to files in this folder."""
    folder.mkdir()
    address = urlsplit(dsn)
    password, keys = folder / "password", folder / "keys.json"
    password.write_text(address.password or "")
    keys.write_text('{"keys": []}')
    place = address.netloc.rpartition("@")[2]
    return Settings(
        territory=territory,
        database_url=urlunsplit(address._replace(netloc=f"{address.username}@{place}")),
        database_password_file=password,
        kafka_bootstrap=kafka,
        auth_issuer="https://issuer.test",
        auth_jwks_file=keys,
    )
