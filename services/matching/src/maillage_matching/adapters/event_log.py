"""The event log of this service, read back."""

from collections.abc import Sequence
from uuid import UUID

from maillage_common.postgres import dedicated
from maillage_common.postgres_ledger import unpack
from maillage_contracts.catalogue import EVENTS
from maillage_contracts.envelope import Event, Received, decode


async def read_log(dsn: str, subjects: Sequence[UUID]) -> list[Received[Event]]:
    """All events about these, in the order in which they were said."""
    async with dedicated(dsn, "matching-story") as connection:
        rows = await connection.fetch(
            "SELECT headers, payload FROM event_log WHERE subject = ANY($1) AND type = ANY($2)"
            " ORDER BY seq",
            [str(one) for one in subjects],
            list(EVENTS),
        )
    return [decode(unpack(row["headers"]), row["payload"], EVENTS) for row in rows]
