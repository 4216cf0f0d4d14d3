"""Watches that the bus is the one we know, and looks like the catalogue."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import datetime

import structlog
from aiokafka.admin import AIOKafkaAdminClient

from maillage_common.failures import is_transient, rest
from maillage_common.health import Health
from maillage_common.kafka import administration
from maillage_common.metrics import Metrics
from maillage_common.postgres import ACQUIRE_TIMEOUT_S, Pool
from maillage_common.settings import Settings
from maillage_common.topics import RUNBOOK, Bus, BusRefused, look, misconfigured, misshapen
from maillage_contracts.catalogue import TopicSpec

CHECK_EVERY_S = 1.0
WATCH_EVERY_S = 3.0
"""When nobody speaks to the bus: each look reads all its topics."""
LOOK_TIMEOUT_S = 15.0

log = structlog.get_logger()


class BusGuard:
    """One look at the bus a second at most, shared by all in a process who would speak to it.

    A bus that lost its data answers as if nothing had happened: events are then acknowledged and
    reach nobody. So topics are remembered by their identifiers, of which each that is made has its
    own, in a cluster that keeps its identity too; and they must have the catalogue's partitions.
    """

    def __init__(
        self, settings: Settings, pool: Pool, specs: Sequence[TopicSpec], metrics: Metrics
    ) -> None:
        self._settings = settings
        self._pool = pool
        self._specs = specs
        self._metrics = metrics
        self._one_look = asyncio.Lock()
        self._confirmed_at = -CHECK_EVERY_S
        self._connection = AsyncExitStack()
        self._admin: AIOKafkaAdminClient | None = None
        self._known: dict[str, str] = {}
        """The identifier of each topic, as it was when we first saw it."""
        self._accepted_at: datetime | None = None
        """When the bus was accepted as it is, as we know; None when the database must be asked."""
        self.refused: tuple[str, ...] = ()
        """What the last look that was answered had to complain of."""
        self.changes = 0
        """How often the bus became another one, or not as it must be: what a client knows of it
        is void then, even if all is well again when the client looks."""

    async def confirm(self, accepted_at: datetime | None = None) -> None:
        """Return if the bus may be spoken to now; raises BusRefused, or why it cannot be asked.

        What was queued for a bus that was accepted at another moment makes us look at all anew.
        """
        async with self._one_look:
            if accepted_at not in (None, self._accepted_at):
                await self.close()
            if time.monotonic() - self._confirmed_at < CHECK_EVERY_S:
                return
            try:
                async with asyncio.timeout(LOOK_TIMEOUT_S):
                    await self._judge()
            except BaseException:
                await self.close()
                raise
            self._confirmed_at = time.monotonic()

    async def watch(self, health: Health) -> None:
        """Keep readiness in step with the bus, for ever."""
        while True:
            try:
                await self.confirm()
            except BusRefused as error:
                health.report("bus", str(error))
            except Exception as error:
                if not is_transient(error):
                    raise
                health.report("bus", f"cannot be asked: {error!r}")
            else:
                health.report("bus", None)
            await rest(WATCH_EVERY_S)

    async def close(self) -> None:
        """Forget the last look; the next one connects again, and reads all that this one did."""
        self._admin = self._accepted_at = None
        self._confirmed_at = -CHECK_EVERY_S
        await self._connection.aclose()

    async def _judge(self) -> None:
        is_first = self._admin is None
        if self._admin is None:
            self._admin = await self._connection.enter_async_context(administration(self._settings))
        bus = await look(self._admin)
        complaints = [*misshapen(bus, self._specs), *await self._stranger(bus)]
        if is_first and not complaints:
            complaints = await misconfigured(self._admin, self._specs)
        self._tell(complaints)
        if complaints:
            raise BusRefused(complaints)

    async def _stranger(self, bus: Bus) -> list[str]:
        ids = {s.name: bus.topic_ids[s.name] for s in self._specs if s.name in bus.topic_ids}
        if self._accepted_at is None or not ids.items() <= self._known.items():
            async with self._pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
                [(topics, self._accepted_at)] = await connection.fetch(
                    """
                    INSERT INTO bus_identity AS known (cluster_id, topics) VALUES ($1, $2)
                    ON CONFLICT (one) DO UPDATE SET topics = excluded.topics || known.topics
                    RETURNING topics, adopted_at
                    """,
                    bus.cluster_id,
                    json.dumps(ids),
                )
            known = json.loads(topics)
            self.changes += known != self._known
            self._known = known
        anew = [name for name in ids if ids[name] != self._known[name]]
        return [f"{', '.join(anew)} made anew: run `maillage outbox republish`"] if anew else []

    def _tell(self, complaints: Sequence[str]) -> None:
        self._metrics.bus_refused().set(bool(complaints))
        if self.refused != tuple(complaints):
            self.refused = tuple(complaints)
            if complaints:
                self.changes += 1
                log.error("bus_refused", complaints=complaints, runbook=RUNBOOK)
            else:
                log.info("bus_accepted")
