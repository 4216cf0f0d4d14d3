"""Goods between two tours that crews have: only where both together are driven for less."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import combinations_with_replacement

import pytest

from maillage_contracts.vocabulary import PlanId
from maillage_tours.domain.checker import check_tour
from maillage_tours.domain.crew import Crew
from maillage_tours.domain.day import Day
from maillage_tours.domain.fleet import Vehicle
from maillage_tours.domain.moving import Move, Moved, best_moves, dearest, move, parcels
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import (
    TERMS,
    a_day,
    a_load,
    a_vehicle,
    an_id,
    an_order,
    place,
    visited,
    window,
)
from maillage_tours.domain.tour import Tour
from maillage_tours.domain.travel import Travel, extended, profile_of
from maillage_tours.domain.under_way import Given
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]
DAWN = window("05:00", "06:00").start
SOUTH, EAST = a_vehicle("South"), a_vehicle("East")


def shop(name: str, south_km: float, east_km: float, **changes: object) -> Order:
    door = place(f"Shop {name}", south_km, east_km)
    return an_order(name, dropoff=door, load=a_load(50), status="planned", **changes)


def southern() -> list[Order]:
    return [shop(f"south {n}", 2.0 * n, 0.2) for n in (1, 2, 3)]


def eastern() -> list[Order]:
    return [shop(f"east {n}", 0.2, 2.0 * n) for n in (1, 2, 3)]


def astray(**changes: object) -> Order:
    """A door in the east."""
    return shop("astray", 0.5, 5, **changes)


class Tours:
    """Two tours that crews have: what goes south, and what goes east."""

    def __init__(self, plan: Planner) -> None:
        self._plan = plan

    async def of(self, south: Sequence[Order], east: Sequence[Order]) -> tuple[Given, Given]:
        return await self._one(SOUTH, south), await self._one(EAST, east)

    async def _one(self, van: Vehicle, orders: Sequence[Order]) -> Given:
        asked = [order.model_copy(update={"status": "accepted"}) for order in orders]
        day = a_day(asked, [van])
        (tour,) = (await self._plan(day)).tours
        told = tour.model_copy(update={"plan_id": PlanId(an_id("plan"))})
        return Given(told, replace(day, orders=list(orders), vehicles=[SOUTH, EAST]), DAWN)


@pytest.fixture
def tours(plan: Planner) -> Tours:
    return Tours(plan)


def ways(given: Given, others: Sequence[Given]) -> Travel:
    points = [stop.place.position for other in others for stop in other.tour.stops]
    profile = profile_of(given.tour.vehicle)
    return extended(given.tour.travel, points, profile, TERMS.detour_factor)


def found(givens: Sequence[Given]) -> list[Move]:
    travels = {given.tour.tour_id: ways(given, givens) for given in givens}
    return best_moves(dearest(givens), givens, travels)


def all_moves(parcel_of: Given, to: Given) -> list[Moved]:
    """Every parcel in every place."""
    count = len(to.tour.stops)
    places = list(combinations_with_replacement(range(count + 1), 2))
    travel = ways(to, [parcel_of])
    tried = (move(one, to, travel, after=at) for one in parcels(parcel_of) for at in places)
    return [one for one in tried if one is not None]


async def test_a_door_on_the_wrong_tour_goes_to_the_right_one(tours: Tours) -> None:
    south, east = await tours.of([*southern(), astray()], eastern())
    (one,) = found([south, east])
    assert one.order_ids == (astray().order_id,)
    assert (one.from_tour, one.to_tour) == (south.tour.tour_id, east.tour.tour_id)
    assert one.moved_stops == 1  # both load at the hub anyway
    best = max(m.move.saving_per_moved_stop.amount for m in all_moves(south, east))
    assert one.saving_per_moved_stop.amount == best


async def test_what_it_saves_is_what_both_tours_cost_less(tours: Tours) -> None:
    south, east = await tours.of([*southern(), astray()], eastern())
    for moved in all_moves(south, east):
        here, there = moved.tours
        assert astray().order_id not in here.order_ids
        assert astray().order_id in there.order_ids
        assert check_tour(here, south.day).faults == ()
        day = replace(east.day, orders=[*east.day.orders, astray()])
        assert check_tour(there, day).faults == ()
        before = [cost(given.as_driven) for given in (south, east)]
        after = [cost(tour) for tour in moved.tours]
        assert moved.move.saving.amount == sum(before) - sum(after)


def cost(tour: Tour) -> Decimal:
    assert tour.figures is not None
    return tour.figures.cost.amount


async def test_a_move_into_overtime_that_costs_more_than_it_spares_is_no_saving(
    tours: Tours,
) -> None:
    south, east = await tours.of([*southern(), astray()], eastern())
    crew = Crew(tour_s_max=1, overtime_s_max=36_000, overtime_surcharge=Decimal(50))
    tired = east.tour.model_copy(update={"crew": crew})
    assert all_moves(south, east) != []
    assert all_moves(south, replace(east, tour=tired, day=replace(east.day, crew=crew))) == []


async def test_where_nothing_saves_nothing_is_proposed(tours: Tours) -> None:
    south, east = await tours.of(southern(), [*eastern(), astray()])
    assert found([south, east]) == []
    assert all_moves(south, east) == all_moves(east, south) == []


async def test_goods_for_one_door_move_together(tours: Tours) -> None:
    """Three orders for one shop: two of them would save nothing, for the van still goes there."""
    door = astray().dropoff
    three = [astray(), *(shop(n, 0, 0).model_copy(update={"dropoff": door}) for n in "ab")]
    south, east = await tours.of([*southern(), *three], eastern())
    moved = max(all_moves(south, east), key=lambda one: one.move.saving.amount)
    assert set(moved.move.order_ids) == {order.order_id for order in three}


async def test_what_is_on_board_stays_and_so_does_where_the_van_is_driving_to(tours: Tours) -> None:
    south, _ = await tours.of([*southern(), astray()], eastern())
    driving = replace(south, tour=visited(south.tour, 1), now=south.tour.stops[0].departs_at)
    assert (driving.locked, driving.fixed) == (1, 2)
    assert list(parcels(driving)) == []
    assert len(list(parcels(south))) == len(southern()) + 1


async def test_who_set_off_goes_to_its_first_stop(tours: Tours) -> None:
    south, east = await tours.of([*southern(), astray()], eastern())
    away = south.tour.model_copy(update={"started_at": south.tour.starts_at})
    driving = replace(south, tour=away)
    assert (driving.locked, driving.fixed) == (0, 1)
    assert list(parcels(driving)) == []  # all is taken at that stop
    assert min(one.move.pickup_after for one in all_moves(east, south)) == 0
    assert min(one.move.pickup_after for one in all_moves(east, driving)) == 1


async def test_nothing_is_put_before_what_stays_as_it_is(tours: Tours) -> None:
    south, east = await tours.of([*southern(), astray()], eastern())
    late = replace(east, now=east.tour.stops[1].arrives_at)
    assert late.locked == 2
    assert min(one.move.pickup_after for one in all_moves(south, east)) < late.locked
    assert all(one.move.pickup_after >= late.locked for one in all_moves(south, late))


@pytest.mark.parametrize(
    "changes",
    [
        {"load": a_load(50, temperature="frozen")},
        {"load": a_load(610)},
        {"dropoff_window": window("05:00", "06:02")},
    ],
)
async def test_what_the_other_tour_cannot_keep_stays(
    tours: Tours, changes: dict[str, object]
) -> None:
    south, east = await tours.of([*southern(), astray()], eastern())
    other = astray().model_copy(update=changes)
    (parcel,) = [one for one in parcels(south) if one.order_ids == (other.order_id,)]
    other_load = [
        stop.model_copy(
            update={"tasks": tuple(t.model_copy(update={"load": other.load}) for t in stop.tasks)}
        )
        for stop in parcel.ends
    ]
    spoiled = replace(parcel, orders=(other,), ends=tuple(other_load))
    travel = ways(east, [south])
    places = combinations_with_replacement(range(len(east.tour.stops) + 1), 2)
    tried = [move(spoiled, east, travel, after=at) for at in places]
    assert tried == [None] * len(tried)


async def test_a_tour_that_is_late_is_not_touched(tours: Tours) -> None:
    noon = window("07:00", "12:00").end
    south, east = await tours.of([*southern(), astray()], eastern())
    assert list(parcels(stands_until(noon, south))) == []
    assert all_moves(south, stands_until(noon, east)) == []


def stands_until(moment: datetime, given: Given) -> Given:
    """Nobody has left, and all is told for an hour later."""
    later = moment + timedelta(hours=1)
    stops = [
        stop.model_copy(update={"arrives_at": later, "departs_at": later})
        for stop in given.tour.stops
    ]
    told = given.tour.model_copy(update={"stops": tuple(stops)})
    return replace(given, tour=told, now=moment)


async def test_a_tour_keeps_something_to_do(tours: Tours) -> None:
    """Who wants it gone cancels it, and adds its orders to others."""
    south, east = await tours.of([astray()], eastern())
    assert list(parcels(south)) == []
    assert len(list(parcels(east))) == len(eastern())


async def test_two_tours_of_one_vehicle_change_nothing(tours: Tours) -> None:
    south, east = await tours.of([*southern(), astray()], eastern())
    same = east.tour.model_copy(update={"vehicle": SOUTH})
    assert found([south, replace(east, tour=same)]) == []
    assert all_moves(south, replace(east, tour=same)) == []
