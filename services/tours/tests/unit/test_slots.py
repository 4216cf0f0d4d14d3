"""Places for one order more: all that the check would pass, and none that has no room."""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from maillage_contracts.vocabulary import Load
from maillage_tours.domain.day import Day
from maillage_tours.domain.joining import CHECKED_MAX, join, join_at
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import (
    TERMS,
    a_day,
    a_load,
    a_vehicle,
    an_order,
    place,
    window,
)
from maillage_tours.domain.slots import Slot, slots
from maillage_tours.domain.tour import Tour
from maillage_tours.domain.travel import Travel, extended, profile_of
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]
DAWN = window("05:00", "06:00").start
SHOPS = 9
PARTS = (
    {"temperature": "ambient", "payload_kg": "600", "volume_m3": "6", "crates": 60},
    {"temperature": "cold", "payload_kg": "300", "volume_m3": "3", "crates": 30},
    {
        "temperature": "ambient",
        "payload_kg": "90",
        "volume_m3": "1",
        "crates": 9,
        "is_dirty": True,
    },
)

LOADS: Mapping[str, tuple[dict[str, object], dict[str, object]]] = {
    # what each shop is given, and what the order more has
    "kg in all": ({"mass_kg": 60}, {"mass_kg": 300, "temperature": "cold"}),
    "kg of its kind": ({"mass_kg": 60}, {"mass_kg": 150}),
    "m3": ({"volume_m3": "0.6"}, {"volume_m3": "2"}),
    "crates": ({"crates": 6}, {"crates": 30}),
}


def the_day(each: Mapping[str, object]) -> Day:
    """Nine shops on the road south, and one van for them."""
    shops = [
        an_order(f"shop {n}", dropoff=place(f"Shop {n}", n, n % 2), load=load(each))
        for n in range(1, SHOPS + 1)
    ]
    return a_day(shops, [a_vehicle(compartments=PARTS)])


def load(changes: Mapping[str, object]) -> Load:
    return a_load(**{"mass_kg": 10, "crates": 1, **changes})


async def planned(plan: Planner, day: Day, order: Order) -> tuple[Tour, Travel]:
    """The day's tour, and its distances with the ends of an order more."""
    (tour,) = (await plan(day)).tours
    ends = [order.pickup.position, order.dropoff.position]
    return tour, extended(tour.travel, ends, profile_of(tour.vehicle), TERMS.detour_factor)


def found(order: Order, tour: Tour, travel: Travel, day: Day) -> set[tuple[int, int]]:
    return {(one.taken, one.given) for one in slots(order, tour, travel, day, locked=0, now=DAWN)}


def longer(day: Day, order: Order) -> Day:
    return a_day([*day.orders, order], day.vehicles)


@pytest.mark.parametrize("short", LOADS)
async def test_they_are_those_that_pass_the_check(short: str, plan: Planner) -> None:
    each, more = LOADS[short]
    ends = {"pickup": place("Mill", 1, 2), "dropoff": place("Press", 8, 2)}
    order = an_order("more", load=load(more), **ends)
    before = the_day(each)
    tour, travel = await planned(plan, before, order)
    day = longer(before, order)
    gaps = range(len(tour.stops) + 1)
    pairs = [(taken, given) for taken in gaps for given in gaps if given >= taken]
    passed = {
        pair
        for pair in pairs
        if join_at(Slot(0, *pair), order, tour, travel, day, now=DAWN) is not None
    }
    assert found(order, tour, travel, day) == passed
    assert 0 < len(passed) < len(pairs) - CHECKED_MAX, "more places lack room than are checked"
    assert join(order, tour, travel, day, DAWN) is not None, "the cheapest ones are full"


async def test_what_is_dirty_has_its_own_room(plan: Planner) -> None:
    """Nine soiled crates come back: their room is full, that of what is clean is not."""
    back = [
        an_order(
            f"back {n}",
            pickup=place(f"Shop {n}", n),
            dropoff=place("Hub"),
            load=load({"crates": 3, "volume_m3": "0.1"}),
            is_return=True,
            is_soiled=True,
        )
        for n in (1, 2, 3)
    ]
    before = a_day(back, [a_vehicle(compartments=PARTS)])
    ends = {"pickup": place("Mill", 4, 2), "dropoff": place("Press", 5, 2)}
    clean = an_order("clean", load=load({"crates": 55}), **ends)
    soiled = an_order("soiled", load=load({"crates": 1}), is_soiled=True, **ends)
    tour, travel = await planned(plan, before, clean)
    last = len(tour.stops) - 1
    assert tour.stops[last - 1].onboard_kg == 30
    assert (last, last) in found(clean, tour, travel, longer(before, clean))
    assert (last, last) not in found(soiled, tour, travel, longer(before, soiled))
