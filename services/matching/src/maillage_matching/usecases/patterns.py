"""What cases taught, and what other territories teach, as the store keeps it."""

from typing import Protocol

from maillage_contracts.vocabulary import PatternId
from maillage_matching.domain.pattern import Taught
from maillage_matching.domain.suggestion import Suggestion

After = tuple[str, ...] | None
"""Sort keys of the last item of the page before."""


class Patterns(Protocol):
    """Cases that taught something, and suggestions from elsewhere."""

    async def taught(self, limit: int) -> list[Taught]:
        """The last cases with a synergy, each for each, and those abandoned; latest first."""
        ...

    async def suggestion(
        self, pattern_id: PatternId, origin: str, *, to_change: bool = False
    ) -> Suggestion | None:
        """One suggestion, locked if it is to be changed; None when it never came."""
        ...

    async def save_suggestion(self, suggestion: Suggestion) -> None:
        """Keep a new one or its next version; raises Stale."""
        ...

    async def suggestions(
        self, *, status: str | None, after: After, limit: int
    ) -> list[Suggestion]:
        """By when they came, pattern and origin."""
        ...
