"""What remains of a tour in another order: cheaper, or what an incident leaves of it."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest

from maillage_contracts.vocabulary import Money
from maillage_tours.domain import replanning
from maillage_tours.domain.checker import check_tour
from maillage_tours.domain.crew import Crew
from maillage_tours.domain.day import Day
from maillage_tours.domain.driving_on import drive
from maillage_tours.domain.order import Order, Priority
from maillage_tours.domain.replanning import Replanned, replan
from maillage_tours.domain.samples import a_day, a_load, an_order, place, visited, window
from maillage_tours.domain.tour import Tour
from maillage_tours.domain.under_way import Given
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]
DAWN = window("05:00", "06:00").start
SHOPS = 5


def shops(until: str = "12:00") -> list[Order]:
    """Bread for shops on the road south."""
    return [
        an_order(
            f"shop {n}",
            dropoff=place(f"Shop {n}", 1.5 * n, 2.5),
            load=a_load(50),
            dropoff_window=window("07:00", until),
        )
        for n in range(1, SHOPS + 1)
    ]


def in_order(tour: Tour, day: Day, numbers: Sequence[int]) -> Tour:
    stops = [tour.stops[number - 1] for number in numbers]
    changed = drive(tour, day, 0, stops, DAWN).tour(tour, 0)
    assert check_tour(changed, day).faults == ()
    return changed


@pytest.fixture
async def day() -> Day:
    return a_day(shops())


@pytest.fixture
async def tour(plan: Planner, day: Day) -> Tour:
    return (await plan(day)).tours[0]


def test_a_crooked_tour_is_straightened_and_each_moved_stop_has_its_saving(
    tour: Tour, day: Day
) -> None:
    crooked = in_order(tour, day, (1, 6, 2, 5, 3, 4))
    found = replan(Given(crooked, day, DAWN))
    assert found is not None
    assert check_tour(found.tour, day).faults == ()
    change = found.change
    assert change.saving.amount > 0
    assert change.moved_stops > 0
    assert change.saving_per_moved_stop.amount == round(
        change.saving.amount / change.moved_stops, 2
    )
    assert (change.freed, change.late) == ((), ())
    assert sorted(change.sequence) == [stop.number for stop in crooked.stops]
    again = replan(Given(found.tour, day, DAWN))
    assert again is not None
    assert (again.change.moved_stops, again.change.saving.amount) == (0, 0)


def test_overtime_spared_is_saved_as_well(tour: Tour, day: Day) -> None:
    """Beyond the first half hour each hour costs half as much again."""
    crew = Crew(tour_s_max=1800, overtime_surcharge=Decimal("0.5"))
    short, of_day = tour.model_copy(update={"crew": crew}), replace(day, crew=crew)
    given = Given(in_order(short, of_day, (1, 6, 2, 5, 3, 4)), of_day, DAWN)
    found = replan(given)
    assert found is not None
    assert found.change.saving == costs_less(given.as_driven, found)


def costs_less(before: Tour, found: Replanned) -> Money:
    assert before.figures is not None
    return Money(amount=before.figures.cost.amount - found.figures.cost.amount)


def test_it_is_within_two_percent_of_the_best_of_all_orders(tour: Tour, day: Day) -> None:
    """Every permutation of five doors after the hub, driven."""
    crooked = in_order(tour, day, (1, 6, 2, 5, 3, 4))
    found = replan(Given(crooked, day, DAWN))
    assert found is not None
    rest = crooked.stops[1:]
    drives = [drive(crooked, day, 0, [crooked.stops[0], *p], DAWN) for p in permutations(rest)]
    best = min(one.cost_eur for one in drives if not one.late_s_in_all)
    mine = drive(crooked, day, 0, found.tour.stops, DAWN).cost_eur
    assert best <= mine <= best * 102 / 100


def test_what_was_reached_stays_where_it_is(tour: Tour, day: Day) -> None:
    crooked = visited(in_order(tour, day, (1, 6, 2, 5, 3, 4)), 2)
    given = Given(crooked, day, crooked.stops[1].departs_at)
    assert given.locked == 2
    found = replan(given)
    assert found is not None
    assert found.tour.stops[:2] == crooked.stops[:2]
    assert found.tour.starts_at == crooked.starts_at
    assert set(found.change.sequence) == {3, 4, 5, 6}


def test_who_drives_to_a_stop_goes_there_unless_it_stands(tour: Tour, day: Day) -> None:
    crooked = visited(in_order(tour, day, (1, 6, 2, 5, 3, 4)), 1)
    driving = Given(crooked, day, crooked.stops[0].departs_at)
    assert (driving.locked, driving.fixed) == (1, 2)
    standing = replace(driving, free_at=driving.now + timedelta(minutes=1))
    assert (standing.locked, standing.fixed) == (1, 1)
    kept, free = replan(driving), replan(standing)
    assert kept is not None
    assert free is not None
    assert kept.change.sequence[0] == 2
    assert free.change.sequence[0] != 2


def test_who_has_passed_what_was_withdrawn_drives_to_what_remains(tour: Tour, day: Day) -> None:
    away = visited(tour, 1)
    next_door = away.stops[1].tasks[0].order_id
    void = away.voided(frozenset({next_door}), "not_needed")
    assert Given(void, day, away.stops[0].departs_at).fixed == 3
    assert Given(void, day, away.stops[1].departs_at).fixed == 3


def test_who_is_silent_left_when_it_was_told_to(tour: Tour, day: Day) -> None:
    first = tour.stops[0]
    assert Given(tour, day, tour.starts_at - timedelta(seconds=1)).fixed == 0
    assert Given(tour, day, tour.starts_at).fixed == 1
    assert Given(tour, day, first.arrives_at).fixed == 1
    assert Given(tour, day, first.departs_at).fixed == 2
    there = first.model_copy(update={"arrived_at": first.arrives_at})
    told = tour.model_copy(update={"stops": (there, *tour.stops[1:])})
    assert Given(told, day, first.departs_at).fixed == 1


def test_who_is_as_told_half_way_to_a_stop_is_there_as_told(tour: Tour, day: Day) -> None:
    away = visited(tour, 1)
    here, there = away.stops[:2]
    half_way = here.departs_at + (there.arrives_at - here.departs_at) / 2
    assert Given(away, day, half_way).as_it_is.ends_at == tour.ends_at
    late = there.arrives_at - timedelta(seconds=1)
    held_up = timedelta(minutes=5)
    behind = here.model_copy(update={"departs_at": late, "arrives_at": late - held_up})
    seen = visited(tour.model_copy(update={"stops": (behind, *tour.stops[1:])}), 1)
    assert Given(seen, day, late).as_it_is.ends_at > tour.ends_at


def test_without_an_incident_what_is_due_by_now_stays_too(tour: Tour, day: Day) -> None:
    third = tour.stops[2]
    just_before = third.arrives_at - timedelta(seconds=1)
    assert Given(tour, day, third.arrives_at).locked == 3
    assert Given(tour, day, just_before).locked == 2
    assert Given(tour, day, third.arrives_at, free_at=third.departs_at).locked == 0


def test_a_withdrawn_order_is_driven_past_and_locks_nothing(tour: Tour, day: Day) -> None:
    gone = tour.stops[3].tasks[0].order_id
    void = visited(tour, 0).voided(frozenset({gone}), "not_needed")
    rest = replace(day, orders=[order for order in day.orders if order.order_id != gone])
    given = Given(void, rest, DAWN)
    assert given.locked == 0
    found = replan(given)
    assert found is not None
    assert len(found.tour.stops) == len(tour.stops) - 1
    assert found.tour.order_ids == tour.order_ids - {gone}
    assert found.change.moved_stops == 0
    assert check_tour(found.tour, rest).faults == ()


def test_there_is_no_proposal_where_nothing_can_be_driven(tour: Tour, day: Day) -> None:
    over = visited(tour, len(tour.stops))
    assert replan(Given(over, day, tour.ends_at)) is None
    assert replan(Given(tour, replace(day, vehicles=[]), DAWN)) is None


async def test_a_tour_that_can_keep_nothing_has_no_proposal(plan: Planner) -> None:
    day = a_day(shops("07:30")[:1])
    tour = (await plan(day)).tours[0]
    assert replan(Given(tour, day, DAWN, window("10:00", "11:00").start)) is None


def test_a_long_tour_keeps_its_order(tour: Tour, day: Day, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(replanning, "STOPS_MAX", SHOPS)
    found = replan(Given(in_order(tour, day, (1, 6, 2, 5, 3, 4)), day, DAWN))
    assert found is not None
    assert (found.change.moved_stops, found.change.saving.amount) == (0, 0)


def test_a_delay_that_every_window_bears_frees_nothing(tour: Tour, day: Day) -> None:
    found = _after_a_stand(tour, day, minutes=30)
    assert (found.change.freed, found.change.late) == ((), ())
    assert found.change.minutes == 0  # as long as driving on, half an hour later
    assert found.tour.stops[1].arrives_at >= tour.stops[0].departs_at + timedelta(minutes=30)


async def test_goods_on_board_come_late_rather_than_not_at_all(plan: Planner) -> None:
    day = a_day(shops("09:30"))
    tour = (await plan(day)).tours[0]
    found = _after_a_stand(tour, day, minutes=3 * 60)
    assert found.change.freed == ()
    assert len(found.change.late) > 0
    assert all(late.minutes > 0 for late in found.change.late)
    assert len(found.tour.stops) == len(tour.stops)


async def test_what_was_not_fetched_is_freed_the_lowest_rank_first(plan: Planner) -> None:
    """Two orders from a mill on the way, one of which can wait, and hours for neither."""
    mill = place("Mill", 2, 2.5)
    usual = {"pickup": mill, "load": a_load(20), "pickup_window": window("06:00", "14:00")}
    tight = {**usual, "dropoff_window": window("07:00", "10:00")}
    orders = [
        *shops("13:30"),
        an_order("flour", **tight, dropoff=place("Oven", 3, 4), priority=Priority.URGENT),
        an_order("bran", **tight, dropoff=place("Farm", 9, 6), priority=Priority.CAN_WAIT),
    ]
    day = a_day(orders)
    tour = (await plan(day)).tours[0]
    first = next(stop.number for stop in tour.stops if stop.place.label == "Mill")
    loaded = visited(tour, min(1, first - 1))
    free_at = window("09:20", "10:00").start
    found = replan(Given(loaded, day, loaded.stops[0].departs_at, free_at))
    assert found is not None
    names = {order.order_id: order.pickup.label for order in orders}
    assert found.change.freed
    assert {names[one] for one in found.change.freed} == {"Mill"}
    assert found.change.freed[0] == orders[-1].order_id
    gone = set(found.change.freed)
    assert found.tour.order_ids == tour.order_ids - gone
    kept = a_day([order for order in orders if order.order_id not in gone])
    assert check_tour(found.tour, kept).faults == ()


async def test_the_stop_that_it_drives_to_is_done_without_only_after_an_incident(
    plan: Planner,
) -> None:
    """All is two hours late, as its crew was told: flour from the mill cannot be kept."""
    flour = an_order(
        "flour",
        pickup=place("Mill", 2, 3),
        dropoff=place("Oven", 3, 4),
        dropoff_window=window("07:00", "09:00"),
    )
    day = a_day([*shops("13:30"), flour])
    tour = (await plan(day)).tours[0]
    mill = next(stop.number for stop in tour.stops if stop.place.label == "Mill")
    late = timedelta(hours=2)
    hours = ("arrives_at", "departs_at")
    told = [
        stop.model_copy(update={name: getattr(stop, name) + late for name in hours})
        for stop in tour.stops
    ]
    away = visited(tour.model_copy(update={"stops": tuple(told)}), mill - 1)
    driving = Given(away, day, told[mill - 2].departs_at)
    stopped = replace(driving, free_at=driving.now)
    kept, free = replan(driving), replan(stopped)
    assert kept is not None
    assert free is not None
    assert (kept.change.freed, kept.change.sequence[0]) == ((), mill)
    assert free.change.freed == (flour.order_id,)


def _after_a_stand(tour: Tour, day: Day, minutes: int) -> Replanned:
    """The van broke down when it had loaded at the hub."""
    loaded = visited(tour, 1)
    free_at = tour.stops[0].departs_at + timedelta(minutes=minutes)
    found = replan(Given(loaded, day, loaded.stops[0].departs_at, free_at))
    assert found is not None
    return found


async def test_what_could_not_be_fetched_spoils_no_tour(plan: Planner) -> None:
    """The mill was closed: nobody waits for its flour, and the rest is driven in the best order."""
    flour = an_order(
        "flour",
        pickup=place("Mill", 1, 2.5),
        dropoff=place("Oven", 9, 2.5),
        pickup_window=window("06:00", "07:30"),
        dropoff_window=window("08:00", "12:00"),
    )
    day = a_day([*shops(), flour])
    tour = (await plan(day)).tours[0]
    number = next(stop.number for stop in tour.stops if stop.place.label == "Mill")
    driven = visited(tour, number)
    status = {"pickup": "failed", "dropoff": "void"}
    stops = tuple(
        stop.model_copy(
            update={
                "tasks": tuple(
                    task.model_copy(update={"status": status[task.action]})
                    if task.order_id == flour.order_id
                    else task
                    for task in stop.tasks
                )
            }
        )
        for stop in driven.stops
    )
    found = replan(Given(driven.model_copy(update={"stops": stops}), day, DAWN))
    assert found is not None
    assert "Oven" not in [stop.place.label for stop in found.tour.stops]


def test_who_has_not_left_leaves_as_late_as_without_coming_home_later(tour: Tour, day: Day) -> None:
    """Shops open at seven, the hub at six: nobody waits an hour before the first shop."""
    driven = drive(tour, day, 0, tour.stops, DAWN)
    assert driven.starts_at == tour.starts_at
    assert driven.ends_at == tour.ends_at
    assert check_tour(driven.tour(tour, 0), day).faults == ()
