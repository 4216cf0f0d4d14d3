"""Whether the bus may be spoken to, judged on what a cluster answers and what we remember."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from maillage_common import bus_guard
from maillage_common.bus_guard import BusGuard
from maillage_common.metrics import Metrics
from maillage_common.topics import Bus, BusRefused
from maillage_contracts.catalogue import topic_specs
from maillage_contracts.samples import TERRITORY
from maillage_serving.testing import NOON

SPECS = list(topic_specs(TERRITORY))
WHOLE = {spec.name: spec.partitions for spec in SPECS}
SOME = next(iter(WHOLE))
IDS = {name: f"{name} as it was made first" for name in WHOLE}
ANEW = {name: f"{name} as it was made anew" for name in WHOLE}


@dataclass
class Memory:
    """A pool of connections to a database with one row: the topics as they were seen first."""

    remembered: dict[str, str] = field(default_factory=dict[str, str])
    accepted_at: datetime = NOON

    @asynccontextmanager
    async def acquire(self, **_timeout: float) -> AsyncGenerator["Memory"]:
        yield self

    async def fetch(self, _sql: str, _id: str, topics: str) -> list[tuple[str, datetime]]:
        self.remembered = json.loads(topics) | self.remembered
        return [(json.dumps(self.remembered), self.accepted_at)]


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the cluster will say of itself, and what there is to say about its configuration."""
    said: dict[str, Any] = {"bus": Bus("the-bus", WHOLE, IDS), "configuration": []}

    @asynccontextmanager
    async def administration(_settings: object) -> AsyncGenerator[object]:
        yield object()

    async def look(_admin: object) -> Bus:
        return said["bus"]

    async def misconfigured(*_: object) -> list[str]:
        return said["configuration"]

    monkeypatch.setattr(bus_guard, "administration", administration)
    monkeypatch.setattr(bus_guard, "look", look)
    monkeypatch.setattr(bus_guard, "misconfigured", misconfigured)
    monkeypatch.setattr(bus_guard, "CHECK_EVERY_S", 0.0)
    return said


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def guard(answers: dict[str, Any], memory: Memory) -> BusGuard:
    pool: Any = memory
    no_settings: Any = None
    return BusGuard(no_settings, pool, SPECS, Metrics(territory=TERRITORY, service="flows"))


async def test_the_bus_we_know_is_accepted_each_time(guard: BusGuard) -> None:
    await guard.confirm()
    await guard.confirm()


async def test_another_bus_is_refused(guard: BusGuard, answers: dict[str, Any]) -> None:
    await guard.confirm()
    answers["bus"] = Bus("another-bus", WHOLE, ANEW)
    with pytest.raises(BusRefused, match="made anew: run `maillage outbox republish`"):
        await guard.confirm()
    answers["bus"] = Bus("the-bus", WHOLE, IDS)
    await guard.confirm()


async def test_a_lost_bus_that_keeps_its_identity_is_refused(
    guard: BusGuard, answers: dict[str, Any]
) -> None:
    """Whoever formats storage anew may give it the identity that the lost one had."""
    await guard.confirm()
    answers["bus"] = Bus("the-bus", WHOLE, IDS | {SOME: ANEW[SOME]})
    with pytest.raises(BusRefused, match=f"^{SOME} made anew"):
        await guard.confirm()


async def test_a_topic_that_the_catalogue_gained_is_no_reason_to_refuse(
    guard: BusGuard, answers: dict[str, Any], memory: Memory
) -> None:
    memory.remembered = {name: IDS[name] for name in WHOLE if name != SOME}
    await guard.confirm()
    assert memory.remembered == IDS


async def test_a_bus_that_another_one_stands_for_since_is_refused(
    guard: BusGuard, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that still reached the old one gave it all that was queued for the new one."""
    monkeypatch.setattr(bus_guard, "CHECK_EVERY_S", 1000.0)
    await guard.confirm(NOON)
    at_first = guard.changes
    memory.remembered, memory.accepted_at = dict(ANEW), NOON - timedelta(hours=1)  # clocks go back
    await guard.confirm(NOON)
    with pytest.raises(BusRefused, match="made anew"):
        await guard.confirm(memory.accepted_at)
    memory.remembered, memory.accepted_at = dict(IDS), NOON + timedelta(hours=1)
    await guard.confirm(memory.accepted_at)
    assert guard.changes > at_first


@pytest.mark.parametrize(
    ("partitions", "complaint"),
    [({SOME: 4}, "has 4 partitions instead of"), ({SOME: None}, "is missing")],
)
async def test_a_bus_of_another_shape_is_refused(
    guard: BusGuard, answers: dict[str, Any], partitions: dict[str, int | None], complaint: str
) -> None:
    shape = {name: count for name, count in {**WHOLE, **partitions}.items() if count}
    answers["bus"] = Bus("the-bus", shape, {name: IDS[name] for name in shape})
    with pytest.raises(BusRefused, match=f"{SOME} {complaint}"):
        await guard.confirm()


async def test_a_wrong_configuration_is_refused_until_it_is_set_right(
    guard: BusGuard, answers: dict[str, Any]
) -> None:
    answers["configuration"] = [f"{SOME} has retention.ms=1"]
    for _ in range(2):
        with pytest.raises(BusRefused, match="retention"):
            await guard.confirm()
    answers["configuration"] = []
    await guard.confirm()


async def test_a_topic_that_is_made_late_is_looked_at_whole(
    guard: BusGuard, answers: dict[str, Any]
) -> None:
    answers["bus"] = Bus("the-bus", {}, {})
    with pytest.raises(BusRefused, match="is missing"):
        await guard.confirm()
    answers |= {"bus": Bus("the-bus", WHOLE, IDS), "configuration": [f"{SOME} has retention.ms=1"]}
    with pytest.raises(BusRefused, match="retention"):
        await guard.confirm()


async def test_each_change_of_the_bus_is_counted(
    guard: BusGuard, answers: dict[str, Any], memory: Memory
) -> None:
    """A client that did not look meanwhile must still learn that all it knows is void."""
    await guard.confirm()
    at_first = guard.changes
    await guard.confirm()
    assert guard.changes == at_first
    answers["bus"], memory.remembered = Bus("another-bus", WHOLE, ANEW), dict(ANEW)
    await guard.confirm()
    assert guard.changes == at_first + 1
    answers["bus"] = Bus("another-bus", {}, {})
    for _ in range(2):
        with pytest.raises(BusRefused):
            await guard.confirm()
    assert guard.changes == at_first + 2
