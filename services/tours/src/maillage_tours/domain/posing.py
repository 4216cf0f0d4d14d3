"""From the jobs of a day to a problem in whole numbers, and why some jobs cannot be in it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from maillage_contracts.vocabulary import Load, Place, TimeWindow
from maillage_tours.domain.access import gate
from maillage_tours.domain.day import FROM_HUB, TO_HUB, Day, Job, free_shift
from maillage_tours.domain.fleet import Vehicle
from maillage_tours.domain.local_time import whole_day, window_on
from maillage_tours.domain.problem import (
    BASE,
    Carrier,
    Demand,
    Dimension,
    Problem,
    Step,
    Visit,
    ways_of,
)
from maillage_tours.domain.reasons import OTHER_LEG, Obstacle, hard_reason, obstacle_of
from maillage_tours.domain.relays import without_room
from maillage_tours.domain.resting import rested
from maillage_tours.domain.timeline import schedule
from maillage_tours.domain.travel import Matrix, profile_of

PER_UNIT = {"kg": 1000, "m3": 10_000, "crates": 1}
"""Whole numbers in one unit: grams, tenths of a litre, crates."""
MILLION = 1_000_000
CLEAN, DIRTY = 0, 1
UNTIL_CLEANED = frozenset({(DIRTY, CLEAN)})
"""After a door where dirt is handled, no other until the vehicle was cleaned at its base."""


@dataclass(frozen=True)
class Posed:
    """A problem, what its numbers stand for, and the reasons of the jobs that are not in it."""

    problem: Problem
    jobs: tuple[Job, ...]
    vehicles: tuple[Vehicle, ...]
    midnight: datetime
    reasons: Mapping[Job, str]
    rests: tuple[Place, ...] = ()
    """The problem's places to rest, after the base of whoever rests."""


@dataclass(frozen=True)
class _Offer:
    """How a vehicle could do a job: in the hours that its gates leave of the job's windows."""

    carrier: int
    pickup: Step
    dropoff: Step

    @property
    def width_s(self) -> int:
        return sum(step.closes_s - step.opens_s for step in (self.pickup, self.dropoff))


def pose(day: Day, jobs: Sequence[Job], matrix: Matrix) -> Posed:
    """The problem of these jobs. A job that no vehicle can do alone has its reason instead."""
    shifts = {
        vehicle: free_shift(window_on(day.on, vehicle.shift, day.zone), _taken(vehicle, day))
        for vehicle in sorted(day.fleet, key=lambda vehicle: (vehicle.vehicle_id, vehicle.label))
    }
    free = {vehicle: shift for vehicle, shift in shifts.items() if shift is not None}
    taken = [Obstacle("busy", vehicle.label) for vehicle in shifts if vehicle not in free]
    poser = _Poser(day, matrix, tuple(free))
    frame = poser.frame(tuple(free.values()), jobs)
    demands: dict[Job, Demand] = {}
    reasons: dict[Job, str] = {}
    no_room = without_room(day, jobs)
    for job in jobs:
        if job in no_room:
            reasons[job] = no_room[job]
            continue
        offers, obstacles = poser.offers(frame, job)
        if offers:
            demands[job] = poser.demand(frame, job, offers)
        else:
            reasons[job] = hard_reason([*obstacles, *taken])
    able = {(job.order_id, job.leg) for job in demands}
    reasons = {job: said for job, said in reasons.items() if job.key[:2] not in able}
    for job in _orphans(jobs, reasons):
        demands.pop(job, None)
        reasons[job] = OTHER_LEG
    problem = replace(frame, demands=tuple(_partnered(demands)))
    return Posed(problem, tuple(demands), poser.vehicles, poser.midnight, reasons, poser.rests)


def _taken(vehicle: Vehicle, day: Day) -> list[TimeWindow]:
    """When it drives already, or its trailer is behind another bike."""
    ids = (vehicle.vehicle_id, vehicle.pulls)
    return [window for one in ids if one is not None for window in day.busy.get(one, ())]


def _orphans(jobs: Iterable[Job], reasons: Mapping[Job, str]) -> list[Job]:
    """Legs that could be carried, of orders whose other leg cannot."""
    stuck = {job.order_id for job in reasons}
    return [job for job in jobs if job.order_id in stuck and job not in reasons]


def _partnered(demands: Mapping[Job, Demand]) -> Iterable[Demand]:
    place = {job.key: number for number, job in enumerate(demands)}
    options = Counter(job.order_id for job in demands if job.leg != TO_HUB)
    orders = {order_id: number for number, order_id in enumerate(options)}
    for job, demand in demands.items():
        other = place.get((job.order_id, TO_HUB + FROM_HUB - job.leg, 0)) if job.leg else None
        choice = orders[job.order_id] if options[job.order_id] > 1 else None
        yield replace(demand, partner=other, choice=choice)


class _Poser:
    def __init__(self, day: Day, matrix: Matrix, vehicles: tuple[Vehicle, ...]) -> None:
        self.day = day
        self.vehicles = vehicles
        self.midnight = whole_day(day.on, day.zone).start
        self.profiles = tuple(matrix.travel)
        self.travel = matrix.travel
        self.points = next(iter(matrix.travel.values())).points if matrix.travel else ()
        self.place_of = {point: place for place, point in enumerate(self.points)}
        places = (*(hub.place for hub in day.hubs), *day.rests)
        self.rests = places if self.points else ()
        self.families: dict[str, int] = {}

    def frame(self, shifts: Sequence[TimeWindow], jobs: Sequence[Job]) -> Problem:
        """The problem without its demands."""
        hubs = tuple(point in self.day.hub_points for point in self.points)
        dimensions = _dimensions(jobs, self.vehicles)
        self.families = {
            goods: number
            for number, goods in enumerate(sorted({job.goods for job in jobs if job.goods}), 1)
        }
        return Problem(
            dimensions=dimensions,
            setup_s=tuple(self.day.pace.setup(at_hub=is_hub) for is_hub in hubs),
            hubs=hubs,
            demands=(),
            carriers=tuple(
                self._carrier(vehicle, shift, dimensions)
                for vehicle, shift in zip(self.vehicles, shifts, strict=True)
            ),
            metres=tuple(ways_of(self.travel[one].metres) for one in self.profiles),
            seconds=tuple(ways_of(self.travel[one].seconds) for one in self.profiles),
            apart=UNTIL_CLEANED if len({job.is_dirty for job in jobs}) > 1 else frozenset(),
            foes=frozenset(
                (self.families[one], self.families[other])
                for one, other in self.day.incompatible
                if one in self.families and other in self.families
            ),
            twins=tuple(self._twins()),
            rests=(BASE, *(self.place_of[place.position] for place in self.rests)),
        )

    def _twins(self) -> Iterator[tuple[int, int]]:
        """Bikes that are there twice: as they are, and with a trailer."""
        alone = {v.vehicle_id: n for n, v in enumerate(self.vehicles) if v.pulls is None}
        for number, vehicle in enumerate(self.vehicles):
            if vehicle.pulls is not None and vehicle.vehicle_id in alone:
                yield alone[vehicle.vehicle_id], number

    def _rests_for(self, vehicle: Vehicle) -> Iterator[int]:
        """Where it may stand at any hour: its base, hubs and places to rest, by number."""
        places = [vehicle.base, *(place.position for place in self.rests)]
        day = self.day
        for number, point in enumerate(places):
            if gate(point, vehicle, day.zones, day.on, day.zone).zone is None:
                yield number

    def _carrier(
        self, vehicle: Vehicle, shift: TimeWindow, dimensions: Sequence[Dimension]
    ) -> Carrier:
        crew = self.day.crew
        return Carrier(
            base=self.place_of[vehicle.base],
            opens_s=self._second(shift.start),
            closes_s=self._second(shift.end),
            room=tuple(_room(vehicle, dimension) for dimension in dimensions),
            range_m=None if vehicle.range_km is None else int(vehicle.range_km * 1000),
            cost_per_m=round(vehicle.cost_eur_per_km * MILLION / 1000),
            cost_per_s=round(vehicle.cost_eur_per_hour * MILLION / 3600),
            profile=self.profiles.index(profile_of(vehicle)),
            duration_s_max=crew.tour_s_max,
            overtime_s_max=crew.overtime_s_max,
            overtime_cost_per_s=round(
                vehicle.cost_eur_per_hour * crew.overtime_surcharge * MILLION / 3600
            ),
            rest_after_s=crew.rest_after_s,
            rest_s=crew.rest_s,
            rests=tuple(self._rests_for(vehicle)),
            keeps_apart=vehicle.keeps_dirt_apart,
        )

    def offers(self, frame: Problem, job: Job) -> tuple[list[_Offer], list[Obstacle]]:
        """Which vehicles could do the job if it were alone, and what stops the others."""
        offers: list[_Offer] = []
        obstacles: list[Obstacle] = []
        for carrier, vehicle in enumerate(self.vehicles):
            if vehicle.vehicle_id in job.barred:
                continue
            found = self._offer(frame, job, carrier)
            if isinstance(found, Obstacle):
                obstacles.append(found)
            else:
                offers.append(found)
        return offers, obstacles

    def _offer(self, frame: Problem, job: Job, carrier: int) -> _Offer | Obstacle:
        vehicle = self.vehicles[carrier]
        obstacle = obstacle_of(job.load, vehicle, is_dirty=job.is_dirty)
        if obstacle is not None:
            return obstacle
        steps: list[Step] = []
        for place, window in ((job.pickup, job.pickup_window), (job.dropoff, job.dropoff_window)):
            step = self._step(vehicle, place, window, job.load)
            if isinstance(step, str):
                return Obstacle("zone", vehicle.label, detail=step)
            steps.append(step)
        offer = _Offer(carrier, steps[0], steps[1])
        amounts = _amounts(job, frame.dimensions)
        alone = replace(frame, demands=(Demand(offer.pickup, offer.dropoff, amounts, (carrier,)),))
        visits = (Visit(0, is_pickup=True), Visit(0, is_pickup=False))
        trip = schedule(alone, carrier, rested(alone, carrier, visits))
        if trip.beyond_m:
            return Obstacle("range", vehicle.label)
        if trip.late_s or trip.ends_s > frame.carriers[carrier].closes_s:
            return Obstacle("window", vehicle.label)
        return offer if trip.is_feasible else Obstacle("hours", vehicle.label)

    def _step(self, vehicle: Vehicle, place: Place, window: TimeWindow, load: Load) -> Step | str:
        """The end of a job in the hours that a zone leaves, or the zone that leaves none."""
        at_hub = place.position in self.day.hub_points
        handling_s = self.day.pace.handling(load, at_hub=at_hub)
        opens_s, closes_s = self._second(window.start), self._second(window.end)
        passage = gate(place.position, vehicle, self.day.zones, self.day.on, self.day.zone)
        if passage.zone is not None:
            setup_s = self.day.pace.setup(at_hub=at_hub)
            left = [
                (
                    max(opens_s, self._second(open_.start) + setup_s),
                    min(closes_s, self._second(open_.end) - handling_s),
                )
                for open_ in passage.windows
            ]
            opens_s, closes_s = max(left, key=lambda one: one[1] - one[0], default=(1, 0))
            if closes_s < opens_s:
                return passage.zone
        return Step(self.place_of[place.position], max(0, opens_s), closes_s, handling_s)

    def demand(self, frame: Problem, job: Job, offers: Sequence[_Offer]) -> Demand:
        """The job in its widest hours, for the vehicles that may do it at any time in them."""
        widest = max(offers, key=lambda offer: offer.width_s)
        return Demand(
            pickup=widest.pickup,
            dropoff=widest.dropoff,
            amounts=_amounts(job, frame.dimensions),
            carriers=tuple(
                offer.carrier
                for offer in offers
                if _covers(offer.pickup, widest.pickup) and _covers(offer.dropoff, widest.dropoff)
            ),
            kind=DIRTY if job.is_dirty else CLEAN,
            rank=job.rank,
            family=self.families[job.goods] if job.goods else 0,
        )

    def _second(self, moment: datetime) -> int:
        return (moment - self.midnight) // timedelta(seconds=1)


def _covers(one: Step, other: Step) -> bool:
    return one.opens_s <= other.opens_s and other.closes_s <= one.closes_s


def _dimensions(jobs: Iterable[Job], vehicles: Iterable[Vehicle]) -> tuple[Dimension, ...]:
    """All mass together, then what is counted at each temperature that occurs.

    Where a vehicle keeps dirt apart, clean and dirty are counted for themselves as well.
    """
    split = any(vehicle.keeps_dirt_apart for vehicle in vehicles)
    found = {
        Dimension(unit, job.load.temperature, is_dirty)
        for job in jobs
        for unit, amount in _counted(job.load)
        for is_dirty in ((None, job.is_dirty) if split else (None,))
        if amount
    }
    return (Dimension("kg", None), *sorted(found, key=str))


def _counted(load: Load) -> tuple[tuple[str, Decimal], ...]:
    return (("kg", load.mass_kg), ("m3", load.volume_m3), ("crates", Decimal(load.crates)))


def _amounts(job: Job, dimensions: Sequence[Dimension]) -> tuple[int, ...]:
    """What the job takes of each dimension, rounded up."""
    counted = dict(_counted(job.load))
    return tuple(
        int((counted[unit] * PER_UNIT[unit]).to_integral_value(ROUND_CEILING))
        if temperature in {None, job.load.temperature} and is_dirty in {None, job.is_dirty}
        else 0
        for unit, temperature, is_dirty in dimensions
    )


def _room(vehicle: Vehicle, dimension: Dimension) -> int:
    """What the vehicle has of a dimension, rounded down."""
    unit, temperature, is_dirty = dimension
    if temperature is None:
        has = vehicle.payload_kg
    else:
        room = vehicle.room(temperature, is_dirty=is_dirty)
        has = {"kg": room.mass_kg, "m3": room.volume_m3, "crates": Decimal(room.crates)}[unit]
    return int((has * PER_UNIT[unit]).to_integral_value(ROUND_FLOOR))
