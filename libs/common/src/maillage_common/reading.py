"""From a record on the bus to an event of ours, or to the reason why it is none."""

from collections.abc import Mapping
from datetime import datetime

from maillage_common.dead_letters import OVERSIZED
from maillage_common.ledger import DeadLetter, Delivered, Origin
from maillage_contracts.envelope import Envelope, Event, Record, Unreadable, read_event, unwrap

RECORD_BYTES_MAX = 512 * 1024
"""Half of what Kafka accepts by default, so that a dead letter's headers still fit."""
NAME_LENGTH_MAX = 200
"""Subjects are in indexes, which refuse what is longer than some 2,700 bytes."""


class Reader:
    """Reads one service's records. Never raises: what cannot be read becomes a dead letter."""

    def __init__(self, *, consumer: str, territory: str, known: Mapping[str, type[Event]]) -> None:
        self.consumer = consumer
        self._territory = territory
        self._known = known

    def read(self, record: Record, origin: Origin, now: datetime) -> Delivered | DeadLetter:
        """The event in a record; its data are read only when this service has a use for it."""
        envelope = None
        try:
            _refuse_oversized(record)
            stranger, data = unwrap(record.headers, record.value)
            model = self._known.get(stranger.type)
            self._refuse_foreign(stranger, model, origin)
            envelope = stranger
            event = read_event(envelope, data, model) if model else None
        except Unreadable as error:
            return DeadLetter(
                consumer=self.consumer,
                reason=error.reason,
                detail=plain(error.detail),
                record=record,
                origin=origin,
                envelope=envelope,
                attempts=1,
                parked_at=now,
            )
        return Delivered(envelope, event, record, origin)

    def _refuse_foreign(
        self, envelope: Envelope, model: type[Event] | None, origin: Origin
    ) -> None:
        if envelope.territory != self._territory:
            raise Unreadable("foreign_territory", f"it is of {envelope.territory}")
        if model is not None and origin.topic != model.TOPIC.facts(self._territory):
            raise Unreadable("foreign_topic", f"{envelope.type} does not belong on this topic")
        for name, text in (("subject", envelope.subject), ("type", envelope.type)):
            if len(text) > NAME_LENGTH_MAX or not text.isprintable():  # NUL and surrogates are not
                raise Unreadable(name, f"ce_{name} must be printable, {NAME_LENGTH_MAX} at most")


def plain(text: str, length_max: int = 500) -> str:
    """The text as PostgreSQL can keep it: no NUL, no lone surrogate, not too long."""
    return text[:length_max].encode(errors="replace").decode().replace("\0", "")


def _refuse_oversized(record: Record) -> None:
    headers = sum([len(name.encode()) + len(value or b"") for name, value in record.headers])
    size = len(record.key) + len(record.value) + headers
    if size > RECORD_BYTES_MAX:
        raise Unreadable(OVERSIZED, f"{size} bytes, {RECORD_BYTES_MAX} at most")
    if not record.value:
        raise Unreadable("empty", "the record has no value")
