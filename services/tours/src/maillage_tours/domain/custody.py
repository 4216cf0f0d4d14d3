"""What a handover does to its order: where its goods are, and whether it has come to its end."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import OrderId, Place, TourId
from maillage_tours.domain.day import FROM_HUB, TO_HUB
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.tour import Stop, Task, TaskStatus, Tour

ENDED = frozenset({OrderStatus.FULFILLED, OrderStatus.PARTIALLY_FULFILLED, OrderStatus.FAILED})


@dataclass(frozen=True)
class Step:
    """One handover that its order has taken account of."""

    tour_id: TourId
    stop: Stop
    task: Task
    order: Order
    """As it is after it."""


@dataclass(frozen=True)
class Settled:
    """What reported handovers meant for their orders: each once, in the order of its life."""

    tours: Sequence[Tour]
    steps: Sequence[Step]

    @property
    def orders(self) -> dict[OrderId, Order]:
        """Those that changed, as they are after all steps."""
        return {step.order.order_id: step.order for step in self.steps}


def settle(tours: Sequence[Tour], orders: Mapping[OrderId, Order]) -> Settled:
    """Take account of what was reported of these orders, whichever report came first.

    What has to come before and was not heard of is waited for: a delivery for its pickup, a
    second leg for the first. Raises Refused or Invalid when reports contradict one another.
    """
    steps = [step for order in orders.values() for step in _steps(order, tours)]
    known = {(step.tour_id, step.task.order_id, step.task.action) for step in steps}
    return Settled([_known(tour, known) for tour in tours], steps)


def _steps(order: Order, tours: Iterable[Tour]) -> Iterator[Step]:
    """The handovers that come next in the life of an order, as far as they were reported."""
    found = [
        (tour.tour_id, stop, task)
        for tour in tours
        for stop in tour.stops
        for task in stop.tasks
        if task.order_id == order.order_id and (task.waits or task.status == TaskStatus.TODO)
    ]
    for tour_id, stop, task in sorted(
        found, key=lambda one: (one[2].leg, one[2].action != "pickup")
    ):
        if task.status == TaskStatus.TODO and order.status not in ENDED:
            return
        if task.waits:
            order = after_task(order, task, stop.place)
            yield Step(tour_id, stop, task, order)


def _known(tour: Tour, steps: set[tuple[TourId, OrderId, str]]) -> Tour:
    stops = tuple(
        stop.model_copy(
            update={
                "tasks": tuple(
                    task.model_copy(update={"waits": False})
                    if (tour.tour_id, task.order_id, task.action) in steps
                    else task
                    for task in stop.tasks
                )
            }
        )
        for stop in tour.stops
    )
    return tour if stops == tour.stops else tour.changed(stops=stops)


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
