"""A round that somebody already drives, and what room it has out and back."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from maillage_contracts.refusals import Invalid, Refused
from maillage_contracts.vocabulary import (
    KNOWN_ENERGIES,
    KNOWN_VEHICLE_CLASSES,
    Kilograms,
    Kilometres,
    LocalTime,
    Money,
    Place,
    TemperatureClass,
    Value,
)
from maillage_flows.domain.declaration import Line, known

RoundStatus = Literal["active", "ended"]
NEXT: dict[RoundStatus, frozenset[RoundStatus]] = {
    "active": frozenset({"ended"}),
    "ended": frozenset(),
}


def _each_once(weekdays: tuple[int, ...]) -> tuple[int, ...]:
    if len(set(weekdays)) < len(weekdays):
        raise ValueError("name each weekday once")
    return tuple(sorted(weekdays))


Weekday = Annotated[int, Field(ge=1, le=7)]


class FreeRoom(Value):
    """Room that is left on one leg."""

    leg: Literal["out", "back"]
    mass_kg: Kilograms
    temperature: TemperatureClass = "ambient"


class RoundTold(Value):
    """What somebody says of a round."""

    label: Line
    weekdays: Annotated[tuple[Weekday, ...], AfterValidator(_each_once)] = Field(
        min_length=1, max_length=7, description="1 is Monday, 7 is Sunday."
    )
    departs_at: LocalTime = Field(examples=["06:30"])
    vehicle_class: Annotated[str, *known(KNOWN_VEHICLE_CLASSES)]
    energy: Annotated[str, *known(KNOWN_ENERGIES)]
    stops: tuple[Place, ...] = Field(min_length=1, max_length=200)
    distance_km: Kilometres
    empty_km: Kilometres
    carried_kg: Kilograms
    free: tuple[FreeRoom, ...] = Field(default=(), max_length=8)
    cost_per_round: Money | None = None


@dataclass(frozen=True)
class Round:
    """A round and where it is in its life."""

    round_id: UUID
    actor_id: UUID
    told: RoundTold
    status: RoundStatus = "active"
    version: int = 1


def check_round(told: RoundTold) -> None:
    """Refuse what no single field shows to be wrong; raises Invalid naming the field."""
    if told.empty_km > told.distance_km:
        raise Invalid("empty_km", f"cannot be more than distance_km ({told.distance_km})")
    rooms = [(room.leg, room.temperature) for room in told.free]
    if len(set(rooms)) < len(rooms):
        raise Invalid("free", "name each leg and temperature once")


def retold(known_round: Round, told: RoundTold) -> Round:
    """The round as it is told now; itself when nothing differs. Raises Refused once it ended."""
    if known_round.told == told:
        return known_round
    if not NEXT[known_round.status]:
        raise Refused("this round has ended: declare a new one")
    return replace(known_round, told=told)


def end_round(known_round: Round) -> Round:
    """The round is no longer driven; raises Refused when it ended before."""
    if "ended" not in NEXT[known_round.status]:
        raise Refused(f"this round is {known_round.status} already")
    return replace(known_round, status="ended")
