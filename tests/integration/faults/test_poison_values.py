"""Odd values in every field of every event that a service reads: what can be read can be applied.

Whatever a contract lets through, the rules and the columns behind it bear: no number is too large
for its column, no text has what PostgreSQL cannot keep, no day is beyond the calendar.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from maillage_common.consumer import BRAKE_LETTERS_MAX, Consumer
from maillage_common.ledger import DeadLetter, Delivered, Origin
from maillage_common.reading import Reader
from maillage_contracts.envelope import Event, Record, encode
from maillage_contracts.samples import SAMPLES, TERRITORY
from maillage_hub.testing_history import with_other_ids
from maillage_hub.testing_readers import SERVICES, Listener, a_listener
from maillage_serving.testing import NOON, received

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

Way = tuple[str | int, ...]
READ = {"data", "subject"}
"""Reasons of what the contract does not let through."""
ODD: dict[type, tuple[Any, ...]] = {
    str: (
        "",
        " ",
        "a\0b",
        "\ud800",
        "\u202e",
        "'; DROP TABLE actor; --",
        "x" * 200,
        "x" * 2000,
        "9" * 30,
        "0." + "0" * 5 + "1",
        "1E+30",
        "-1",
        "NaN",
        "0001-01-01",
        "1970-01-01",
        "9999-12-31",
        "1970-01-01T00:00:00Z",
        "9999-12-31T23:59:59Z",
        "0001-01-01T00:00:00+14:00",
        "00:00",
        "23:59:59.999999",
    ),
    bool: (True, False, None, 1),
    int: (0, -1, 2**31, 2**63 - 1, 2**63, 2**100, 1.5, None),
    float: (0, -0.0, 1e-320, 1e308, -1e308, 90.0, 180.0, None),
    list: ([], None, [None]),
    dict: ({}, None),
    type(None): ("x", 0, []),
}


def ways(part: object, way: Way = ()) -> Iterator[tuple[Way, object]]:
    """Every value inside a document, and the way to it; of a list, the first item alone."""
    if way:
        yield way, part
    if isinstance(part, dict):
        for name, inner in part.items():  # pyright: ignore[reportUnknownVariableType] of JSON
            yield from ways(inner, (*way, str(name)))  # pyright: ignore[reportUnknownArgumentType]
    if isinstance(part, list) and part:
        yield from ways(part[0], (*way, 0))  # pyright: ignore[reportUnknownArgumentType]


def with_another(document: Any, way: Way, value: object) -> bytes:  # noqa: ANN401 any JSON
    """The document with this value at the end of the way."""
    spoilt = copy.deepcopy(document)
    part = spoilt
    for name in way[:-1]:
        part = part[name]
    part[way[-1]] = value
    return json.dumps(spoilt).encode()


def spoilt(sample: Event) -> Iterator[Record]:
    """The event as it would be sent with each odd value, each time of another aggregate."""
    for number, (way, odd) in enumerate(oddities(json.loads(sample.model_dump_json()))):
        event = with_other_ids(sample, str(number))
        sound = encode(received(event).envelope, event)
        document = json.loads(event.model_dump_json())
        yield Record(sound.key, with_another(document, way, odd), sound.headers)


def oddities(document: object) -> Iterator[tuple[Way, object]]:
    """What may stand where."""
    for way, value in ways(document):
        yield from ((way, odd) for odd in ODD[type(value)])
        if isinstance(value, list):
            yield way, value * 60


async def settle(listener: Listener, event: type[Event]) -> int:
    """Let a service settle all of them; how many it could read."""
    reader = Reader(consumer=listener.service, territory=TERRITORY, known=listener.menu.known)
    origin = Origin(event.TOPIC.facts(TERRITORY), 0, 0)
    consumer = Consumer(
        listener.runner, listener.menu, metrics=listener.metrics, health=listener.health
    )
    found = [reader.read(record, origin, NOON) for record in spoilt(SAMPLES[event])]
    readable = [item for item in found if isinstance(item, Delivered)]
    assert {item.reason for item in found if isinstance(item, DeadLetter)} <= READ
    for start in range(0, len(readable), BRAKE_LETTERS_MAX):
        await consumer.settle(readable[start : start + BRAKE_LETTERS_MAX])
    return len(readable)


@pytest.mark.parametrize("service", SERVICES)
async def test_every_value_that_can_be_read_can_be_applied(service: str, postgres_dsn: str) -> None:
    async with a_listener(service, postgres_dsn, TERRITORY) as listener:
        read = [await settle(listener, event) for event in listener.menu.known.values()]
        assert min(read) >= 1
        parked = await listener.rows("SELECT type, reason, detail FROM dead_letter")
        assert [tuple(row) for row in parked] == []
        (row,) = await listener.rows("SELECT count(*) FROM inbox")
        assert row[0] == sum(read)
