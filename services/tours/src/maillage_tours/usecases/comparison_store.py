"""What tours keeps of days that were compared."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol
from uuid import UUID

from maillage_tours.domain.scenario import Comparison


class ComparisonStore(Protocol):
    """Comparisons never change."""

    async def add_comparison(self, comparison: Comparison) -> None: ...

    async def comparison(self, comparison_id: UUID) -> Comparison:
        """One of them; raises NotFound."""
        ...

    async def comparisons(
        self, on: date | None, after: tuple[date, UUID] | None, limit: int
    ) -> Sequence[Comparison]:
        """By day and identifier, the latest first."""
        ...
