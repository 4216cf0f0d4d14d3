"""Distances without a road network: great circles times a factor, computed off the event loop."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal

from maillage_contracts.vocabulary import GeoPoint
from maillage_tours.domain.travel import Matrix, Profile, Travel, estimated, extended


class EstimatedMatrices:
    """Marks every plan `estimated`; `factor` may be learned when roads were asked."""

    def __init__(self, factor: Decimal, buffer: Decimal = Decimal(0)) -> None:
        self.factor = factor
        self._buffer = buffer

    async def between(self, points: Sequence[GeoPoint], profiles: Sequence[Profile]) -> Matrix:
        return await asyncio.to_thread(estimated, points, profiles, self.factor, self._buffer)

    async def extended(
        self, travel: Travel, points: Sequence[GeoPoint], profile: Profile
    ) -> Travel:
        return extended(travel, points, profile, self.factor, self._buffer)
