"""How long a crew works: when it must rest, and what its longer days cost."""

from decimal import Decimal

from pydantic import Field

from maillage_contracts.vocabulary import Positive, Value


class Crew(Value):
    """The hours of a crew on one tour; the defaults are those of the French labour code.

    Who works for six hours rests for twenty minutes (L3121-16); a day has ten hours of work at
    most (L3121-18); beyond the usual hours an hour costs a quarter more (L3121-36).
    """

    rest_after_s: int = Field(default=6 * 3600, gt=0)
    """No stretch of work without a rest is longer."""
    rest_s: int = Field(default=20 * 60, gt=0)
    tour_s_max: int = Field(default=7 * 3600, gt=0)
    """A tour so long costs what its vehicle costs; beyond, its hours are overtime."""
    overtime_s_max: int = Field(default=3 * 3600, ge=0)
    overtime_surcharge: Positive = Decimal("0.25")
    """Of the vehicle's cost of an hour, on top of it."""

    def overtime_s(self, takes_s: int) -> int:
        """How much of a tour is overtime."""
        return max(0, takes_s - self.tour_s_max)
