"""The part of the store in dictionaries with goods on their way: hub stock, waste, containers."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from itertools import dropwhile, islice
from uuid import UUID

from maillage_contracts.refusals import NotFound
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
from maillage_tours.domain.returnable import Loops, Unit, UnitStatus, loops_of

Balance = tuple[HubId, TemperatureClass]


@dataclass
class GoodsMemory:
    """See the protocol for what each method promises."""

    _movements: dict[UUID, Movement] = field(default_factory=dict[UUID, Movement])
    _stocks: dict[Balance, Stock] = field(default_factory=dict[Balance, Stock])
    _consignments: dict[ConsignmentId, Consignment] = field(
        default_factory=dict[ConsignmentId, Consignment]
    )
    _units: dict[UnitId, Unit] = field(default_factory=dict[UnitId, Unit])

    async def add_movement(self, movement: Movement) -> bool:
        is_new = movement.movement_id not in self._movements
        self._movements.setdefault(movement.movement_id, movement)
        return is_new

    async def movements(self, hub_id: HubId, before: UUID | None, limit: int) -> Sequence[Movement]:
        last_first = [one for one in reversed(self._movements.values()) if one.hub_id == hub_id]
        if before is not None:
            last_first = list(dropwhile(lambda one: one.movement_id != before, last_first))[1:]
        return last_first[:limit]

    async def stock_to_change(self, hub_id: HubId, temperature: TemperatureClass) -> Stock:
        return self._stocks.get((hub_id, temperature)) or Stock(
            hub_id=hub_id, temperature=temperature
        )

    async def put_stock(self, stock: Stock) -> None:
        self._stocks[stock.hub_id, stock.temperature] = stock

    async def stocks(self, hub_id: HubId) -> Sequence[Stock]:
        mine = (stock for stock in self._stocks.values() if stock.hub_id == hub_id)
        return sorted(mine, key=lambda stock: stock.temperature)

    async def consignments_to_change(
        self, order_ids: AbstractSet[OrderId]
    ) -> Sequence[Consignment]:
        every = sorted(self._consignments.items())
        return [one for _, one in every if one.order_id in order_ids]

    async def put_consignment(self, consignment: Consignment) -> None:
        self._consignments[consignment.consignment_id] = consignment

    async def consignment(self, consignment_id: ConsignmentId) -> Consignment:
        if consignment_id not in self._consignments:
            raise NotFound(f"no consignment {consignment_id} here")
        return self._consignments[consignment_id]

    async def consignments(
        self,
        status: ConsignmentStatus | None,
        actor_id: ActorId | None,
        after: ConsignmentId | None,
        limit: int,
    ) -> Sequence[Consignment]:
        found = (
            one
            for consignment_id, one in sorted(self._consignments.items())
            if status in {None, one.status}
            and (actor_id is None or actor_id in one.actor_ids)
            and (after is None or consignment_id > after)
        )
        return list(islice(found, limit))

    async def units_to_change(self, unit_ids: AbstractSet[UnitId]) -> Sequence[Unit]:
        return [self._units[one] for one in sorted(unit_ids) if one in self._units]

    async def put_units(self, units: Sequence[Unit]) -> None:
        self._units.update({unit.unit_id: unit for unit in units})

    async def units(
        self, kind: Word | None, status: UnitStatus | None, after: UnitId | None, limit: int
    ) -> Sequence[Unit]:
        found = (
            unit
            for unit_id, unit in sorted(self._units.items())
            if kind in {None, unit.kind}
            and status in {None, unit.status}
            and (after is None or unit_id > after)
        )
        return list(islice(found, limit))

    async def loops(self) -> Sequence[Loops]:
        return [
            loops_of(kind, self._counted(kind))
            for kind in sorted({unit.kind for unit in self._units.values()})
        ]

    def _counted(self, kind: str) -> list[tuple[UnitStatus, int, int]]:
        mine = [unit for unit in self._units.values() if unit.kind == kind]
        return [
            (
                status,
                sum(unit.status == status for unit in mine),
                sum(unit.loops for unit in mine if unit.status == status),
            )
            for status in sorted({unit.status for unit in mine})
        ]
