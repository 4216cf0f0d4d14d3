"""The independent check of orders in two legs."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

import pytest

from maillage_tours.domain.checker import Verdict, check_plan
from maillage_tours.domain.day import Day
from maillage_tours.domain.samples import (
    ON,
    a_bike,
    a_day,
    a_hub,
    a_vehicle,
    a_zone,
    an_order,
    place,
    spot,
    window,
    with_stop,
)
from maillage_tours.domain.tour import Tour
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]


def judged(draft: Draft, tours: Sequence[Tour] | None = None, **changes: object) -> Verdict:
    """The verdict on a draft, with other tours or another world."""
    day = replace(draft.day, **changes)  # pyright: ignore[reportArgumentType] fields of Day
    return check_plan(draft.tours if tours is None else tours, draft.left, day, draft.matrix)


def codes(verdict: Verdict) -> set[str]:
    return {fault.code for fault in verdict.faults}


class TestTwoLegs:
    """An order that changes from a van to a bike at the hub."""

    @pytest.fixture
    async def draft(self, plan: Planner) -> Draft:
        far = place("Farm", -8)
        shop = place("Shop in the centre", 4)
        order = an_order(
            "honey",
            pickup=far,
            dropoff=shop,
            pickup_window=window("06:00", "12:00"),
            dropoff_window=window("08:00", "13:00"),
        )
        day = a_day([order], [a_vehicle(), a_bike()], zones=[a_zone()])
        made = await plan(day)
        assert (len(made.tours), made.left) == (2, {})
        return made

    def test_both_legs_pass(self, draft: Draft) -> None:
        assert judged(draft).faults == ()

    def test_one_leg_is_not_enough(self, draft: Draft) -> None:
        for tour in draft.tours:
            assert "legs" in codes(judged(draft, [tour]))

    def test_the_second_waits_for_the_first(self, draft: Draft) -> None:
        bike = next(t for t in draft.tours if t.vehicle.vehicle_class == "cargo_bike")
        van = next(t for t in draft.tours if t is not bike)
        early = bike.starts_at - bike.vehicle.shift.on(ON, draft.day.zone).start
        hurried = bike.model_copy(
            update={
                "starts_at": bike.starts_at - early,
                "stops": tuple(
                    stop.model_copy(
                        update={
                            "arrives_at": stop.arrives_at - early,
                            "departs_at": stop.departs_at - early,
                        }
                    )
                    for stop in bike.stops
                ),
            }
        )
        assert "legs" in codes(judged(draft, [van, hurried]))

    def test_goods_are_left_at_a_hub_and_nowhere_else(self, draft: Draft) -> None:
        assert "place" in codes(judged(draft, hubs=[a_hub(position=spot(9))]))

    def test_goods_are_fetched_where_they_were_left(self, draft: Draft) -> None:
        other = a_hub("Second hub", position=spot(0.5))
        bike = next(t for t in draft.tours if t.vehicle.vehicle_class == "cargo_bike")
        van = next(t for t in draft.tours if t is not bike)
        elsewhere = with_stop(van, 2, place=other.place)
        verdict = judged(draft, [bike, elsewhere], hubs=[a_hub(), other])
        assert any("waits at another hub" in fault.words for fault in verdict.faults)
