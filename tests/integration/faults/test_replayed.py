"""However the bus tells it, twice, out of order between aggregates, again, a day late: the same.

What each service knows of others is compared byte by byte with what it knows after hearing every
event once, in order, at the time.
"""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from maillage_contracts.envelope import Event, Received, encode
from maillage_contracts.samples import TERRITORY
from maillage_hub.testing_bus import a_producer
from maillage_hub.testing_history import a_history, in_batches, told_otherwise
from maillage_hub.testing_readers import SERVICES, Listener, a_listener, all_listeners
from maillage_serving.testing import CONSUMER, NOON, delivered, eventually

pytestmark = [pytest.mark.integration, pytest.mark.timeout(240)]

Story = Sequence[Received[Event]]

SEED = 20261123
ORDERS = 5
A_DAY_LATE = NOON + timedelta(days=1)
WITHIN_S = 60.0
COPIED = ("registry", "flows")
"""Services whose events carry the whole document, of which others keep the newest."""


@dataclass(frozen=True)
class Way:
    """How a service hears a story."""

    seed: int
    is_late: bool


ways = st.builds(Way, st.integers(0, 2**32), st.booleans())


@cache
def usual() -> Story:
    return a_history(TERRITORY)


async def hear(listener: Listener, told: Story, *, cut: int, consumer: str = CONSUMER) -> None:
    """Let a service hear what it has a use for, in batches."""
    known = [one for one in told if one.envelope.type in listener.menu.known]
    for batch in in_batches(known, cut):
        await listener.runner.execute_batch(consumer, delivered(*batch), listener.menu)


async def after(server: str, service: str, way: Way | None) -> bytes:
    """What a service knows after it heard the story this way, or once and in order."""
    at = A_DAY_LATE if way and way.is_late else NOON
    async with a_listener(service, server, TERRITORY, at=at) as listener:
        if way is None:
            await hear(listener, usual(), cut=0)
            return await listener.projections()
        await hear(listener, told_otherwise(usual(), way.seed), cut=way.seed)
        # Without an inbox too, what is older undoes nothing: a copy knows what it is of.
        oldest = [one for one in usual() if one.envelope.sequence == 1]
        copied = [one for one in oldest if one.event.TOPIC.service in COPIED]
        await hear(listener, copied, cut=way.seed, consumer="an inbox that forgot")
        return await listener.projections()


@pytest.mark.parametrize("service", SERVICES)
def test_neither_order_between_aggregates_nor_repetition_matters(
    service: str, postgres_dsn: str
) -> None:
    once = asyncio.run(after(postgres_dsn, service, None))
    assert len({line.split()[0] for line in once.splitlines()}) >= 2, "it keeps next to nothing"

    @seed(SEED)
    @settings(max_examples=ORDERS, deadline=None, database=None, phases=[Phase.generate])
    @given(ways)
    def told_in_any_way(way: Way) -> None:
        assert asyncio.run(after(postgres_dsn, service, way)) == once

    told_in_any_way()


async def test_whole_topics_told_again_on_a_real_bus(
    postgres_dsn: str, kafka_bootstrap: str, territory: str, tmp_path: Path
) -> None:
    story = a_history(territory)
    again = [*told_otherwise(story, SEED), *story]
    async with AsyncExitStack() as stack:
        enter = stack.enter_async_context
        listeners = await enter(
            all_listeners(postgres_dsn, kafka_bootstrap, territory, tmp_path, at=A_DAY_LATE)
        )
        await tell(await enter(a_producer(kafka_bootstrap)), again, listeners)
        for one in listeners:
            await enter(one.listening())
        for one in listeners:
            await has_heard(one, [m for m in again if m.envelope.type in one.menu.known])
            async with a_listener(one.service, postgres_dsn, territory) as other:
                await hear(other, story, cut=0)
                assert await one.projections() == await other.projections()
            assert await one.letters() == {}


async def tell(producer: AIOKafkaProducer, told: Story, listeners: Sequence[Listener]) -> None:
    """Put the events on those topics that somebody listens to."""
    heard = {topic for one in listeners for topic in one.menu.topics}
    for one in told:
        if one.event.TOPIC in heard:
            record = encode(one.envelope, one.event)
            topic, headers = one.event.TOPIC.facts(one.envelope.territory), list(record.headers)
            await producer.send(topic, record.value, record.key, headers=headers)
    await producer.flush()


async def has_heard(listener: Listener, told: Story) -> None:
    """Wait until a service has settled all these, as new or as known."""
    new = len({one.envelope.id for one in told})

    async def all_of_them() -> bool:
        (row,) = await listener.rows("SELECT count(*) FROM inbox")
        repeated = listener.metric("maillage_inbox_duplicates_total")
        assert (row[0], repeated) == (new, len(told) - new)
        return True

    await eventually(all_of_them, deadline_s=WITHIN_S)
