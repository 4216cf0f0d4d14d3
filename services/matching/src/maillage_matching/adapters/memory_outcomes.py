"""What came of leads and cases, counted in dictionaries."""

from dataclasses import dataclass

from maillage_matching.adapters.memory_decisions import MemoryDecisions
from maillage_matching.domain.throttle import Decided


@dataclass
class MemoryOutcomes(MemoryDecisions):
    """Decisions and what followed."""

    async def decisions(self, limit: int) -> list[Decided]:
        decided = sorted(
            (lead.decided_at, lead.lead_id, lead)
            for lead in self.lead_rows.values()
            if lead.source == "engine" and lead.status in {"accepted", "rejected"}
            if lead.decided_at is not None
        )
        return [
            Decided(lead.surfaced_at or lead.created_at, at, lead.status == "accepted")
            for at, _, lead in decided[-limit:]
        ]
