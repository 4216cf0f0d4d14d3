"""From a commit at one service to the commit of its effect at another, at 20 events a second.

Outbox, notification, relay, bus, batch, inbox and projection: the clock starts when the command of
the first service is committed, and stops when the copy of the second is.
"""

import asyncio
import statistics
import time
from collections.abc import Iterable, Sequence
from contextlib import AsyncExitStack
from datetime import datetime
from uuid import UUID, uuid4

import uvloop

import hubs
from kernel import NEIGHBOUR, Copies, Kernel, kernel, running
from maillage_common.handlers import Handlers
from maillage_common.ledger import Delivered
from maillage_common.transaction import BatchOutcome, Runner
from maillage_contracts.envelope import Event
from maillage_contracts.flows import FlowDeclared
from maillage_contracts.samples import a_flow
from maillage_contracts.vocabulary import FlowId
from maillage_serving.testing import context, eventually
from record import Asked, Figure

PER_S = 20
DURATION_S = 20.0
WARM_UP = 20


class Noting(Runner[Copies]):
    """A runner that notes when each event is committed."""

    def __init__(self, runner: Runner[Copies]) -> None:
        super().__init__(runner.database, service=runner.service, territory=runner.territory)
        self.consumed: dict[str, float] = {}

    async def execute_batch(
        self, consumer: str, batch: Sequence[Delivered], handlers: Handlers[Copies]
    ) -> BatchOutcome:
        """Note it for each."""
        outcome = await super().execute_batch(consumer, batch, handlers)
        now = time.perf_counter()
        self.consumed |= {delivered.envelope.subject: now for delivered in batch}
        return outcome


async def _declare(flow_id: UUID, _: Copies, __: datetime) -> Iterable[Event]:
    return [FlowDeclared(flow=a_flow(flow_id=FlowId(flow_id)))]


async def _delays_ms(teller: Kernel, hearer: Kernel, seconds: float) -> list[float]:
    noting = Noting(hearer.runner)
    committed: dict[str, float] = {}

    async def say() -> None:
        flow_id = uuid4()
        await teller.runner.execute(_declare, flow_id, subject=str(flow_id), context=context())
        committed[str(flow_id)] = time.perf_counter()

    async with running(teller.relay().run()), running(hearer.subscription(noting).run()):
        await say()
        await eventually(lambda: noting.consumed)
        async with asyncio.TaskGroup() as tasks:
            for _ in range(WARM_UP + int(seconds * PER_S)):
                tasks.create_task(say())
                await asyncio.sleep(1 / PER_S)
        await eventually(lambda: committed.keys() <= noting.consumed.keys())
    counted = list(committed)[WARM_UP + 1 :]
    return [(noting.consumed[one] - committed[one]) * 1000 for one in counted]


async def _measure(seconds: float) -> Iterable[Figure]:
    async with AsyncExitStack() as stack:
        hub = await stack.enter_async_context(hubs.servers())
        teller = await stack.enter_async_context(kernel(hub, NEIGHBOUR))
        hearer = await stack.enter_async_context(kernel(hub))
        delays_ms = await _delays_ms(teller, hearer, seconds)
        broker = await hubs.broker_of(hub)
    cuts = statistics.quantiles(delays_ms, n=100, method="inclusive")
    return [
        Figure(
            name=f"commit to consumed at {PER_S} events/s, {name}",
            value=cuts[percent - 1],
            unit="ms",
            must=f"value <= {must}",
            goal=f"value <= {goal}",
            broker=broker,
        )
        for name, percent, must, goal in (("p50", 50, 20, 10), ("p99", 99, 80, 40))
    ]


def measure(asked: Asked) -> Iterable[Figure]:
    """Measure the way of an event."""
    return uvloop.run(_measure(asked.duration_s or DURATION_S))
