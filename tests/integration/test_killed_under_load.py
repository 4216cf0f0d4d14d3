"""Services are killed while many write: nothing acknowledged is lost, doubled or out of order."""

import asyncio
import os
import random
import signal
import sys
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import psutil
import pytest

from maillage_common.postgres import RELAY_LOCK
from maillage_contracts.catalogue import CATALOGUE
from maillage_hub.runtime.process import Process, Program
from maillage_hub.runtime.services import settings_of
from maillage_hub.testing_bus import Told, facts_of, told_once_and_in_order
from maillage_hub.testing_calls import Calls, Document, a_declaration, a_profile
from maillage_hub.testing_hub import WholeHub
from maillage_serving.testing import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

SEED = 20261123
WRITERS = 6
VICTIMS = ("registry", "flows", "matching", "flows", "relay of registry", "relay of registry")
COMMANDS_BETWEEN = 40
CLOSED_SHARE = 0.3
CAUGHT_UP_WITHIN_S = 60.0
CLOSING = {"reason": "ceased_activity", "effective_on": "2026-11-23"}


@dataclass
class Load:
    """What the writers were told: every event that a door acknowledged."""

    acknowledged: list[Document] = field(default_factory=list[Document])
    flows_of: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    closings: dict[str, str] = field(default_factory=dict[str, str])
    """The actor that each of these events closed."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    commands: int = 0

    def note(self, answer: Document) -> str:
        """Keep what a command did; returns the identifier of what it was about."""
        self.acknowledged += answer["events"]
        self.commands += 1
        return answer["id"]

    @property
    def subjects(self) -> set[str]:
        """Every actor and flow that was written about."""
        return {event["subject"] for event in self.acknowledged}


async def test_nothing_is_lost_doubled_or_out_of_order(hub: WholeHub, calls: Calls) -> None:
    load = Load()
    letters_before = await _count_all(hub, "SELECT count(*) FROM dead_letter")
    chances = [random.Random(SEED + number) for number in range(WRITERS)]  # noqa: S311 no secret
    async with a_second_relay(hub) as standby, asyncio.TaskGroup() as tasks:
        for chance in chances:
            tasks.create_task(_write(calls, load, chance))
        try:
            for victim in chances[0].sample(VICTIMS, len(VICTIMS)):
                await _after(load, load.commands + COMMANDS_BETWEEN)
                await _kill(hub, victim, standby)
            await _after(load, load.commands + COMMANDS_BETWEEN)
        finally:
            load.over.set()

    # Liveness is a verdict beside the others: it is not enough to lose nothing.
    until = asyncio.get_running_loop().time() + CAUGHT_UP_WITHIN_S
    events = await _published(hub, load, until)
    await _heard_by_all(hub, events, until)
    told_once_and_in_order(events)
    _is_what_was_acknowledged(events, load)
    await _is_shown_as_last_told(hub, events, load)
    assert await _count_all(hub, "SELECT count(*) FROM outbox") == 0
    assert await _count_all(hub, "SELECT count(*) FROM dead_letter") == letters_before


async def _write(calls: Calls, load: Load, chance: random.Random) -> None:
    """Register firms, let them change, declare flows, and close some; until it is over."""
    while not load.over.is_set():
        actor_id = load.note(await calls.send("registry", "/v1/actors", a_profile("New")))
        place = f"/v1/actors/{actor_id}"
        flows = load.flows_of.setdefault(actor_id, [])
        for direction in ("out", "in"):
            said = a_declaration(UUID(actor_id), direction)
            flows.append(load.note(await calls.send("flows", "/v1/flows", said, early=True)))
            name = f"Renamed {len(flows)} times"
            load.note(await calls.send("registry", place, a_profile(name), method="PUT"))
        patch = {"quantity": {"value": str(chance.randint(1, 99)), "unit": "unit", "per": "P1M"}}
        load.note(await calls.send("flows", f"/v1/flows/{flows[0]}", patch, method="PATCH"))
        if chance.random() < CLOSED_SHARE:
            closed = await calls.send("registry", f"{place}/close", CLOSING)
            load.closings[closed["events"][0]["id"]] = load.note(closed)


async def _after(load: Load, commands: int) -> None:
    await eventually(lambda: load.commands >= commands, deadline_s=CAUGHT_UP_WITHIN_S)


@asynccontextmanager
async def a_second_relay(hub: WholeHub) -> AsyncGenerator[Process]:
    """Another process of the registry that only publishes, as soon as the first no longer does."""
    told = {**settings_of(hub.state, "registry"), "MAILLAGE_ROLES": "relay"}
    process = Process.spawn(
        Program(
            name="second relay",
            command=[sys.executable, "-m", "maillage_registry", "serve"],
            log=hub.home / "second-relay.log",
            environment={**hub.commands.environment, **told, "MAILLAGE_HTTP_PORT": "0"},
        )
    )
    try:
        yield process
    finally:
        await process.stop()


async def _kill(hub: WholeHub, victim: str, standby: Process) -> None:
    """Kill -9, and wait until the supervisor has a new one ready."""
    service = victim.removeprefix("relay of ")
    if service != victim and await _leader(hub, service, standby) == standby.pid:
        os.kill(standby.pid, signal.SIGKILL)
        return
    await hub.revived(service, hub.kill(service))


async def _leader(hub: WholeHub, service: str, standby: Process) -> int:
    """The process that holds the lock of the relay, found by its port to the database."""
    database = await hub.database(service)

    async def leading() -> int | None:
        port = await database.fetchval(
            "SELECT client_port FROM pg_locks JOIN pg_stat_activity USING (pid)"
            " WHERE locktype = 'advisory' AND granted AND objid::bigint = $1"
            " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            RELAY_LOCK,
        )
        candidates = [pid for pid in (hub.child(service).pid, standby.pid) if pid is not None]
        return next((pid for pid in candidates if port in _ports(pid)), None)

    try:
        found = await eventually(leading)
    finally:
        await database.close()
    assert found is not None
    return found


def _ports(pid: int) -> set[int]:
    return {connection.laddr.port for connection in psutil.Process(pid).net_connections()}


async def _published(hub: WholeHub, load: Load, until: float) -> Sequence[Told]:
    """All that the bus holds of the load, once all that is owed to it is there."""
    owed = {event["id"] for event in load.acknowledged}
    suspensions = sum(len(load.flows_of[actor_id]) for actor_id in load.closings.values())

    async def there() -> list[Told]:
        events = [
            event
            for event in await facts_of(hub.kafka, hub.territory)
            if event.subject in load.subjects
        ]
        missing = owed - {event.id for event in events}
        assert not missing, f"{len(missing)} of {len(owed)} are missing"
        caused = {event.id for event in events if event.cause in load.closings}
        assert len(caused) >= suspensions, f"{len(caused)} of {suspensions} suspended"
        return events

    return await eventually(there, deadline_s=_left_s(until))


async def _heard_by_all(hub: WholeHub, events: Sequence[Told], until: float) -> None:
    """Each service that an event is for has it in its inbox."""
    readers = {entry.event.TYPE: entry.consumers for entry in CATALOGUE}
    owed: dict[str, set[UUID]] = defaultdict(set)
    for event in events:
        for reader in readers[event.headers["ce_type"]]:
            owed[reader].add(UUID(event.id))
    assert owed.keys() == {"flows", "matching", "tours", "impact"}
    for reader, ids in owed.items():
        query = "SELECT event_id FROM inbox WHERE event_id = ANY($1::uuid[])"

        async def has_all(reader: str = reader, ids: set[UUID] = ids, query: str = query) -> bool:
            missing = ids - {row[0] for row in await _rows(hub, reader, query, list(ids))}
            assert not missing, f"{reader} has not heard {len(missing)} of {len(ids)}"
            return True

        await eventually(has_all, deadline_s=_left_s(until))


def _left_s(until: float) -> float:
    return until - asyncio.get_running_loop().time()


def _is_what_was_acknowledged(events: Sequence[Told], load: Load) -> None:
    """Commands did what they answered, once; closings suspended each flow, once; no more."""
    by_id = {event.id: event for event in events}
    for one in load.acknowledged:
        event = by_id[one["id"]]
        assert (event.subject, event.sequence) == (one["subject"], one["sequence"])
    said_by_commands = {event.id for event in by_id.values() if not event.cause}
    assert Counter(said_by_commands) == Counter(one["id"] for one in load.acknowledged)
    follow = [event for event in by_id.values() if event.cause in load.closings]
    owed = [
        (closing, flow)
        for closing, actor_id in load.closings.items()
        for flow in load.flows_of[actor_id]
    ]
    assert Counter((event.cause, event.subject) for event in follow) == Counter(owed)


async def _is_shown_as_last_told(hub: WholeHub, events: Sequence[Told], load: Load) -> None:
    """The copies that flows and matching keep are of the last event of each aggregate."""
    actors = {UUID(actor_id): 0 for actor_id in load.flows_of}
    flows = {UUID(flow_id): 0 for of_one in load.flows_of.values() for flow_id in of_one}
    for event in events:
        for kept in (actors, flows):
            if UUID(event.subject) in kept:
                kept[UUID(event.subject)] = max(kept[UUID(event.subject)], event.sequence)
    assert await _sequences(hub, "flows", "actor", actors) == actors
    assert await _sequences(hub, "matching", "actor", actors) == actors
    assert await _sequences(hub, "matching", "flow", flows) == flows
    closed = "SELECT actor_id FROM actor WHERE is_closed AND actor_id = ANY($1::uuid[])"
    rows = await _rows(hub, "flows", closed, list(actors))
    assert {str(row[0]) for row in rows} == set(load.closings.values())


async def _sequences(
    hub: WholeHub, service: str, table: str, wanted: Iterable[UUID]
) -> Mapping[UUID, int]:
    query = f"SELECT {table}_id, sequence FROM {table} WHERE {table}_id = ANY($1::uuid[])"  # noqa: S608 our own words
    return {row[0]: row[1] for row in await _rows(hub, service, query, list(wanted))}


async def _count_all(hub: WholeHub, query: str) -> int:
    """The sum of a count over all services."""
    return sum([(await _rows(hub, name, query))[0][0] for name in hub.state.services])


async def _rows(
    hub: WholeHub, service: str, query: str, *values: Sequence[UUID]
) -> Sequence[Sequence[Any]]:
    database = await hub.database(service)
    try:
        return [tuple(row) for row in await database.fetch(query, *values)]
    finally:
        await database.close()
