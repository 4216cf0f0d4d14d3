"""The independent check: good plans pass, and whatever is done to them is noticed."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage_contracts.vocabulary import OrderId, TimeWindow
from maillage_tours.domain.checker import Verdict, check_plan, check_tour, figures_of
from maillage_tours.domain.day import Day
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import (
    ON,
    a_day,
    a_load,
    a_rule,
    a_vehicle,
    a_zone,
    an_id,
    an_order,
    hours,
    place,
    spot,
    window,
    with_stop,
    with_stops,
)
from maillage_tours.domain.tour import Stop, Tour
from maillage_tours.domain.travel import Matrix, Travel, profile_of
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]


def some_orders() -> list[Order]:
    """Out, back, from door to door; cold and ambient; one with a tight window."""
    return [
        an_order("bread"),
        an_order("milk", dropoff=place("Dairy", 3, 2), load=a_load(30, temperature="cold")),
        an_order("fruit", dropoff=place("Grocer", 4, -1), load=a_load(200)),
        an_order(
            "crates",
            pickup=place("Dairy", 3, 2),
            dropoff=place("Hub"),
            pickup_window=window("08:00", "12:00"),
            dropoff_window=window("08:00", "13:00"),
            is_return=True,
        ),
        an_order("wood", pickup=place("Mill", 1, 4), dropoff=place("Press", 5, 3)),
        an_order("early", dropoff=place("Baker", 2, -2), dropoff_window=window("07:00", "07:40")),
    ]


def judged(draft: Draft, tours: Sequence[Tour] | None = None, **changes: object) -> Verdict:
    """The verdict on a draft, with other tours or another world."""
    day = replace(draft.day, **changes)  # pyright: ignore[reportArgumentType] fields of Day
    return check_plan(draft.tours if tours is None else tours, draft.left, day, draft.matrix)


def codes(verdict: Verdict) -> set[str]:
    return {fault.code for fault in verdict.faults}


@pytest.fixture
async def draft(plan: Planner) -> Draft:
    made = await plan(a_day(some_orders()))
    assert not made.left
    assert len(made.tours) == 1
    return made


@pytest.fixture
def tour(draft: Draft) -> Tour:
    return draft.tours[0]


def test_a_good_plan_passes_with_its_figures(draft: Draft, tour: Tour) -> None:
    verdict = judged(draft)
    assert verdict.faults == ()
    figures = verdict.figures[tour.tour_id]
    places = [tour.start, *(stop.place for stop in tour.stops), tour.end]
    km = sum(
        Decimal(tour.travel.between(a.position, b.position)[0]) / 1000 for a, b in pairwise(places)
    )
    assert figures.distance_km == km
    assert 0 <= figures.empty_km < km
    assert 0 < figures.load_factor < 1
    hours_ = Decimal(str((tour.ends_at - tour.starts_at).total_seconds())) / 3600
    assert figures.hours == round(hours_, 4)
    expected = km * Decimal("0.25") + hours_ * 24
    assert abs(figures.cost.amount - expected) <= Decimal("0.01")


def test_figures_of_a_tour_computed_by_hand(plan: Planner) -> None:
    hub, shop = place("Hub"), place("Shop", 2)
    travel = Travel(
        points=(hub.position, shop.position), metres=((0, 2800), (2800, 0)), seconds=((0, 360),) * 2
    )
    assert travel.between(hub.position, shop.position) == (2800, 360)
    first = Stop(
        number=1,
        place=hub,
        arrives_at=window("07:00", "08:00").start,
        departs_at=window("07:10", "08:00").start,
        onboard_kg=Decimal(400),
        tasks=(),
    )
    second = first.model_copy(update={"number": 2, "place": shop, "onboard_kg": Decimal(0)})
    tour = Tour.model_construct(
        vehicle=a_vehicle(),
        start=hub,
        end=hub,
        starts_at=window("07:00", "09:00").start,
        ends_at=window("07:00", "09:00").end,
        stops=(first, second),
        travel=travel,
    )
    figures = figures_of(tour)
    assert (figures.distance_km, figures.empty_km) == (Decimal("5.6"), Decimal("2.8"))
    assert figures.load_factor == Decimal("0.25")  # 400 of 800 kg, half of the way
    assert figures.cost.amount == Decimal("49.40")  # 5.6 km at 0.25 and two hours at 24


def test_swapped_stops_are_noticed(draft: Draft, tour: Tour) -> None:
    for first in range(len(tour.stops) - 1):
        stops = list(tour.stops)
        stops[first], stops[first + 1] = stops[first + 1], stops[first]
        assert judged(draft, [with_stops(tour, stops)]).faults


@given(st.permutations(range(7)))
def test_any_other_order_of_the_stops_is_noticed(order: list[int]) -> None:
    made = _kept["draft"]
    stops = made.tours[0].stops
    shuffled = [stops[place] for place in order if place < len(stops)]
    changed = with_stops(made.tours[0], shuffled)
    assert bool(judged(made, [changed]).faults) is (shuffled != list(stops))


_kept: dict[str, Draft] = {}


@pytest.fixture(autouse=True)
def _keep(draft: Draft) -> None:
    """Hypothesis cannot wait: it works on the draft of the fixture."""
    _kept["draft"] = draft


@given(st.integers(1, 20), st.integers(-7200, -1))
def test_arriving_earlier_than_driving_allows_is_noticed(number: int, seconds: int) -> None:
    tour = _kept["draft"].tours[0]
    stop = tour.stops[number % len(tour.stops)]
    moved = stop.arrives_at + timedelta(seconds=seconds)
    verdict = judged(_kept["draft"], [with_stop(tour, stop.number, arrives_at=moved)])
    assert ("driving" in codes(verdict)) is (_play_s(tour, stop.number) + seconds < 0)


@given(st.integers(1, 20), st.integers(-7200, 7200))
def test_leaving_before_the_work_is_done_or_too_late_for_the_next_is_noticed(
    number: int, seconds: int
) -> None:
    tour = _kept["draft"].tours[0]
    stop = tour.stops[number % len(tour.stops)]
    moved = stop.departs_at + timedelta(seconds=seconds)
    found = codes(judged(_kept["draft"], [with_stop(tour, stop.number, departs_at=moved)]))
    assert ("handling" in found) is (seconds < 0)
    assert ("driving" in found) is (_play_s(tour, stop.number + 1) < seconds)


def _play_s(tour: Tour, number: int) -> float:
    """Seconds to spare on the way to a stop, or home after the last."""
    before = tour.stops[number - 2]
    if number > len(tour.stops):
        place, arrives_at = tour.end, tour.ends_at
    else:
        place, arrives_at = tour.stops[number - 1].place, tour.stops[number - 1].arrives_at
    leaves = (before.place, before.departs_at) if number > 1 else (tour.start, tour.starts_at)
    _, way_s = tour.travel.between(leaves[0].position, place.position)
    return (arrives_at - leaves[1]).total_seconds() - way_s


def test_a_heavier_order_is_noticed(draft: Draft) -> None:
    orders = [
        order.model_copy(update={"load": a_load(700)}) if order.load.mass_kg == 200 else order
        for order in draft.day.orders
    ]
    assert "load" in codes(judged(draft, orders=orders))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"mass_kg": Decimal(790)}, "overload"),
        ({"mass_kg": Decimal(650)}, "compartment"),
        ({"volume_m3": Decimal(7)}, "compartment"),
        ({"crates": 61}, "compartment"),
        ({"temperature": "frozen"}, "compartment"),
    ],
)
def test_an_overload_is_noticed_whatever_the_plan_says(
    draft: Draft, tour: Tour, changes: dict[str, object], code: str
) -> None:
    stops = tuple(
        stop.model_copy(
            update={
                "tasks": tuple(
                    task.model_copy(update={"load": task.load.model_copy(update=changes)})
                    if task.load.mass_kg == 200
                    else task
                    for task in stop.tasks
                )
            }
        )
        for stop in tour.stops
    )
    verdict = judged(draft, [tour.model_copy(update={"stops": stops})])
    assert code in codes(verdict)
    assert verdict.figures == {}


def test_a_wrong_load_after_a_stop_is_noticed(draft: Draft, tour: Tour) -> None:
    assert "onboard" in codes(judged(draft, [with_stop(tour, 2, onboard_kg=Decimal(1))]))


def test_a_window_that_became_earlier_is_noticed(draft: Draft) -> None:
    orders = [
        order.model_copy(
            update={
                "dropoff_window": TimeWindow(
                    start=order.dropoff_window.start - timedelta(hours=3),
                    end=order.dropoff_window.start - timedelta(hours=2),
                )
            }
        )
        for order in draft.day.orders
    ]
    verdict = judged(draft, orders=orders)
    assert "late" in codes(verdict)
    assert "min late" in " ".join(fault.words for fault in verdict.faults)


def test_a_zone_that_was_closed_since_is_noticed(draft: Draft) -> None:
    assert judged(draft, zones=[a_zone(a_rule(vehicle_classes=("truck",)))]).faults == ()
    assert codes(judged(draft, zones=[a_zone()])) == {"zone"}


def test_a_vehicle_that_changed_or_left_is_noticed(draft: Draft) -> None:
    assert codes(judged(draft, vehicles=[])) == {"vehicle"}
    changed = a_vehicle(payload_kg="700")
    assert codes(judged(draft, vehicles=[changed])) == {"vehicle"}
    withdrawn = a_vehicle(in_service=False)
    tours = [draft.tours[0].model_copy(update={"vehicle": withdrawn})]
    assert codes(judged(draft, tours, vehicles=[withdrawn])) == {"vehicle"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"shift": hours("09:00", "14:00")}, "shift"),
        ({"shift": hours("05:00", "07:30")}, "shift"),
        ({"range_km": Decimal(10)}, "range"),
        ({"base": spot(1)}, "base"),
    ],
)
def test_limits_of_the_vehicle_are_held(
    draft: Draft, tour: Tour, changes: dict[str, object], code: str
) -> None:
    other = a_vehicle().model_copy(update=changes)
    tours = [tour.model_copy(update={"vehicle": other})]
    assert code in codes(judged(draft, tours, vehicles=[other]))


def test_a_vehicle_is_on_one_tour_at_a_time(draft: Draft, tour: Tour) -> None:
    busy = {tour.vehicle.vehicle_id: [TimeWindow(start=tour.starts_at, end=tour.ends_at)]}
    assert codes(judged(draft, busy=busy)) == {"busy"}
    before = TimeWindow(start=tour.starts_at - timedelta(hours=1), end=tour.starts_at)
    assert judged(draft, busy={tour.vehicle.vehicle_id: [before]}).faults == ()
    assert {"busy", "twice"} <= codes(judged(draft, [tour, tour]))


def test_another_day_is_noticed(draft: Draft, tour: Tour) -> None:
    other = tour.model_copy(update={"on": ON + timedelta(days=1)})
    assert codes(judged(draft, [other])) == {"day"}


def test_shorter_distances_of_its_own_are_noticed(draft: Draft, tour: Tour) -> None:
    halved = tour.travel.model_copy(
        update={
            "metres": tuple(tuple(m // 2 for m in row) for row in tour.travel.metres),
        }
    )
    assert codes(judged(draft, [tour.model_copy(update={"travel": halved})])) == {"travel"}
    routed = tour.model_copy(update={"matrix": "osrm"})
    assert codes(judged(draft, [routed])) == {"travel"}


def test_a_stop_without_known_distances_is_noticed(draft: Draft, tour: Tour) -> None:
    elsewhere = with_stop(tour, 1, place=place("Nowhere", 9, 9))
    assert "travel" in codes(judged(draft, [elsewhere]))
    unknown = Matrix("estimated", {})
    verdict = check_plan([tour], draft.left, draft.day, unknown)
    assert codes(verdict) == {"travel"}
    nowhere = Travel(points=(), metres=(), seconds=())
    poorer = Matrix("estimated", dict.fromkeys([profile_of(tour.vehicle)], nowhere))
    assert codes(check_plan([tour], draft.left, draft.day, poorer)) == {"travel"}


def test_a_forgotten_order_is_noticed(draft: Draft, tour: Tour) -> None:
    last = tour.stops[-1].tasks[0].order_id
    stops = [
        stop.model_copy(update={"tasks": tuple(t for t in stop.tasks if t.order_id != last)})
        for stop in tour.stops
    ]
    changed = with_stops(tour, [stop for stop in stops if stop.tasks])
    assert "lost" in codes(judged(draft, [changed]))


def test_an_order_is_planned_or_left_with_a_reason_but_not_both(draft: Draft) -> None:
    order_id = draft.day.orders[0].order_id
    both = replace(draft, left={order_id: "no reason at all"})
    assert codes(judged(both)) == {"lost"}
    nothing = replace(draft, left={})
    assert codes(judged(nothing, [])) == {"lost"}
    reasonless = {order.order_id: "" for order in draft.day.orders}
    assert codes(judged(replace(draft, left=reasonless), [])) == {"lost"}


def test_an_order_from_elsewhere_is_noticed(draft: Draft) -> None:
    assert "order" in codes(judged(draft, orders=draft.day.orders[1:]))
    foreign = replace(draft, left={OrderId(an_id("foreign")): "why"})
    assert codes(judged(foreign)) == {"order"}


def test_a_stop_at_another_place_is_noticed(draft: Draft, tour: Tour) -> None:
    other = with_stop(tour, len(tour.stops), place=tour.stops[1].place)
    assert "place" in codes(judged(draft, [other]))


def test_giving_before_taking_is_noticed(draft: Draft, tour: Tour) -> None:
    reversed_ = with_stops(tour, list(reversed(tour.stops)))
    assert "precedence" in codes(judged(draft, [reversed_]))


def test_what_is_taken_and_never_given_is_noticed(draft: Draft, tour: Tour) -> None:
    assert "kept" in codes(judged(draft, [with_stops(tour, tour.stops[:1])]))


def test_taking_twice_is_noticed(draft: Draft, tour: Tour) -> None:
    doubled = with_stop(tour, 1, tasks=tour.stops[0].tasks + tour.stops[0].tasks[:1])
    assert "twice" in codes(check_tour(doubled, draft.day))


def test_wrong_numbers_are_noticed(draft: Draft, tour: Tour) -> None:
    assert codes(judged(draft, [with_stop(tour, 2, number=9)])) == {"numbers"}


def test_too_little_time_at_a_stop_is_noticed(draft: Draft, tour: Tour) -> None:
    hurried = with_stop(tour, 2, departs_at=tour.stops[1].arrives_at)
    assert codes(judged(draft, [hurried])) == {"handling"}


def test_one_tour_is_checked_again_in_the_world_as_it_is(draft: Draft, tour: Tour) -> None:
    assert check_tour(tour, draft.day).figures == judged(draft).figures
    assert codes(check_tour(tour, replace(draft.day, zones=[a_zone()]))) == {"zone"}
