"""What tours keeps of standing orders."""

from collections.abc import Sequence
from typing import Protocol

from maillage_tours.domain.standing import Standing, StandingId


class StandingStore(Protocol):
    """Standing orders, by identifier."""

    async def put_standing(self, standing: Standing) -> None:
        """Keep one, new or changed."""
        ...

    async def standing_to_change(self, standing_id: StandingId) -> Standing:
        """One, locked; raises NotFound."""
        ...

    async def standings(self, after: StandingId | None, limit: int) -> Sequence[Standing]:
        """Those that have not ended."""
        ...
