"""From orders to draft tours: what is carried how, and why what is not is not."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from maillage_contracts.vocabulary import TimeWindow
from maillage_tours.domain.checker import check_plan
from maillage_tours.domain.day import Day, Pace, free_shift
from maillage_tours.domain.drafting import without_orders
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
from maillage_tours.domain.travel import Profile, estimated
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]


async def reason(plan: Planner, order: Order, **world: object) -> str:
    """Why an order is left out of a day of its own; fails when it is planned."""
    draft = await plan(a_day([order], **world))  # pyright: ignore[reportArgumentType] as a_day
    assert check_plan(draft.tours, draft.left, draft.day, draft.matrix).faults == ()
    return draft.left[order.order_id]


class TestHardReasons:
    async def test_no_vehicle(self, plan: Planner) -> None:
        said = await reason(plan, an_order(), vehicles=[])
        assert said == "no vehicle is in service on this day"

    async def test_no_compartment_of_its_temperature(self, plan: Planner) -> None:
        milk = an_order(load=a_load(temperature="cold"))
        assert await reason(plan, milk, vehicles=[a_bike()]) == "no cold compartment (Bike)"

    async def test_too_heavy_for_each(self, plan: Planner) -> None:
        heavy = an_order(load=a_load("900.50"))
        said = await reason(plan, heavy, vehicles=[a_vehicle(), a_bike()])
        assert said == "900.5 kg is too heavy (Bike, Van)"

    @pytest.mark.parametrize(
        ("load", "said"),
        [
            (a_load(volume_m3="7"), "7 m3 is too large (Van)"),
            (a_load(crates=61), "61 crates are too many (Van)"),
            (a_load(700), "700 kg is too heavy (Van)"),  # 800 in all, but 600 ambient
        ],
    )
    async def test_too_large(self, plan: Planner, load: object, said: str) -> None:
        assert await reason(plan, an_order(load=load)) == said

    async def test_a_zone_that_no_vehicle_may_enter(self, plan: Planner) -> None:
        inside = an_order(dropoff=place("Shop", 4))
        said = await reason(plan, inside, zones=[a_zone()])
        assert said == "may not enter Centre at that time (Van)"

    async def test_a_zone_that_opens_too_late(self, plan: Planner) -> None:
        inside = an_order(dropoff=place("Shop", 4), dropoff_window=window("07:00", "09:00"))
        evening = a_zone(a_rule(hours=hours("06:00", "09:30")))
        assert "may not enter Centre" in await reason(plan, inside, zones=[evening])

    async def test_windows_outside_the_shift(self, plan: Planner) -> None:
        late = an_order(
            pickup_window=window("15:00", "18:00"), dropoff_window=window("15:00", "18:00")
        )
        assert await reason(plan, late) == "cannot keep the windows within its shift (Van)"

    async def test_further_than_the_range(self, plan: Planner) -> None:
        far = an_order(dropoff=place("Farm", -40))
        said = await reason(plan, far, vehicles=[a_vehicle(range_km="100")])
        assert said == "too far for its range (Van)"

    async def test_a_shift_that_published_tours_fill(self, plan: Planner) -> None:
        busy = {a_vehicle().vehicle_id: [window("06:00", "14:00")]}
        assert await reason(plan, an_order(), busy=busy) == (
            "its shift is taken by published tours (Van)"
        )

    async def test_many_vehicles_are_not_all_named(self, plan: Planner) -> None:
        vans = [a_vehicle(f"Van {number}") for number in range(7)]
        said = await reason(plan, an_order(load=a_load(900)), vehicles=vans)
        assert said.endswith(" and 2 more)")


class TestSoftReasons:
    async def test_minutes_that_are_missing(self, plan: Planner) -> None:
        vehicle = a_vehicle(shift=hours("06:00", "07:30"))
        day = a_day([an_order(f"{n}", dropoff=place(f"Shop {n}", n, n)) for n in range(1, 7)])
        draft = await plan(replace(day, vehicles=[vehicle]))
        assert draft.left
        assert all(
            said.startswith("would need +") and said.endswith(" min on Van")
            for said in draft.left.values()
        )

    async def test_room_that_is_missing(self, plan: Planner) -> None:
        slot = window("08:00", "08:30")
        orders = [
            an_order(
                f"{n}",
                load=a_load(90),
                pickup_window=window("06:00", "06:30"),
                dropoff=place(f"Shop {n}", 2, n / 10),
                dropoff_window=slot,
            )
            for n in range(2)
        ]
        draft = await plan(a_day(orders, [a_bike()]))
        assert list(draft.left.values()) == [
            "would need 30 kg more room and 30 kg more room (ambient) on Bike"
        ]

    async def test_range_that_is_missing(self, plan: Planner) -> None:
        orders = [
            an_order("south", dropoff=place("South", 9), dropoff_window=window("07:00", "14:00")),
            an_order("north", dropoff=place("North", -9), dropoff_window=window("07:00", "14:00")),
        ]
        draft = await plan(a_day(orders, [a_vehicle(range_km="40")]))
        assert list(draft.left.values()) == ["would need 11 km more range on Van"]


class TestWhatIsPlanned:
    async def test_the_heaviest_that_fits_exactly(self, plan: Planner) -> None:
        draft = await plan(a_day([an_order(load=a_load("600", volume_m3="6", crates=60))]))
        assert draft.left == {}

    async def test_a_zone_with_hours_is_entered_in_them(self, plan: Planner) -> None:
        inside = an_order(
            dropoff=place("Shop", 4), dropoff_window=window("07:00", "12:00"), load=a_load(100)
        )
        morning = a_zone(a_rule(hours=hours("08:30", "23:00")))
        draft = await plan(a_day([inside], zones=[morning]))
        assert draft.left == {}
        stop = draft.tours[0].stops[-1]
        assert stop.departs_at <= window("08:30", "09:00").start

    async def test_bikes_do_what_vans_may_not(self, plan: Planner) -> None:
        orders = [an_order(f"{n}", dropoff=place(f"Shop {n}", 4, n / 5)) for n in range(5)]
        draft = await plan(a_day(orders, [a_vehicle(), a_bike()], zones=[a_zone()]))
        assert draft.left == {}
        assert {tour.vehicle.label for tour in draft.tours} == {"Bike"}

    async def test_who_waits_for_a_zone_waits_outside(self, plan: Planner) -> None:
        inside = an_order(dropoff=place("Shop", 4), dropoff_window=window("09:00", "12:00"))
        opens_late = a_zone(a_rule(allowed=True, hours=hours("10:00", "11:00")))
        draft = await plan(a_day([inside], zones=[opens_late]))
        assert draft.left == {}
        assert draft.tours[0].stops[-1].arrives_at >= window("10:00", "11:00").start

    async def test_returns_come_back_on_the_tour_that_goes_out(self, plan: Planner) -> None:
        shop = place("Shop", 3, 1)
        out = an_order("bread", dropoff=shop)
        back = an_order(
            "crates",
            pickup=shop,
            dropoff=place("Hub"),
            pickup_window=window("07:00", "12:00"),
            dropoff_window=window("07:00", "14:00"),
        )
        draft = await plan(a_day([out, back]))
        assert [[task.action for task in stop.tasks] for stop in draft.tours[0].stops] in (
            [["pickup"], ["dropoff", "pickup"], ["dropoff"]],
            [["pickup"], ["pickup", "dropoff"], ["dropoff"]],
        )

    async def test_a_bike_comes_back_for_a_second_load(self, plan: Planner) -> None:
        orders = [
            an_order(f"{n}", load=a_load(100), dropoff=place(f"Shop {n}", 1, n / 3))
            for n in range(3)
        ]
        draft = await plan(a_day(orders, [a_bike()]))
        assert draft.left == {}
        labels = [stop.place.label for stop in draft.tours[0].stops]
        assert labels.count("Hub") == 3

    async def test_a_hub_window_that_closes_before_the_shift_ends_is_kept(
        self, plan: Planner
    ) -> None:
        back = an_order(
            "crates",
            pickup=place("Shop", 3),
            dropoff=place("Hub"),
            pickup_window=window("07:00", "12:00"),
            dropoff_window=window("09:00", "10:00"),
        )
        early = an_order(
            "flour", pickup_window=window("06:00", "06:20"), dropoff_window=window("06:00", "14:00")
        )
        draft = await plan(a_day([back, early]))
        assert draft.left == {}
        assert check_plan(draft.tours, draft.left, draft.day, draft.matrix).faults == ()

    async def test_the_same_day_gives_the_same_plan_in_whatever_order_it_is_read(
        self, plan: Planner
    ) -> None:
        orders = [an_order(f"{n}", dropoff=place(f"Shop {n}", n, -n)) for n in range(1, 6)]
        day = a_day(orders, [a_vehicle(), a_bike()])
        turned = a_day(orders[::-1], [a_bike(), a_vehicle()])
        assert (await plan(day)).tours == (await plan(turned)).tours

    async def test_every_plan_says_where_its_distances_and_routes_come_from(
        self, plan: Planner
    ) -> None:
        tour = (await plan(a_day([an_order()]))).tours[0]
        assert (tour.matrix, tour.solver) == ("estimated", "pyvrp 0.14.1")

    async def test_a_vehicle_without_a_hub_starts_at_its_own_base(self, plan: Planner) -> None:
        draft = await plan(a_day([an_order()], [a_vehicle(base=spot(6))], hubs=[]))
        assert draft.tours[0].start.label == "Base: Van"


class TestTakingOrdersOut:
    async def test_the_rest_keeps_its_hours_and_still_passes(self, plan: Planner) -> None:
        orders = [an_order(f"{n}", dropoff=place(f"Shop {n}", n, n)) for n in range(1, 4)]
        draft = await plan(a_day(orders))
        gone = frozenset([orders[1].order_id])
        rest = without_orders(draft.tours[0], gone)
        assert rest is not None
        left = dict.fromkeys(gone, "suspended")
        assert check_plan([rest], left, draft.day, draft.matrix).faults == ()
        assert [stop.number for stop in rest.stops] == [1, 2, 3]

    async def test_nothing_remains_of_a_tour_for_one(self, plan: Planner) -> None:
        draft = await plan(a_day([an_order()]))
        assert without_orders(draft.tours[0], frozenset([an_order().order_id])) is None

    async def test_any_order_may_be_taken_out_of_any_tour(self, plan: Planner) -> None:
        orders = [
            an_order(f"{n}", pickup=place(f"Mill {n}", n, -n), dropoff=place(f"Shop {n}", -n, 1))
            for n in range(1, 6)
        ]
        draft = await plan(a_day(orders, [a_vehicle("One"), a_vehicle("Two")]))
        for tour in draft.tours:
            for order_id in tour.order_ids:
                rest = without_orders(tour, frozenset([order_id]))
                others = [one for one in draft.tours if one is not tour]
                tours = [*others, rest] if rest else others
                left = {**draft.left, order_id: "suspended"}
                assert check_plan(tours, left, draft.day, draft.matrix).faults == ()


class TestFreeShift:
    SHIFT = window("06:00", "14:00")

    @pytest.mark.parametrize(
        ("busy", "free"),
        [
            ([], ("06:00", "14:00")),
            ([("06:00", "09:00")], ("09:00", "14:00")),
            ([("08:00", "09:00"), ("06:30", "07:00")], ("09:00", "14:00")),
            ([("12:00", "18:00")], ("06:00", "12:00")),
            ([("05:00", "06:00")], ("06:00", "14:00")),
            ([("07:00", "13:30"), ("06:00", "07:30")], ("13:30", "14:00")),
        ],
    )
    def test_the_longest_stretch_that_is_left(
        self, busy: list[tuple[str, str]], free: tuple[str, str]
    ) -> None:
        taken = [window(*one) for one in busy]
        assert free_shift(self.SHIFT, taken) == window(*free)

    def test_nothing_is_left_of_a_full_shift(self) -> None:
        later = TimeWindow(start=self.SHIFT.end, end=self.SHIFT.end + timedelta(hours=1))
        assert free_shift(self.SHIFT, [self.SHIFT, later]) is None


def test_distances_are_great_circles_times_the_factor() -> None:
    profile = Profile(energy="electric", vehicle_class="van", speed_kmh=Decimal(30))
    matrix = estimated([spot(0), spot(10)], [profile], Decimal("1.4"))
    metres, seconds = matrix.travel[profile].between(spot(0), spot(10))
    assert matrix.source == "estimated"
    assert abs(metres - 14_000) <= 2
    assert seconds == -(-metres * 36 // 300)
    assert matrix.travel[profile].among([spot(10)]).metres == ((0,),)


def test_handling_takes_longer_for_heavier_goods_and_no_time_at_a_hub() -> None:
    pace = Pace()
    assert pace.handling(a_load(50), at_hub=False) == 90
    assert pace.handling(a_load(50), at_hub=True) == 0
    assert (pace.setup(at_hub=False), pace.setup(at_hub=True)) == (120, 600)
