"""What is dirty goes into a compartment of its own, where a vehicle has one."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from maillage_tours.adapters.estimated import EstimatedMatrices
from maillage_tours.adapters.pyvrp_builder import FAR
from maillage_tours.adapters.pyvrp_model import model_of
from maillage_tours.domain.checker import check_plan
from maillage_tours.domain.day import Day
from maillage_tours.domain.fleet import Vehicle
from maillage_tours.domain.legs import jobs_of
from maillage_tours.domain.order import Order
from maillage_tours.domain.posing import pose
from maillage_tours.domain.samples import (
    TERMS,
    a_day,
    a_load,
    a_vehicle,
    an_order,
    place,
    window,
)
from maillage_tours.domain.travel import profile_of
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]


def a_part(payload_kg: int, temperature: str = "ambient", *, is_dirty: bool = False) -> object:
    return {
        "temperature": temperature,
        "payload_kg": payload_kg,
        "volume_m3": "3",
        "crates": 30,
        "is_dirty": is_dirty,
    }


def a_divided_van(clean_kg: int = 300, dirty_kg: int = 300) -> Vehicle:
    parts = (a_part(clean_kg), a_part(dirty_kg, is_dirty=True))
    return a_vehicle(compartments=parts)


def linen(mass_kg: int = 50, **changes: object) -> Order:
    """Used linen from one door to another, early in the morning."""
    usual: dict[str, object] = {
        "pickup": place("Hotel", 1),
        "dropoff": place("Laundry", 3),
        "load": a_load(mass_kg),
        "pickup_window": window("07:00", "07:30"),
        "dropoff_window": window("10:00", "13:00"),
        "is_soiled": True,
    }
    return an_order("linen", **{**usual, **changes})


def milk(mass_kg: int = 20) -> Order:
    """From door to door while the linen is on board."""
    return an_order(
        "milk",
        pickup=place("Dairy", 1, 1),
        dropoff=place("School", 2, 1),
        load=a_load(mass_kg),
        pickup_window=window("08:00", "08:30"),
        dropoff_window=window("08:30", "09:30"),
    )


async def test_dirty_and_clean_goods_share_a_tour_without_cleaning(plan: Planner) -> None:
    draft = await plan(a_day([linen(), milk()], [a_divided_van()]))
    assert check_plan(draft.tours, draft.left, draft.day, draft.matrix).faults == ()
    assert not draft.left
    stops = [stop.place.label for tour in draft.tours for stop in tour.stops]
    assert stops == ["Hotel", "Dairy", "School", "Laundry"]


async def test_without_such_a_compartment_one_of_them_waits_for_a_cleaning(plan: Planner) -> None:
    elsewhere = a_vehicle(base=place("Depot", 9, 9).position, compartments=(a_part(600),))
    draft = await plan(a_day([linen(), milk()], [elsewhere]))
    assert list(draft.left.values()) == ["would need a cleaning between two loads on Van"]


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ((a_part(300), a_part(300)), "cleaning"),
        ((a_part(300), a_part(49, is_dirty=True)), "compartment"),
        ((a_part(19), a_part(300, is_dirty=True)), "compartment"),
        ((a_part(300), a_part(300, "cold", is_dirty=True)), "compartment"),
    ],
)
async def test_the_check_sees_what_is_in_the_wrong_compartment(
    plan: Planner, parts: tuple[object, ...], code: str
) -> None:
    draft = await plan(a_day([linen(), milk()], [a_divided_van()]))
    other = a_vehicle(compartments=parts)
    day = replace(draft.day, vehicles=[other])
    tours = [tour.model_copy(update={"vehicle": other}) for tour in draft.tours]
    found = check_plan(tours, draft.left, day, draft.matrix).faults
    assert {fault.code for fault in found} == {code}


async def test_the_check_sees_clean_goods_that_became_dirty(plan: Planner) -> None:
    draft = await plan(a_day([linen(200), milk(200)], [a_divided_van()]))
    day = replace(draft.day, orders=[linen(200), milk(200).model_copy(update={"is_waste": True})])
    found = check_plan(draft.tours, draft.left, day, draft.matrix).faults
    assert {fault.words for fault in found} == {"no dirty ambient room left on Van at Dairy"}


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (linen(301), "301 kg is too heavy (Van)"),
        (linen(load=a_load(10, temperature="cold")), "no dirty cold compartment (Van)"),
        (linen(301, is_soiled=False), "301 kg is too heavy (Van)"),
    ],
)
async def test_what_fits_into_no_compartment_says_so(
    plan: Planner, order: Order, reason: str
) -> None:
    draft = await plan(a_day([order], [a_divided_van()]))
    assert list(draft.left.values()) == [reason]


async def test_clean_goods_never_go_into_the_dirty_compartment(plan: Planner) -> None:
    only_dirty = a_vehicle(compartments=(a_part(300, is_dirty=True),))
    draft = await plan(a_day([milk()], [only_dirty]))
    assert list(draft.left.values()) == ["no ambient compartment (Van)"]


async def test_a_full_dirty_compartment_says_how_much_more_it_would_need(plan: Planner) -> None:
    """Both are fetched at the same hour, and the compartment holds one of them."""
    other = linen(200).model_copy(update={"order_id": an_order("more linen").order_id})
    draft = await plan(a_day([linen(200), other], [a_divided_van()]))
    assert list(draft.left.values()) == ["would need 100 kg more room (dirty ambient) on Van"]


async def test_both_kinds_of_vans_share_one_day(plan: Planner) -> None:
    """One keeps dirt apart and one is cleaned: rooms of both are kept, on the same roads."""
    whole = a_vehicle("Whole van", compartments=(a_part(400),))
    many = [
        linen(150, pickup=place(f"Hotel {n}", 1, n)).model_copy(
            update={"order_id": an_order(f"linen {n}").order_id}
        )
        for n in range(3)
    ]
    draft = await plan(a_day([*many, milk(300)], [a_divided_van(), whole]))
    assert check_plan(draft.tours, draft.left, draft.day, draft.matrix).faults == ()
    assert not draft.left


async def test_the_search_forbids_ways_only_where_dirt_would_touch_what_is_clean() -> None:
    vans = [a_divided_van(), a_vehicle("Whole van")]
    day = a_day([linen(), milk()], vans)
    profiles = sorted(set(map(profile_of, vans)), key=str)
    ends = [end.position for one in day.orders for end in (one.pickup, one.dropoff)]
    matrix = await EstimatedMatrices(TERMS.detour_factor).between([vans[0].base, *ends], profiles)
    problem = pose(day, list(jobs_of(day, matrix)), matrix).problem
    data = model_of(problem).data

    def ways(profile: int) -> npt.NDArray[np.int64]:
        return np.asarray(data.duration_matrix(profile), dtype=np.int64)

    is_far = [
        bool(ways(data.vehicle_type(fleet).profile).max() >= FAR)
        for fleet in range(data.num_vehicle_types)
    ]
    keeps = [problem.carriers[fleet[0]].keeps_apart for fleet in model_of(problem).fleets]
    assert sorted(zip(keeps, is_far, strict=True)) == [(False, True), (True, False)]
