"""Use cases that time calls: each is run again and again, by one process of a service at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from zlib import crc32

import structlog

from maillage_common.failures import backoff_s, is_transient, rest, rest_until
from maillage_common.identifiers import uuid7
from maillage_common.ledger import Context
from maillage_common.postgres import WORKER_LOCK, dedicated, take_lead
from maillage_common.transaction import Runner, UseCase
from maillage_contracts.refusals import Refused

SOON_S, SOON_S_MAX = 0.05, 0.25
"""Pauses after a notification, each twice as long as the one before up to the second figure."""
SOON_RUNS = 12
"""So many runs after the last notification, three seconds, then as seldom as ever."""

log = structlog.get_logger()

S = TypeVar("S")


@dataclass(frozen=True)
class Worker(Generic[S]):
    """A use case run every so many seconds, with a command made from the time it is run at.

    With `wakes_on`, a channel of its database, it is also run soon after a notification.
    """

    name: str
    every_s: float
    use_case: UseCase[Any, S]
    make_command: Callable[[datetime], object]
    wakes_on: str | None = None


class _Pauses:
    """How long to wait between runs.

    After a notification the first run comes soon, the next ones less and less: what arrives in a
    crowd is handled together, and what had to wait a little is looked at again.
    """

    def __init__(self, every_s: float) -> None:
        self._every_s = every_s
        self._woken = asyncio.Event()
        self._runs = 0
        self._pause_s = SOON_S

    def wake(self, *_notification: object) -> None:
        """Something is there to be done."""
        self._woken.set()

    async def pause(self) -> None:
        """Wait for the next run."""
        if not self._runs and not self._woken.is_set():
            self._pause_s = SOON_S
            await rest_until(self._woken, self._every_s)
        if self._woken.is_set():
            self._woken.clear()
            self._runs = SOON_RUNS
        if self._runs:
            self._runs -= 1
            await asyncio.sleep(self._pause_s)
            self._pause_s = min(2 * self._pause_s, SOON_S_MAX)


async def run_worker(worker: Worker[S], runner: Runner[S], dsn: str) -> None:
    """Lead, or stand by, until cancelled."""
    name = f"{runner.service}-{worker.name}"
    failures = 0
    while True:
        try:
            async with dedicated(dsn, name) as connection:
                await take_lead(connection, WORKER_LOCK + crc32(worker.name.encode()) * 2**8)
                pauses = _Pauses(worker.every_s)
                if worker.wakes_on:
                    await connection.add_listener(worker.wakes_on, pauses.wake)
                while True:
                    await connection.execute("SELECT 1")  # fails when the lead is lost
                    await _once(worker, runner)
                    failures = 0
                    await pauses.pause()
        except Exception as error:
            if not is_transient(error):
                raise
            failures += 1
            log.warning("worker_interrupted", worker=worker.name, error=type(error).__name__)
        await rest(backoff_s(failures))


async def _once(worker: Worker[S], runner: Runner[S]) -> None:
    context = Context(correlation_id=uuid7(), provenance="engine")
    command = worker.make_command(runner.clock())
    try:
        await runner.execute(worker.use_case, command, subject=worker.name, context=context)
    except Refused as refusal:
        log.info("worker_refused", worker=worker.name, why=str(refusal))
    except Exception as error:
        if is_transient(error):
            raise
        # The doors stay open: a timer that fails must not take the whole service with it.
        log.exception("worker_failed", worker=worker.name)
