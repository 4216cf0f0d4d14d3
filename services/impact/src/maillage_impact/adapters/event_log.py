"""All that the bus tells, from its beginning, in the order of its time."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from maillage_common.kafka import reach
from maillage_common.ledger import Delivered, Origin
from maillage_common.reading import Reader
from maillage_common.settings import Settings
from maillage_contracts.envelope import Event, Received, Record

TIME_HEADER = "ce_time"
POLL_MS = 1_000
RECORDS_AT_ONCE = 2_000
Told = tuple[str, str, int, int, Record]
"""(time, topic, partition, offset, record): sorts as it happened, the same way each time."""


async def read_log(settings: Settings, topics: Sequence[str]) -> list[Told]:
    """Every record of the topics up to where they end now, sorted by time."""
    consumer = AIOKafkaConsumer(
        *topics, **reach(settings), enable_auto_commit=False, auto_offset_reset="earliest"
    )
    told: list[Told] = []
    await consumer.start()
    try:
        ends = await consumer.end_offsets(sorted(consumer.assignment()))
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            found = await consumer.getmany(timeout_ms=POLL_MS, max_records=RECORDS_AT_ONCE)
            for place, records in found.items():
                told += [_told(record) for record in records if record.offset < ends[place]]
    finally:
        await consumer.stop()
    return sorted(told, key=lambda one: one[:4])


def _told(record: ConsumerRecord) -> Told:
    headers = tuple((str(name), bytes(value or b"")) for name, value in record.headers)
    time = dict(headers).get(TIME_HEADER, b"").decode("utf-8", "replace")
    kept = Record(bytes(record.key or b""), bytes(record.value or b""), headers)
    return time, record.topic, record.partition, record.offset, kept


def events_of(
    told: Sequence[Told], *, territory: str, known: Mapping[str, type[Event]], now: datetime
) -> Iterator[Received[Event]]:
    """The events that the ledger follows; each identifier once, what cannot be read left out."""
    reader = Reader(consumer="impact", territory=territory, known=known)
    seen: set[int] = set()
    for _, topic, partition, offset, record in told:
        read = reader.read(record, Origin(topic, partition, offset), now)
        if not isinstance(read, Delivered) or read.event is None:
            continue
        if read.envelope.id.int not in seen:
            seen.add(read.envelope.id.int)
            yield Received(read.envelope, read.event)
