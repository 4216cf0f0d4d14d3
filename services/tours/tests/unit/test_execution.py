"""What a crew may report, and what follows from it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from maillage_contracts.refusals import Invalid, NotFound, Refused
from maillage_tours.domain.custody import after_task
from maillage_tours.domain.day import Day
from maillage_tours.domain.execution import (
    Handed,
    arrive,
    complete_stop,
    driven,
    fail_stop,
    is_done,
    last_moment,
    start,
)
from maillage_tours.domain.order import OrderStatus
from maillage_tours.domain.samples import (
    a_day,
    a_vehicle,
    a_zone,
    an_order,
    clean_air,
    made,
    place,
    window,
)
from maillage_tours.domain.tour import Stop, TaskStatus, Tour, TourStatus, Visited
from maillage_tours.usecases.plan_day import Draft

Planner = Callable[[Day], Awaitable[Draft]]
EVENING = window("20:00", "21:00").start


@pytest.fixture
async def tour(plan: Planner) -> Tour:
    """Under way: two deliveries from the hub, and a return from the second shop."""
    shop = place("Grocer", 4, 1)
    orders = [
        an_order("bread"),
        an_order("fruit", dropoff=shop),
        an_order(
            "crates",
            pickup=shop,
            dropoff=place("Hub"),
            pickup_window=window("07:00", "12:00"),
            dropoff_window=window("07:00", "14:00"),
        ),
    ]
    vehicles = [a_vehicle(is_insertion=True)]
    draft = await plan(a_day(orders, vehicles))
    return draft.tours[0].changed(status=TourStatus.STARTED, started_at=draft.tours[0].starts_at)


def visited(stop: Stop, **changes: object) -> Visited:
    return made(Visited, changes, arrived_at=stop.arrives_at, completed_at=stop.departs_at)


def all_handed(stop: Stop) -> list[Handed]:
    return [
        Handed(order_id=t.order_id, action=t.action, accepted_kg=t.load.mass_kg)
        for t in stop.tasks
        if t.status == TaskStatus.TODO
    ]


def heard(tour: Tour) -> Tour:
    """The tour when all its orders know what was reported."""
    tasks = [[t.model_copy(update={"waits": False}) for t in stop.tasks] for stop in tour.stops]
    stops = zip(tour.stops, tasks, strict=True)
    after = tuple(stop.model_copy(update={"tasks": tuple(some)}) for stop, some in stops)
    return tour.model_copy(update={"stops": after})


def done(tour: Tour, number: int, **changes: object) -> Tour:
    stop = tour.stops[number - 1]
    return complete_stop(tour, number, visited(stop, **changes), all_handed(stop), EVENING)


class TestReporting:
    def test_a_stop_is_done_with_what_was_weighed(self, tour: Tour) -> None:
        stop = tour.stops[1]
        handed = [
            one.model_copy(update={"accepted_kg": Decimal(14), "refused_kg": Decimal(6)})
            for one in all_handed(stop)
        ]
        handed = [one.model_copy(update={"reason": "damaged"}) for one in handed]
        told = visited(stop, temperature_c="3.5", proof="slip-17", note="back door")
        after = complete_stop(tour, 2, told, handed, EVENING)
        assert after.stops[1].visited == told
        assert not after.stops[1].is_open
        assert {(t.status, t.accepted_kg, t.reason) for t in after.stops[1].tasks} == {
            (TaskStatus.DONE, Decimal(14), "damaged")
        }
        assert after.version == tour.version + 1

    def test_the_same_report_again_changes_nothing(self, tour: Tour) -> None:
        once = done(tour, 1)
        again = complete_stop(once, 1, visited(tour.stops[0]), all_handed(tour.stops[0]), EVENING)
        assert again == once

    def test_another_report_of_the_same_stop_is_refused(self, tour: Tour) -> None:
        once = done(tour, 1)
        other = [
            one.model_copy(update={"accepted_kg": Decimal(1)}) for one in all_handed(tour.stops[0])
        ]
        with pytest.raises(Refused, match="reported otherwise before"):
            complete_stop(once, 1, visited(tour.stops[0]), other, EVENING)

    def test_a_stop_that_is_not_there(self, tour: Tour) -> None:
        with pytest.raises(NotFound, match="has stops 1 to"):
            fail_stop(tour, 99, visited(tour.stops[0]), "closed", EVENING)

    def test_a_tour_that_was_not_given_to_a_crew(self, tour: Tour) -> None:
        waiting = tour.model_copy(update={"status": TourStatus.PROPOSED})
        with pytest.raises(Refused, match="only a started tour"):
            done(waiting, 1)

    def test_a_stop_that_is_told_before_the_start_starts_the_tour(self, tour: Tour) -> None:
        given = tour.model_copy(update={"status": TourStatus.PUBLISHED, "started_at": None})
        after = done(given, 2)
        assert after.status == TourStatus.STARTED
        assert after.started_at == tour.stops[1].arrives_at

    def test_our_own_clock_is_kept_beside_that_of_the_phone(self, tour: Tour) -> None:
        once = done(tour, 1)
        assert once.stops[0].received_at == EVENING
        later = EVENING + timedelta(hours=1)
        stop = tour.stops[0]
        assert complete_stop(once, 1, visited(stop), all_handed(stop), later) == once

    def test_the_crew_arrives_once_and_before_it_reports(self, tour: Tour) -> None:
        at = tour.stops[0].arrives_at
        there = arrive(tour, 1, at, EVENING)
        assert there.stops[0].arrived_at == at
        assert arrive(there, 1, at, EVENING) == there
        with pytest.raises(Refused, match="arrived at stop 1 at"):
            arrive(there, 1, at + timedelta(minutes=9), EVENING)
        over = done(there, 1)
        assert arrive(over, 1, at + timedelta(minutes=9), EVENING) == over
        with pytest.raises(Invalid, match="still to come"):
            arrive(tour, 1, tour.ends_at + timedelta(days=1), EVENING)

    def test_what_was_withdrawn_meanwhile_may_be_reported_and_stays_void(self, tour: Tour) -> None:
        stop = tour.stops[0]
        gone = frozenset([stop.tasks[0].order_id])
        after = complete_stop(
            tour.voided(gone, "order_ended"), 1, visited(stop), all_handed(stop), EVENING
        )
        assert [t.status for t in after.stops[0].tasks] == [
            TaskStatus.VOID if t.order_id in gone else TaskStatus.DONE for t in stop.tasks
        ]

    def test_everything_at_the_stop_is_reported_once_and_nothing_else(self, tour: Tour) -> None:
        stop = tour.stops[0]
        told = visited(stop)
        with pytest.raises(Invalid, match="is missing"):
            complete_stop(tour, 1, told, all_handed(stop)[:1], EVENING)
        foreign = all_handed(tour.stops[1])
        with pytest.raises(Invalid, match="is to be done here"):
            complete_stop(tour, 1, told, all_handed(stop) + foreign, EVENING)
        with pytest.raises(Invalid, match="reported once"):
            complete_stop(tour, 1, told, all_handed(stop) * 2, EVENING)

    def test_figures_that_cannot_be(self, tour: Tour) -> None:
        stop = tour.stops[0]
        grams = [
            one.model_copy(update={"accepted_kg": Decimal(20_000)}) for one in all_handed(stop)
        ]
        with pytest.raises(Invalid, match="check the unit"):
            complete_stop(tour, 1, visited(stop), grams, EVENING)
        silent = [one.model_copy(update={"refused_kg": Decimal(2)}) for one in all_handed(stop)]
        with pytest.raises(Invalid, match="say why 2 kg were refused"):
            complete_stop(tour, 1, visited(stop), silent, EVENING)

    def test_moments_that_cannot_be(self, tour: Tour) -> None:
        with pytest.raises(Invalid, match="completed after arriving"):
            done(tour, 1, completed_at=tour.stops[0].arrives_at - timedelta(minutes=1))
        with pytest.raises(Invalid, match="still to come"):
            done(tour, 1, completed_at=tour.ends_at + timedelta(days=1))

    @pytest.mark.parametrize("days", [-9000, -4, 4, 9000])
    def test_moments_far_from_the_day_of_the_tour(self, tour: Tour, days: int) -> None:
        stop, away = tour.stops[0], timedelta(days=days)
        there, now = stop.arrives_at + away, EVENING + max(away, timedelta())
        told = visited(stop, arrived_at=there, completed_at=stop.departs_at + away)
        reports = {
            "started_at": lambda: start(tour.changed(status=TourStatus.PUBLISHED), there, now),
            "arrived_at": lambda: arrive(tour, 1, there, now),
        }
        for field, report in reports.items():
            with pytest.raises(Invalid, match="this tour is of") as refused:
                report()
            assert refused.value.field == field
        with pytest.raises(Invalid, match="this tour is of"):
            complete_stop(tour, 1, told, all_handed(stop), now)
        with pytest.raises(Invalid, match="this tour is of"):
            fail_stop(tour, 1, told, "closed", now)

    def test_a_report_may_come_late_and_tell_of_a_day_late(self, tour: Tour) -> None:
        stop = tour.stops[0]
        months_later = EVENING + timedelta(days=90)
        assert arrive(tour, 1, stop.arrives_at, months_later).stops[0].arrived_at
        a_day_late = stop.arrives_at + timedelta(days=1)
        assert arrive(tour, 1, a_day_late, months_later).stops[0].arrived_at == a_day_late
        a_bit_fast = EVENING + timedelta(minutes=4)
        assert arrive(tour, 1, a_bit_fast, EVENING).stops[0].arrived_at == a_bit_fast

    def test_a_stop_may_fail(self, tour: Tour) -> None:
        told = visited(tour.stops[0])
        failed = fail_stop(tour, 1, told, "closed", EVENING)
        assert {t.status for t in failed.stops[0].tasks} == {TaskStatus.FAILED}
        assert fail_stop(failed, 1, told, "closed", EVENING) == failed
        with pytest.raises(Refused, match="otherwise"):
            fail_stop(failed, 1, told, "flooded", EVENING)
        with pytest.raises(Refused, match="otherwise"):
            complete_stop(failed, 1, told, all_handed(tour.stops[0]), EVENING)

    def test_a_failed_stop_leaves_what_was_withdrawn(self, tour: Tour) -> None:
        order_id = tour.stops[0].tasks[0].order_id
        without = tour.voided(frozenset([order_id]), "cancelled")
        failed = fail_stop(without, 1, visited(tour.stops[0]), "closed", EVENING)
        assert {t.status for t in failed.stops[0].tasks} == {TaskStatus.VOID, TaskStatus.FAILED}


class TestDriven:
    def all_done(self, tour: Tour, **changes: object) -> Tour:
        for stop in tour.stops:
            assert not is_done(tour)
            told = changes if stop.number == len(tour.stops) - 1 else {}
            tour = done(tour, stop.number, **told)
        assert not is_done(tour)
        tour = heard(tour)
        assert is_done(tour)
        return tour

    def test_a_tour_as_planned(self, tour: Tour) -> None:
        took = driven(self.all_done(tour))
        places = [tour.start, *(stop.place for stop in tour.stops), tour.end]
        metres = sum(tour.travel.between(a.position, b.position)[0] for a, b in pairwise(places))
        assert (took.distance_km, took.distance_source) == (Decimal(metres) / 1000, "planned")
        hours = Decimal(str((tour.ends_at - tour.starts_at).total_seconds())) / 3600
        assert abs(took.hours - hours) < Decimal("0.001")
        assert set(took.carried_kg.values()) == {Decimal(20)}
        assert len(took.carried_kg) == 3
        on_board = [(stop.place, stop.onboard_kg) for stop in tour.stops]
        moved = sum(
            onboard_kg * tour.travel.between(here.position, there.position)[0]
            for (here, onboard_kg), there in zip(on_board, places[2:], strict=True)
        )
        assert took.moved_tkm == moved / 1_000_000
        grocer_m, _ = tour.travel.between(place("Hub").position, place("Grocer", 4, 1).position)
        assert list(took.direct_km.values()).count(Decimal(grocer_m) / 1000) == 2

    def test_a_tour_by_its_trip_meter(self, tour: Tour) -> None:
        """The meter was read at the last stop but one: the rest is counted as planned."""
        took = driven(self.all_done(tour, odometer_km="20"))
        last, before = tour.stops[-1], tour.stops[-2]
        rest_m, _ = tour.travel.between(before.place.position, last.place.position)
        home_m, _ = tour.travel.between(last.place.position, tour.end.position)
        assert took.distance_source == "odometer"
        assert took.distance_km == 20 + Decimal(rest_m + home_m) / 1000

    def test_what_was_inside_low_emission_zones(self, tour: Tour) -> None:
        over = self.all_done(tour, odometer_km="20")
        centre = a_zone(kind="low_emission")
        assert driven(over, [a_zone()]).low_emission_km is None  # for people on foot
        took = driven(over, [centre])
        assert took.low_emission_km is not None
        assert 0 < took.low_emission_km < took.distance_km
        assert driven(over, [clean_air(), centre]).low_emission_km == took.distance_km

    def test_ways_without_a_load_are_empty(self, tour: Tour) -> None:
        failed = fail_stop(tour, 1, visited(tour.stops[0]), "no_goods", EVENING)
        gone = frozenset(t.order_id for t in tour.stops[0].tasks)
        rest = failed.voided(gone, "order_ended")
        for stop in rest.stops[1:]:
            rest = done(rest, stop.number) if stop.is_open else rest
        took = driven(rest)
        assert 0 < took.empty_km < took.distance_km
        assert set(took.carried_kg.values()) == {Decimal(20)}
        assert len(took.carried_kg) == 1

    def test_stops_with_nothing_left_to_do_are_not_driven_to(self, tour: Tour) -> None:
        bread = an_order("bread").order_id
        shorter = driven(self.all_but(tour.voided(frozenset([bread]), "cancelled")))
        assert shorter.distance_km < driven(self.all_done(tour)).distance_km

    def all_but(self, tour: Tour) -> Tour:
        for stop in tour.stops:
            tour = done(tour, stop.number) if stop.is_open else tour
        return tour

    def test_a_tour_of_which_everything_was_withdrawn(self, tour: Tour) -> None:
        nothing = tour.voided(tour.order_ids, "cancelled")
        took = driven(nothing)
        assert is_done(nothing)
        assert (took.distance_km, took.hours, took.carried_kg) == (0, 0, {})
        assert last_moment(nothing) == tour.started_at

    def test_it_ends_with_its_last_report(self, tour: Tour) -> None:
        assert last_moment(self.all_done(tour)) == tour.stops[-1].departs_at


class TestCustody:
    def test_nothing_is_given_before_it_is_taken(self, tour: Tour) -> None:
        dropoff = tour.stops[1].tasks[0]
        with pytest.raises(Refused, match="record its pickup first"):
            after_task(an_order(status="planned"), dropoff, tour.stops[1].place)

    def test_a_second_leg_is_taken_from_the_hub_only(self, tour: Tour) -> None:
        second = tour.stops[0].tasks[0].model_copy(update={"leg": 2})
        with pytest.raises(Refused, match="cannot be taken here now"):
            after_task(an_order(status="planned"), second, tour.stops[0].place)

    def test_a_failed_pickup_fails_the_order(self, tour: Tour) -> None:
        task = (
            tour.stops[0]
            .tasks[0]
            .model_copy(update={"status": TaskStatus.FAILED, "reason": "closed"})
        )
        failed = after_task(an_order(status="planned"), task, tour.stops[0].place)
        assert (failed.status, failed.refused_kg) == (OrderStatus.FAILED, Decimal(20))

    def test_a_failed_dropoff_fails_the_order_with_all_that_was_on_board(self, tour: Tour) -> None:
        task = (
            tour.stops[1]
            .tasks[0]
            .model_copy(update={"status": TaskStatus.FAILED, "reason": "closed"})
        )
        on_board = an_order(status="in_progress", taken_kg="18", refused_kg="2")
        failed = after_task(on_board, task, tour.stops[1].place)
        assert (failed.status, failed.refused_kg, failed.reason) == (
            OrderStatus.FAILED,
            Decimal(20),
            "closed",
        )

    def test_a_first_leg_ends_at_the_hub(self, tour: Tour) -> None:
        task = (
            tour.stops[1]
            .tasks[0]
            .model_copy(update={"status": TaskStatus.DONE, "leg": 1, "accepted_kg": Decimal(18)})
        )
        on_board = an_order(status="in_progress", taken_kg="18")
        waiting = after_task(on_board, task, place("Hub"))
        assert (waiting.status, waiting.held_at) == (OrderStatus.AT_HUB, place("Hub"))
