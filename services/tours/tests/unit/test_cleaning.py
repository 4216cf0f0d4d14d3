"""After waste, a vehicle carries nothing else until it was cleaned at its base."""

from collections.abc import Awaitable, Callable, Sequence

import pytest

from maillage_tours.domain.checker import check_plan
from maillage_tours.domain.day import Day
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import a_day, a_load, a_vehicle, an_order, place, window
from maillage_tours.domain.tour import Tour
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]


def peelings(*, dropoff_until: str = "14:00") -> Order:
    """Food waste, on the doorstep of the first shop before any other is open."""
    return an_order(
        "peelings",
        pickup=place("Canteen", 1),
        dropoff=place("Hub"),
        load=a_load(50),
        pickup_window=window("07:00", "08:00"),
        dropoff_window=window("07:00", dropoff_until),
        is_waste=True,
    )


def bread(name: str, south: int) -> Order:
    return an_order(name, dropoff=place(name, south), dropoff_window=window("09:00", "12:00"))


async def test_clean_goods_come_after_a_stop_at_the_base(plan: Planner) -> None:
    day = a_day([peelings(), bread("near", 2), bread("far", 4)])
    draft = await plan(day)
    assert not draft.left
    (tour,) = draft.tours
    assert check_plan(draft.tours, draft.left, day, draft.matrix).faults == ()
    places = [stop.place.label for stop in tour.stops]
    assert places.index("Hub", 1) < places.index("near")
    assert places.index("Canteen") < places.index("near")


async def test_an_unclean_vehicle_is_noticed(plan: Planner) -> None:
    day = a_day([peelings(), bread("near", 2), bread("far", 4)])
    draft = await plan(day)
    dirty = a_day([order.model_copy(update={"is_waste": False}) for order in day.orders])
    mixed = await plan(dirty)
    assert _order_of(mixed.tours) != _order_of(draft.tours)
    found = check_plan(mixed.tours, mixed.left, day, mixed.matrix).faults
    assert {fault.code for fault in found} == {"cleaning"}
    assert "Van is not clean at" in found[0].words


def _order_of(tours: Sequence[Tour]) -> list[str]:
    return [stop.place.label for tour in tours for stop in tour.stops]


async def test_what_would_need_cleaning_says_so(plan: Planner) -> None:
    """A vehicle far from its base all morning has no place to be cleaned."""
    van = a_vehicle(base=place("Depot", 6, 6).position)
    across = an_order(
        "across",
        pickup=place("Dairy", 1, 1),
        dropoff=place("Grocer", 2),
        pickup_window=window("07:00", "07:10"),
        dropoff_window=window("10:30", "10:45"),
    )
    waste = an_order(
        "waste",
        pickup=place("Canteen", 1),
        dropoff=place("Compost", 2, 1),
        pickup_window=window("08:00", "08:10"),
        dropoff_window=window("08:00", "12:00"),
        is_waste=True,
    )
    draft = await plan(a_day([across, waste], [van]))
    assert list(draft.left.values()) == ["would need a cleaning between two loads on Van"]


@pytest.mark.parametrize("is_waste", [True, False])
async def test_a_day_of_one_kind_needs_none(plan: Planner, *, is_waste: bool) -> None:
    orders = [peelings(), bread("near", 2)]
    day = a_day([order.model_copy(update={"is_waste": is_waste}) for order in orders])
    draft = await plan(day)
    assert not draft.left
    assert check_plan(draft.tours, draft.left, day, draft.matrix).faults == ()
