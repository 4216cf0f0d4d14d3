"""What the bus says while a story is played: every event, as another system would read it."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from maillage_contracts.catalogue import EVENTS, TOPICS
from maillage_contracts.envelope import Received, UnknownType, Unreadable, decode
from maillage_hub.demo.story import NotTrue

DEADLINE_S = 30.0


@dataclass(frozen=True)
class Seen:
    """An event and where it stands on the bus."""

    received: Received[Any]
    topic: str
    partition: int
    offset: int

    @property
    def place(self) -> str:
        """How a reader finds it again."""
        return f"{self.received.envelope.type} at {self.topic}[{self.partition}]@{self.offset}"


class EventLog:
    """All events of a territory since the log was opened; use as an async context manager."""

    def __init__(self, bootstrap: str, territory: str) -> None:
        self.territory = territory
        self.seen: list[Seen] = []
        self._changed = asyncio.Condition()
        self._consumer: Any = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
        )
        self._reading: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        await self._consumer.start()
        partitions = [
            TopicPartition(topic.facts(self.territory), number)
            for topic in TOPICS
            for number in range(topic.partitions)
        ]
        self._consumer.assign(partitions)
        self._reading = asyncio.create_task(self._read(), name="event log")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)
        await self._consumer.stop()

    async def _read(self) -> None:
        record: ConsumerRecord
        async for record in self._consumer:
            try:
                received = decode(record.headers, record.value, EVENTS)
            except (Unreadable, UnknownType):
                continue
            async with self._changed:
                self.seen.append(Seen(received, record.topic, record.partition, record.offset))
                self._changed.notify_all()

    async def find(self, event: type[Any], about: Callable[[Any], bool]) -> Seen:
        """Wait for an event of this type that `about` holds of; raises NotTrue after a while."""
        return (await self.find_all(event, about, 1))[0]

    async def find_all(
        self, event: type[Any], about: Callable[[Any], bool], count: int
    ) -> list[Seen]:
        """Wait for so many of them."""
        try:
            async with asyncio.timeout(DEADLINE_S), self._changed:
                await self._changed.wait_for(lambda: len(self._of(event, about)) >= count)
        except TimeoutError as error:
            found = len(self._of(event, about))
            message = f"{event.TYPE}: {found} of {count} on the bus after {DEADLINE_S:.0f} s"
            raise NotTrue(message) from error
        return self._of(event, about)

    def _of(self, event: type[Any], about: Callable[[Any], bool]) -> list[Seen]:
        return [
            seen
            for seen in self.seen
            if isinstance(seen.received.event, event) and about(seen.received.event)
        ]

    def story_of(self, subjects: Iterable[str]) -> list[Seen]:
        """The events of these subjects, by the time they were published."""
        wanted = set(subjects)
        mine = [seen for seen in self.seen if seen.received.envelope.subject in wanted]
        return sorted(mine, key=lambda seen: seen.received.envelope.time)
