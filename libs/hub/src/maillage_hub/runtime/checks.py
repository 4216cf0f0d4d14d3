"""What was looked at from outside a service, kept in its database: the service tells it on."""

import json
from collections.abc import Mapping
from datetime import datetime

from maillage_common.postgres import dedicated


async def note_check(dsn: str, what: str, at: datetime, found: Mapping[str, int]) -> None:
    """Keep the last check of a kind; an older one never replaces a newer one."""
    async with dedicated(dsn, "check") as connection:
        await connection.execute(
            """
            INSERT INTO last_check AS known (what, found, checked_at) VALUES ($1, $2, $3)
            ON CONFLICT (what) DO UPDATE
                SET found = excluded.found, checked_at = excluded.checked_at
                WHERE known.checked_at < excluded.checked_at
            """,
            what,
            json.dumps(dict(found)),
            at,
        )
