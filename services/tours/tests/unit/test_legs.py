"""Orders in two legs: when they are split, and that no half of one is carried."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

from maillage_tours.domain.checker import check_plan
from maillage_tours.domain.day import Day, Pace
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import (
    a_bike,
    a_day,
    a_hub,
    a_load,
    a_rule,
    a_vehicle,
    a_zone,
    an_id,
    an_order,
    hours,
    place,
    window,
)
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]


class TestTwoLegs:
    """What bikes alone may deliver is brought to the hub when it comes from far."""

    def farm_to_centre(self, **changes: object) -> Order:
        return an_order(
            "honey",
            **{
                "pickup": place("Farm", -8),
                "dropoff": place("Shop", 4),
                "pickup_window": window("06:00", "12:00"),
                "dropoff_window": window("08:00", "13:00"),
                **changes,
            },
        )

    async def legs(self, plan: Planner, order: Order, **world: object) -> list[list[str]]:
        usual: dict[str, object] = {"vehicles": [a_vehicle(), a_bike()], "zones": [a_zone()]}
        draft = await plan(a_day([order], **{**usual, **world}))  # pyright: ignore[reportArgumentType] as a_day
        assert check_plan(draft.tours, draft.left, draft.day, draft.matrix).faults == ()
        return sorted([stop.place.label for stop in tour.stops] for tour in draft.tours)

    async def test_van_then_bike(self, plan: Planner) -> None:
        assert await self.legs(plan, self.farm_to_centre()) == [["Farm", "Hub"], ["Hub", "Shop"]]

    async def test_what_is_near_comes_by_bike_alone(self, plan: Planner) -> None:
        near = self.farm_to_centre(pickup=place("Garden", 1))
        assert await self.legs(plan, near) == [["Garden", "Shop"]]

    async def test_what_vans_may_deliver_is_not_split(self, plan: Planner) -> None:
        outside = self.farm_to_centre(dropoff=place("Shop", 2))
        assert await self.legs(plan, outside) == [["Farm", "Shop"]]

    async def test_a_van_that_may_enter_drives_through(self, plan: Planner) -> None:
        vans = [a_vehicle(), a_vehicle("Diesel", energy="diesel")]
        zone = a_zone(a_rule(energies=("diesel",)))
        assert await self.legs(plan, self.farm_to_centre(), vehicles=vans, zones=[zone]) == [
            ["Farm", "Shop"]
        ]

    async def test_without_a_hub_for_vans_the_bike_rides_far(self, plan: Planner) -> None:
        hubs = [a_hub(van_access=False)]
        assert await self.legs(plan, self.farm_to_centre(), hubs=hubs) == [["Farm", "Shop"]]

    async def test_without_time_for_a_transfer_the_bike_rides_far(self, plan: Planner) -> None:
        hasty = self.farm_to_centre(dropoff_window=window("08:00", "08:30"))
        slow_hub = Pace(hub_visit_s=7200)
        assert await self.legs(plan, hasty, pace=slow_hub) == [["Farm", "Shop"]]

    async def test_one_leg_is_never_planned_without_the_other(self, plan: Planner) -> None:
        heavy_for_bikes = self.farm_to_centre(load=a_load(200))
        day = a_day([heavy_for_bikes], [a_vehicle(), a_bike()], zones=[a_zone()])
        draft = await plan(day)
        assert draft.tours == []
        assert draft.left == {
            heavy_for_bikes.order_id: "200 kg is too heavy (Bike); "
            "may not enter Centre at that time (Van)"
        }

    async def test_a_leg_without_room_leaves_both_with_the_reason_that_counts(
        self, plan: Planner
    ) -> None:
        orders = [self.farm_to_centre(order_id=an_id(f"{n}"), load=a_load(100)) for n in range(2)]
        bike = a_bike(shift=hours("09:30", "11:00"))
        draft = await plan(a_day(orders, [a_vehicle(), bike], zones=[a_zone()]))
        assert check_plan(draft.tours, draft.left, draft.day, draft.matrix).faults == ()
        assert len(draft.left) == 1
        assert next(iter(draft.left.values())).endswith("on Bike")

    async def test_what_waits_at_the_hub_is_fetched_there(self, plan: Planner) -> None:
        waiting = self.farm_to_centre(
            status="at_hub", held_at=place("Hub"), taken_kg="18", refused_kg="2"
        )
        draft = await plan(a_day([waiting], [a_bike()], zones=[a_zone()]))
        assert check_plan(draft.tours, draft.left, draft.day, draft.matrix).faults == ()
        first = draft.tours[0].stops[0]
        assert (first.place.label, first.onboard_kg) == ("Hub", Decimal(18))
