"""One order more on a tour that is driven already: explained, checked, nothing else is moved."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from maillage_tours.domain.checker import check_tour
from maillage_tours.domain.day import Day
from maillage_tours.domain.joining import Joined, join, join_at
from maillage_tours.domain.order import Order
from maillage_tours.domain.samples import (
    TERMS,
    a_day,
    a_load,
    a_zone,
    an_order,
    place,
    visited,
    window,
)
from maillage_tours.domain.slots import Slot
from maillage_tours.domain.tour import Tour
from maillage_tours.domain.travel import estimated, extended, profile_of
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]
DAWN = window("05:00", "06:00").start


def shops() -> list[Order]:
    """Bread for four shops on the road south, the last of them late in the morning."""
    return [
        an_order(f"shop {n}", dropoff=place(f"Shop {n}", 1.5 * n), load=a_load(100))
        for n in range(1, 5)
    ]


def across(**changes: object) -> Order:
    """From door to door, beside the road."""
    usual: dict[str, object] = {
        "pickup": place("Mill", 2, 0.2),
        "dropoff": place("Press", 5, 0.2),
        "load": a_load(50),
    }
    return an_order("across", **{**usual, **changes})


@pytest.fixture
async def tour(plan: Planner) -> Tour:
    draft = await plan(a_day(shops()))
    return draft.tours[0]


def joined(tour: Tour, order: Order, now: datetime = DAWN, **changes: object) -> Joined | None:
    day = a_day([*shops(), order], [tour.vehicle], **changes)
    ends = [order.pickup.position, order.dropoff.position]
    travel = extended(tour.travel, ends, profile_of(tour.vehicle), TERMS.detour_factor)
    found = join(order, tour, travel, day, now)
    if found is not None:
        assert check_tour(found.tour, day).faults == ()
    return found


def at(slot: Slot, tour: Tour, order: Order) -> Joined | None:
    """The order in one place."""
    ends = [order.pickup.position, order.dropoff.position]
    travel = extended(tour.travel, ends, profile_of(tour.vehicle), TERMS.detour_factor)
    return join_at(slot, order, tour, travel, a_day([*shops(), order], [tour.vehicle]), now=DAWN)


def test_more_points_are_travelled_as_all_of_them_at_once(tour: Tour) -> None:
    ends = [place("Mill", 2, 0.2).position, tour.start.position]
    profile = profile_of(tour.vehicle)
    more = extended(tour.travel, ends, profile, TERMS.detour_factor)
    assert more == estimated(more.points, [profile], TERMS.detour_factor).travel[profile]


def test_an_order_on_the_way_is_taken_with_a_small_detour(tour: Tour) -> None:
    found = joined(tour, across())
    assert found is not None
    kept = [stop.place.label for stop in found.tour.stops if stop.tasks[0].order_id != _id()]
    assert kept == [stop.place.label for stop in tour.stops]
    assert 0 < found.offer.detour_km < 2
    assert 0 < found.offer.minutes < 20
    assert found.offer.extra_cost.amount > 0
    assert found.figures.distance_km > 0
    labels = [stop.place.label for stop in found.tour.stops]
    assert (found.offer.pickup_stop, found.offer.dropoff_stop) == (
        labels.index("Mill") + 1,
        labels.index("Press") + 1,
    )


def _id() -> object:
    return across().order_id


def _all_slots(*asked: object, **_: object) -> list[Slot]:
    """Every pair of gaps, whatever is to spare, cheapest last."""
    tour = asked[1]
    assert isinstance(tour, Tour)
    gaps = range(len(tour.stops) + 1)
    return [Slot(0, taken, given) for taken in gaps for given in gaps if given >= taken]


@pytest.mark.parametrize("south", range(1, 7))
def test_it_is_within_a_percent_of_the_best_of_all_places(tour: Tour, south: int) -> None:
    """All pairs of gaps, timed and checked, against the few that are tried."""
    order = across(pickup=place("Mill", south, 1), dropoff=place("Press", 7 - south, -1))
    found = joined(tour, order)
    ways = [a for slot in _all_slots(None, tour) if (a := at(slot, tour, order)) is not None]
    best = min(ways, key=lambda one: one.figures.cost.amount)
    assert found is not None
    whole = best.figures.cost.amount
    assert whole <= found.figures.cost.amount <= whole * Decimal("1.01")


def test_what_was_driven_stays(tour: Tour) -> None:
    second = tour.stops[1]
    now = second.arrives_at + timedelta(minutes=1)
    order = across(pickup=place("Hub"), pickup_window=window("05:00", "14:00"))
    found = joined(tour, order, now)
    assert found is None or found.offer.pickup_stop > second.number
    assert found is None or found.tour.stops[: second.number] == tour.stops[: second.number]


def test_nothing_is_put_before_the_stop_that_it_drives_to(tour: Tour) -> None:
    """The mill is beside the hub, from where it has just left."""
    order = across(pickup=place("Mill", 0.5, 0.2))
    before = joined(tour, order)
    away = joined(visited(tour, 1), order, tour.stops[0].departs_at)
    assert before is not None
    assert away is not None
    assert (before.offer.pickup_stop, away.offer.pickup_stop) == (2, 3)


def test_what_does_not_fit_is_not_offered(tour: Tour) -> None:
    assert joined(tour, across(load=a_load(50, temperature="frozen"))) is None
    assert joined(tour, across(load=a_load(601))) is None
    late = across(dropoff_window=window("04:00", "05:00"), pickup_window=window("03:00", "04:00"))
    assert joined(tour, late) is None
    assert joined(tour, across(), zones=[a_zone()]) is None


def test_what_fits_only_once_the_shops_have_theirs_is_taken_then(tour: Tour) -> None:
    """Dearer than all places where the van is too full for it."""
    heavy = joined(tour, across(load=a_load(590)))
    assert heavy is not None
    assert heavy.offer.pickup_stop == len(tour.stops) + 1


@pytest.mark.parametrize("gone", [1, 4])
def test_what_was_withdrawn_locks_no_stop_and_spoils_no_tour(tour: Tour, gone: int) -> None:
    """Withdrawn by now: the order of the nearest shop, or of the farthest."""
    order = next(one for one in shops() if one.dropoff.label == f"Shop {gone}")
    rest = tour.voided(frozenset([order.order_id]), "cancelled")
    before = joined(tour, across())
    after = joined(rest, across())
    assert before is not None
    assert after is not None
    assert after.offer.pickup_stop == before.offer.pickup_stop
    assert after.tour.stops[0].onboard_kg == before.tour.stops[0].onboard_kg - 100
