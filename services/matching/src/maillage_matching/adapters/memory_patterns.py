"""What cases taught, and what other territories teach, in dictionaries."""

from dataclasses import dataclass, field

from maillage_contracts.vocabulary import PatternId
from maillage_matching.adapters.memory_decisions import MemoryDecisions, check_next, page
from maillage_matching.domain.pattern import Taught
from maillage_matching.domain.suggestion import Suggestion
from maillage_matching.usecases.store import After, key_of_suggestion


@dataclass
class MemoryPatterns(MemoryDecisions):
    """Cases that taught something, and suggestions from elsewhere."""

    suggestion_rows: dict[tuple[PatternId, str], Suggestion] = field(
        default_factory=dict[tuple[PatternId, str], Suggestion]
    )

    async def taught(self, limit: int) -> list[Taught]:
        found: list[Taught] = []
        for case in sorted(self.case_rows.values(), key=lambda case: case.case_id):
            of_case = [k for k in self.synergy_rows.values() if k.synergy.case_id == case.case_id]
            for kept in sorted(of_case, key=lambda kept: kept.synergy.synergy_id):
                material = kept.synergy.material
                told = material.resource_spec if material else None
                found.append(Taught(case, kept.status, kept.pattern_id, told))
            if case.status == "abandoned" and not of_case:
                found.append(Taught(case))
        found.sort(key=lambda one: one.case.opened_at, reverse=True)
        return found[:limit]

    async def suggestion(
        self,
        pattern_id: PatternId,
        origin: str,
        *,
        to_change: bool = False,  # noqa: ARG002 nobody else is at work
    ) -> Suggestion | None:
        return self.suggestion_rows.get((pattern_id, origin))

    async def save_suggestion(self, suggestion: Suggestion) -> None:
        key = suggestion.pattern.pattern_id, suggestion.origin
        before = self.suggestion_rows.get(key)
        check_next(before.version if before else 0, suggestion.version)
        self.suggestion_rows[key] = suggestion

    async def suggestions(
        self, *, status: str | None, after: After, limit: int
    ) -> list[Suggestion]:
        rows = [one for one in self.suggestion_rows.values() if status in {None, one.status}]
        return page(rows, key_of_suggestion, after, limit)
