"""A bus, its clients and two databases in one process, whose every step can be the last.

Only what is not ours is played: the broker, the two Kafka clients, the connection to PostgreSQL.
The outbox, the relay, the inbox and the consumer are the real ones, over the store in memory.
"""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from math import inf
from typing import Any, cast
from uuid import UUID

import orjson
from aiokafka import TopicPartition
from aiokafka.errors import CommitFailedError, KafkaError
from tally import MemoryTally, Store, given, handlers, hear_consent

from maillage_common.handlers import Handlers
from maillage_common.health import Health
from maillage_common.ledger import Context, Idempotency, Ledger
from maillage_common.metrics import Metrics
from maillage_common.postgres_ledger import Headers
from maillage_common.relay import Relay
from maillage_common.replay import replay
from maillage_common.subscription import Subscription
from maillage_common.transaction import Runner
from maillage_contracts.envelope import Event, Received
from maillage_contracts.registry import CONSENTS, ConsentGiven
from maillage_contracts.samples import TERRITORY
from maillage_serving.memory import MemoryDatabase
from maillage_serving.testing import FixedClock

PARTITIONS = 2
RECORDS_PER_BATCH = 2
METRICS = Metrics(territory=TERRITORY, service="flows")


class Crash(BaseException):
    """A process is gone, as by kill -9: nothing of it goes on, not even what cleans up."""


class Others:
    """Whatever else is ready goes first."""

    def __await__(self) -> Generator[None]:
        yield


class Chance:
    """Says at which step a process dies, or a request fails, and what goes first."""

    def __init__(self, seed: int = 0) -> None:
        self.random = random.Random(seed)  # noqa: S311 no secret
        self._steps_left: int | None = None
        self._is_dead = False

    def live(self, *, steps: int | None) -> None:
        """A process begins, with so many steps to go; for ever with None."""
        self._steps_left, self._is_dead = steps, False

    async def step(self) -> None:
        """Something outside the process is asked; others may come first."""
        for _ in range(self.random.randrange(2)):
            await Others()
        if self._steps_left is not None:
            self._steps_left -= 1
            self._is_dead = self._is_dead or self._steps_left < 0
        if self._is_dead:
            raise Crash


class Brittle(MemoryDatabase[Store]):
    """A database whose client dies right before the commit, or right after it."""

    def __init__(self, chance: Chance) -> None:
        super().__init__(MemoryTally())
        self.chance = chance
        self.sent: set[int] = set()
        self.is_away = False

    @asynccontextmanager
    async def transaction(self, *, read_only: bool = False) -> AsyncGenerator[tuple[Store, Ledger]]:
        async with super().transaction(read_only=read_only) as both:
            yield both
            if self.is_away:
                raise ConnectionResetError
            await self.chance.step()
        await self.chance.step()

    @property
    def unsent(self) -> list[int]:
        """Places in the log of what is still in the outbox."""
        return [place for place in range(len(self.ledger.log)) if place not in self.sent]


@dataclass(frozen=True)
class BusRecord:
    """What a consumer is given, with the names of aiokafka."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes
    headers: Headers
    timestamp: int = 0


@dataclass
class Bus:
    """Records by partition, and how far the group has acknowledged each."""

    records: dict[TopicPartition, list[BusRecord]] = field(
        default_factory=lambda: defaultdict[TopicPartition, list[BusRecord]](list)
    )
    committed: Counter[TopicPartition] = field(default_factory=Counter[TopicPartition])
    member: "Client | None" = None
    """Whom the partitions were given to last."""


class Connection:
    """The relay's connection: the outbox of a database in memory."""

    def __init__(self, database: Brittle) -> None:
        self._database = database

    def is_closed(self) -> bool:
        return False

    async def fetch(self, _sql: str, limit: int) -> list[Mapping[str, Any]]:
        await self._database.chance.step()
        log = self._database.ledger.log
        return [
            {
                "seq": place,
                "topic": log[place].topic,
                "state_topic": log[place].state_topic,
                "type": log[place].type,
                "key": log[place].record.key,
                "payload": log[place].record.value,
                "headers": orjson.dumps(
                    [(name, value.decode("latin-1")) for name, value in log[place].record.headers]
                ).decode(),
                "adopted_at": None,
            }
            for place in self._database.unsent[:limit]
        ]

    async def execute(self, _sql: str, places: Sequence[int], _adopted_at: None) -> None:
        await self._database.chance.step()
        self._database.sent.update(places)
        await self._database.chance.step()


@dataclass
class Producer:
    """The relay's way to the bus. A request may fail before or after the broker has kept it."""

    bus: Bus
    chance: Chance
    fails: Iterator[str]
    answers: float
    """How often it is told what partitions a topic has, before nobody does."""

    async def partitions_for(self, topic: str) -> set[int]:
        self.answers -= 1
        if self.answers < 0:
            raise KafkaError(f"nobody knows {topic}")
        return set(range(PARTITIONS))

    def create_batch(self) -> "Batch":
        return Batch()

    async def send_batch(
        self, batch: "Batch", topic: str, *, partition: int
    ) -> "asyncio.Future[None]":
        fault = next(self.fails, "none")
        await self.chance.step()
        answer: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if fault != "refused":
            kept = self.bus.records[TopicPartition(topic, partition)]
            for key, value, headers in batch.records:
                kept.append(BusRecord(topic, partition, len(kept), key, value, headers))
            await self.chance.step()
        if fault == "none":
            answer.set_result(None)
        else:
            answer.set_exception(KafkaError(fault))
        return answer


@dataclass
class Batch:
    """A batch in the making, soon full."""

    records: list[tuple[bytes, bytes, Headers]] = field(default_factory=list[Any])

    def append(
        self, *, key: bytes, value: bytes, headers: Sequence[tuple[str, bytes]], **_timestamp: None
    ) -> object | None:
        if len(self.records) == RECORDS_PER_BATCH:
            return None
        self.records.append((key, value, tuple(headers)))
        return self


class Client:
    """A consumer of the group; another may believe that it still is, as after a long pause."""

    def __init__(self, bus: Bus, chance: Chance) -> None:
        self._bus = bus
        self._chance = chance
        self._places = [TopicPartition(_TOPIC, n) for n in range(PARTITIONS)]
        self._next = {place: bus.committed[place] for place in self._places}
        self.raw_message: tuple[BusRecord, ...] = ()
        self.consumer = bus.member = self

    def assignment(self) -> set[TopicPartition]:
        return set(self._places)

    def highwater(self, place: TopicPartition) -> int:
        return len(self._bus.records[place])

    def seek(self, place: TopicPartition, offset: int) -> None:
        self._next[place] = offset

    def poll(self, records_max: int) -> bool:
        """Take the next records of some partition, then of the other; whether there is any."""
        places = self._chance.random.sample(self._places, PARTITIONS)
        taken: list[BusRecord] = []
        for place in places:
            first = self._next[place]
            taken += self._bus.records[place][first : first + records_max - len(taken)]
        for record in taken:
            self._next[TopicPartition(record.topic, record.partition)] = record.offset + 1
        self.raw_message = tuple(taken)
        return bool(taken)

    async def ack(self) -> None:
        await self._chance.step()
        if self._bus.member is not self:
            raise CommitFailedError
        for place, offset in self._next.items():
            self._bus.committed[place] = offset
        await self._chance.step()


_TOPIC = CONSENTS.facts(TERRITORY)


async def tell(command: tuple[str, str], store: Store, now: datetime) -> Iterable[Event]:
    """The registry's use case: a consent, and a note that it was given."""
    name, purpose = command
    await store.add([(name, 0)])
    return [given(name, purpose)]


async def forgive(message: Received[ConsentGiven], store: Store, now: datetime) -> Iterable[Event]:
    """The use case of `flows` once it was mended."""
    sound = message.event.model_copy(update={"purpose": "matching"})
    is_poison = message.event.purpose == "poison"
    mended = Received(message.envelope, sound) if is_poison else message
    return await hear_consent(mended, store, now)


class Confirming:
    """A guard that has nothing against the bus."""

    async def confirm(self, *_: object) -> None:
        return


class World:
    """Registry and flows, with a bus between them."""

    def __init__(self, seed: int = 0) -> None:
        self.chance = Chance(seed)
        self.bus = Bus()
        self.registry, self.flows = (
            Runner(Brittle(self.chance), service=name, territory=TERRITORY, clock=FixedClock())
            for name in ("registry", "flows")
        )
        self.clients = [Client(self.bus, self.chance) for _ in range(2)]
        self.bus.member = self.clients[0]
        self.owed: list[tuple[str, str]] = []

    async def say(self, name: str, purpose: str, *, steps: int | None = None) -> None:
        """Command until it is answered, each time with the same key."""
        key = Idempotency(key=str(len(self.owed)), caller="someone", fingerprint="same")
        self.owed.append((str(given(name).subject), purpose))
        context = Context(correlation_id=UUID(int=len(self.owed)))
        for left in (steps, None):
            self.chance.live(steps=left)
            try:
                await self.registry.execute(
                    tell, (name, purpose), subject=name, context=context, idempotency=key
                )
            except Crash:
                continue
            return

    async def relay(
        self,
        runner: Runner[Store],
        *,
        steps: int | None = None,
        fails: Iterable[str] = (),
        answers: float = inf,
    ) -> None:
        """One round of the relay of a service."""
        self.chance.live(steps=steps)
        relay: Any = Relay(_NONE, runner.service, _GUARD, METRICS)
        producer = Producer(self.bus, self.chance, iter(fails), answers)
        with suppress(Crash, KafkaError):
            await relay._round(Connection(database_of(runner)), producer)

    async def deliver(
        self, who: int, records_max: int, *, steps: int | None = None, is_away: bool = False
    ) -> bool:
        """One batch to one consumer of flows; a dead one begins where the group is.

        `is_away`: the database refuses each time that it is asked.
        """
        self.chance.live(steps=steps)
        database_of(self.flows).is_away = is_away
        client = self.clients[who]
        if not client.poll(records_max):
            return False
        door: Any = Subscription(
            _NONE, self.flows, handlers(), guard=_GUARD, metrics=METRICS, health=Health()
        )
        try:
            await door._take(client)
        except Crash:
            self.restart(who)
        finally:
            database_of(self.flows).is_away = False
        return True

    def restart(self, who: int) -> None:
        """Another process in the place of this consumer."""
        self.clients[who] = Client(self.bus, self.chance)

    async def mend(self) -> None:
        """Try again all that is parked, with a use case that can."""
        self.chance.live(steps=None)
        ledger = database_of(self.flows).ledger
        menu = Handlers[Store]().each(ConsentGiven, run=forgive)
        for letter_id in [one for one in ledger.letters if one not in ledger.closed]:
            if letter_id not in database_of(self.flows).ledger.closed:
                await replay(self.flows, letter_id, menu)

    async def come_to_rest(self) -> None:
        """No more faults: everything is sent, heard, and mended."""
        for runner in (self.registry, self.flows):
            while database_of(runner).unsent:
                await self.relay(runner)
        self.restart(0)
        while await self.deliver(0, 100):
            pass
        await self.mend()

    def applied(self) -> dict[str, list[int]]:
        """Numbers of what flows applied, by subject, in their order."""
        found: dict[str, list[int]] = defaultdict(list)
        for subject, number in cast("MemoryTally", database_of(self.flows).store).rows:
            found[subject].append(number)
        return found

    def is_in_order(self) -> None:
        """Fail if anything was applied twice, too early, or never will be."""
        for subject, numbers in self.applied().items():
            assert numbers == list(range(1, len(numbers) + 1)), (subject, numbers)

    def is_complete(self) -> None:
        """Fail unless each command counted once, in both services."""
        told = Counter(subject for subject, _ in self.owed)
        assert {subject: len(numbers) for subject, numbers in self.applied().items()} == told
        rows = cast("MemoryTally", database_of(self.registry).store).rows
        assert len(rows) == len(self.owed)
        said = [
            one for one in database_of(self.flows).ledger.log if one.type.endswith("declared.v1")
        ]
        assert len(said) == sum(purpose == "announce" for _, purpose in self.owed)
        assert len({one.event_id for one in said}) == len(said)


def database_of(runner: Runner[Store]) -> Brittle:
    """The database in memory of a service."""
    return cast("Brittle", runner.database)


_NONE: Any = None  # settings, of which a single round and a single batch have no use
_GUARD: Any = Confirming()
