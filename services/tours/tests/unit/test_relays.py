"""Relay points take no more crates on a day than they have room for, and who goes home is said."""

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest

from maillage_contracts.vocabulary import OrderId, Place, SiteId, TourId
from maillage_tours.domain.checker import check_plan, check_tour
from maillage_tours.domain.day import Day
from maillage_tours.domain.fleet import RelayPoint
from maillage_tours.domain.order import Order, Priority
from maillage_tours.domain.samples import a_day, a_load, an_id, an_order, place, spot, window
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]
SITE = SiteId(an_id("relay"))
AT_RELAY = place("Relay point", 2, 0.5)
TAKEN = TourId(an_id("tour of another plan"))


def a_relay(crates_max: int) -> RelayPoint:
    return RelayPoint(
        site_id=SITE, label="Relay point", position=AT_RELAY.position, crates_max=crates_max
    )


def parcel(name: str, **changes: object) -> Order:
    """Two crates for the relay point and nowhere else."""
    return an_order(name, **{"dropoff": AT_RELAY, "load": a_load(20, crates=2), **changes})


def at_home(name: str, home: Place, **changes: object) -> Order:
    """For a home, or the relay point instead."""
    other = {"place": AT_RELAY, "window": window("07:00", "12:00")}
    return parcel(name, dropoff=home, alternatives=(other,), **changes)


async def brought(plan: Planner, day: Day) -> tuple[set[OrderId], dict[OrderId, str]]:
    """Which orders come to the relay point, and what is left out, in a plan that is approved."""
    draft = await plan(day)
    assert check_plan(draft.tours, draft.left, day, draft.matrix).faults == ()
    there = {
        task.order_id
        for tour in draft.tours
        for stop in tour.stops
        if stop.place.position == AT_RELAY.position
        for task in stop.tasks
    }
    return there, dict(draft.left)


async def test_what_has_no_room_is_left_and_it_is_said_why(plan: Planner) -> None:
    some = [parcel(name) for name in "abc"]
    there, left = await brought(plan, a_day(some, relays=[a_relay(4)]))
    assert len(there) == 2
    assert there.isdisjoint(left)
    assert list(left.values()) == ["no room for 2 crates at Relay point, which takes 4 on a day"]


async def test_what_crews_bring_already_takes_room(plan: Planner) -> None:
    some = [parcel(name) for name in "ab"]
    day = a_day(some, relays=[a_relay(4)], crates_at={SITE: {TAKEN: 1}})
    there, left = await brought(plan, day)
    assert (len(there), len(left)) == (1, 1)


async def test_what_ranks_first_has_the_room(plan: Planner) -> None:
    some = [parcel("a"), parcel("b", priority=Priority.URGENT), parcel("c", is_perishable=True)]
    there, left = await brought(plan, a_day(some, relays=[a_relay(4)]))
    assert there == {some[1].order_id, some[2].order_id}
    assert left.keys() == {some[0].order_id}


async def test_who_has_no_room_is_served_at_home(plan: Planner) -> None:
    """What has no other place goes first; then the home that is farthest away."""
    only, far = parcel("only"), at_home("far", place("Far home", 9, 9))
    near = at_home("near", place("Near home", 2, 1.5))
    there, left = await brought(plan, a_day([near, far, only], relays=[a_relay(4)]))
    assert there == {only.order_id, far.order_id}
    assert left == {}


async def test_a_place_is_a_relay_point_by_its_site_or_where_it_is() -> None:
    elsewhere = place("Its back door", 7)
    assert a_relay(1).is_at(AT_RELAY)
    assert not a_relay(1).is_at(elsewhere)
    assert a_relay(1).is_at(elsewhere.model_copy(update={"site_id": SITE}))
    assert not a_relay(1).is_at(elsewhere.model_copy(update={"site_id": an_id("other")}))


@pytest.mark.parametrize(("room", "taken", "is_full"), [(4, 0, False), (3, 0, True), (4, 1, True)])
async def test_the_check_counts_what_comes_to_a_relay_point(
    plan: Planner, room: int, taken: int, *, is_full: bool
) -> None:
    draft = await plan(a_day([parcel("a"), parcel("b")]))
    crates_at = {SITE: {TAKEN: taken, draft.tours[0].tour_id: 99}}  # of itself it counts the plan
    day = replace(draft.day, relays=[a_relay(room)], crates_at=crates_at)
    words = [f"{4 + taken} crates at Relay point, {room} at most"] * is_full
    found = check_plan(draft.tours, draft.left, day, draft.matrix)
    assert [fault.words for fault in found.faults] == words
    assert [fault.words for fault in check_tour(draft.tours[0], day).faults] == words


async def test_the_check_sees_an_order_sent_there_instead_of_home(plan: Planner) -> None:
    """A plan whose room is used up, with one stop more moved to the relay point."""
    homes = [at_home("a", place("Home", 2, 1)), parcel("b")]
    day = a_day(homes, relays=[a_relay(2)])
    draft = await plan(day)
    assert check_plan(draft.tours, draft.left, day, draft.matrix).faults == ()
    (tour,) = draft.tours
    stops = tuple(
        stop.model_copy(update={"place": AT_RELAY}) if stop.place.label == "Home" else stop
        for stop in tour.stops
    )
    corrupted = tour.model_copy(update={"stops": stops})
    found = check_plan([corrupted], draft.left, day, draft.matrix)
    assert "relay" in {fault.code for fault in found.faults}


async def test_other_places_have_no_limit(plan: Planner) -> None:
    relay = RelayPoint(site_id=SITE, label="Far away", position=spot(30), crates_max=0)
    there, left = await brought(plan, a_day([parcel("a"), parcel("b")], relays=[relay]))
    assert (len(there), left) == (2, {})
