"""Rulings in dictionaries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from maillage_matching.adapters.memory_decisions import check_next, page
from maillage_matching.domain.ruling import Ruling
from maillage_matching.usecases.store import After, key_of_ruling


@dataclass
class MemoryRulings:
    """What advisors hold to be shut by the rules."""

    ruling_rows: dict[UUID, Ruling] = field(default_factory=dict[UUID, Ruling])

    async def rulings_to_change(self, ruling_ids: Iterable[UUID]) -> list[Ruling]:
        return [self.ruling_rows[one] for one in sorted(ruling_ids) if one in self.ruling_rows]

    async def save_ruling(self, ruling: Ruling) -> None:
        before = self.ruling_rows.get(ruling.ruling_id)
        check_next(before.version if before else 0, ruling.version)
        self.ruling_rows[ruling.ruling_id] = ruling

    async def rulings(self, *, status: str | None, after: After, limit: int) -> list[Ruling]:
        rows = [one for one in self.ruling_rows.values() if status in {None, one.status}]
        return page(rows, key_of_ruling, after, limit)
