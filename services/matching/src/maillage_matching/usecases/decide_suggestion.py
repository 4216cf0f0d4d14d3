"""An advisor adopts a pattern of another territory, declines it, or drops it again."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import NotFound, Stale
from maillage_contracts.vocabulary import PatternId
from maillage_matching.domain.suggestion import SuggestionStatus
from maillage_matching.usecases.store import Store


@dataclass(frozen=True, kw_only=True)
class DecideSuggestion:
    """Which one, what becomes of it, who says so and why; and the version that was read."""

    pattern_id: PatternId
    origin: str
    to: SuggestionStatus
    by: str
    note: str | None = None
    version: int | None = None


async def decide_suggestion(
    command: DecideSuggestion, store: Store, now: datetime
) -> Iterable[Event]:
    """What is adopted has a part in the score from now on; what is dropped has none any more."""
    found = await store.suggestion(command.pattern_id, command.origin, to_change=True)
    if found is None:
        raise NotFound(f"{command.origin} suggested no pattern {command.pattern_id}")
    if command.version is not None and command.version != found.version:
        raise Stale(expected=command.version, found=found.version)
    await store.save_suggestion(found.moved(command.to, now, command.by, command.note))
    await store.mark_all_due(now)
    return []
