"""Distances without a road network: great circles times a factor, computed off the event loop."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from typing import Protocol

from maillage_contracts.vocabulary import GeoPoint
from maillage_tours.domain.travel import Matrix, Profile, Travel, estimated, extended


class Learned(Protocol):
    """Where the factor that was learned outlives the process."""

    async def recall(self) -> Decimal | None: ...

    async def keep(self, factor: Decimal) -> None: ...


class EstimatedMatrices:
    """Marks every plan `estimated`; the factor is that of the settings until roads were asked."""

    def __init__(
        self, factor: Decimal, buffer: Decimal = Decimal(0), learned: Learned | None = None
    ) -> None:
        self._factor = factor
        self._buffer = buffer
        self._learned = learned
        self._has_recalled = False

    async def learn(self, factor: Decimal) -> None:
        """Estimate by this factor from now on."""
        if factor != await self._known():
            self._factor = factor
            if self._learned is not None:
                await self._learned.keep(factor)

    async def between(self, points: Sequence[GeoPoint], profiles: Sequence[Profile]) -> Matrix:
        factor = await self._known()
        return await asyncio.to_thread(estimated, points, profiles, factor, self._buffer)

    async def extended(
        self, travel: Travel, points: Sequence[GeoPoint], profile: Profile
    ) -> Travel:
        return extended(travel, points, profile, await self._known(), self._buffer)

    async def _known(self) -> Decimal:
        if self._learned is not None and not self._has_recalled:
            self._factor = await self._learned.recall() or self._factor
            self._has_recalled = True
        return self._factor
