"""Whatever the day, its plan passes the independent check."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage_tours.domain.checker import check_plan
from maillage_tours.domain.crew import Crew
from maillage_tours.domain.day import TO_HUB, Day
from maillage_tours.domain.order import Order, Priority
from maillage_tours.domain.samples import (
    a_bike,
    a_day,
    a_load,
    a_rule,
    a_trailer,
    a_vehicle,
    a_zone,
    an_order,
    hours,
    place,
    spot,
    window,
)
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]


an_amount = st.integers(1, 250)
a_spot = st.tuples(st.integers(-6, 6), st.integers(-6, 6))
a_span = st.tuples(st.integers(6, 12), st.integers(1, 4))


RELAY = place("Relay point", 2, 0.5)
DIVIDED = (
    *a_vehicle().compartments,
    {
        "temperature": "ambient",
        "payload_kg": "120",
        "volume_m3": "1",
        "crates": 9,
        "is_dirty": True,
    },
)
CREWS = (
    Crew(),
    Crew(rest_after_s=2 * 3600),
    Crew(rest_after_s=5400, rest_s=2700, tour_s_max=4 * 3600, overtime_s_max=3600),
)


@st.composite
def a_random_order(draw: st.DrawFn, name: str) -> Order:
    doors = [place(f"{name}-{n}", *draw(a_spot)) for n in range(2)]
    ends = draw(st.sampled_from(["out", "back", "across"]))
    hub = place("Hub")
    first, long = draw(a_span)
    there = window(f"{first:02}:00", f"{first + long:02}:00")
    wide = window("06:00", "14:00")
    pickup, dropoff = {
        "out": ((hub, wide), (doors[1], there)),
        "back": ((doors[0], there), (hub, wide)),
        "across": ((doors[0], there), (doors[1], wide)),
    }[ends]
    return an_order(
        name,
        pickup=pickup[0],
        dropoff=dropoff[0],
        pickup_window=pickup[1],
        dropoff_window=dropoff[1],
        load=a_load(draw(an_amount), temperature=draw(st.sampled_from(["ambient", "cold"]))),
        is_waste=draw(st.sampled_from([False, False, True])),
        is_soiled=draw(st.sampled_from([False, False, True])),
        goods=draw(st.sampled_from([None, None, "fish", "drinks"])),
        priority=draw(st.sampled_from(list(Priority))),
        is_perishable=draw(st.booleans()),
        alternatives=[{"place": RELAY, "window": wide}] if draw(st.booleans()) else [],
    )


@st.composite
def a_random_day(draw: st.DrawFn) -> Day:
    orders = [draw(a_random_order(f"order {n}")) for n in range(draw(st.integers(1, 9)))]
    return a_day(
        orders,
        [
            a_vehicle(shift=hours("06:00", draw(st.sampled_from(["14:00", "16:00"])))),
            a_bike(),
            a_trailer(),
            a_vehicle("Far van", base=spot(5, 5), range_km="60", compartments=DIVIDED),
        ],
        crew=draw(st.sampled_from(CREWS)),
        rests=[place("Cafe", 2, 2)],
        incompatible=frozenset({("fish", "drinks")}),
        zones=draw(
            st.sampled_from([[], [a_zone()], [a_zone(a_rule(hours=hours("09:00", "11:00")))]])
        ),
    )


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(day=a_random_day())
async def test_every_plan_of_every_day_passes_the_check(plan: Planner, day: Day) -> None:
    """Nothing lost, nothing twice, windows, loads, zones and ranges kept, or a reason in words."""
    draft = await plan(day)
    verdict = check_plan(draft.tours, draft.left, day, draft.matrix)
    assert verdict.faults == ()
    assert all(draft.left.values())
    assert_nothing_lost_or_twice(draft)
    assert_room_at_each_stop(draft)


def assert_nothing_lost_or_twice(draft: Draft) -> None:
    """Each order is left out, or given once at the place where it ends, on one tour."""
    given = Counter(
        task.order_id
        for tour in draft.tours
        for stop in tour.stops
        for task in stop.tasks
        if task.action == "dropoff" and task.leg != TO_HUB
    )
    assert given == Counter({order.order_id for order in draft.day.orders} - draft.left.keys())


def assert_room_at_each_stop(draft: Draft) -> None:
    """What was taken and not yet given is never more than the vehicle carries."""
    for tour in draft.tours:
        onboard_kg = Decimal(0)
        for stop in tour.stops:
            for task in stop.tasks:
                onboard_kg += task.load.mass_kg if task.action == "pickup" else -task.load.mass_kg
                assert 0 <= onboard_kg <= tour.vehicle.payload_kg
            assert onboard_kg == stop.onboard_kg
        assert onboard_kg == 0


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(day=a_random_day(), chance=st.randoms(use_true_random=False))
async def test_the_plan_does_not_depend_on_the_order_in_which_things_are_read(
    plan: Planner, day: Day, chance: Random
) -> None:
    shuffled = replace(
        day,
        orders=chance.sample(list(day.orders), len(day.orders)),
        vehicles=chance.sample(list(day.vehicles), len(day.vehicles)),
    )
    one, other = await plan(day), await plan(shuffled)
    assert one.left == other.left
    assert one.tours == other.tours
