"""What matching keeps of what firms share, and of what they could do together."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from maillage_contracts.vocabulary import ActorId, FlowId
from maillage_matching.domain.sharing import Sharing, Stretch


class Collective(Protocol):
    """Sharing requests. What is read to be changed stays locked until commit."""

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
