"""Commands over all five services at a steady pace, as many as 250 a second for two minutes.

Sent when their time comes, answered or not. Firms change, flows are declared, actors are kept apart
and let go, transports asked for, baselines drafted; every event goes its way meanwhile. What may
not grow: what waits, and memory.
"""

import asyncio
import statistics
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from http import HTTPStatus
from itertools import cycle
from time import perf_counter
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import httpx
import psutil
import uvloop

import hubs
from caller import Answer, Connection, connections
from idle import rss_bytes
from kernel import running
from maillage_hub.chaos.load import a_baseline, a_round
from maillage_hub.testing_bus import counted
from maillage_hub.testing_calls import Calls, a_declaration, a_firm, a_profile, a_stop
from maillage_hub.testing_hub import CALL_TIMEOUT_S, WholeHub
from record import Asked, Figure

PER_S = 250
GOAL_PER_S = 500
DURATION_S = 120.0
FIRMS = 100
CONNECTIONS = 8
"""To each service."""
SAMPLE_EVERY_S = 3.0
SETTLED_WITHIN_S = 30.0
APART = "/v1/suppressions"
SERVICES = ("registry", "flows", "matching", "tours", "impact")


class Command(NamedTuple):
    """One request, and who sends it."""

    service: str
    method: str
    path: str
    body: Mapping[str, Any]
    role: str = "advisor"


@dataclass
class Tally:
    """What became of the commands, and what was seen meanwhile."""

    acknowledged: int = 0
    refused: list[str] = field(default_factory=list[str])
    delays_s: list[float] = field(default_factory=list[float])
    waiting: list[float] = field(default_factory=list[float])
    memory: list[int] = field(default_factory=list[int])


class Territory:
    """What there is before the load."""

    def __init__(self, firms: Sequence[UUID], rounds: Sequence[str]) -> None:
        self.firms = firms
        self.rounds = rounds
        self.kept_apart: list[str] = []

    @classmethod
    async def made(cls, calls: Calls) -> "Territory":
        """Register firms, and a round of each of some."""
        firms = [await a_firm(calls, f"Firm {number}") for number in range(FIRMS)]
        rounds = [
            (await calls.send("flows", "/v1/rounds", a_round(firm), early=True))["id"]
            for firm in firms[:5]
        ]
        for known in rounds:
            await calls.send("impact", "/v1/baselines", a_baseline(known), early=True)
        return cls(firms, rounds)

    def commands(self) -> Iterator[Command]:
        """What is asked for, one service after another, without end."""
        rounds = cycle(self.rounds)
        for number, firm in enumerate(cycle(self.firms)):
            other = self.firms[(number * 7 + 1) % FIRMS]
            profile = a_profile(f"Renamed {number} times")
            yield Command("registry", "PUT", f"/v1/actors/{firm}", profile)
            yield Command("flows", "POST", "/v1/flows", a_declaration(firm))
            yield self._keep_apart_or_let_go(firm, other)
            yield Command("tours", "POST", "/v1/orders", an_order(firm, other), "dispatcher")
            yield Command("impact", "POST", "/v1/baselines", a_baseline(next(rounds)))

    def _keep_apart_or_let_go(self, firm: UUID, other: UUID) -> Command:
        if self.kept_apart:
            return Command("matching", "POST", f"{APART}/{self.kept_apart.pop()}/lift", {})
        apart = {"actor_ids": [str(firm), str(other)], "reason": "competitors"}
        return Command("matching", "POST", APART, apart)


def an_order(giver: UUID, taker: UUID) -> Mapping[str, Any]:
    """A transport the day after tomorrow."""
    noon = datetime.combine(datetime.now(UTC) + timedelta(days=2), time(12), UTC)
    window = {"start": noon.isoformat(), "end": (noon + timedelta(hours=3)).isoformat()}
    return {
        "on": noon.date().isoformat(),
        "pickup": a_stop("out", giver),
        "dropoff": a_stop("in", taker),
        "load": {"mass_kg": "120", "volume_m3": "0.8"},
        "pickup_window": window,
        "dropoff_window": window,
    }


class Load:
    """Commands sent at their time, and what is seen meanwhile."""

    def __init__(self, hub: WholeHub, territory: Territory) -> None:
        self._hub = hub
        self._territory = territory
        self._queues = {name: asyncio.Queue[tuple[float, Command]]() for name in SERVICES}
        self._tokens = {role: hub.token(role) for role in ("advisor", "dispatcher")}
        self.tally = Tally()

    async def run(self, per_s: float, seconds: float) -> Tally:
        """Send so many a second for so long, then wait for the last answer."""
        self.tally = Tally()
        async with AsyncExitStack() as stack:
            for name in SERVICES:
                address = self._hub.state.services[name]
                opened = await stack.enter_async_context(connections(address, CONNECTIONS))
                for one in opened:
                    await stack.enter_async_context(running(self._serve(name, one)))
            await stack.enter_async_context(running(self._watch()))
            await self._schedule(per_s, seconds)
            with suppress(TimeoutError):  # what is not answered by then is not acknowledged
                async with asyncio.timeout(SETTLED_WITHIN_S):
                    for queue in self._queues.values():
                        await queue.join()
        return self.tally

    async def _schedule(self, per_s: float, seconds: float) -> None:
        began = perf_counter()
        for number, command in enumerate(self._territory.commands()):
            due = began + number / per_s
            if due > began + seconds:
                return
            if (early_s := due - perf_counter()) > 0:
                await asyncio.sleep(early_s)
            self._queues[command.service].put_nowait((due, command))

    async def _serve(self, name: str, connection: Connection) -> None:
        queue = self._queues[name]
        while True:
            due, command = await queue.get()
            headers = {
                "Authorization": f"Bearer {self._tokens[command.role]}",
                "Idempotency-Key": uuid4().hex,
            }
            answer = await connection.send(command.method, command.path, headers, command.body)
            self._note(command, answer, perf_counter() - due)
            queue.task_done()

    def _note(self, command: Command, answer: Answer, delay_s: float) -> None:
        if answer.status not in (HTTPStatus.OK, HTTPStatus.CREATED):
            self.tally.refused.append(f"{command.path}: {answer.status} {answer.body[:200]!r}")
            return
        self.tally.acknowledged += 1
        self.tally.delays_s.append(delay_s)
        if command.path == APART:
            self._territory.kept_apart.append(answer.document["id"])

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(SAMPLE_EVERY_S)
            unanswered = sum(queue.qsize() for queue in self._queues.values())
            self.tally.waiting.append(unanswered + await waiting(self._hub))
            self.tally.memory.append(rss_bytes(services_of(self._hub)))


async def waiting(hub: WholeHub) -> float:
    """Events that are not on the bus yet, and records that are not consumed."""
    found = 0.0
    async with httpx.AsyncClient(timeout=CALL_TIMEOUT_S) as client:
        for name, address in hub.state.services.items():
            client.base_url = address
            found += await counted(client, "maillage_consumer_lag_messages")
            database = await hub.database(name)
            try:
                found += await database.fetchval("SELECT count(*) FROM outbox")
            finally:
                await database.close()
    return found


def services_of(hub: WholeHub) -> list[psutil.Process]:
    """The processes of the five services."""
    return [psutil.Process(hub.child(name).pid) for name in SERVICES]


async def _measure(seconds: float) -> Iterable[Figure]:
    async with hubs.whole_hub() as hub:
        async with Calls(hub) as calls:
            territory = await Territory.made(calls)
        load = Load(hub, territory)
        short_s = max(seconds / 12, 4 * SAMPLE_EVERY_S)
        await load.run(PER_S, short_s)
        tally = await load.run(PER_S, seconds)
        harder = await load.run(GOAL_PER_S, short_s)
        broker = await hubs.broker_of(hub)
    for refusal in (tally.refused + harder.refused)[:5]:
        print(f"    {refusal}")
    return [
        *_figures(tally, PER_S, seconds, broker, must=True),
        *_figures(harder, GOAL_PER_S, short_s, broker, must=False),
    ]


def _figures(
    tally: Tally, per_s: int, seconds: float, broker: str, *, must: bool
) -> Iterable[Figure]:
    """What is acknowledged; and what waits and is kept in memory, the last third by the first."""
    third = max(1, len(tally.waiting) // 3)
    early, late = tally.waiting[:third], tally.waiting[-third:]
    name = f"{per_s} commands/s over all services"
    yield Figure(
        name=f"{name}, acknowledged",
        value=tally.acknowledged / seconds,
        unit="commands/s",
        must=f"value >= {per_s * 0.99:g}" if must else None,
        broker=broker,
    )
    yield Figure(
        name=f"{name}, answered within (p99)",
        value=statistics.quantiles(tally.delays_s, n=100)[98] * 1000,
        unit="ms",
        broker=broker,
    )
    yield Figure(
        name=f"{name}, what waits",
        value=statistics.median(late),
        unit="commands and events, last third",
        peer="first third",
        peer_value=max(1.0, statistics.median(early)),
        must=f"value <= {per_s}" if must else None,
        broker=broker,
    )
    yield Figure(
        name=f"{name}, memory of the services",
        value=tally.memory[-1] / 2**20,
        unit="MiB at the end",
        peer="after a third",
        peer_value=tally.memory[third - 1] / 2**20,
        must="ratio <= 1.1" if must else None,
        broker=broker,
    )


def measure(asked: Asked) -> Iterable[Figure]:
    """Measure a hub at work."""
    return uvloop.run(_measure(asked.duration_s or DURATION_S))
