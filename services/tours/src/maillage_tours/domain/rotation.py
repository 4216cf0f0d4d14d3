"""How evenly a collective shares its jobs out: what each member drove, beside what it offers."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal

from maillage_contracts.vocabulary import ActorId, Amount, Money, Positive, Share, Value
from maillage_tours.domain.fleet import Vehicle
from maillage_tours.domain.sharing_out import euros, split_cents
from maillage_tours.domain.tour import Tour, TourStatus

COUNTED = frozenset({TourStatus.PUBLISHED, TourStatus.STARTED, TourStatus.COMPLETED})
FORMULA = (
    "Due: the hours that all drove, in proportion to the hours of shift that the vehicles of a"
    " member offer in a day. Evenness: (sum of r)^2 / (members x sum of r^2), r = hours driven /"
    " hours due; 1 when everybody has its due."
)


class Turn(Value):
    """What one member had of the jobs."""

    actor_id: ActorId
    tours: int
    hours: Positive
    earned: Money
    due_hours: Positive
    gap_hours: Amount
    """Driven less due: whose is lowest is next."""


class Rotation(Value):
    """The jobs of some days; members by who is next."""

    since: date
    until: date
    turns: tuple[Turn, ...]
    evenness: Share | None
    """None when nothing was driven."""
    formula: str = FORMULA


def rotation_of(
    since: date, until: date, vehicles: Iterable[Vehicle], tours: Iterable[Tour]
) -> Rotation:
    """Tours given to crews, by owner of the vehicle. Members are those who offer one now."""
    offered_s: dict[ActorId, int] = {}
    for vehicle in vehicles:
        if vehicle.in_service and not vehicle.is_trailer:
            owner = vehicle.owner_id
            offered_s[owner] = offered_s.get(owner, 0) + _shift_s(vehicle)
    driven = [t for t in tours if t.status in COUNTED and t.vehicle.owner_id in offered_s]
    seconds = dict.fromkeys(sorted(offered_s), 0)
    cents = dict.fromkeys(seconds, 0)
    for tour in driven:
        owner = tour.vehicle.owner_id
        seconds[owner] += (tour.ends_at - tour.starts_at) // timedelta(seconds=1)
        cents[owner] += int(tour.figures.cost.amount * 100) if tour.figures else 0
    due_s = split_cents(sum(seconds.values()), {one: offered_s[one] for one in seconds})
    turns = [
        Turn(
            actor_id=actor,
            tours=sum(tour.vehicle.owner_id == actor for tour in driven),
            hours=_hours(seconds[actor]),
            earned=euros(cents[actor]),
            due_hours=_hours(due_s[actor]),
            gap_hours=_hours(seconds[actor]) - _hours(due_s[actor]),
        )
        for actor in seconds
    ]
    return Rotation(
        since=since,
        until=until,
        turns=tuple(sorted(turns, key=lambda turn: (turn.gap_hours, turn.actor_id))),
        evenness=_evenness([Decimal(seconds[one]) / due_s[one] for one in seconds if due_s[one]]),
    )


def _shift_s(vehicle: Vehicle) -> int:
    day = date(2000, 1, 1)
    start, end = (datetime.combine(day, at) for at in (vehicle.shift.start, vehicle.shift.end))
    return (end - start) // timedelta(seconds=1)


def _hours(seconds: int) -> Decimal:
    return round(Decimal(seconds) / 3600, 4)


def _evenness(ratios: list[Decimal]) -> Decimal | None:
    """After R. Jain, 1984."""
    squares = sum((ratio * ratio for ratio in ratios), Decimal(0))
    return round(sum(ratios) ** 2 / (len(ratios) * squares), 4) if squares else None
