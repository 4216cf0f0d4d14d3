"""A pattern arrives from another territory: it waits for an advisor, and proposes nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_matching.domain.suggestion import Pattern, Suggestion
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class SuggestPattern:
    """What was published, and where."""

    origin: str
    pattern: Pattern


async def suggest_pattern(command: SuggestPattern, store: Store, now: datetime) -> Iterable[Event]:
    """Keep it; said again with more cases, it is brought up to date and stays decided."""
    found = await store.suggestion(command.pattern.pattern_id, command.origin, to_change=True)
    if found is None:
        new = Suggestion(origin=command.origin, pattern=command.pattern, received_at=now)
        await store.save_suggestion(new)
        return []
    if found.pattern != command.pattern:
        await store.save_suggestion(found.changed(pattern=command.pattern))
        if found.status == "adopted":
            await store.mark_all_due(now)
    return []
