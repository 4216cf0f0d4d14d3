"""What a service counts and measures, by the names that alerts and dashboards use."""

from collections.abc import Callable
from functools import partial

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

COMMON = ("territory", "service")


class Metrics:
    """All metrics of one process, each a function of its own labels.

    None has an actor, a flow or a person among its labels.
    """

    def __init__(self, *, territory: str, service: str) -> None:
        self.registry = CollectorRegistry()
        self.common = (territory, service)
        self.published = self._counter(
            "events_published", "Events acknowledged by the bus.", "type"
        )
        self.consumed = self._counter(
            "events_consumed",
            "Events received: applied, duplicate, ignored or parked.",
            "type",
            "outcome",
        )
        self.duplicates = self._counter(
            "inbox_duplicates", "Events that had been received before and were not applied again."
        )
        self.gaps = self._counter(
            "sequence_gaps", "Events of an aggregate that never came before a later one did."
        )
        self.dead_letters = self._counter("dead_letters", "Records put aside.", "reason")
        self.retries = self._counter("consumer_retries", "Batches tried again after a failure.")
        self.lag_messages = self.gauge(
            "consumer_lag_messages", "Records on the bus that were not handled yet."
        )
        self.lag_seconds = self.gauge(
            "consumer_lag_seconds", "Age of the oldest record in hand; 0 when all are handled."
        )
        self.braked = self.gauge("consumer_braked", "1 while dead letters hold the consumer.")
        self.outbox_unsent = self.gauge("outbox_unsent", "Events that wait for the bus.")
        self.outbox_oldest_s = self.gauge("outbox_oldest_seconds", "Age of the oldest of them.")
        self.bus_refused = self.gauge(
            "bus_refused", "1 while the topics or the identity of the bus are not as they must be."
        )
        self.trouble = self.gauge(
            "trouble", "1 for each part of a service that keeps it from being ready.", "part"
        )
        self.http_seconds = partial(
            Histogram(
                "http_request_duration_seconds",
                "Time to answer a request.",
                [*COMMON, "method", "route", "status"],
                registry=self.registry,
            ).labels,
            *self.common,
        )

    def _counter(self, name: str, what: str, *labels: str) -> Callable[..., Counter]:
        counter = Counter(f"maillage_{name}", what, [*COMMON, *labels], registry=self.registry)
        return partial(counter.labels, *self.common)

    def gauge(self, name: str, what: str, *labels: str) -> Callable[..., Gauge]:
        """A gauge of this name, as a function of its own labels."""
        gauge = Gauge(f"maillage_{name}", what, [*COMMON, *labels], registry=self.registry)
        return partial(gauge.labels, *self.common)
