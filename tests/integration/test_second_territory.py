"""Two territories on one machine: nothing of the one is ever found with the other."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from aiokafka import AIOKafkaProducer

from maillage_hub.testing_bus import Told, a_producer, counted, everything_on, topics_on
from maillage_hub.testing_calls import Calls, a_firm, a_lead_of_a_workshop, an_open_flow
from maillage_hub.testing_hub import WholeHub
from maillage_serving.testing import eventually

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(300),
    pytest.mark.usefixtures("pallets"),  # the story is played before anybody else is there
]

KNOWN_WITHIN_S = 30.0


async def test_nothing_of_the_one_is_found_with_the_other(
    hub: WholeHub, neighbour: WholeHub
) -> None:
    canaries = {
        one: f"canary of {one.territory} {secrets.token_hex(8)}" for one in (hub, neighbour)
    }
    for one, canary in canaries.items():
        await _sing(one, canary)

    for one, canary in canaries.items():
        other = neighbour if one is hub else hub
        # Searched with itself first: who finds nothing there cannot find anything elsewhere.
        assert {"table", "topic"} <= await _found(one, canary)
        assert await _found(other, canary) == set()


async def test_topics_are_of_one_territory_only(hub: WholeHub, neighbour: WholeHub) -> None:
    for one in (hub, neighbour):
        names = {name for name in await topics_on(one.kafka) if not name.startswith("__")}
        assert names
        assert {name.partition(".")[0] for name in names} == {one.territory}


async def test_an_event_of_the_other_is_put_aside(hub: WholeHub, neighbour: WholeHub) -> None:
    """Whoever mirrors a bus by mistake does no harm: a record is refused by what it says."""
    async with Calls(neighbour) as calls:
        firm = await a_firm(calls, "Belongs to the neighbour")

    async def told() -> list[Told]:
        everything = await everything_on(neighbour.kafka, _actors(neighbour))
        return [event for event in everything if event.subject == str(firm)]

    (foreign,) = await eventually(told, deadline_s=KNOWN_WITHIN_S)
    async with hub.door("flows", None) as door, a_producer(hub.kafka) as producer:
        reason = {"reason": "foreign_territory"}
        before = await counted(door, "maillage_dead_letters_total", **reason)
        await _copy(producer, foreign, _actors(hub))

        async def is_counted() -> bool:
            return await counted(door, "maillage_dead_letters_total", **reason) == before + 1

        await eventually(is_counted, deadline_s=KNOWN_WITHIN_S)
    database = await hub.database("flows")
    try:
        known = await database.fetchval("SELECT count(*) FROM actor WHERE actor_id = $1", firm)
    finally:
        await database.close()
    assert known == 0


async def test_a_token_of_the_one_opens_nothing_at_the_other(
    hub: WholeHub, neighbour: WholeHub
) -> None:
    for one, other in ((hub, neighbour), (neighbour, hub)):
        headers = {"Authorization": f"Bearer {one.token('advisor')}"}
        async with httpx.AsyncClient(headers=headers) as client:
            for answer in await asyncio.gather(
                client.get(f"{one.state.services['flows']}/v1/flows"),
                client.get(f"{other.state.services['flows']}/v1/flows"),
            ):
                is_own = str(answer.url).startswith(one.state.services["flows"])
                assert answer.status_code == (200 if is_own else 401)


async def _sing(hub: WholeHub, canary: str) -> None:
    """Have every service of a hub hear of a firm with this name, and matching note it in a lead."""
    async with Calls(hub) as calls:
        firms = [await a_firm(calls, f"{canary}, {side}") for side in ("giver", "taker")]
        flows = [
            await an_open_flow(calls, firm, direction)
            for firm, direction in zip(firms, ("out", "in"), strict=True)
        ]
        await a_lead_of_a_workshop(calls, *flows)
    async with hub.door("impact", None) as door:

        async def is_quiet() -> bool:
            return not await counted(door, "maillage_consumer_lag_messages")

        await eventually(is_quiet, deadline_s=KNOWN_WITHIN_S)


async def _found(hub: WholeHub, canary: str) -> set[str]:
    """Where, in all that a hub keeps or says, a word is found."""
    found = {"topic"} if canary.encode() in b"".join(await _on_the_bus(hub)) else set[str]()
    for service in hub.state.services:
        if canary in "".join([text async for text in _rows(hub, service)]):
            found.add("table")
        async with hub.door(service, None) as door:
            if canary in (await door.get("/metrics")).text:
                found.add("metrics")
    logs = [path for path in hub.folder.logs.glob("*.log*") if canary in _text(path)]
    return found | ({"log"} if logs else set())


async def _on_the_bus(hub: WholeHub) -> list[bytes]:
    names = [name for name in await topics_on(hub.kafka) if not name.startswith("__")]
    told = await everything_on(hub.kafka, *names)
    return [(one.key or b"") + (one.value or b"") + repr(one.headers).encode() for one in told]


async def _rows(hub: WholeHub, service: str) -> AsyncIterator[str]:
    """Every row of every table of a service, as text; payloads as they were written."""
    database = await hub.database(service)
    try:
        tables = await database.fetch(
            "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public'"
        )
        for table in tables:
            for row in await database.fetch(f"SELECT * FROM {table['name']}"):  # noqa: S608 its own
                yield " ".join(
                    value.decode(errors="replace") if isinstance(value, bytes) else str(value)
                    for value in row.values()
                )
    finally:
        await database.close()


async def _copy(producer: AIOKafkaProducer, event: Told, topic: str) -> None:
    headers = [(name, text.encode()) for name, text in event.headers.items()]
    await producer.send_and_wait(topic, event.value, key=event.key, headers=headers)


def _actors(hub: WholeHub) -> str:
    return f"{hub.territory}.registry.actor.v1"


def _text(path: Path) -> str:
    return path.read_text(errors="replace")
