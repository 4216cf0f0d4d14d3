"""Reports in any order: whichever comes first, goods end where they end."""

from collections.abc import Awaitable, Callable, Sequence
from decimal import Decimal
from itertools import permutations

import pytest

from maillage_contracts.refusals import Invalid
from maillage_tours.domain.consignment import Consignment, after_step, consignment_of
from maillage_tours.domain.custody import Settled, Step, settle
from maillage_tours.domain.day import FROM_HUB, TO_HUB, Day
from maillage_tours.domain.execution import Handed, complete_stop, fail_stop, is_done
from maillage_tours.domain.order import Order, OrderStatus
from maillage_tours.domain.samples import a_bike, a_day, a_vehicle, a_zone, an_order, place, window
from maillage_tours.domain.tour import Tour, TourStatus, Visited
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]
EVENING = window("20:00", "21:00").start
PEEL = an_order(
    "peel",
    is_waste=True,
    pickup=place("Farm", -8),
    dropoff=place("Shop", 4),
    pickup_window=window("06:00", "12:00"),
    dropoff_window=window("08:00", "13:00"),
)


@pytest.fixture
async def tours(plan: Planner) -> list[Tour]:
    """A van brings an order to the hub, a bike takes it on: two stops each, published."""
    draft = await plan(a_day([PEEL], [a_vehicle(), a_bike()], zones=[a_zone()]))
    given = [tour.changed(status=TourStatus.PUBLISHED) for tour in draft.tours]
    assert {leg for tour in given for leg in tour.legs_of(PEEL.order_id)} == {TO_HUB, FROM_HUB}
    return given


def reported(tour: Tour, number: int, accepted_kg: int) -> Tour:
    """The stop, done with so much of each order."""
    stop = tour.stops[number - 1]
    visited = Visited(arrived_at=stop.arrives_at, completed_at=stop.departs_at)
    handed = [
        Handed(order_id=one.order_id, action=one.action, accepted_kg=Decimal(accepted_kg))
        for one in stop.tasks
    ]
    return complete_stop(tour, number, visited, handed, EVENING)


def told(tours: Sequence[Tour], reports: Sequence[tuple[int, int]]) -> tuple[list[Tour], Settled]:
    """All reports, each settled when it comes; the steps of all of them together."""
    current, order = list(tours), PEEL.changed(status=OrderStatus.PLANNED)
    steps: list[Step] = []
    for which, number in reports:
        current[which] = reported(current[which], number, 20)
        settled = settle(current, {order.order_id: order})
        current = list(settled.tours)
        order = settled.orders.get(order.order_id, order)
        steps += settled.steps
    return current, Settled(current, steps)


def test_any_order_of_reports_leads_to_the_same_end(tours: list[Tour]) -> None:
    reports = [(which, number) for which in range(2) for number in (1, 2)]
    ends: set[tuple[object, ...]] = set()
    for shuffled in permutations(reports):
        after, settled = told(tours, shuffled)
        order: Order = settled.orders[PEEL.order_id]
        waste: Consignment = consignment_of(PEEL)
        for step in settled.steps:
            waste = after_step(waste, step)
        ends.add((order.status, order.taken_kg, waste.status, waste.accepted_kg, waste.version))
        assert all(map(is_done, after))
        assert [step.order.status for step in settled.steps] == [
            OrderStatus.IN_PROGRESS,
            OrderStatus.AT_HUB,
            OrderStatus.IN_PROGRESS,
            OrderStatus.FULFILLED,
        ]
    assert ends == {("fulfilled", Decimal(20), "accepted", Decimal(20), 6)}


def test_a_tour_is_not_over_while_something_waits(tours: list[Tour]) -> None:
    bike = next(
        i for i, tour in enumerate(tours) if tour.legs_of(PEEL.order_id) == frozenset([FROM_HUB])
    )
    after, settled = told(tours, [(bike, 1), (bike, 2)])
    assert settled.steps == []
    assert not is_done(after[bike])


def test_what_cannot_be_is_said_when_the_second_report_comes(tours: list[Tour]) -> None:
    van = next(tour for tour in tours if tour.legs_of(PEEL.order_id) == frozenset([TO_HUB]))
    order = PEEL.changed(status=OrderStatus.PLANNED)
    late = reported(van, 2, 20)
    assert settle([late], {order.order_id: order}).steps == []
    with pytest.raises(Invalid, match="1 kg were taken on board"):
        settle([reported(late, 1, 1)], {order.order_id: order})


def test_waste_that_nobody_took_stays_prepared(tours: list[Tour]) -> None:
    van = next(tour for tour in tours if tour.legs_of(PEEL.order_id) == frozenset([TO_HUB]))
    stop = van.stops[0]
    visited = Visited(arrived_at=stop.arrives_at, completed_at=stop.departs_at)
    failed = fail_stop(van, 1, visited, "closed", EVENING)
    order = PEEL.changed(status=OrderStatus.PLANNED)
    (step,) = settle([failed], {order.order_id: order}).steps
    waste = consignment_of(PEEL)
    assert (step.order.status, after_step(waste, step)) == (OrderStatus.FAILED, waste)
