"""The story of the pallets, from flow.declared to impact.recorded, as another system reads it."""

import ast
import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from maillage_hub.demo.story import Story
from maillage_hub.testing_bus import facts_of
from maillage_hub.testing_hub import WholeHub

pytestmark = [pytest.mark.integration, pytest.mark.timeout(300)]

EXAMPLE = Path(__file__).resolve().parents[2] / "docs/examples/subscriber.py"
LINE_BYTES_MAX = 1024 * 1024
HEARD_WITHIN_S = 60

Heard = dict[tuple[str, str, int], dict[str, Any]]
"""What was printed of each event, by its type, its subject and its number."""


@pytest_asyncio.fixture
async def subscriber(
    neighbour: WholeHub, pallets: Story
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The example, run as its first lines say, on the bus where the story was played."""
    assert pallets.ok
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", str(EXAMPLE), neighbour.kafka, neighbour.territory),
        stdout=asyncio.subprocess.PIPE,
        limit=LINE_BYTES_MAX,
    )
    try:
        yield process
    finally:
        process.kill()
        await process.communicate()


async def test_it_reads_the_whole_story(
    neighbour: WholeHub, subscriber: asyncio.subprocess.Process
) -> None:
    said = await facts_of(neighbour.kafka, neighbour.territory)
    expected = {(event.type, event.subject, event.sequence) for event in said}

    heard = await _heard(subscriber, len(expected))

    assert heard.keys() == expected
    follow = [_only(heard, "synergy.agreed")["synergy"]]
    synergy_id, case_id, flow_ids = [follow[0][n] for n in ("synergy_id", "case_id", "flow_ids")]
    for flow_id in flow_ids:
        life = [heard[key]["flow"]["status"] for key in _in_order(heard, flow_id, "flow.")]
        assert life == ["declared", "open", "reserved", "committed"]
    accepted = next(
        data
        for (kind, *_), data in heard.items()
        if kind == "lead.accepted" and data["case_id"] == case_id
    )
    assert heard["lead.surfaced", accepted["lead_id"], 1]["lead"]["flow_ids"] == flow_ids
    assert heard["case.introduced", case_id, 1]["flow_ids"] == flow_ids
    done = _only(heard, "transportorder.fulfilled")
    order = heard["transportorder.requested", done["order_id"], 1]["order"]
    assert done["origin_id"] == order["origin_id"] == synergy_id
    assert order["order_id"] in {
        one for stop in _only(heard, "tour.published")["tour"]["stops"] for one in stop["order_ids"]
    }
    tour = [kind for kind, *_ in _in_order(heard, done["tour_id"], "tour.", "stop.")]
    assert tour == ["tour.published", "stop.completed", "stop.completed", "tour.completed"]
    statements = [
        heard[key]["statement"] for key in _in_order(heard, synergy_id, "impact.recorded")
    ]
    assert "ghg_avoided_material" in {statement["indicator"] for statement in statements}


async def _heard(subscriber: asyncio.subprocess.Process, count: int) -> Heard:
    """The first so many lines that the example prints."""
    assert subscriber.stdout
    heard: Heard = {}
    async with asyncio.timeout(HEARD_WITHIN_S):
        while len(heard) < count:
            line = (await subscriber.stdout.readline()).decode()
            assert line, "the subscriber stopped"
            kind, subject, sequence, data = line.split(" ", 3)
            name = kind.removeprefix("org.maillage.").removesuffix(".v1")
            heard[name, subject, int(sequence)] = ast.literal_eval(data)
    return heard


def _only(heard: Heard, kind: str) -> dict[str, Any]:
    (data,) = [data for (name, *_), data in heard.items() if name == kind]
    return data


def _in_order(heard: Heard, subject: str, *kinds: str) -> list[tuple[str, str, int]]:
    """What was heard of a subject in events whose types begin so, by number."""
    found = [key for key in heard if key[1] == subject and key[0].startswith(kinds)]
    return sorted(found, key=lambda key: key[2])
