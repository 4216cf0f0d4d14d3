"""Records put aside: why, how the bus is told, and how they come back."""

from datetime import datetime

from maillage_common.ledger import DeadLetter, Delivered, Outgoing
from maillage_contracts.envelope import Record

LETTER = "dead_letter"
"""What stands for a type of event where the outbox carries a letter."""
BEHIND = "behind"
"""The reason of an event parked only because an earlier one of its lane is."""


def dead_letters_topic(topic: str) -> str:
    """Where what was put aside from a topic is shown to whoever watches the bus."""
    return f"{topic}.dlt"


def letter_of(
    delivered: Delivered, *, consumer: str, reason: str, detail: str, attempts: int, now: datetime
) -> DeadLetter:
    """The letter of an event that could be read but not handled."""
    return DeadLetter(
        consumer=consumer,
        reason=reason,
        detail=detail,
        record=delivered.record,
        origin=delivered.origin,
        envelope=delivered.envelope,
        attempts=attempts,
        parked_at=now,
    )


def mirrored(letter: DeadLetter) -> Outgoing:
    """The copy of a letter for `{topic}.dlt`: the record as it came, and what is known of it."""
    origin = letter.origin
    told = {
        "dlt_id": str(letter.id),
        "dlt_consumer": letter.consumer,
        "dlt_reason": letter.reason,
        "dlt_detail": letter.detail,
        "dlt_topic": origin.topic,
        "dlt_partition": str(origin.partition),
        "dlt_offset": str(origin.offset),
        "dlt_attempts": str(letter.attempts),
        "dlt_parked_at": letter.parked_at.isoformat(),
    }
    headers = (*letter.record.headers, *((name, text.encode()) for name, text in told.items()))
    return Outgoing(
        event_id=letter.id,
        topic=dead_letters_topic(origin.topic),
        state_topic=None,
        type=LETTER,
        subject=letter.envelope.subject if letter.envelope else "",
        record=Record(letter.record.key, letter.record.value, headers),
    )
