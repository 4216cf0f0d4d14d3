"""Who could serve a new flow among a million: the index in PostgreSQL and in memory; the copy.

In the country of country.py. What searches find is compared with a walk through all flows.
"""

import gc
import statistics
import sys
import time
from collections.abc import AsyncGenerator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from uuid import UUID

import asyncpg
import uvloop

import hubs
from country import KM, MIDDLE, Country
from kernel import envelope_of
from maillage_common.ledger import Delivered, Origin
from maillage_common.migrations import migrate
from maillage_common.postgres import PostgresDatabase, open_pool
from maillage_common.transaction import Runner
from maillage_contracts.envelope import encode
from maillage_contracts.flows import FLOWS, FlowOpened
from maillage_contracts.samples import a_flow, a_resource
from maillage_contracts.vocabulary import ActorId, FlowId, GeoPoint
from maillage_hub.runtime.services import settings_for
from maillage_matching.adapters.postgres import PostgresStore
from maillage_matching.adapters.tables import our_knowledge
from maillage_matching.domain.nearby import Nearby, Posted, Sought, place_of
from maillage_matching.domain.pair import side_of
from maillage_matching.domain.search import keys_of
from maillage_matching.usecases.store import CANDIDATES_MAX, Store
from maillage_matching.wiring import service
from record import Asked, Figure

FLOWS_ALL, FLOWS_FEW = 1_000_000, 10_000
SEARCHES, WALKS = 400, 5
FOLLOWED, BATCH = 100_000, 500
CHUNK = 50_000
SERVICE = "matching"
MUST = {"PostgreSQL": (3, 1.5), "memory": (0.6, 0.3)}
"""What half of the searches must stay below, in ms, and the goal."""


@dataclass(frozen=True)
class Taken:
    """How long searches took, in ms, and what they found."""

    times_ms: list[float]
    found: list[list[int]]

    @property
    def median_ms(self) -> float:
        """Of all searches."""
        return statistics.median(self.times_ms)

    @property
    def p95_ms(self) -> float:
        """What nineteen of twenty stay below."""
        return statistics.quantiles(self.times_ms, n=20)[-1]


def in_memory(index: Nearby, searches: Iterable[Sought]) -> Taken:
    """Search the index of this process."""
    taken = Taken([], [])
    for sought in searches:
        began = time.perf_counter()
        found = index.find(sought, CANDIDATES_MAX)
        taken.times_ms.append((time.perf_counter() - began) * 1000)
        taken.found.append(found)
    return taken


async def in_database(store: PostgresStore, searches: Iterable[Sought]) -> Taken:
    """Search the index of the database, one statement each."""
    taken = Taken([], [])
    for sought in searches:
        began = time.perf_counter()
        [found] = await store.find_near([sought])
        taken.times_ms.append((time.perf_counter() - began) * 1000)
        taken.found.append([flow_id.int for flow_id in found])
    return taken


def walk(flows: Sequence[Posted], searches: Iterable[Sought]) -> Taken:
    """Look at every flow."""
    taken = Taken([], [])
    for sought in searches:
        began = time.perf_counter()
        near = [
            (at.distance_km(sought.at), number)
            for number, words, at in flows
            if not words.isdisjoint(sought.words) and at and sought.at
        ]
        found = sorted(one for one in near if one[0] <= sought.km)[:CANDIDATES_MAX]
        taken.times_ms.append((time.perf_counter() - began) * 1000)
        taken.found.append([number for _, number in found])
    return taken


async def walk_in_database(connection: asyncpg.Connection, searches: Iterable[Sought]) -> float:
    """Have the database read every row; the median time in ms."""
    times_ms: list[float] = []
    async with connection.transaction():
        await connection.execute(
            "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off;"
            " SET LOCAL enable_bitmapscan = off"
        )
        for sought in searches:
            assert sought.at is not None
            began = time.perf_counter()
            await connection.fetch(
                """
                SELECT DISTINCT flow_id FROM flow_word
                WHERE word = ANY($1) AND 12742 * asin(sqrt(sin(radians(lat - $2) / 2) ^ 2
                    + cos(radians(lat)) * cos(radians($2)) * sin(radians(lon - $3) / 2) ^ 2)) <= $4
                """,
                list(sought.words),
                sought.at.lat,
                sought.at.lon,
                sought.km,
            )
            times_ms.append((time.perf_counter() - began) * 1000)
    return statistics.median(times_ms)


async def put(connection: asyncpg.Connection, flows: Iterable[Posted]) -> None:
    """Write the words of flows as the store does, all at once."""
    records = (
        (word, place_of(at), UUID(int=number), at.lat, at.lon)
        for number, words, at in flows
        if at
        for word in words
    )
    columns = ("word", "place", "flow_id", "lat", "lon")
    await connection.copy_records_to_table("flow_word", records=records, columns=columns)
    await connection.execute("VACUUM ANALYZE flow_word")


async def rebuilt(connection: asyncpg.Connection) -> Nearby:
    """Make the index of this process from that of the database."""
    gc.disable()  # all of it stays: to look for what does not takes longer than the rest
    try:
        return Nearby([posted async for posted in _posted(connection)])
    finally:
        gc.enable()


async def _posted(connection: asyncpg.Connection) -> AsyncGenerator[Posted]:
    words: dict[int, list[str]] = {}
    places: dict[int, GeoPoint] = {}
    async with connection.transaction():
        rows = await connection.cursor("SELECT flow_id, word, lat, lon FROM flow_word")
        while some := await rows.fetch(CHUNK):
            for flow_id, word, lat, lon in some:
                number: int = flow_id.int
                if number not in places:
                    places[number] = GeoPoint(lat=lat, lon=lon)
                words.setdefault(number, []).append(sys.intern(word))
    for number, under in words.items():
        yield number, frozenset(under), places[number]


def followed(country: Country) -> Iterator[Delivered]:
    """Flows that open, as they come from the bus."""
    template = a_flow()
    streams, places = country.streams(FOLLOWED), country.places(FOLLOWED)
    topic = FLOWS.facts(hubs.TERRITORY)
    for number, ((direction, spec), at) in enumerate(zip(streams, places, strict=True)):
        update = {
            "flow_id": FlowId(UUID(int=FLOWS_ALL + number)),
            "actor_id": ActorId(UUID(int=number // 18)),
            "direction": direction,
            "position": at,
            "resource": a_resource(spec=spec, waste_code=None, functions=()),
        }
        event = FlowOpened(flow=template.model_copy(update=update))
        envelope = envelope_of(event, 1, hubs.TERRITORY)
        yield Delivered(envelope, event, encode(envelope, event), Origin(topic, 0, number))


async def follow(runner: Runner[Store], country: Country) -> float:
    """Follow flows in batches, inbox and commit with them; flows a second."""
    menu, events, took_s = service().handlers(), followed(country), 0.0
    while batch := list(islice(events, BATCH)):
        began = time.perf_counter()  # what makes the events is not the service's work
        await runner.execute_batch(f"{hubs.TERRITORY}.{SERVICE}", batch, menu)
        took_s += time.perf_counter() - began
    return FOLLOWED / took_s


async def index(runner: Runner[Store]) -> float:
    """Have those flows found under their words, in batches; flows a second."""
    knowledge, done, took_s = our_knowledge(), 0, 0.0
    now = datetime(2026, 11, 23, 12, tzinfo=UTC)
    while done < FOLLOWED // 10:
        began = time.perf_counter()
        async with runner.database.transaction() as (store, _):
            due = await store.due_flows(now.replace(year=2099), knowledge.version, BATCH)
            sides = [side_of(flow, actor, knowledge) for flow, actor in due]
            keys = {side.flow.flow_id: keys_of(side, knowledge) for side in sides}
            await store.keep_keys(keys, knowledge=knowledge.version)
        took_s += time.perf_counter() - began
        done += len(due)
    return done / took_s


async def copied(connection: asyncpg.Connection) -> float:
    """Write the rows of those flows once more, without anything else; flows a second."""
    await connection.execute("CREATE TABLE flow_alone (LIKE flow INCLUDING ALL)")
    rows = await connection.fetch("SELECT * FROM flow")
    began = time.perf_counter()
    for start in range(0, len(rows), BATCH):
        records = [tuple(row) for row in rows[start : start + BATCH]]
        await connection.copy_records_to_table("flow_alone", records=records)
    return len(rows) / (time.perf_counter() - began)


@dataclass(frozen=True)
class Server:
    """The database of the service."""

    connection: asyncpg.Connection
    runner: Runner[Store]
    broker: str


@asynccontextmanager
async def server() -> AsyncGenerator[Server]:
    """Start it, with the tables of the service."""
    async with hubs.servers() as hub:
        dsn = settings_for(hub.state, SERVICE).dsn
        await migrate(dsn, service().migrations)
        pool, connection = await open_pool(dsn, SERVICE), await asyncpg.connect(dsn)
        database: PostgresDatabase[Store] = PostgresDatabase(pool, PostgresStore)
        runner = Runner(database, service=SERVICE, territory=hubs.TERRITORY)
        try:
            yield Server(connection, runner, await hubs.broker_of(hub))
        finally:
            await connection.close()
            await pool.close()


async def _measure() -> list[Figure]:
    country = Country()
    flows = country.flows(FLOWS_ALL)
    farthest = flows[FLOWS_FEW - 1][2]
    assert farthest is not None
    inner = islice(country.within(farthest.distance_km(MIDDLE) - KM), SEARCHES)
    here, anywhere = country.searches(inner), country.searches(country.places(SEARCHES))
    async with server() as one:
        figures = await _searched(one, flows, here, anywhere)
        followed_per_s = await follow(one.runner, country)
        figures += _followed(followed_per_s, await copied(one.connection), await index(one.runner))
        return [replace(figure, broker=one.broker) for figure in figures]


async def _searched(
    one: Server, flows: Sequence[Posted], here: Sequence[Sought], anywhere: Sequence[Sought]
) -> list[Figure]:
    connection, store = one.connection, PostgresStore(one.connection)
    await put(connection, flows[:FLOWS_FEW])
    few = await in_database(store, here)
    few_memory = in_memory(Nearby(flows[:FLOWS_FEW]), here)
    await put(connection, flows[FLOWS_FEW:])
    many, everywhere = await in_database(store, here), await in_database(store, anywhere)
    began = time.perf_counter()
    index_of_all = await rebuilt(connection)
    rebuilt_s = time.perf_counter() - began
    many_memory, memory = in_memory(index_of_all, here), in_memory(index_of_all, anywhere)
    walked = walk(flows, anywhere[:WALKS])
    assert few.found == many.found == few_memory.found == many_memory.found
    assert everywhere.found == memory.found
    assert walked.found == memory.found[:WALKS]
    walked_ms = await walk_in_database(connection, anywhere[:WALKS])
    return [
        *_speeds("PostgreSQL", everywhere, walked_ms, few.median_ms, many.median_ms),
        *_speeds("memory", memory, walked.median_ms, few_memory.median_ms, many_memory.median_ms),
        Figure(
            name=f"matching: index of {FLOWS_ALL:,} flows, read and built in memory",
            value=rebuilt_s,
            unit="s",
            must="value <= 30",
        ),
    ]


def _speeds(
    where: str, taken: Taken, walked_ms: float, few_ms: float, many_ms: float
) -> Iterator[Figure]:
    """Figures of one index: among all, beside a walk; the same answers among few."""
    must, goal = MUST[where]
    found = statistics.mean(map(len, taken.found))
    yield Figure(
        name=f"matching: counterparts of a new flow among {FLOWS_ALL:,}, {where}, median",
        value=taken.median_ms,
        unit=f"ms ({found:.0f} found on average)",
        peer="a walk through all",
        peer_value=walked_ms,
        must=f"value <= {must}",
        goal=f"value <= {goal}",
    )
    yield Figure(
        name=f"matching: counterparts of a new flow among {FLOWS_ALL:,}, {where}, p95",
        value=taken.p95_ms,
        unit="ms",
    )
    yield Figure(
        name=f"matching: the same answers out of {FLOWS_ALL:,} flows, {where}",
        value=many_ms,
        unit="ms",
        peer=f"out of {FLOWS_FEW:,}",
        peer_value=few_ms,
        must="ratio <= 1.5",
    )


def _followed(per_s: float, alone_per_s: float, indexed_per_s: float) -> list[Figure]:
    return [
        Figure(
            name=f"matching: {FOLLOWED:,} flows followed in batches of {BATCH}",
            value=per_s,
            unit="flows/s",
            peer="their rows alone, by COPY",
            peer_value=alone_per_s,
            must="value >= 5000",
        ),
        Figure(
            name=f"matching: flows put into the index in batches of {BATCH}",
            value=indexed_per_s,
            unit="flows/s",
        ),
    ]


def measure(_: Asked) -> Iterable[Figure]:
    """Measure the index and the copy of flows."""
    return uvloop.run(_measure())
