"""How evenly a collective shares its jobs out: what each member drove, beside what it offers."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from maillage_contracts.vocabulary import ActorId, Amount, Money, Positive, Share, Value
from maillage_tours.domain.fleet import Vehicle
from maillage_tours.domain.sharing_out import euros, split_cents
from maillage_tours.domain.tour import Tour, TourStatus

PARTS = 10_000
"""Hours are counted in so many parts, in whole ones: what is due adds up to what was driven."""
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
    """Driven less due: whose is lowest is next. All gaps together are nothing, exactly."""


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
    drove = {one: round(Fraction(driven_s * PARTS, 3600)) for one, driven_s in seconds.items()}
    due = split_cents(sum(drove.values()), {one: offered_s[one] for one in drove})
    turns = [
        Turn(
            actor_id=actor,
            tours=sum(tour.vehicle.owner_id == actor for tour in driven),
            hours=Decimal(drove[actor]) / PARTS,
            earned=euros(cents[actor]),
            due_hours=Decimal(due[actor]) / PARTS,
            gap_hours=Decimal(drove[actor] - due[actor]) / PARTS,
        )
        for actor in drove
    ]
    return Rotation(
        since=since,
        until=until,
        turns=tuple(sorted(turns, key=lambda turn: (turn.gap_hours, turn.actor_id))),
        evenness=_evenness([Fraction(drove[one], due[one]) for one in drove if due[one]]),
    )


def _shift_s(vehicle: Vehicle) -> int:
    day = date(2000, 1, 1)
    start, end = (datetime.combine(day, at) for at in (vehicle.shift.start, vehicle.shift.end))
    return (end - start) // timedelta(seconds=1)


def _evenness(ratios: list[Fraction]) -> Decimal | None:
    """After R. Jain, 1984."""
    squares = sum((ratio * ratio for ratio in ratios), Fraction(0))
    if not squares:
        return None
    return Decimal(round(sum(ratios) ** 2 / (len(ratios) * squares) * PARTS)) / PARTS
