"""Every event, who publishes it and who reads it; topics and documentation come from here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from maillage_contracts import flows, impact, matching, registry, tours
from maillage_contracts.envelope import Event, Topic

SERVICES = ("registry", "flows", "matching", "tours", "impact")
DEAD_LETTER_SUFFIX = ".dlt"
DEAD_LETTER_RETENTION_DAYS = 90


@dataclass(frozen=True)
class Entry:
    """One event type and the services that react to it; `console` comes later and reads all."""

    event: type[Event]
    consumers: tuple[str, ...] = ()

    @property
    def producer(self) -> str:
        """The one service that publishes it."""
        return self.event.TOPIC.service


CATALOGUE: tuple[Entry, ...] = (
    Entry(registry.ActorRegistered, ("flows", "matching", "tours", "impact")),
    Entry(registry.ActorProfileChanged, ("flows", "matching", "tours", "impact")),
    Entry(registry.ActorClosed, ("flows", "matching", "tours", "impact")),
    Entry(registry.ConsentGiven, ("flows", "matching")),
    Entry(registry.ConsentWithdrawn, ("flows", "matching")),
    Entry(registry.AccessZoneRulePublished, ("tours",)),
    Entry(registry.VehicleDeclared, ("tours",)),
    Entry(registry.HubCapacityChanged, ("tours",)),
    Entry(flows.FlowDeclared, ("matching",)),
    Entry(flows.FlowOpened, ("matching",)),
    Entry(flows.FlowChanged, ("matching",)),
    Entry(flows.FlowWentStale, ("matching",)),
    Entry(flows.ExistingRoundDeclared, ("matching", "tours", "impact")),
    Entry(matching.FlowQuestionRaised, ("flows",)),
    Entry(matching.LeadSurfaced),
    Entry(matching.LeadAccepted),
    Entry(matching.LeadRejected),
    Entry(matching.CaseIntroduced, ("flows",)),
    Entry(matching.SynergyAgreed, ("flows", "tours", "impact")),
    Entry(matching.SynergyEnded, ("flows", "tours", "impact")),
    Entry(matching.PatternPublished),
    Entry(tours.TransportOrderRequested),
    Entry(tours.TransportOrderFulfilled, ("impact",)),
    Entry(tours.TourPublished, ("impact",)),
    Entry(tours.TourCancelled, ("impact",)),
    Entry(tours.StopArrived),
    Entry(tours.StopCompleted),
    Entry(tours.StopFailed),
    Entry(tours.TourCompleted, ("impact",)),
    Entry(tours.PlanSolvedAlone, ("impact",)),
    Entry(tours.HubStockReceived, ("impact",)),
    Entry(tours.HubStockDispatched, ("impact",)),
    Entry(tours.HubStockDiscrepancy, ("impact",)),
    Entry(tours.CustodyTakenOver),
    Entry(tours.CustodyTempStored),
    Entry(tours.CustodyAccepted),
    Entry(tours.CustodyRefused),
    Entry(tours.CustodyProcessed),
    Entry(tours.ReturnableUnitMoved, ("impact",)),
    Entry(impact.ImpactRecorded),
    Entry(impact.ImpactCorrected),
)

EVENTS: Mapping[str, type[Event]] = MappingProxyType(
    {entry.event.TYPE: entry.event for entry in CATALOGUE}
)
TOPICS: tuple[Topic, ...] = tuple(dict.fromkeys(entry.event.TOPIC for entry in CATALOGUE))


@dataclass(frozen=True)
class TopicSpec:
    """A topic as it must exist on the bus."""

    name: str
    partitions: int
    config: Mapping[str, str]


def consumed_by(service: str) -> tuple[Topic, ...]:
    """The topics of facts that a service subscribes to."""
    return tuple(
        dict.fromkeys(entry.event.TOPIC for entry in CATALOGUE if service in entry.consumers)
    )


def topic_specs(territory: str) -> Iterator[TopicSpec]:
    """All topics of a territory with their partitions and configuration."""
    for topic in TOPICS:
        facts = topic.facts(territory)
        yield TopicSpec(facts, topic.partitions, _kept_for(topic.retention_days))
        yield TopicSpec(f"{facts}{DEAD_LETTER_SUFFIX}", 1, _kept_for(DEAD_LETTER_RETENTION_DAYS))
        if topic.has_state:
            # A reader that was away for a week still sees a tombstone.
            week_ms = str(7 * 86_400_000)
            compacted = {"cleanup.policy": "compact", "delete.retention.ms": week_ms}
            yield TopicSpec(topic.state(territory), topic.partitions, compacted)


def _kept_for(days: int) -> Mapping[str, str]:
    return {"cleanup.policy": "delete", "retention.ms": str(days * 86_400_000)}
