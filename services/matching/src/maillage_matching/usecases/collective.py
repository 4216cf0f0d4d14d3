"""What matching keeps of what firms share, of whom it could gather, and of missing links."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.actor import Actor
from maillage_matching.domain.collecting import KeptPool, Pool
from maillage_matching.domain.flow import Flow
from maillage_matching.domain.missing_links import LinkReport
from maillage_matching.domain.sharing import Sharing, Stretch


class Collective(Protocol):
    """Sharing requests, pools and reports. What is read to be changed is locked until commit."""

    async def sharing(self, sharing_id: UUID, *, to_change: bool = False) -> Sharing:
        """One sharing request; raises NotFound."""
        ...

    async def save_sharing(self, sharing: Sharing) -> None:
        """Keep a new request or its next version; raises Refused for time promised to another."""
        ...

    async def held(
        self, flow_id: FlowId, stretch: Stretch, *, but: UUID | None = None
    ) -> list[Stretch]:
        """The times of this thing that are promised and meet this one, in their order."""
        ...

    async def sharings(
        self,
        *,
        statuses: Iterable[str],
        party: ActorId | None,
        after: tuple[str, ...] | None,
        limit: int,
    ) -> list[Sharing]:
        """Requests by when they were asked and identifier; for a `party` only its own."""
        ...

    async def open_sharings_of(self, actor_id: ActorId) -> list[Sharing]:
        """Requests that have not ended, with this party, locked."""
        ...

    async def sharings_over(self, now: datetime, limit: int) -> list[Sharing]:
        """Confirmed requests whose time has passed, locked."""
        ...

    async def open_flows(self, limit: int) -> list[tuple[Flow, Actor | None]]:
        """Flows that may be matched, with their owners, in the order of their identifiers."""
        ...

    async def keep_pools(self, pools: Sequence[Pool], now: datetime) -> None:
        """Replace all pools by these, the first of them the largest."""
        ...

    async def lead_pools(self) -> list[str]:
        """The slots of pools that may become leads."""
        ...

    async def pool_flows(
        self, slots: Iterable[str]
    ) -> Mapping[str, list[tuple[Flow, Actor | None]]]:
        """The flows of these pools that may be matched now; slots that are no pool are left out."""
        ...

    async def pools(self, *, resource: str | None, after: int, limit: int) -> list[KeptPool]:
        """Pools for advisors behind this place, the largest first."""
        ...

    async def link_report(self, quarter: str | None) -> LinkReport | None:
        """The report of a quarter; without one the latest; None when there is none."""
        ...

    async def keep_link_report(self, report: LinkReport) -> None:
        """Keep the report of a quarter, unless there is one already."""
        ...
