"""Records put aside: why, how the bus is told, and how they come back."""

from datetime import datetime
from typing import Any
from uuid import UUID

from maillage_common.ledger import DeadLetter, Delivered, Outgoing
from maillage_common.postgres import Connection
from maillage_common.postgres_ledger import unpack
from maillage_contracts.catalogue import DEAD_LETTER_SUFFIX
from maillage_contracts.envelope import Record
from maillage_contracts.refusals import NotFound

LETTER = "dead_letter"
"""What stands for a type of event where the outbox carries a letter."""
OVERSIZED = "oversized"
"""The reason of a record that is larger than what we take."""
BEHIND = "behind"
"""The reason of an event parked, untried, only because an earlier one of its lane is."""
HELD = "an earlier event of the same subject is parked"


def letter_of(
    delivered: Delivered, consumer: str, reason: str, detail: str, now: datetime
) -> DeadLetter:
    """The letter of an event that could be read but not handled."""
    return DeadLetter(
        consumer=consumer,
        reason=reason,
        detail=detail,
        record=delivered.record,
        origin=delivered.origin,
        envelope=delivered.envelope,
        attempts=0 if reason == BEHIND else 1,
        parked_at=now,
    )


def mirrored(letter: DeadLetter) -> Outgoing:
    """The copy of a letter for `{topic}.dlt`: the record as it came, and what is known of it.

    Of a record so large that the copy would not pass, only what is known: the row has the rest.
    """
    origin = letter.origin
    fits = letter.reason != OVERSIZED
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
    headers = tuple((name, text.encode()) for name, text in told.items())
    return Outgoing(
        event_id=letter.id,
        topic=f"{origin.topic}{DEAD_LETTER_SUFFIX}",
        state_topic=None,
        type=LETTER,
        subject=letter.envelope.subject if letter.envelope else "",
        record=Record(
            key=letter.record.key if fits else b"",
            value=letter.record.value if fits else b"",
            headers=(*letter.record.headers, *headers) if fits else headers,
        ),
    )


async def list_letters(
    connection: Connection, *, state: str = "parked", limit: int = 100
) -> list[dict[str, Any]]:
    """The oldest letters in this state, as documents without their payloads."""
    rows = await connection.fetch(
        """
        SELECT id, consumer, state, reason, detail, attempts, topic, partition, record_offset,
               type, subject, sequence, parked_at, settled_at
        FROM dead_letter
        WHERE state = $1
        ORDER BY parked_at, sequence
        LIMIT $2
        """,
        state,
        limit,
    )
    return [dict(row) for row in rows]


async def show_letter(connection: Connection, letter_id: UUID) -> dict[str, Any]:
    """A letter with its headers and payload, as text as far as they are; raises NotFound."""
    row = await connection.fetchrow(
        """
        SELECT id, consumer, state, reason, detail, attempts, topic, partition, record_offset,
               type, subject, sequence, parked_at, settled_at, key, headers, payload
        FROM dead_letter
        WHERE id = $1
        """,
        letter_id,
    )
    if row is None:
        raise NotFound(f"no dead letter has the identifier {letter_id}")
    headers = {name: value.decode(errors="replace") for name, value in unpack(row["headers"])}
    texts = {name: row[name].decode(errors="replace") for name in ("key", "payload")}
    return {**row, **texts, "headers": headers}
