"""What is in a hub, by temperature class: goods in and out, and the count that corrects it."""

from datetime import datetime
from decimal import Decimal
from typing import Literal, Self
from uuid import UUID

from maillage_contracts.refusals import Invalid
from maillage_contracts.vocabulary import (
    Amount,
    Count,
    HubId,
    Kilograms,
    OrderId,
    TemperatureClass,
    TourId,
    Value,
)


class Stock(Value):
    """Balance of one temperature class in one hub.

    Negative when goods left that nobody had booked in: shown as it is, until somebody counts.
    """

    hub_id: HubId
    temperature: TemperatureClass
    mass_kg: Amount = Decimal(0)
    crates: int = 0

    def after(self, movement: "Movement") -> Self:
        """The balance after goods came in or left, or were counted."""
        if movement.kind == "counted":
            change = {"mass_kg": movement.mass_kg, "crates": movement.crates}
        else:
            sign = 1 if movement.kind == "received" else -1
            change = {
                "mass_kg": self.mass_kg + sign * movement.mass_kg,
                "crates": self.crates + sign * movement.crates,
            }
        return self.model_copy(update=change)


class Movement(Value):
    """Goods that came in or left, or a count of what is there: once each, by its identifier."""

    movement_id: UUID
    hub_id: HubId
    temperature: TemperatureClass
    kind: Literal["received", "dispatched", "counted"]
    mass_kg: Kilograms
    crates: Count = 0
    order_id: OrderId | None = None
    tour_id: TourId | None = None
    at: datetime
    """By the clock of who tells it."""
    received_at: datetime
    """When we heard of it."""


def must_be_something(movement: Movement) -> None:
    """Raise Invalid when nothing moved."""
    if movement.kind != "counted" and not movement.mass_kg and not movement.crates:
        raise Invalid("mass_kg", "say what moved: its mass, its crates, or both")
