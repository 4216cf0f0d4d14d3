"""Distances without a road network: great circles times a factor, computed off the event loop."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal

from maillage_contracts.vocabulary import GeoPoint
from maillage_tours.domain.travel import Matrix, Profile, Travel, estimated, extended


class EstimatedMatrices:
    """Marks every plan `estimated`; the factor is that of the settings until roads were asked."""

    def __init__(self, factor: Decimal, buffer: Decimal = Decimal(0)) -> None:
        self._factor = factor
        self._buffer = buffer
        self._recall: Callable[[], Awaitable[Decimal | None]] | None = None
        self._keep: Callable[[Decimal], Awaitable[None]] | None = None

    def remember(
        self,
        recall: Callable[[], Awaitable[Decimal | None]],
        keep: Callable[[Decimal], Awaitable[None]],
    ) -> None:
        """Begin with the factor that was kept, if any, and keep what is learned from now on."""
        self._recall, self._keep = recall, keep

    async def learn(self, factor: Decimal) -> None:
        """Estimate by this factor from now on."""
        if factor != await self._known():
            self._factor = factor
            if self._keep is not None:
                await self._keep(factor)

    async def between(self, points: Sequence[GeoPoint], profiles: Sequence[Profile]) -> Matrix:
        factor = await self._known()
        return await asyncio.to_thread(estimated, points, profiles, factor, self._buffer)

    async def extended(
        self, travel: Travel, points: Sequence[GeoPoint], profile: Profile
    ) -> Travel:
        return extended(travel, points, profile, await self._known(), self._buffer)

    async def _known(self) -> Decimal:
        if self._recall is not None:
            self._factor = await self._recall() or self._factor
            self._recall = None
        return self._factor
