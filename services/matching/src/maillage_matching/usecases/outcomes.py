"""What came of leads and cases, as the store counts it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from maillage_matching.domain.calibration import TakenUp
from maillage_matching.domain.draft import LeadKind
from maillage_matching.domain.lead import Lead
from maillage_matching.domain.throttle import Decided
from maillage_matching.domain.yields import Reviews, Tally


class Outcomes(Protocol):
    """Decisions and what followed, for the pace of the engine, for yields and for metrics."""

    async def decisions(self, limit: int) -> list[Decided]:
        """The last leads of the engine that a person accepted or rejected, oldest first."""
        ...

    async def taken_up(self) -> list[TakenUp]:
        """Decided leads of the engine by their scores, rounded to hundredths, in their order."""
        ...

    async def decided_since(self, moment: datetime) -> list[Lead]:
        """Leads of any source that were accepted or rejected since then, oldest first."""
        ...

    async def waiting_since(self) -> list[datetime]:
        """When leads surfaced that still wait for a decision."""
        ...

    async def open_since(self) -> list[datetime]:
        """When cases opened that have not ended."""
        ...

    async def introductions(self, limit: int) -> list[tuple[datetime, datetime]]:
        """When the first flow of a case was seen and when it was introduced, of the last ones."""
        ...

    async def questions(self) -> tuple[int, int]:
        """Questions that wait for an answer, and all that were asked."""
        ...

    async def verdicts(self) -> Mapping[str, int]:
        """How many pairs pass, fail, or wait for a fact."""
        ...

    async def count_generated(self, new: Mapping[LeadKind, int]) -> None:
        """Add so many proposals to those the engine came upon since the beginning."""
        ...

    async def generated(self) -> Mapping[str, int]:
        """How many proposals the engine came upon since the beginning, by kind."""
        ...

    async def reviews(self, bounds_s: Sequence[float]) -> Reviews:
        """How long leads of the engine waited for a decision, of all that were decided."""
        ...

    async def tallies(self) -> list[Tally]:
        """Leads, reasons, cases, synergies and answers, counted and in the order of their words."""
        ...
