"""From what is kept to what is told: hub stock, custody of waste, containers for reuse."""

from collections.abc import Sequence
from datetime import datetime

from maillage_contracts import tours
from maillage_contracts.envelope import Event
from maillage_contracts.vocabulary import OrderId, TourId
from maillage_tours.domain.consignment import Consignment, ConsignmentStatus
from maillage_tours.domain.hub_stock import Movement, Stock
from maillage_tours.domain.returnable import Unit

CUSTODY: dict[ConsignmentStatus, type[tours.ConsignmentEvent]] = {
    ConsignmentStatus.TAKEN_OVER: tours.CustodyTakenOver,
    ConsignmentStatus.TEMP_STORED: tours.CustodyTempStored,
    ConsignmentStatus.RESENT: tours.CustodyTakenOver,
    ConsignmentStatus.ACCEPTED: tours.CustodyAccepted,
    ConsignmentStatus.PARTIALLY_REFUSED: tours.CustodyAccepted,
    ConsignmentStatus.REFUSED: tours.CustodyRefused,
    ConsignmentStatus.PROCESSED: tours.CustodyProcessed,
}
"""A note that is only prepared is told by nobody: nothing has changed hands."""


def stock_moved(movement: Movement, before: Stock, after: Stock) -> Sequence[Event]:
    """What came in or left; a count is told only when it found something else."""
    about = movement.model_dump(include={"hub_id", "temperature", "order_id", "tour_id", "at"})
    about |= {"in_stock_kg": after.mass_kg, "in_stock_crates": after.crates}
    moved = about | {"mass_kg": movement.mass_kg, "crates": movement.crates}
    if movement.kind == "received":
        return (tours.HubStockReceived.model_validate(moved),)
    if movement.kind == "dispatched":
        return (tours.HubStockDispatched.model_validate(moved),)
    if before == after:
        return ()
    expected = {"expected_kg": before.mass_kg, "expected_crates": before.crates}
    return (tours.HubStockDiscrepancy.model_validate(about | expected),)


def custody_moved(consignment: Consignment, at: datetime) -> Event:
    """The consignment as everybody may know it, as its status calls it."""
    known = consignment.model_dump(mode="json", include=set(tours.Consignment.model_fields))
    told = tours.Consignment.model_validate(known)
    return CUSTODY[consignment.status](consignment=told, at=at)


def unit_moved(
    before: Unit | None,
    steps: Sequence[Unit],
    *,
    order_id: OrderId | None = None,
    tour_id: TourId | None = None,
) -> Sequence[Event]:
    """One event for each step; all but the last were told by nobody."""
    former = [before, *steps][:-1]
    return [
        tours.ReturnableUnitMoved(
            unit_id=unit.unit_id,
            kind=unit.kind,
            came_from=None if last is None else last.status.value,
            status=unit.status.value,
            loops=unit.loops,
            at=unit.since,
            order_id=order_id,
            tour_id=tour_id,
            is_implied=unit is not steps[-1],
        )
        for last, unit in zip(former, steps, strict=True)
    ]
