"""What tests of services are made of: a clock that stands still, messages, doors, and patience."""

import asyncio
import inspect
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, TypeVar, cast
from uuid import UUID, uuid5

import httpx
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from maillage_common.handlers import Handlers
from maillage_common.health import Health
from maillage_common.identifiers import uuid7
from maillage_common.ledger import Context, Delivered, Origin
from maillage_common.metrics import Metrics
from maillage_common.migrations import migrate
from maillage_common.postgres import PostgresDatabase, open_pool
from maillage_common.postgres_ledger import Headers, unpack
from maillage_common.transaction import BatchOutcome, Runner
from maillage_contracts.catalogue import EVENTS
from maillage_contracts.envelope import Envelope, Event, Received, decode, encode
from maillage_contracts.samples import TERRITORY
from maillage_serving.application import create_app
from maillage_serving.auth import Verifier
from maillage_serving.memory import MemoryDatabase
from maillage_serving.policy import Role
from maillage_serving.service import Service

S = TypeVar("S")
E = TypeVar("E", bound=Event)
T = TypeVar("T")

ISSUER = "https://issuer.test"
AUDIENCE = "maillage"
LIFETIME_S = 12 * 3600
"""Of a token: longer than all tests take, for some are made when a module is read."""
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
CONSUMER = "test"


class FixedClock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, by: timedelta) -> None:
        """Move on."""
        self.now += by


async def eventually(
    check: Callable[[], T | Awaitable[T]], *, deadline_s: float = 30.0, every_s: float = 0.02
) -> T:
    """Wait until `check` gives something true, and return it; fail with the last thing it gave.

    An AssertionError of the check means not yet.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + deadline_s
    while True:
        last: object
        try:
            given = check()
            last = await given if inspect.isawaitable(given) else given
            if last:
                return last  # type: ignore[return-value] T, awaited or not
        except AssertionError as error:
            last = error
        if loop.time() > until:
            raise AssertionError(f"not within {deadline_s} s; the last was {last!r}")
        await asyncio.sleep(every_s)


def context() -> Context:
    """The context of a command that begins a story."""
    return Context(correlation_id=uuid7())


def received(
    event: E,
    sequence: int = 1,
    *,
    territory: str = TERRITORY,
    at: datetime = NOON,
    event_id: UUID | None = None,
    correlation_id: UUID | None = None,
    causation_id: UUID | None = None,
) -> Received[E]:
    """An event as it arrives. Its identifier is made of its type, subject and sequence."""
    named = UUID(int=0), f"{event.TYPE}/{event.subject}/{sequence}"
    envelope = Envelope(
        id=event_id or uuid5(*named),
        source=f"/{territory}/{event.TOPIC.service}",
        type=event.TYPE,
        subject=event.subject,
        time=at,
        territory=territory,
        sequence=sequence,
        correlation_id=correlation_id or uuid5(*named),
        causation_id=causation_id,
        visibility=event.visibility,
    )
    return Received(envelope, event)


def delivered(*messages: Received[Event]) -> list[Delivered]:
    """These messages as one batch from the bus."""
    return [
        Delivered(
            envelope=message.envelope,
            event=message.event,
            record=encode(message.envelope, message.event),
            origin=Origin(message.event.TOPIC.facts(message.envelope.territory), 0, offset),
        )
        for offset, message in enumerate(messages)
    ]


async def deliver(
    runner: Runner[S], handlers: Handlers[S], *messages: Received[Event]
) -> BatchOutcome:
    """Hand one batch to the Kafka door."""
    return await runner.execute_batch(CONSUMER, delivered(*messages), handlers)


async def deliver_twice(
    runner: Runner[S], handlers: Handlers[S], *messages: Received[Event]
) -> BatchOutcome:
    """Hand one batch to the Kafka door, and once more as the bus does after a crash.

    Returns what the first delivery did, and fails if the second did anything.
    """
    first = await deliver(runner, handlers, *messages)
    again = await deliver(runner, handlers, *messages)
    if again.applied or again.events:
        raise AssertionError(f"the second delivery was not absorbed: {again}")
    return first


def memory_runner(
    store: S,
    *,
    service: str,
    territory: str = TERRITORY,
    clock: Callable[[], datetime] | None = None,
) -> Runner[S]:
    """A runner over a store in memory."""
    return Runner(
        MemoryDatabase(store), service=service, territory=territory, clock=clock or FixedClock()
    )


@asynccontextmanager
async def postgres_runner(
    dsn: str,
    service: Service[S],
    *,
    territory: str = TERRITORY,
    clock: Callable[[], datetime] | None = None,
) -> AsyncGenerator[Runner[S]]:
    """A runner over an empty database, which it migrates."""
    await migrate(dsn, service.migrations)
    pool = await open_pool(dsn, service.name)
    try:
        yield Runner(
            PostgresDatabase(pool, service.make_store),
            service=service.name,
            territory=territory,
            clock=clock or FixedClock(),
        )
    finally:
        await pool.close()


@asynccontextmanager
async def either_runner(
    database: str | None,
    service: Service[S],
    memory: S,
    *,
    clock: Callable[[], datetime] | None = None,
) -> AsyncGenerator[Runner[S]]:
    """What suites over both stores run on: this memory, or the empty database at an address."""
    if database is None:
        yield memory_runner(memory, service=service.name, clock=clock)
    else:
        async with postgres_runner(database, service, clock=clock) as over_postgres:
            yield over_postgres


@asynccontextmanager
async def changing(runner: Runner[S], *, read_only: bool = False) -> AsyncGenerator[S]:
    """The store itself, in a transaction of its own."""
    async with runner.database.transaction(read_only=read_only) as (store, _):
        yield store


def reading(runner: Runner[S]) -> AbstractAsyncContextManager[S]:
    """The same, to look at only."""
    return changing(runner, read_only=True)


async def published(runner: Runner[Any]) -> list[Received[Event]]:
    """All events in the event log of a runner, in the order of the outbox."""
    records = await _log(runner.database)
    return [decode(headers, value, EVENTS) for kind, headers, value in records if kind in EVENTS]


async def _log(database: object) -> list[tuple[str, Headers, bytes]]:
    if isinstance(database, PostgresDatabase):
        async with database.pool.acquire() as connection:
            rows = await connection.fetch(
                "SELECT type, headers, payload FROM event_log ORDER BY seq"
            )
        return [(row["type"], unpack(row["headers"]), row["payload"]) for row in rows]
    log = cast("MemoryDatabase[Any]", database).ledger.log
    return [(one.type, one.record.headers, one.record.value) for one in log]


@cache
def issuer_key() -> ECKey:
    """The key of the throw-away issuer of this test run."""
    return ECKey.generate_key("P-256", {"kid": "test"})


def token(
    role: Role,
    organisation: UUID | None = None,
    *,
    territory: str = TERRITORY,
    subject: str | None = None,
    **claims: object,
) -> str:
    """A token as an issuer would sign it; `claims` replace what it would say."""
    now = int(datetime.now(UTC).timestamp())
    said: dict[str, object] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": subject or f"{role}-1",
        "iat": now,
        "exp": now + LIFETIME_S,
        "territory": territory,
        "roles": [role],
    }
    if organisation is not None:
        said["org"] = str(organisation)
    return jwt.encode({"alg": "ES256", "kid": "test"}, said | claims, issuer_key())


def verifier(territory: str = TERRITORY) -> Verifier:
    """A verifier that trusts the throw-away issuer."""

    async def keys() -> KeySet:
        return KeySet([issuer_key()])

    return Verifier(keys, issuer=ISSUER, audience=AUDIENCE, territory=territory)


def app_of(service: Service[S], runner: Runner[S]) -> FastAPI:
    """The application of a service, over any runner."""
    return create_app(
        service.router(runner),
        service=service.name,
        verifier=verifier(runner.territory),
        health=Health(),
        metrics=Metrics(territory=runner.territory, service=service.name),
    )


def client(
    service: Service[S],
    runner: Runner[S],
    role: Role | None = "advisor",
    organisation: UUID | None = None,
) -> httpx.AsyncClient:
    """A caller of the HTTP door with a token of this role (none at all for None)."""
    headers: dict[str, str] = {}
    if role is not None:
        signed = token(role, organisation, territory=runner.territory)
        headers["Authorization"] = f"Bearer {signed}"
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(app_of(service, runner)),
        base_url="http://service.test",
        headers=headers,
    )


async def done(http: httpx.AsyncClient, path: str, body: object = None) -> dict[str, Any]:
    """The answer to a command that must succeed; `path` is what follows /v1/."""
    answer = await http.post(f"/v1/{path}", json=body if body is not None else {})
    if not answer.is_success:
        raise AssertionError(answer.text)
    return answer.json()
