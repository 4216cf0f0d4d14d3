"""The part of the store in dictionaries with days that were compared."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from maillage_contracts.refusals import NotFound
from maillage_tours.domain.scenario import Comparison


@dataclass
class ComparisonMemory:
    """See the protocol for what each method promises."""

    _comparisons: dict[UUID, Comparison] = field(default_factory=dict[UUID, Comparison])

    async def add_comparison(self, comparison: Comparison) -> None:
        self._comparisons[comparison.comparison_id] = comparison

    async def comparison(self, comparison_id: UUID) -> Comparison:
        if comparison_id not in self._comparisons:
            raise NotFound(f"no comparison {comparison_id} here")
        return self._comparisons[comparison_id]

    async def comparisons(
        self, on: date | None, after: tuple[date, UUID] | None, limit: int
    ) -> Sequence[Comparison]:
        chosen = [
            one
            for one in self._comparisons.values()
            if on in {None, one.on} and (after is None or (one.on, one.comparison_id) < after)
        ]
        chosen.sort(key=lambda one: (one.on, one.comparison_id), reverse=True)
        return chosen[:limit]
