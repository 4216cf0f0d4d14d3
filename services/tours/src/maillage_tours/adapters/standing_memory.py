"""The part of the memory store with standing orders."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from maillage_contracts.refusals import NotFound
from maillage_tours.domain.standing import Standing, StandingId


@dataclass
class StandingMemory:
    """By identifier."""

    _standings: dict[StandingId, Standing] = field(default_factory=dict[StandingId, Standing])

    async def put_standing(self, standing: Standing) -> None:
        self._standings[standing.standing_id] = standing

    async def standing_to_change(self, standing_id: StandingId) -> Standing:
        if standing_id not in self._standings:
            raise NotFound(f"no standing order {standing_id} here")
        return self._standings[standing_id]

    async def standings(self, after: StandingId | None, limit: int) -> Sequence[Standing]:
        some = (one for _, one in sorted(self._standings.items()) if one.ended_on is None)
        return [one for one in some if after is None or one.standing_id > after][:limit]
