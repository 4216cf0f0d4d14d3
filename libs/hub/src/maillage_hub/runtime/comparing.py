"""Whether the bus carries what a service logged, and whether the service heard the others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

from aiokafka import AIOKafkaConsumer

from maillage_common.kafka import reach
from maillage_common.postgres import dedicated
from maillage_common.settings import Settings
from maillage_contracts.catalogue import TOPICS, consumed_by
from maillage_contracts.envelope import Topic, Unreadable, unwrap

MARGIN = timedelta(days=1)
"""The bus forgets whole segments: what is about to be forgotten is not missed."""
LOOK_MS = 1000
AMISS = ("missing", "altered", "unknown", "unread")

RecordHeaders = Sequence[tuple[str, bytes | None]]
Carried = Mapping[str, Mapping[UUID, bytes]]
"""By topic: the events on the bus, each with the SHA-256 of its payload."""


@dataclass(frozen=True)
class Comparison:
    """Counts of events, for one service."""

    logged: int
    waiting: int
    """Logged, and still to leave."""
    missing: int
    """Logged, gone, young enough to be on the bus, and not there."""
    altered: int
    """On the bus with another payload than the one that was logged."""
    unknown: int
    """On the bus, and not in the log: said before the database was restored to an earlier state."""
    unread: int
    """On the bus, said by others, followed by this service, and not received."""

    @property
    def amiss(self) -> dict[str, int]:
        """The counts that should be 0; what waits is on its way."""
        return {kind: getattr(self, kind) for kind in AMISS}

    @property
    def agrees(self) -> bool:
        """Whether nothing is amiss."""
        return not any(self.amiss.values())


async def carried(settings: Settings, services: Iterable[str]) -> Carried:
    """All facts that these services say or follow, as the bus has them now."""
    found: dict[str, dict[UUID, bytes]] = {
        topic.facts(settings.territory): {}
        for service in services
        for topic in (*_said_by(service), *consumed_by(service))
    }
    consumer = AIOKafkaConsumer(*found, **reach(settings), auto_offset_reset="earliest")
    try:
        await consumer.start()
        ends = await consumer.end_offsets(list(consumer.assignment()))
        left = {place for place, end in ends.items() if await consumer.position(place) < end}
        while left:
            for place, records in (await consumer.getmany(timeout_ms=LOOK_MS)).items():
                for record in records:
                    _note(found[place.topic], record.headers, record.value or b"")
                if await consumer.position(place) >= ends[place]:
                    left.discard(place)
    finally:
        await consumer.stop()
    return found


async def compare(service: str, settings: Settings, bus: Carried) -> Comparison:
    """Compare the log and the inbox of a service with what the bus carried just before."""
    kept = {topic.facts(settings.territory): topic.retention_days for topic in _said_by(service)}
    followed = {topic.facts(settings.territory) for topic in consumed_by(service)}
    async with dedicated(settings.dsn, f"{service}-compare") as connection:
        rows = await connection.fetch(
            """
            SELECT event_id, topic, sha256(payload) AS digest, recorded_at,
                   EXISTS (SELECT FROM outbox WHERE outbox.seq = event_log.seq) AS waits
            FROM event_log
            WHERE topic = ANY($1)
            """,
            list(kept),
        )
        heard = {row[0] for row in await connection.fetch("SELECT event_id FROM inbox")}
    logged = {row["event_id"] for row in rows}
    sent = [row for row in rows if not row["waits"]]
    now = datetime.now(UTC)
    return Comparison(
        logged=len(rows),
        waiting=len(rows) - len(sent),
        missing=sum(
            row["event_id"] not in bus[row["topic"]]
            and now - row["recorded_at"] < timedelta(days=kept[row["topic"]]) - MARGIN
            for row in sent
        ),
        altered=sum(
            bus[row["topic"]].get(row["event_id"], row["digest"]) != row["digest"] for row in sent
        ),
        unknown=sum(len(bus[topic].keys() - logged) for topic in kept),
        unread=sum(len(bus[topic].keys() - heard) for topic in followed),
    )


def _said_by(service: str) -> list[Topic]:
    return [topic for topic in TOPICS if topic.service == service]


def _note(events: dict[UUID, bytes], headers: RecordHeaders, value: bytes) -> None:
    try:
        envelope, _ = unwrap(headers, value)
    except Unreadable:
        return  # what is no event is put aside by whoever follows the topic
    events[envelope.id] = sha256(value).digest()
