"""What tours keeps of goods on their way: hub stock, consignments, containers for reuse."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Protocol
from uuid import UUID

from maillage_contracts.vocabulary import (
    ActorId,
    ConsignmentId,
    HubId,
    OrderId,
    TemperatureClass,
    UnitId,
    Word,
)
from maillage_tours.domain.consignment import Consignment, ConsignmentStatus
from maillage_tours.domain.hub_stock import Movement, Stock
from maillage_tours.domain.returnable import Loops, Unit, UnitStatus


class GoodsStore(Protocol):
    """Rows are locked by the methods that end in `to_change`, after tours and orders."""

    async def add_movement(self, movement: Movement) -> bool:
        """Keep a movement; False when it was kept before."""
        ...

    async def movements(self, hub_id: HubId, before: UUID | None, limit: int) -> Sequence[Movement]:
        """Movements of a hub, the last that was heard of first."""
        ...

    async def stock_to_change(self, hub_id: HubId, temperature: TemperatureClass) -> Stock:
        """One balance, locked; nothing when nothing was ever there."""
        ...

    async def put_stock(self, stock: Stock) -> None:
        """Keep a balance that was locked."""
        ...

    async def stocks(self, hub_id: HubId) -> Sequence[Stock]:
        """The balances of a hub, by temperature class."""
        ...

    async def consignments_to_change(
        self, order_ids: AbstractSet[OrderId]
    ) -> Sequence[Consignment]:
        """Those of these orders, locked, by identifier."""
        ...

    async def put_consignment(self, consignment: Consignment) -> None:
        """Keep a consignment, new or changed."""
        ...

    async def consignment(self, consignment_id: ConsignmentId) -> Consignment:
        """One consignment; raises NotFound."""
        ...

    async def consignments(
        self,
        status: ConsignmentStatus | None,
        actor_id: ActorId | None,
        after: ConsignmentId | None,
        limit: int,
    ) -> Sequence[Consignment]:
        """Consignments by identifier; None leaves open which."""
        ...

    async def units_to_change(self, unit_ids: AbstractSet[UnitId]) -> Sequence[Unit]:
        """These containers, locked, by identifier; those that are not known are left out."""
        ...

    async def put_units(self, units: Sequence[Unit]) -> None:
        """Keep containers, new or changed."""
        ...

    async def units(
        self, kind: Word | None, status: UnitStatus | None, after: UnitId | None, limit: int
    ) -> Sequence[Unit]:
        """Containers by identifier; None leaves open which."""
        ...

    async def loops(self) -> Sequence[Loops]:
        """How well the containers of each kind go round."""
        ...
