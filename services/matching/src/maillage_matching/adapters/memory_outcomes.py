"""What came of leads and cases, counted in dictionaries."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from maillage_contracts.vocabulary import LeadId
from maillage_matching.adapters.memory_decisions import MemoryDecisions
from maillage_matching.domain.calibration import TakenUp
from maillage_matching.domain.draft import LeadKind
from maillage_matching.domain.lead import Lead
from maillage_matching.domain.throttle import Decided
from maillage_matching.domain.yields import Reviews, Tally

CENT = Decimal("0.01")


@dataclass
class MemoryOutcomes(MemoryDecisions):
    """Decisions and what followed."""

    generated_rows: dict[str, int] = field(default_factory=dict[str, int])

    async def decisions(self, limit: int) -> list[Decided]:
        engines = [one for one in self._decided() if one[2].source == "engine"]
        return [
            Decided(lead.surfaced_at or lead.created_at, at, lead.status == "accepted")
            for at, _, lead in engines[-limit:]
        ]

    async def taken_up(self) -> list[TakenUp]:
        found: dict[float, list[bool]] = {}
        for _, _, lead in self._decided():
            if lead.source == "engine" and lead.content.score is not None:
                score = float(Decimal(str(lead.content.score)).quantize(CENT, ROUND_HALF_UP))
                found.setdefault(score, []).append(lead.status == "accepted")
        return [TakenUp(score, len(took), sum(took)) for score, took in sorted(found.items())]

    async def decided_since(self, moment: datetime) -> list[Lead]:
        return [lead for at, _, lead in self._decided() if at >= moment]

    def _decided(self) -> list[tuple[datetime, LeadId, Lead]]:
        return sorted(
            (lead.decided_at, lead.lead_id, lead)
            for lead in self.lead_rows.values()
            if lead.status in {"accepted", "rejected"} and lead.decided_at is not None
        )

    async def waiting_since(self) -> list[datetime]:
        leads = self.lead_rows.values()
        return sorted(
            one.surfaced_at or one.created_at for one in leads if one.status == "surfaced"
        )

    async def open_since(self) -> list[datetime]:
        return sorted(case.opened_at for case in self.case_rows.values() if case.is_open)

    async def count_generated(self, new: Mapping[LeadKind, int]) -> None:
        for kind, many in new.items():
            self.generated_rows[kind] = self.generated_rows.get(kind, 0) + many

    async def generated(self) -> Mapping[str, int]:
        return dict(self.generated_rows)

    async def reviews(self, bounds_s: Sequence[float]) -> Reviews:
        decided = await self.decisions(len(self.lead_rows))
        took_s = [(one.decided_at - one.surfaced_at).total_seconds() for one in decided]
        within = tuple(sum(one <= bound for one in took_s) for bound in bounds_s)
        return Reviews(len(took_s), sum(took_s), within)

    async def tallies(self) -> list[Tally]:
        counts = Counter[tuple[str, str, str, str]]()
        for lead in self.lead_rows.values():
            whose = lead.source, lead.content.kind
            counts["lead", *whose, lead.status] += 1
            counts["put_off", *whose, ""] += lead.put_off
            if lead.status == "rejected":
                counts.update(("reason", *whose, reason) for reason in lead.reasons)
        for case in self.case_rows.values():
            whose = case.source, case.kind
            counts["case", *whose, case.status] += 1
            counts["introduced", *whose, ""] += case.introduced_at is not None
            counts["minutes", *whose, ""] += case.minutes_spent
            if case.status == "abandoned":
                counts.update(("obstacle", *whose, reason) for reason in case.reasons)
        for kept in self.synergy_rows.values():
            case = self.case_rows[kept.synergy.case_id]
            whose = case.source, case.kind
            counts["synergy", *whose, kept.status] += 1
            if kept.attribution:
                counts["answer", *whose, kept.attribution] += 1
        return [Tally(*key, count) for key, count in sorted(counts.items()) if count]
