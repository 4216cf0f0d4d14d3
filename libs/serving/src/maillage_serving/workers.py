"""Use cases that time calls: each is run again and again, by one process of a service at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar
from zlib import crc32

import structlog

from maillage_common.failures import backoff_s, is_transient
from maillage_common.identifiers import uuid7
from maillage_common.ledger import Context
from maillage_common.postgres import WORKER_LOCK, dedicated, take_lead
from maillage_common.transaction import Runner, UseCase
from maillage_contracts.refusals import Refused

log = structlog.get_logger()

S = TypeVar("S")


@dataclass(frozen=True)
class Worker(Generic[S]):
    """A use case run every so many seconds, with a command made from the time it is run at."""

    name: str
    every_s: float
    use_case: UseCase[Any, S]
    make_command: Callable[[datetime], object]


async def run_worker(worker: Worker[S], runner: Runner[S], dsn: str) -> None:
    """Lead, or stand by, until cancelled."""
    name = f"{runner.service}-{worker.name}"
    failures = 0
    while True:
        try:
            async with dedicated(dsn, name) as connection:
                await take_lead(connection, WORKER_LOCK + crc32(worker.name.encode()) * 2**8)
                while True:
                    await connection.execute("SELECT 1")  # fails when the lead is lost
                    await _once(worker, runner)
                    failures = 0
                    await asyncio.sleep(worker.every_s)
        except Exception as error:
            if not is_transient(error):
                raise
            failures += 1
            log.warning("worker_interrupted", worker=worker.name, error=type(error).__name__)
        await asyncio.sleep(backoff_s(failures))


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
