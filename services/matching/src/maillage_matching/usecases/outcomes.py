"""What came of leads and cases, as the store counts it."""

from datetime import datetime
from typing import Protocol

from maillage_matching.domain.lead import Lead
from maillage_matching.domain.throttle import Decided
from maillage_matching.domain.yields import Tally


class Outcomes(Protocol):
    """Decisions and what followed, for the pace of the engine, for yields and for metrics."""

    async def decisions(self, limit: int) -> list[Decided]:
        """The last leads of the engine that a person accepted or rejected, oldest first."""
        ...

    async def decided_since(self, moment: datetime) -> list[Lead]:
        """Leads of any source that were accepted or rejected since then, oldest first."""
        ...

    async def tallies(self) -> list[Tally]:
        """Leads, reasons, cases, synergies and answers, counted and in the order of their words."""
        ...
