"""A regulated zone (low emission, pedestrian, village core) and who may enter it when."""

from datetime import date
from itertools import pairwise
from typing import Annotated

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from maillage_contracts.vocabulary import Area, DailyWindow, Day, Value, Word, ZoneId
from maillage_registry.domain.words import Energy, Line, VehicleClass, each_once, not_before

RING_AREA_MIN_DEG2 = 1e-10
"""About one square metre in France: less is a point or a line, rounding aside."""


def _encloses_something(area: Area) -> Area:
    """Refuse a ring that is a point or a line, by its signed area (shoelace formula)."""
    origin = area.ring[0]
    doubled = sum(
        (a.lon - origin.lon) * (b.lat - origin.lat) - (b.lon - origin.lon) * (a.lat - origin.lat)
        for a, b in pairwise(area.ring)
    )
    if abs(doubled) / 2 < RING_AREA_MIN_DEG2:
        raise ValueError("this ring encloses nothing: give its corners in order")
    return area


class AccessRule(Value):
    """Who may enter, from when to when; both days included."""

    vehicle_classes: Annotated[tuple[VehicleClass, ...], AfterValidator(each_once)] = Field(
        min_length=1, max_length=20
    )
    energies: Annotated[tuple[Energy, ...], AfterValidator(each_once)] = Field(
        default=(), max_length=20, description="None named: whatever the energy."
    )
    allowed: bool
    valid_from: Day
    valid_to: Day | None = None
    hours: DailyWindow | None = Field(default=None, description="Local time; absent: all day.")

    @field_validator("valid_to")
    @classmethod
    def _ordered(cls, valid_to: date | None, said: ValidationInfo) -> date | None:
        return not_before("valid_from", valid_to, said)


class AccessZoneFacts(Value):
    """What is said of a zone, before it has an identifier. Without rules, all may enter."""

    name: Line
    kind: Word = Field(examples=["low_emission"])
    area: Annotated[Area, AfterValidator(_encloses_something)]
    rules: tuple[AccessRule, ...] = Field(default=(), max_length=100)


class AccessZone(AccessZoneFacts):
    """A zone with its identifier."""

    zone_id: ZoneId
