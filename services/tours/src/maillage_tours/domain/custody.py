"""What a handover does to its order: where its goods are, and whether it has come to its end."""

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import Place
from maillage_tours.domain.day import FROM_HUB, TO_HUB
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.tour import Task, TaskStatus

ENDED = frozenset({OrderStatus.FULFILLED, OrderStatus.PARTIALLY_FULFILLED, OrderStatus.FAILED})


def after_task(order: Order, task: Task, place: Place) -> Order:
    """The order after this handover was done or failed at a place.

    Raises Refused when its goods are not where the handover needs them.
    """
    failed = task.status == TaskStatus.FAILED
    if task.action == "pickup":
        _ready(order, task)
        refused_kg = order.taken_kg or order.load.mass_kg if failed else task.refused_kg
        return order.taken(accepted_kg=task.accepted_kg, refused_kg=refused_kg, reason=task.reason)
    if order.status != OrderStatus.IN_PROGRESS:
        raise Refused(f"order {order.order_id} is {order.status}: record its pickup first")
    return order.given(
        accepted_kg=task.accepted_kg,
        refused_kg=order.taken_kg if failed else task.refused_kg,
        reason=task.reason,
        hub=place if task.leg == TO_HUB else None,
    )


def _ready(order: Order, task: Task) -> None:
    expected = OrderStatus.AT_HUB if task.leg == FROM_HUB else OrderStatus.PLANNED
    if order.status != expected:
        raise Refused(f"order {order.order_id} is {order.status}: it cannot be taken here now")
