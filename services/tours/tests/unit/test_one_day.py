"""All constraints together on one day, planned and approved; and each of them spoiled, noticed."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from maillage_contracts.vocabulary import OrderId, SiteId
from maillage_tours.domain.checker import Verdict, check_plan
from maillage_tours.domain.crew import Crew
from maillage_tours.domain.day import Day
from maillage_tours.domain.fleet import RelayPoint
from maillage_tours.domain.order import Order, Priority
from maillage_tours.domain.samples import (
    a_bike,
    a_day,
    a_hub,
    a_load,
    a_rule,
    a_trailer,
    a_vehicle,
    a_zone,
    an_id,
    an_order,
    hours,
    place,
    spot,
    window,
)
from maillage_tours.domain.tour import Stop, Tour
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]

CAFE = place("Couriers' cafe", 1, 1)
RELAY = place("Relay point", 2.5, 0.5)
FULL = RelayPoint(
    site_id=SiteId(an_id("relay")), label="Relay point", position=RELAY.position, crates_max=2
)
COMPOST = place("Compost site", -2, 3)
DIVIDED = (
    *a_vehicle().compartments,
    {"temperature": "ambient", "payload_kg": "90", "volume_m3": "1", "crates": 8, "is_dirty": True},
)


def orders() -> Iterator[Order]:
    """Each is there for one constraint, and all share vehicles, hours and rooms."""
    # Cold goods at dawn and in the afternoon, for the only cold van: rest and overtime.
    for name, when in (("milk", ("06:30", "07:00")), ("cheese", ("14:15", "14:45"))):
        cold = a_load(30, temperature="cold")
        yield an_order(
            name,
            dropoff=place(name, 3, 3),
            load=cold,
            pickup_window=window("06:00", "14:30"),
            dropoff_window=window(*when),
        )
    # Out to shops, back from them, from door to door, to a treatment site.
    for number in range(4):
        yield an_order(f"bread {number}", dropoff=place(f"Shop {number}", 1, 2 + number))
    yield an_order(
        "crates",
        pickup=place("Shop 1", 1, 3),
        dropoff=place("Hub"),
        pickup_window=window("08:00", "13:00"),
        dropoff_window=window("08:00", "14:30"),
        is_soiled=True,
        is_return=True,
    )
    yield an_order("wood", pickup=place("Mill", -1, 4), dropoff=place("Press", 2, 4))
    yield an_order(
        "peelings",
        pickup=place("Canteen", 1, 4),
        dropoff=COMPOST,
        load=a_load(60),
        pickup_window=window("08:00", "08:30"),
        dropoff_window=window("12:30", "14:00"),
        is_waste=True,
    )
    yield from orders_apart()


def orders_apart() -> Iterator[Order]:
    """Goods that never meet on board; and the centre that only bikes may enter.

    There, one comes from afar in two legs, two are heavy and come behind a bike, and one may wait
    at a relay point instead.
    """
    for number, goods in enumerate(("fish", "drinks", "fish", "drinks")):
        shop = place(f"Market {number}", 2, 2.5 + number / 2)
        yield an_order(f"{goods} {number}", dropoff=shop, goods=goods)
    yield an_order(
        "honey",
        pickup=place("Farm", -8),
        dropoff=place("Centre 1", 4),
        pickup_window=window("06:00", "10:00"),
        dropoff_window=window("09:00", "13:00"),
    )
    for number in range(2):
        heavy = a_load(200, volume_m3="2", crates=15)
        yield an_order(f"flour {number}", dropoff=place(f"Centre {number + 2}", 4, 1), load=heavy)
    yield an_order(
        "parcel",
        dropoff=place("Home in the centre", 4.5, 1),
        dropoff_window=window("07:00", "07:05"),
        alternatives=({"place": RELAY, "window": window("08:00", "12:00")},),
    )


def the_day() -> Day:
    vans = [
        a_vehicle("Cold van", shift=hours("06:00", "15:00"), compartments=DIVIDED),
        a_vehicle(
            "Dry van",
            base=spot(-3),
            compartments=(
                {"temperature": "ambient", "payload_kg": "900", "volume_m3": "9", "crates": 90},
            ),
            payload_kg="900",
        ),
    ]
    bikes = [a_bike("Bike", shift=hours("07:00", "13:00"))]
    return a_day(
        list(orders()),
        [*vans, *bikes, a_trailer()],
        hubs=[a_hub(), a_hub("Depot", position=spot(-3))],
        zones=[a_zone(a_rule(vehicle_classes=("van",)))],
        rests=[CAFE],
        relays=[FULL],
        incompatible=frozenset({("fish", "drinks")}),
    )


@pytest.fixture(scope="module")
def kept() -> list[Draft]:
    """The draft, planned once for all tests of this file."""
    return []


@pytest.fixture
async def draft(plan: Planner, kept: list[Draft]) -> Draft:
    if not kept:
        kept.append(await plan(the_day()))
    return kept[0]


def judged(draft: Draft, *tours: Tour, **changes: object) -> Verdict:
    """The verdict on the draft with some tours changed, or in another world."""
    day = replace(draft.day, **changes)  # pyright: ignore[reportArgumentType] fields of Day
    other = {tour.tour_id: tour for tour in tours}
    changed = [other.get(tour.tour_id, tour) for tour in draft.tours]
    return check_plan(changed, draft.left, day, draft.matrix)


def codes(verdict: Verdict) -> set[str]:
    return {fault.code for fault in verdict.faults}


def tour_of(draft: Draft, label: str) -> Tour:
    return next(tour for tour in draft.tours if tour.vehicle.label == label)


def order(name: str) -> OrderId:
    return OrderId(an_id(f"order {name}"))


def with_stop(tour: Tour, stop: Stop) -> Tour:
    stops = [stop if one.number == stop.number else one for one in tour.stops]
    return tour.model_copy(update={"stops": tuple(stops)})


def rest_of(tour: Tour) -> Stop:
    return next(stop for stop in tour.stops if stop.is_rest)


async def test_all_is_planned_and_approved(draft: Draft) -> None:
    verdict = judged(draft)
    assert (verdict.faults, draft.left) == ((), {})
    assert set(verdict.figures) == {tour.tour_id for tour in draft.tours}


async def test_the_crew_of_the_long_tour_rests_in_time_and_is_paid_more(draft: Draft) -> None:
    tour = tour_of(draft, "Cold van")
    assert len([stop for stop in tour.stops if stop.is_rest]) == 1
    takes = tour.ends_at - tour.starts_at
    assert takes > timedelta(hours=7)
    figures = judged(draft).figures[tour.tour_id]
    over_h = Decimal((takes - timedelta(hours=7)).total_seconds()) / 3600
    worth = figures.distance_km * Decimal("0.25") + (figures.hours + over_h / 4) * 24
    assert abs(figures.cost.amount - worth) <= Decimal("0.01")


async def test_the_heavy_goods_of_the_centre_come_behind_a_bike(draft: Draft) -> None:
    rig = tour_of(draft, "Bike + Trailer")
    assert {order("flour 0"), order("flour 1")} <= rig.order_ids


async def test_the_parcel_goes_to_the_relay_point(draft: Draft) -> None:
    given = [
        stop.place
        for tour in draft.tours
        for stop in tour.stops
        for task in stop.tasks
        if task.order_id == order("parcel") and task.action == "dropoff"
    ]
    assert given == [RELAY]


async def test_waste_and_used_crates_ride_beside_clean_goods_in_a_place_of_their_own(
    draft: Draft,
) -> None:
    """It is on board for hours, and the vehicle does not come by its base for a cleaning."""
    dirty = {order("peelings"), order("crates")}
    tour = next(tour for tour in draft.tours if order("peelings") in tour.order_ids)
    stops = [stop.place.label for stop in tour.stops]
    between = tour.stops[stops.index("Canteen") + 1 : stops.index("Compost site")]
    assert any(task.order_id not in dirty for stop in between for task in stop.tasks)


async def test_goods_from_afar_change_vehicles_at_a_hub(draft: Draft) -> None:
    legs = {leg for tour in draft.tours for leg in tour.legs_of(order("honey"))}
    assert len(legs) == 2


# Spoiled: each constraint once, in the plan or in the world.


async def test_a_rest_left_out_is_noticed(draft: Draft) -> None:
    tour = tour_of(draft, "Cold van")
    stops = [stop for stop in tour.stops if not stop.is_rest]
    numbered = [stop.model_copy(update={"number": n}) for n, stop in enumerate(stops, 1)]
    assert "rest" in codes(judged(draft, tour.model_copy(update={"stops": tuple(numbered)})))


async def test_a_rest_cut_short_is_noticed(draft: Draft) -> None:
    tour = tour_of(draft, "Cold van")
    rest = rest_of(tour)
    short = rest.model_copy(update={"departs_at": rest.departs_at - timedelta(minutes=1)})
    found = judged(draft, with_stop(tour, short))
    assert "too short" in " ".join(fault.words for fault in found.faults)


async def test_a_rest_where_nobody_can_rest_is_noticed(draft: Draft) -> None:
    tour = tour_of(draft, "Cold van")
    shop = next(stop.place for stop in tour.stops if stop.tasks and stop.place.label == "milk")
    on_the_kerb = rest_of(tour).model_copy(update={"place": shop})
    found = judged(draft, with_stop(tour, on_the_kerb))
    assert "no place to rest" in " ".join(fault.words for fault in found.faults)


async def test_hours_of_work_that_became_shorter_are_noticed(draft: Draft) -> None:
    stricter = Crew(tour_s_max=5 * 3600, overtime_s_max=3600)
    assert {"crew", "hours"} <= codes(judged(draft, crew=stricter))
    tours = [tour.model_copy(update={"crew": stricter}) for tour in draft.tours]
    assert codes(judged(draft, *tours)) == {"crew"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"is_dirty": False}, "cleaning"), ({"payload_kg": Decimal(75)}, "compartment")],
)
async def test_a_dirty_compartment_that_became_another_is_noticed(
    draft: Draft, changes: dict[str, object], code: str
) -> None:
    tour = tour_of(draft, "Cold van")
    *clean, dirty = tour.vehicle.compartments
    parts = (*clean, dirty.model_copy(update=changes))
    other = a_vehicle("Cold van", shift=hours("06:00", "15:00"), compartments=parts)
    vehicles = [other if one.label == "Cold van" else one for one in draft.day.vehicles]
    spoiled = tour.model_copy(update={"vehicle": other})
    assert codes(judged(draft, spoiled, vehicles=vehicles)) == {code}


async def test_goods_that_may_no_longer_meet_are_noticed(draft: Draft) -> None:
    goods = {order("bread 0"): "paint", order("bread 1"): "flowers"}
    changed = [
        one.model_copy(update={"goods": goods.get(one.order_id, "paint")})
        if one.goods is None
        else one
        for one in draft.day.orders
    ]
    apart = frozenset({("paint", "flowers")})
    assert codes(judged(draft, orders=changed, incompatible=apart)) == {"company"}
    meet = replace(draft.day, orders=changed)
    assert check_plan(draft.tours, draft.left, meet, draft.matrix).faults == ()


async def test_a_place_that_is_none_of_the_order_is_noticed(draft: Draft) -> None:
    without = [
        one.model_copy(update={"alternatives": ()}) if one.order_id == order("parcel") else one
        for one in draft.day.orders
    ]
    assert codes(judged(draft, orders=without)) >= {"place"}


async def test_an_alternative_handed_over_too_late_is_noticed(draft: Draft) -> None:
    early = {"place": RELAY, "window": window("06:00", "06:05")}
    changed = [
        Order.model_validate({**one.model_dump(), "alternatives": (early,)})
        if one.order_id == order("parcel")
        else one
        for one in draft.day.orders
    ]
    assert "late" in codes(judged(draft, orders=changed))


async def test_a_relay_point_without_room_is_noticed(draft: Draft) -> None:
    less = FULL.model_copy(update={"crates_max": 1})
    assert codes(judged(draft, relays=[less])) == {"relay"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"in_service": False}, "vehicle"),
        ({"owner_id": an_id("Another")}, "trailer"),
        ({"payload_kg": "10"}, "trailer"),
        ({"speed_kmh": "5"}, "trailer"),
        ({"vehicle_class": "van"}, "trailer"),
        (None, "vehicle"),
    ],
)
async def test_a_trailer_that_is_not_as_planned_is_noticed(
    draft: Draft, changes: dict[str, object] | None, code: str
) -> None:
    others = [one for one in draft.day.vehicles if not one.is_trailer]
    trailers = [] if changes is None else [a_trailer("Trailer", **changes)]
    assert code in codes(judged(draft, vehicles=[*others, *trailers]))


async def test_a_trailer_behind_two_bikes_is_noticed(draft: Draft) -> None:
    rig = tour_of(draft, "Bike + Trailer")
    assert rig.vehicle.pulls is not None
    busy = {rig.vehicle.pulls: [window("09:00", "09:30")]}
    assert "busy" in codes(judged(draft, busy=busy))
    twice = [*draft.tours, rig]
    verdict = check_plan(twice, draft.left, draft.day, draft.matrix)
    assert "trailer" in codes(verdict)


async def test_a_zone_that_bars_the_trailer_bars_the_bike_before_it(draft: Draft) -> None:
    barred = a_zone(a_rule(vehicle_classes=("trailer",)))
    found = judged(draft, zones=[barred])
    assert "Bike + Trailer may not be in Centre then" in {fault.words for fault in found.faults}


async def test_an_order_left_out_for_a_lower_one_is_noticed(draft: Draft) -> None:
    bread = next(one for one in draft.day.orders if one.order_id == order("bread 0"))
    rival = bread.model_copy(update={"order_id": order("medicine"), "priority": Priority.URGENT})
    left = {rival.order_id: "would need +5 min on Cold van"}
    day = replace(draft.day, orders=[*draft.day.orders, rival])
    assert codes(check_plan(draft.tours, left, day, draft.matrix)) == {"rank"}
    no_more = rival.model_copy(update={"priority": Priority.NORMAL})
    equal = replace(day, orders=[*draft.day.orders, no_more])
    assert codes(check_plan(draft.tours, left, equal, draft.matrix)) == set()
