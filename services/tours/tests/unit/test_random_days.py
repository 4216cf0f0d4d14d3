"""Whatever the day, its plan passes the independent check."""

from collections.abc import Awaitable, Callable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from maillage_tours.domain.checker import check_plan
from maillage_tours.domain.day import Day
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import (
    a_bike,
    a_day,
    a_load,
    a_rule,
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
    )


@st.composite
def a_random_day(draw: st.DrawFn) -> Day:
    orders = [draw(a_random_order(f"order {n}")) for n in range(draw(st.integers(1, 9)))]
    return a_day(
        orders,
        [a_vehicle(), a_bike(), a_vehicle("Far van", base=spot(5, 5), range_km="60")],
        zones=draw(
            st.sampled_from([[], [a_zone()], [a_zone(a_rule(hours=hours("09:00", "11:00")))]])
        ),
    )


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(day=a_random_day())
async def test_every_plan_of_every_day_passes_the_check(plan: Planner, day: Day) -> None:
    """Nothing lost, nothing twice, windows, loads, zones and ranges kept, or a reason in words."""
    draft = await plan(day)
    verdict = check_plan(draft.tours, draft.left, day, draft.matrix)
    assert verdict.faults == ()
    assert all(draft.left.values())
