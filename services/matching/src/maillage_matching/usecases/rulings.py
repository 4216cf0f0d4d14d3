"""Rulings as the store keeps them."""

from collections.abc import Iterable
from typing import Protocol
from uuid import UUID

from maillage_matching.domain.ruling import Ruling

After = tuple[str, ...] | None
"""Sort keys of the last item of the page before."""


class KnownRulings(Protocol):
    """What advisors hold to be shut by the rules."""

    async def rulings_to_change(self, ruling_ids: Iterable[UUID]) -> list[Ruling]:
        """Those of these that exist, in the order of their identifiers, locked."""
        ...

    async def save_ruling(self, ruling: Ruling) -> None:
        """Keep a new one or its next version; raises Stale."""
        ...

    async def rulings(self, *, status: str | None, after: After, limit: int) -> list[Ruling]:
        """By when they were proposed and identifier."""
        ...
