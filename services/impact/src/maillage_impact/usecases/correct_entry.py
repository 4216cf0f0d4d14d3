"""A line was wrong: a new one says by how much and why, the old one stays."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Invalid, Refused
from maillage_impact.domain.entry import amend, rounded
from maillage_impact.usecases.store import Store
from maillage_impact.usecases.tell import tell


@dataclass(frozen=True)
class CorrectEntry:
    """The value that the line should have had."""

    entry_id: UUID
    value: Decimal
    reason: str
    explanation: str


async def correct_entry(command: CorrectEntry, store: Store, now: datetime) -> Iterable[Event]:
    """Write the correction; a line is corrected once, then its correction is."""
    del now
    entry = await store.entry(command.entry_id)
    later = await store.correction_of(command.entry_id)
    if later is not None:
        raise Refused(f"this line is corrected already: correct {later} instead")
    if rounded(command.value) == entry.value:
        raise Invalid("value", "this is the value that the line has already")
    replacement = replace(
        entry,
        value=rounded(command.value),
        low=None,
        high=None,
        method=f"{entry.method}; corrected: {command.explanation}",
        correction=None,
        terms=(),
    )
    return tell(await store.append(amend(entry, replacement, command.reason)))
