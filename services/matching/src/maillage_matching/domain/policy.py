"""What a territory asks of the engine: how few leads, how far, how much, and whether at all."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field

from maillage_contracts.vocabulary import Positive
from maillage_matching.domain.kept import Kept


class Policy(Kept):
    """The engine's settings. With no weekly leads it is off; all that people do goes on."""

    weekly_leads: Annotated[int, Field(ge=0, le=50)] = 5
    advisors: Annotated[int, Field(ge=1, le=100)] = 1
    open_cases_max: Annotated[int, Field(ge=1, le=100)] = 12
    distance_km_max: Annotated[float, Field(gt=0, le=1000)] = 60
    ratio_min: Annotated[Decimal, Field(gt=0, le=1)] = Decimal("0.2")
    ratio_max: Annotated[Decimal, Field(ge=1, le=10_000)] = Decimal(5)
    haul_eur_per_km: Positive = Decimal("1.50")
    quiet_s: Annotated[float, Field(ge=0, le=3600)] = 2
    version: int = 1

    @property
    def is_on(self) -> bool:
        """Whether the engine looks for leads at all."""
        return self.weekly_leads > 0


class Desk(Kept):
    """What is on the advisors' desks: leads the engine put there this week, what waits, cases."""

    surfaced_this_week: int = 0
    waiting: int = 0
    open_cases: int = 0


def room_for_leads(policy: Policy, desk: Desk) -> int:
    """How many leads the engine may still put in front of the advisors.

    Never more a week than the cap of each advisor, and none while what is open or waiting for a
    decision fills their desks.
    """
    this_week = policy.weekly_leads * policy.advisors - desk.surfaced_this_week
    on_desks = policy.open_cases_max * policy.advisors - desk.open_cases - desk.waiting
    return max(0, min(this_week, on_desks))


def week_of(moment: datetime) -> datetime:
    """The Monday, 00:00 UTC, of the week that a moment is in."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())
