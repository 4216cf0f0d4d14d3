"""From a solver's routes to draft tours, with their stops, hours and loads."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import groupby
from uuid import uuid5

from maillage_contracts.vocabulary import OrderId, Place, PlanId, TourId
from maillage_tours.domain.day import Day, Job
from maillage_tours.domain.fleet import base_of
from maillage_tours.domain.posing import Posed
from maillage_tours.domain.problem import Solution
from maillage_tours.domain.timeline import Timed, schedule
from maillage_tours.domain.tour import Stop, Task, Tour
from maillage_tours.domain.travel import Matrix, Travel, profile_of


def draft_tours(
    plan_id: PlanId, day: Day, matrix: Matrix, posed: Posed, solution: Solution
) -> Iterator[Tour]:
    """One draft for each vehicle that has something to do."""
    for carrier, visits in enumerate(solution.routes):
        if not visits:
            continue
        vehicle, plan = posed.vehicles[carrier], schedule(posed.problem, carrier, visits)
        base = base_of(vehicle, day.hubs)
        stops = tuple(_stops(posed, base, plan.timed))
        yield Tour(
            tour_id=TourId(uuid5(plan_id, str(vehicle.vehicle_id))),
            plan_id=plan_id,
            on=day.on,
            vehicle=vehicle,
            start=base,
            end=base,
            starts_at=posed.midnight + timedelta(seconds=plan.starts_s),
            ends_at=posed.midnight + timedelta(seconds=plan.ends_s),
            stops=stops,
            travel=_travel(matrix.travel[profile_of(vehicle)], base, stops),
            matrix=matrix.source,
            solver=solution.solver,
            crew=day.crew,
        )


def _travel(travel: Travel, base: Place, stops: Iterable[Stop]) -> Travel:
    points = dict.fromkeys([base.position, *(stop.place.position for stop in stops)])
    return travel.among(tuple(points))


def _stops(posed: Posed, base: Place, timed: Sequence[Timed]) -> Iterator[Stop]:
    onboard_kg = Decimal(0)
    halts = groupby(timed, key=lambda one: (_place_of(posed, base, one), one.visit.is_rest))
    for number, ((place, is_rest), visits) in enumerate(halts, 1):
        here = list(visits)
        tasks = () if is_rest else tuple(_task(posed.jobs[v.visit.demand], v) for v in here)
        onboard_kg += sum(
            (t.load.mass_kg if t.action == "pickup" else -t.load.mass_kg for t in tasks), Decimal(0)
        )
        yield Stop(
            number=number,
            place=place,
            arrives_at=posed.midnight + timedelta(seconds=here[0].arrives_s),
            departs_at=posed.midnight + timedelta(seconds=here[-1].ends_s),
            onboard_kg=onboard_kg,
            tasks=tasks,
        )


def _place_of(posed: Posed, base: Place, one: Timed) -> Place:
    if one.visit.is_rest:
        return (base, *posed.rests)[-1 - one.visit.demand]
    job = posed.jobs[one.visit.demand]
    return job.pickup if one.visit.is_pickup else job.dropoff


def _task(job: Job, one: Timed) -> Task:
    return Task(
        order_id=job.order_id,
        leg=job.leg,
        action="pickup" if one.visit.is_pickup else "dropoff",
        load=job.load,
    )


def without_orders(tour: Tour, order_ids: frozenset[OrderId]) -> Tour | None:
    """A tour that nobody was given yet, without some orders; None when nothing remains.

    What remains keeps its hours, and its rests: the way between two stops is no longer than through
    a third.
    """
    stops: list[Stop] = []
    onboard_kg = Decimal(0)
    for stop in tour.stops:
        tasks = tuple(task for task in stop.tasks if task.order_id not in order_ids)
        if tasks or stop.is_rest:
            onboard_kg += sum(
                (t.load.mass_kg if t.action == "pickup" else -t.load.mass_kg for t in tasks),
                Decimal(0),
            )
            changes = {"number": len(stops) + 1, "tasks": tasks, "onboard_kg": onboard_kg}
            stops.append(stop.model_copy(update=changes))
    if all(stop.is_rest for stop in stops):
        return None
    _, out_s = tour.travel.between(tour.start.position, stops[0].place.position)
    _, back_s = tour.travel.between(stops[-1].place.position, tour.end.position)
    return tour.changed(
        stops=tuple(stops),
        starts_at=stops[0].arrives_at - timedelta(seconds=out_s),
        ends_at=stops[-1].departs_at + timedelta(seconds=back_s),
    )
