"""Custody of waste, in the words of its tracking note (BSD): from producer to treatment."""

from decimal import Decimal
from enum import StrEnum
from typing import Self
from uuid import NAMESPACE_URL, uuid5

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import (
    ActorId,
    BsdReference,
    ConsignmentId,
    Kilograms,
    OrderId,
    Treatment,
    Value,
    WasteCode,
    Word,
)
from maillage_tours.domain.custody import Step
from maillage_tours.domain.day import FROM_HUB, TO_HUB
from maillage_tours.domain.order import Order, OrderStatus


class ConsignmentStatus(StrEnum):
    """Where a load of waste is, as its tracking note says it."""

    PREPARED = "prepared"
    TAKEN_OVER = "taken_over"
    TEMP_STORED = "temp_stored"
    RESENT = "resent"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    PARTIALLY_REFUSED = "partially_refused"
    REFUSED = "refused"
    PROCESSED = "processed"


_S = ConsignmentStatus

NEXT: dict[ConsignmentStatus, frozenset[ConsignmentStatus]] = {
    _S.PREPARED: frozenset({_S.TAKEN_OVER}),
    _S.TAKEN_OVER: frozenset({_S.RECEIVED, _S.TEMP_STORED}),
    _S.TEMP_STORED: frozenset({_S.RESENT}),
    _S.RESENT: frozenset({_S.RECEIVED}),
    _S.RECEIVED: frozenset({_S.ACCEPTED, _S.PARTIALLY_REFUSED, _S.REFUSED}),
    _S.ACCEPTED: frozenset({_S.PROCESSED}),
    _S.PARTIALLY_REFUSED: frozenset({_S.PROCESSED}),
    _S.REFUSED: frozenset(),
    _S.PROCESSED: frozenset(),
}
"""Weighed and judged in one report: a load is `received` within it, and the verdict is told."""


class Consignment(Value):
    """One load of waste: that of one transport order."""

    consignment_id: ConsignmentId
    order_id: OrderId
    actor_ids: tuple[ActorId, ...]
    bsd_reference: BsdReference | None = None
    waste_code: WasteCode | None = None
    status: ConsignmentStatus = ConsignmentStatus.PREPARED
    taken_over_kg: Kilograms = Decimal(0)
    accepted_kg: Kilograms = Decimal(0)
    refused_kg: Kilograms = Decimal(0)
    reason: Word | None = None
    operation_code: Treatment | None = None
    version: int = 1

    def become(self, status: ConsignmentStatus, **changes: object) -> Self:
        """The consignment one step further; raises Refused when that step is not in NEXT."""
        if status not in NEXT[self.status]:
            raise Refused(
                f"consignment {self.consignment_id} is {self.status}: it cannot become {status}"
            )
        return self.changed(**changes, status=status)

    def changed(self, **changes: object) -> Self:
        """The consignment with these fields changed, one version on."""
        return self.model_copy(update={**changes, "version": self.version + 1})


def consignment_of(order: Order) -> Consignment:
    """The load of waste of an order, prepared; raises Refused for what is no waste."""
    if not order.is_waste:
        raise Refused(f"order {order.order_id} carries no waste: it needs no tracking note")
    name = f"https://maillage.org/consignments/{order.order_id}"
    return Consignment(
        consignment_id=ConsignmentId(uuid5(NAMESPACE_URL, name)),
        order_id=order.order_id,
        actor_ids=tuple(sorted(order.actors)),
    )


def after_step(consignment: Consignment, step: Step) -> Consignment:
    """The consignment after a handover of its order; as it was when nothing changed hands."""
    task, order = step.task, step.order
    if task.action == "pickup":
        if not task.accepted_kg:
            return consignment
        if task.leg == FROM_HUB:
            return consignment.become(ConsignmentStatus.RESENT)
        return consignment.become(
            ConsignmentStatus.TAKEN_OVER,
            taken_over_kg=task.accepted_kg,
            refused_kg=task.refused_kg,
            reason=task.reason,
        )
    if task.leg == TO_HUB and order.status == OrderStatus.AT_HUB:
        return consignment.become(ConsignmentStatus.TEMP_STORED, refused_kg=order.refused_kg)
    return consignment.become(ConsignmentStatus.RECEIVED).become(
        _verdict(order),
        accepted_kg=order.taken_kg,
        refused_kg=order.refused_kg,
        reason=order.reason,
    )


def _verdict(order: Order) -> ConsignmentStatus:
    """An order that came in part is a load refused in part: the words differ, not the case."""
    if order.status == OrderStatus.FAILED:
        return ConsignmentStatus.REFUSED
    if order.status == OrderStatus.PARTIALLY_FULFILLED:
        return ConsignmentStatus.PARTIALLY_REFUSED
    return ConsignmentStatus.ACCEPTED
