"""A pattern of another territory, and what this one makes of it: a suggestion, never a lead."""

from datetime import datetime
from typing import Literal

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import PatternId
from maillage_matching.domain.kept import Kept

SuggestionStatus = Literal["suggested", "adopted", "declined", "retired"]

NEXT: dict[SuggestionStatus, frozenset[SuggestionStatus]] = {
    "suggested": frozenset({"adopted", "declined"}),
    "adopted": frozenset({"retired"}),
    "declined": frozenset({"adopted"}),
    "retired": frozenset({"adopted"}),
}
"""Only what an advisor adopted has a part in the score. Each may change their mind."""


class Pattern(Kept):
    """What was published: sectors and matter, no names."""

    pattern_id: PatternId
    kind: str
    donor_sector: str | None = None
    receiver_sector: str | None = None
    resource_spec: str
    replaces_spec: str | None = None
    transformation: str | None = None
    equipment: str | None = None
    outcome: str
    obstacles: tuple[str, ...] = ()
    case_count: int


class Suggestion(Kept):
    """A pattern as it came from a territory, and who decided what about it."""

    origin: str
    pattern: Pattern
    status: SuggestionStatus = "suggested"
    received_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    note: str | None = None
    version: int = 1

    def moved(
        self, status: SuggestionStatus, at: datetime, by: str, note: str | None
    ) -> "Suggestion":
        """The suggestion in another status; raises Refused when its life does not lead there."""
        if status not in NEXT[self.status]:
            raise Refused(f"this suggestion is {self.status}: it cannot become {status}")
        return self.changed(status=status, decided_at=at, decided_by=by, note=note)

    def changed(self, **changes: object) -> "Suggestion":
        """The suggestion with these fields and its next version."""
        return self.model_copy(update={**changes, "version": self.version + 1})
