"""Figures that call people and that nothing in the process counts: read now and then, and told."""

import asyncio
import json
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

import structlog
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from maillage_common.failures import is_transient, rest
from maillage_common.metrics import COMMON, Metrics
from maillage_common.postgres import ACQUIRE_TIMEOUT_S, Pool
from maillage_common.settings import Settings
from maillage_common.transaction import Runner

READ_EVERY_S = 30.0
HANDSHAKE_S_MAX = 5.0
CHECKS = ("reconciliation", "restore")
"""What is looked at from outside, with `maillage outbox compare` and `maillage backup tested`."""

log = structlog.get_logger()

S = TypeVar("S")


Value = float | Mapping[tuple[str, ...], float | tuple[Any, ...]]
"""What a figure is; one with labels, for each of their values; of a histogram its buckets, sum."""


@dataclass(frozen=True)
class Figure(Generic[S]):
    """What one service tells as `maillage_<name>`: a gauge, unless it is of another family."""

    name: str
    words: str
    read: Callable[[S, datetime], Awaitable[Value]]
    labels: tuple[str, ...] = ()
    family: Callable[..., Any] = GaugeMetricFamily  # each takes samples of its own shape

    def told(self, value: Value, common: tuple[str, ...]) -> Metric:
        """Its samples, with the labels of the process before its own."""
        told = self.family(f"maillage_{self.name}", self.words, labels=(*COMMON, *self.labels))
        for labels, sample in (value if isinstance(value, Mapping) else {(): value}).items():
            parts = sample if isinstance(sample, tuple) else (sample,)
            told.add_metric((*common, *labels), *parts)
        return told


class Figures(Collector, Generic[S]):
    """The metrics of a process whose values stand in its database, or on certificates."""

    def __init__(self, metrics: Metrics, own: Sequence[Figure[S]] = ()) -> None:
        self.checked_at = metrics.gauge(
            "check_timestamp_seconds", "When this was last checked; 0 before that.", "check"
        )
        self.gap = metrics.gauge(
            "reconciliation_gap", "Events found missing, altered, unknown or unread.", "kind"
        )
        self.expires_at = metrics.gauge(
            "certificate_expires_timestamp_seconds", "When the first certificate ends.", "of"
        )
        self.own, self.told, self.whose = own, list[Metric](), metrics.common
        metrics.registry.register(self)

    def collect(self) -> Sequence[Metric]:
        """The service's own, as they were last read: what is gone since is told no more."""
        return self.told

    async def tell(self, runner: Runner[S], pool: Pool, settings: Settings) -> None:
        """Keep them in step, until cancelled."""
        own, checks = partial(self.read_own, runner), partial(self.read_checks, pool)
        readings = own, checks, partial(self.read_certificates, settings)
        while True:
            for read in readings:
                try:
                    await read()
                except Exception as error:
                    if is_transient(error):
                        log.warning("figures_not_read", error=type(error).__name__)
                    else:  # what only tells must not take the service with it
                        log.exception("figures_broken")
            await rest(READ_EVERY_S)

    async def read_own(self, runner: Runner[S]) -> None:
        """Ask the store, in one transaction."""

        async def told(store: S) -> list[Metric]:
            return [one.told(await one.read(store, runner.clock()), self.whose) for one in self.own]

        self.told = await runner.read(told)

    async def read_checks(self, pool: Pool) -> None:
        """What was found from outside, the last time."""
        async with pool.acquire(timeout=ACQUIRE_TIMEOUT_S) as connection:
            rows = await connection.fetch("SELECT what, found, checked_at FROM last_check")
        for what in CHECKS:
            self.checked_at(what).set(0)
        for row in rows:
            self.checked_at(row["what"]).set(row["checked_at"].timestamp())
            for kind, count in json.loads(row["found"]).items():
                self.gap(kind).set(count)

    async def read_certificates(self, settings: Settings) -> None:
        """When those end by which the bus is known."""
        if settings.kafka_security == "plaintext":
            return
        context = ssl.create_default_context(cafile=settings.kafka_ca_file)
        if settings.kafka_ca_file:  # else those of the system, which are renewed with it
            self.expires_at("authority").set(min(map(_end, context.get_ca_certs())))
        host, _, port = settings.brokers[0].rpartition(":")
        async with asyncio.timeout(HANDSHAKE_S_MAX):
            _, writer = await asyncio.open_connection(host, int(port), ssl=context)
        self.expires_at("bus").set(_end(writer.get_extra_info("peercert")))
        writer.close()


def _end(certificate: Mapping[str, Any]) -> int:
    """When it ends, in seconds since 1970."""
    return ssl.cert_time_to_seconds(certificate["notAfter"])
