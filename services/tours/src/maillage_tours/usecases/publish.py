"""Giving proposed tours to their crews, checked once more in the world as it is now."""

from collections.abc import Sequence
from dataclasses import replace

from maillage_contracts.envelope import Event
from maillage_contracts.refusals import Refused
from maillage_contracts.vocabulary import TourId, VehicleId
from maillage_tours.domain.checker import check_tour
from maillage_tours.domain.day import FROM_HUB, TO_HUB, Day
from maillage_tours.domain.order import Carriage, Order, OrderStatus
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.tour import Tour, TourStatus
from maillage_tours.usecases.announce import published
from maillage_tours.usecases.gather_day import gather_day
from maillage_tours.usecases.propose_plan import must_pass
from maillage_tours.usecases.store import Store
from maillage_tours.usecases.withdraw import by_id


async def publish(tours: Sequence[Tour], store: Store, terms: Terms) -> Sequence[Event]:
    """Publish these tours, already locked, together. Raises Refused, with nothing published."""
    for tour in tours:
        if tour.status != TourStatus.PROPOSED:
            raise Refused(f"tour {tour.tour_id} is {tour.status}: only a proposed one is published")
    for vehicle_id in sorted(_vehicles_of(tours)):
        await store.vehicle_to_change(vehicle_id)
    order_ids = {order_id for tour in tours for order_id in tour.order_ids}
    orders = by_id(await store.orders_to_change(order_ids))
    events: list[Event] = []
    for tour in sorted(tours, key=_first_legs_first):
        day = await gather_day(tour.on, store, terms)
        carried = [orders[order_id] for order_id in tour.order_ids if order_id in orders]
        must_pass(verdict := check_tour(tour, _with_orders(day, carried, tour)))
        figures = verdict.figures[tour.tour_id]
        after = tour.become(TourStatus.PUBLISHED, figures=figures)
        orders |= {order.order_id: _planned(order, after) for order in carried}
        await store.put_tours([after])
        events.append(published(after, figures))
    await store.put_orders(list(orders.values()))
    return events


def _vehicles_of(tours: Sequence[Tour]) -> set[VehicleId]:
    """Vehicles, and the trailers behind them."""
    both = [(tour.vehicle.vehicle_id, tour.vehicle.pulls) for tour in tours]
    return {one for pair in both for one in pair if one is not None}


def _first_legs_first(tour: Tour) -> tuple[bool, TourId]:
    return any(task.leg == FROM_HUB for task in tour.tasks), tour.tour_id


def _with_orders(day: Day, carried: Sequence[Order], tour: Tour) -> Day:
    """The day with just the orders that this tour may carry as things are now."""
    return replace(day, orders=[order for order in carried if _may_be_on(order, tour)])


def _may_be_on(order: Order, tour: Tour) -> bool:
    if tour.legs_of(order.order_id) == frozenset([FROM_HUB]):
        if order.tour_of_leg(FROM_HUB) is not None:
            return False
        return order.status == OrderStatus.AT_HUB or order.tour_of_leg(TO_HUB) is not None
    return order.status == OrderStatus.ACCEPTED


def _planned(order: Order, tour: Tour) -> Order:
    carriages = (
        *order.carriages,
        *(Carriage(leg=leg, tour_id=tour.tour_id) for leg in tour.legs_of(order.order_id)),
    )
    if order.status == OrderStatus.ACCEPTED:
        return order.become(OrderStatus.PLANNED, carriages=carriages)
    return order.changed(carriages=carriages)
