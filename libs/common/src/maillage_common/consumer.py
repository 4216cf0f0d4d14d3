"""What becomes of records: a batch is one transaction, and only the guilty event is put aside."""

import asyncio
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

import structlog

from maillage_common.dead_letters import BEHIND, letter_of
from maillage_common.failures import backoff_s, is_transient, rest_until
from maillage_common.handlers import Handlers
from maillage_common.health import Health
from maillage_common.ledger import DeadLetter, Delivered
from maillage_common.metrics import Metrics
from maillage_common.reading import plain
from maillage_common.transaction import BatchOutcome, Runner
from maillage_contracts.catalogue import EVENTS

RETRY_S_MAX = 120.0
"""Longest time one batch is tried for."""
BRAKE_WINDOW = 500
BRAKE_LETTERS_MAX = 50
"""More dead letters than this among the last events, and it is not the events that are wrong."""

log = structlog.get_logger()

S = TypeVar("S")
T = TypeVar("T")


class NotNow(Exception):
    """These records cannot be settled now and must come again."""


class Brake:
    """Stops a consumer that puts aside too much: most likely a fault of ours, not of the events."""

    def __init__(self) -> None:
        self._recent: deque[bool] = deque(maxlen=BRAKE_WINDOW)

    @property
    def is_on(self) -> bool:
        """Whether nothing more may be consumed."""
        return sum(self._recent) > BRAKE_LETTERS_MAX

    def count(self, *, settled: int = 0, letters: int = 0) -> None:
        """Take note of events that went well, and of some that did not."""
        self._recent.extend([False] * min(settled, BRAKE_WINDOW) + [True] * letters)

    def release(self) -> None:
        """Forget the past: somebody looked at the letters."""
        self._recent.clear()


class Consumer(Generic[S]):
    """Settles records: applied, found to be repeated, or put aside with their reason."""

    def __init__(
        self, runner: Runner[S], handlers: Handlers[S], *, metrics: Metrics, health: Health
    ) -> None:
        self.name = runner.service
        self.brake = Brake()
        self.stopping = asyncio.Event()
        self._runner = runner
        self._handlers = handlers
        self._metrics = metrics
        self._health = health
        self._parked_at_brake = 0

    async def settle(self, items: Sequence[Delivered | DeadLetter]) -> None:
        """Settle records in their order; raises NotNow when they must come again."""
        if self.brake.is_on:
            raise NotNow
        readable: list[Delivered] = []
        for item in items:
            if isinstance(item, Delivered):
                readable.append(item)
            else:
                await self._apply(readable)
                readable = []
                await self._park(item)
        await self._apply(readable)

    async def hold(self, wait_s: float) -> None:
        """Wait before the same records are asked for again, and see whether the brake may go."""
        await rest_until(self.stopping, wait_s)
        if self.brake.is_on and await self._patiently(self._parked) < self._parked_at_brake:
            self.brake.release()
            self._metrics.braked().set(0)
            self._health.report("consumer", None)
            log.info("brake_released")

    async def _apply(self, batch: Sequence[Delivered]) -> None:
        """Handle events as one batch, or in halves down to the one that cannot be."""
        if not batch:
            return
        try:
            outcome = await self._patiently(
                lambda: self._runner.execute_batch(self.name, batch, self._handlers)
            )
        except NotNow:
            raise
        except Exception as error:  # noqa: BLE001 whatever a use case raises concerns an event
            if len(batch) > 1:
                middle = len(batch) // 2
                await self._apply(batch[:middle])
                await self._apply(batch[middle:])
            else:
                why, now = plain(str(error)), self._runner.clock()
                await self._park(letter_of(batch[0], self.name, type(error).__name__, why, now))
        else:
            self._count(batch, outcome)

    async def _park(self, letter: DeadLetter) -> None:
        outcome = await self._patiently(lambda: self._runner.park(letter))
        if not outcome.parked:
            return  # it was parked, or applied, before this delivery
        self._metrics.dead_letters(letter.reason).inc()
        self._metrics.gaps().inc(outcome.gaps)
        self.brake.count(letters=1)
        log.error("dead_letter", letter=str(letter.id), reason=letter.reason, **vars(letter.origin))
        if self.brake.is_on:
            self._parked_at_brake = await self._patiently(self._parked)
            self._metrics.braked().set(1)
            self._health.report("consumer", "too many dead letters: see `maillage deadletters`")
            log.error("brake_on", parked=self._parked_at_brake)
            raise NotNow

    async def _patiently(self, call: Callable[[], Awaitable[T]]) -> T:
        """Try until it succeeds, while failures are of the kind that passes."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + RETRY_S_MAX
        failures = 0
        while True:
            try:
                result = await call()
            except Exception as error:
                if not is_transient(error):
                    raise
                failures += 1
                self._metrics.retries().inc()
                self._health.report("consumer", f"tries again after {type(error).__name__}")
                log.warning("batch_tried_again", error=type(error).__name__, failures=failures)
                delay_s = backoff_s(failures)
                if self.stopping.is_set() or loop.time() + delay_s > give_up_at:
                    raise NotNow from error
            else:
                if failures:
                    self._health.report("consumer", None)
                return result
            await rest_until(self.stopping, delay_s)

    def _count(self, batch: Sequence[Delivered], outcome: BatchOutcome) -> None:
        self.brake.count(settled=len(batch))
        self._metrics.gaps().inc(outcome.gaps)
        self._metrics.duplicates().inc(outcome.duplicates)
        self._metrics.dead_letters(BEHIND).inc(len(outcome.parked))
        fates = Counter((_named(d.envelope.type), outcome.fate(d)) for d in batch)
        for (kind, fate), count in fates.items():
            self._metrics.consumed(kind, fate).inc(count)

    async def _parked(self) -> int:
        async with self._runner.database.transaction(read_only=True) as (_, ledger):
            return await ledger.parked(self.name)


def _named(kind: str) -> str:
    """The type for a label: strangers may send any, so what the catalogue lacks has one name."""
    return kind if kind in EVENTS else "unknown"
