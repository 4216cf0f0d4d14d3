"""The consumer chain: Kafka, validation, inbox + projection + outbox in one transaction, commit.

Against the same work by hand with aiokafka and asyncpg (raw.py), and against itself with one event
a transaction. Interleaved; each figure is the median of several runs.
"""

import gc
import statistics
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvloop

import hubs
import raw
from kernel import Copies, Kernel, fill, kernel, running
from maillage_common import subscription
from maillage_common.handlers import Handlers
from maillage_common.ledger import Delivered
from maillage_common.transaction import BatchOutcome, Runner
from maillage_serving.testing import eventually
from record import Asked, Figure

FLOWS = 24_000
ROUNDS = 4
ROUND_S = 4.0
PATIENCE_S = 120.0


@dataclass
class Pace:
    """When how many events were done, from the first batch on: starting is not counted."""

    counts: list[int] = field(default_factory=list[int])
    at_s: list[float] = field(default_factory=list[float])
    processor_s: list[float] = field(default_factory=list[float])

    def done(self, events: int) -> None:
        """Count a batch."""
        self.counts.append(events)
        self.at_s.append(time.perf_counter())
        self.processor_s.append(time.process_time())

    @property
    def total(self) -> int:
        """All events."""
        return sum(self.counts)

    def is_over(self, events: int) -> bool:
        """Whether it went on long enough, or there is nothing more."""
        began = self.at_s[0] if self.at_s else time.perf_counter()
        return self.total >= events or time.perf_counter() - began > ROUND_S

    @property
    def per_s(self) -> float:
        """Events a second."""
        return (self.total - self.counts[0]) / (self.at_s[-1] - self.at_s[0])

    @property
    def processor_us(self) -> float:
        """Processor time of this process for each event, in microseconds."""
        spent_s = self.processor_s[-1] - self.processor_s[0]
        return spent_s / (self.total - self.counts[0]) * 1e6


class Watched(Runner[Copies]):
    """A runner that counts what it has committed."""

    def __init__(self, runner: Runner[Copies], pace: Pace) -> None:
        super().__init__(runner.database, service=runner.service, territory=runner.territory)
        self._pace = pace

    async def execute_batch(
        self, consumer: str, batch: Sequence[Delivered], handlers: Handlers[Copies]
    ) -> BatchOutcome:
        """Count when it is committed."""
        outcome = await super().execute_batch(consumer, batch, handlers)
        self._pace.done(len(batch))
        return outcome


async def ours(parts: Kernel, events: int) -> Pace:
    """Run our subscription over at most so many events."""
    await parts.begin_again()
    pace = Pace()
    async with running(parts.subscription(Watched(parts.runner, pace)).run()):
        await eventually(lambda: pace.is_over(events), deadline_s=PATIENCE_S, every_s=0.05)
    return pace


async def by_hand(parts: Kernel, events: int) -> Pace:
    """The same with the raw loop."""
    await parts.begin_again()
    pace = Pace()
    async with raw.listening(parts.settings) as consumer:
        while not pace.is_over(events):
            if taken := await raw.take(consumer, parts.pool):
                pace.done(taken)
    return pace


@contextmanager
def one_by_one() -> Generator[None]:
    """Have subscriptions take one event at a time."""
    usual = subscription.BATCH_EVENTS, subscription.BATCHES
    subscription.BATCH_EVENTS = subscription.BATCHES = 1
    try:
        yield
    finally:
        subscription.BATCH_EVENTS, subscription.BATCHES = usual


async def _measure() -> Iterable[Figure]:
    async with hubs.servers() as hub, kernel(hub) as parts:
        events = await fill(parts.settings, FLOWS)
        mine: list[Pace] = []
        raws: list[Pace] = []
        singles: list[Pace] = []
        for _ in range(ROUNDS):
            mine.append(await ours(parts, events))
            raws.append(await by_hand(parts, events))
        with one_by_one():
            singles = [await ours(parts, events) for _ in range(2)]
        broker = await hubs.broker_of(hub)
    rate, raw_rate = (_median(paces, lambda pace: pace.per_s) for paces in (mine, raws))
    us, raw_us = (_median(paces, lambda pace: pace.processor_us) for paces in (mine, raws))
    return (
        Figure(
            name="consumer chain",
            value=rate,
            unit="events/s",
            peer="aiokafka and asyncpg by hand, in batches",
            peer_value=raw_rate,
            must="ratio >= 0.6",
            goal="ratio >= 0.8",
            broker=broker,
        ),
        Figure(
            name="consumer chain, processor of the process",
            value=us,
            unit="us/event",
            peer="by hand",
            peer_value=raw_us,
            broker=broker,
        ),
        Figure(
            name="consumer chain in batches",
            value=rate,
            unit="events/s",
            peer="one event a transaction",
            peer_value=_median(singles, lambda pace: pace.per_s),
            must="ratio >= 15",
            goal="ratio >= 25",
            broker=broker,
        ),
    )


def _median(paces: Iterable[Pace], of: Callable[[Pace], float]) -> float:
    return statistics.median(map(of, paces))


def measure(_: Asked) -> Iterable[Figure]:
    """Measure the chain. The collector is set for both as in the process of a service."""
    gc.freeze()
    gc.set_threshold(10_000)
    return uvloop.run(_measure())
