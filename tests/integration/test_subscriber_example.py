"""The subscriber of docs/examples, run as another system would: on a real broker, from its file."""

import ast
import asyncio
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from maillage_contracts.catalogue import topic_specs
from maillage_contracts.envelope import Event, encode
from maillage_contracts.samples import (
    a_flow_opened,
    a_flow_went_stale,
    a_synergy_agreed,
    an_envelope,
    an_impact_recorded,
)

EXAMPLE = Path(__file__).resolve().parents[2] / "docs/examples/subscriber.py"
LINES_MAX = 20
WAIT_S_MAX = 60

SAID: list[tuple[Event, int]] = [
    (a_flow_opened(), 1),
    (a_flow_went_stale(), 2),
    (a_synergy_agreed(), 1),
    (an_impact_recorded(), 1),
]


async def publish(bootstrap: str, territory: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics(
            [NewTopic(spec.name, spec.partitions, 1) for spec in topic_specs(territory)]
        )
    finally:
        await admin.close()
    async with AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all") as producer:
        for event, sequence in SAID:
            record = encode(an_envelope(event, territory=territory, sequence=sequence), event)
            await producer.send_and_wait(
                event.TOPIC.facts(territory),
                record.value,
                key=record.key,
                headers=[*record.headers],
            )


@pytest_asyncio.fixture
async def subscriber(
    kafka_bootstrap: str, territory: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    await publish(kafka_bootstrap, territory)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(EXAMPLE), kafka_bootstrap, territory),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        process.kill()
        await process.communicate()


@pytest.mark.integration
async def test_a_stranger_reads_all_that_a_territory_says(
    subscriber: asyncio.subprocess.Process,
) -> None:
    assert subscriber.stdout
    lines: list[str] = []
    async with asyncio.timeout(WAIT_S_MAX):
        while len(lines) < len(SAID):
            line = (await subscriber.stdout.readline()).decode()
            assert line, "the subscriber stopped"
            lines.append(line)

    heard = [line.split(" ", 3) for line in lines]
    assert sorted((kind, subject, int(n)) for kind, subject, n, _ in heard) == sorted(
        (event.TYPE, event.subject, sequence) for event, sequence in SAID
    )
    for kind, *_, data in heard:
        event = next(event for event, _ in SAID if kind == event.TYPE)
        assert ast.literal_eval(data) == event.model_dump(mode="json", exclude_none=True)
    of_the_flow = [int(n) for kind, _, n, _ in heard if ".flow." in kind]
    assert of_the_flow == [1, 2]


def test_it_is_short_and_needs_nothing_of_the_hub() -> None:
    text = EXAMPLE.read_text()
    code = [line for line in text.split('"""', 2)[2].splitlines() if line.strip()]

    assert len(code) <= LINES_MAX
    assert not re.search(r"import.*maillage", text)
