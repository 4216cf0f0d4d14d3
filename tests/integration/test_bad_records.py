"""Bad records on the bus: put aside with a reason and counted, while all others flow on."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from uuid import UUID, uuid4

import pytest

from maillage_contracts.envelope import Record, encode
from maillage_contracts.samples import (
    a_flow_question_raised,
    an_actor,
    an_actor_registered,
    an_envelope,
)
from maillage_hub.testing_bus import a_producer, counted, everything_on
from maillage_hub.testing_calls import Calls, a_firm, an_open_flow
from maillage_hub.testing_hub import WholeHub
from maillage_hub.testing_poison import forms, with_header
from maillage_serving.testing import eventually

pytestmark = pytest.mark.integration

READERS = ("flows", "matching", "tours", "impact")
"""Services that hear of actors."""
FIRMS = 25
"""Registered while the bad records come."""
CAUGHT_UP_WITHIN_S = 30.0


def a_record(territory: str) -> Record:
    """A good event about an actor that nobody else speaks of."""
    event = an_actor_registered(actor=an_actor(name="Nobody", actor_id=uuid4()))
    envelope = an_envelope(
        event,
        id=uuid4(),
        territory=territory,
        source=f"/{territory}/registry",
    )
    return encode(envelope, event)


FORMS = (
    "another territory",
    "an identifier that is none",
    "a time in words",
    "no sequence",
    "a type that is not UTF-8",
    "another version of CloudEvents",
    "text",
    "cut short",
    "the first field is a number",
    "a tombstone",
    "a value too large",
)
"""Some of each kind; all of them are tried on the services one by one, in faults/test_poison.py."""


def bad_records(territory: str) -> list[tuple[str, Record]]:
    """Each with the reason for which it must be put aside."""
    known = {form.name: form for form in forms()}
    chosen = [known[name] for name in FORMS]
    return [(form.reason or "", form.spoil(a_record(territory))) for form in chosen]


async def test_they_are_put_aside_and_the_others_flow_on(hub: WholeHub, calls: Calls) -> None:
    topic = f"{hub.territory}.registry.actor.v1"
    bad = bad_records(hub.territory)
    unknown = with_header(a_record(hub.territory), "ce_type", b"org.maillage.actor.rated.v1")
    first = await _watch(hub)
    mirrors_before = len(await everything_on(hub.kafka, f"{topic}.dlt"))

    async with asyncio.TaskGroup() as tasks, a_producer(hub.kafka) as producer:
        going_on = tasks.create_task(_register(calls, FIRMS))
        for record in (unknown, *(record for _, record in bad)):
            # A null value, and not an empty one, is what a tombstone has.
            value = record.value or None
            headers = list(record.headers)
            await producer.send_and_wait(topic, value, key=record.key, headers=headers)
    firms = going_on.result()

    reasons = Counter(reason for reason, _ in bad)
    for service in READERS:
        seen = first[service]

        async def all_put_aside(service: str = service, seen: Seen = seen) -> bool:
            now = await _seen(hub, service)
            assert now.parked - seen.parked == reasons
            return True

        await eventually(all_put_aside, deadline_s=CAUGHT_UP_WITHIN_S)
        await _all_heard(hub, service, firms)
        now = await _seen(hub, service)
        assert now.counted - seen.counted == reasons
        assert now.ignored - seen.ignored == 1
        assert (now.tried_again, now.braked) == (seen.tried_again, 0)  # nothing waited for them
    await eventually(lambda: _are_mirrored(hub, topic, mirrors_before, reasons))


async def test_a_letter_is_listed_shown_replayed_and_discarded(hub: WholeHub, calls: Calls) -> None:
    flow_id = await an_open_flow(calls, await a_firm(calls, "Asked something unreadable"), "out")
    asked = a_flow_question_raised(question_id=uuid4(), flow_id=flow_id)
    topic, place = asked.TOPIC.facts(hub.territory), f"/v1/questions/{asked.question_id}"
    first, second = [
        encode(an_envelope(asked, id=uuid4(), territory=hub.territory, sequence=number), asked)
        for number in (1, 2)
    ]
    async with a_producer(hub.kafka) as producer:
        for record in (replace(first, value=b"{}"), second):
            headers = list(record.headers)
            await producer.send_and_wait(topic, record.value, key=record.key, headers=headers)

    async def parked() -> dict[str, str]:
        _, told = await _deadletters(hub, "list")
        ours = [one for one in told["letters"] if one["subject"] == str(asked.question_id)]
        return {one["reason"]: one["id"] for one in ours} if len(ours) == 2 else {}

    letters: dict[str, str] = await eventually(parked, deadline_s=CAUGHT_UP_WITHIN_S)
    guilty, behind = letters["data"], letters["behind"]
    _, shown = await _deadletters(hub, "show", guilty)
    assert (shown["reason"], shown["topic"]) == ("data", topic)
    assert "question_id" in shown["detail"]
    refused, told = await _deadletters(hub, "replay", behind)
    assert (refused, told["replayed"], told["stopped_at"]) == (1, [], guilty)
    done = {"service": "flows", "discarded": guilty}
    assert await _deadletters(hub, "discard", guilty) == (0, done)
    async with hub.door("flows") as door:
        assert (await door.get(place)).status_code == HTTPStatus.NOT_FOUND
        replayed, told = await _deadletters(hub, "replay", behind)
        # From now on it is as if it had never been aside.
        assert (await door.get(place)).json()["attribute"] == asked.attribute
    assert (replayed, told["replayed"]) == (0, [behind])
    assert await parked() == {}


@dataclass(frozen=True)
class Seen:
    """What a service has put aside so far, and what it says of it."""

    parked: Counter[str]
    counted: Counter[str]
    ignored: float
    tried_again: float
    braked: float


async def _watch(hub: WholeHub) -> Mapping[str, Seen]:
    return {service: await _seen(hub, service) for service in READERS}


async def _seen(hub: WholeHub, service: str) -> Seen:
    database = await hub.database(service)
    try:
        rows = await database.fetch("SELECT reason, count(*) FROM dead_letter GROUP BY reason")
    finally:
        await database.close()
    reasons = {reason for reason, _ in bad_records(hub.territory)}
    async with hub.door(service, None) as door:
        said = {
            reason: await counted(door, "maillage_dead_letters_total", reason=reason)
            for reason in reasons
        }
        ignored = await counted(door, "maillage_events_consumed_total", outcome="ignored")
        tried_again = await counted(door, "maillage_consumer_retries_total")
        braked = await counted(door, "maillage_consumer_braked")
    in_numbers = Counter({reason: int(count) for reason, count in said.items() if count})
    parked = Counter({row[0]: row[1] for row in rows})
    return Seen(parked, in_numbers, ignored, tried_again, braked)


async def _register(calls: Calls, count: int) -> list[UUID]:
    return [await a_firm(calls, "Registered meanwhile") for _ in range(count)]


async def _all_heard(hub: WholeHub, service: str, actors: Sequence[UUID]) -> None:
    """Wait until a service has handled the registration of each actor."""
    registry = await hub.database("registry")
    reader = await hub.database(service)
    try:
        told = await registry.fetch(
            "SELECT event_id, subject FROM event_log WHERE subject = ANY($1::text[])",
            [str(actor) for actor in actors],
        )
        assert {row["subject"] for row in told} == {str(actor) for actor in actors}

        async def are_heard() -> bool:
            heard = await reader.fetchval(
                "SELECT count(*) FROM inbox WHERE event_id = ANY($1::uuid[])",
                [row["event_id"] for row in told],
            )
            return heard == len(told)

        await eventually(are_heard, deadline_s=CAUGHT_UP_WITHIN_S)
    finally:
        await registry.close()
        await reader.close()


async def _are_mirrored(hub: WholeHub, topic: str, before: int, reasons: Counter[str]) -> bool:
    """Whether each reader showed each of its letters to whoever watches the bus."""
    mirrors = (await everything_on(hub.kafka, f"{topic}.dlt"))[before:]
    told = {
        service: Counter(
            one.headers["dlt_reason"] for one in mirrors if one.headers["dlt_consumer"] == service
        )
        for service in READERS
    }
    assert told == dict.fromkeys(READERS, reasons)
    return True


async def _deadletters(hub: WholeHub, *words: str) -> tuple[int, dict[str, Any]]:
    """What `maillage deadletters` answers about flows, and its exit code."""
    code, told = await hub.maillage("deadletters", *words, "--service", "flows", "--json")
    return code, json.loads(told)
