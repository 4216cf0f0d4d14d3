"""A declared flow as the engine sees it, and when it may be matched."""

from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache

from maillage_contracts.vocabulary import (
    PERIODS_PER_YEAR,
    ActorId,
    FlowId,
    GeoPoint,
    Money,
    PeriodicQuantity,
    Quantity,
    TemperatureClass,
)
from maillage_matching.domain.kept import Kept

WILLING = frozenset({"open", "priority"})
GONE = frozenset({"stale", "suspended", "withdrawn", "expired", "committed", "ended"})
"""A flow in one of these is out of everybody's reach: what waits for it need not wait longer."""

BASE_UNITS = ("kg", "m3", "kwh", "h", "m2", "km", "unit")


class Flow(Kept):
    """What one actor has too much of (`out`) or lacks (`in`)."""

    flow_id: FlowId
    actor_id: ActorId
    label: str
    kind: str
    direction: str
    intent: str
    willingness: str
    status: str
    activity_zone: str | None = None
    position: GeoPoint | None = None
    spec: str | None = None
    waste_code: str | None = None
    functions: frozenset[str] = frozenset()
    physical: str | None = None
    form: str | None = None
    contamination: str | None = None
    temperature: TemperatureClass | None = None
    waste_status: str | None = None
    is_hazardous: bool | None = None
    is_food_grade: bool | None = None
    quantity: PeriodicQuantity | None = None
    per_pickup: Quantity | None = None
    cost_today: Money | None = None
    pain_rank: int | None = None
    available_from: date | None = None
    available_until: date | None = None
    observed_at: datetime
    confidence: str = "declared"
    open_questions: frozenset[str] = frozenset()

    @property
    def is_matchable(self) -> bool:
        """Only what a firm wants to work on, and has opened, is ever matched."""
        return self.status == "open" and self.willingness in WILLING and self.intent != "inform"

    @property
    def is_seasonal(self) -> bool:
        """Whether it is there from some day on, or until some day."""
        return self.available_from is not None or self.available_until is not None

    @property
    def is_waste(self) -> bool:
        """Whether waste law may have a say: by its kind, its status or its code."""
        return self.kind == "waste" or self.waste_status == "waste" or self.waste_code is not None


def a_year(quantity: PeriodicQuantity) -> tuple[Decimal, str]:
    """What comes in a year, in the base unit of its dimension; an unknown unit stays itself."""
    yearly = quantity.value * PERIODS_PER_YEAR[quantity.per]
    return in_base_unit(yearly, quantity.unit)


def in_base_unit(value: Decimal, unit: str) -> tuple[Decimal, str]:
    """A value in kg, m3, kwh, h, m2, km or unit; an unknown unit stays itself."""
    base, factor = _base_of(unit)
    return value * factor, base


@lru_cache(maxsize=256)
def _base_of(unit: str) -> tuple[str, Decimal]:
    one = Quantity(value=Decimal(1), unit=unit)
    for base in BASE_UNITS:
        if one.same_dimension(Quantity(value=Decimal(1), unit=base)):
            return base, one.to(base).value
    return unit, Decimal(1)
