"""A hub with its services, and the commands that speak to them."""

import json
import os
import signal
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer

from maillage_contracts.catalogue import SERVICES
from maillage_hub.testing_command import Hubs
from maillage_serving.testing import eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

READERS = {"flows", "matching", "tours", "impact"}
"""Of what the registry says of actors."""


async def test_services_are_run_and_their_dead_letters_dealt_with(hubs: Hubs) -> None:
    hub = json.loads(hubs.maillage("up", "--detach", "--json").stdout)
    assert set(hub["services"]) == set(SERVICES)
    assert all(child["ready"] for child in hubs.status()["children"])

    # What is no event is parked by each reader, and found by its identifier alone.
    await poison(hub)
    letters = await eventually(lambda: parked_by_all(hubs))
    assert letters is not None
    one = next(letter["id"] for letter in letters if letter["service"] == "matching")
    matching = ("--service", "matching")  # found without, but sooner
    shown = json.loads(hubs.maillage("deadletters", "show", one).stdout)
    assert shown["payload"] == "no event"
    assert shown["topic"] == "jourdies.registry.actor.v1"
    failed = hubs.maillage("deadletters", "replay", one, *matching, expect=1)
    assert f"stopped at {one}" in failed.stdout
    discarded = hubs.maillage("deadletters", "discard", one, *matching)
    assert f"{one} is discarded" in discarded.stdout
    assert parked(hubs, *matching) == []
    unknown = "5b0c5a56-8f5c-5a3e-9a57-2f3c6f1f6f0e"
    assert f"no service has the letter {unknown}" in (
        hubs.maillage("deadletters", "show", unknown, *matching, expect=1).stderr
    )

    again = hubs.maillage("outbox", "republish", "--service", "registry", "--json").stdout
    assert json.loads(again)["queued"] == 0

    # A service that is killed is started again.
    killed = hubs.pid_of("flows")
    os.kill(killed, signal.SIGKILL)
    await eventually(lambda: restarted(hubs, "flows", killed), deadline_s=60)
    hubs.maillage("down")
    assert not hubs.processes()


async def poison(hub: dict[str, Any]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=hub["kafka"])
    await producer.start()
    await producer.send_and_wait("jourdies.registry.actor.v1", b"no event", key=b"key")
    await producer.stop()


def parked(hubs: Hubs, *words: str) -> list[dict[str, Any]]:
    return json.loads(hubs.maillage("deadletters", "list", "--json", *words).stdout)["letters"]


def parked_by_all(hubs: Hubs) -> list[dict[str, Any]] | None:
    letters = parked(hubs)
    return letters if {letter["service"] for letter in letters} == READERS else None


def restarted(hubs: Hubs, name: str, killed: int) -> bool:
    state = json.loads((hubs.home / "jourdies" / "state.json").read_text())
    child = next(child for child in state["children"] if child["name"] == name)
    return child["pid"] not in (None, killed)
