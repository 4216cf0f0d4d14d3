"""What a territory asks of the engine: how few leads, how far, how much, and whether at all."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import NamedTuple

from pydantic import ConfigDict, Field

from maillage_contracts.vocabulary import Positive, Value
from maillage_matching.domain.kept import Kept

CROWD = 60
"""So many flows within `quiet_s` are surely an import: then all of it is waited for."""
PATIENCE = 20
"""Times `quiet_s` after which leads are shown although flows still come."""


class Settings(Value):
    """What can be set of the engine."""

    weekly_leads: int = Field(
        default=5,
        ge=0,
        le=50,
        description="Leads the engine shows each advisor in a week at most; 0 switches it off.",
    )
    advisors: int = Field(default=1, ge=1, le=100, description="Advisors of the territory.")
    open_cases_max: int = Field(
        default=12,
        ge=1,
        le=100,
        description="Cases and undecided leads of an advisor beyond which nothing new is shown.",
    )
    distance_km_max: float = Field(
        default=60, gt=0, le=1000, description="How far by road two firms may be apart."
    )
    ratio_min: Decimal = Field(
        default=Decimal("0.2"), gt=0, le=1, description="Part of a need a donor covers at least."
    )
    ratio_max: Decimal = Field(
        default=Decimal(5), ge=1, le=10_000, description="Times the need an offer is at most."
    )
    haul_eur_per_km: Positive = Field(
        default=Decimal("1.50"),
        description="Euros a van costs by kilometre with its driver: the territory's own figure.",
    )
    pool_stop_eur: Positive = Field(
        default=Decimal(6),
        description="Euros of one stop of a shared round, some ten minutes: illustrative.",
    )
    pool_payload_kg: Positive = Field(
        default=Decimal(1000), description="Kilograms a shared round takes at most: a van's load."
    )
    pool_haulage_share: Decimal = Field(
        default=Decimal("0.5"),
        gt=0,
        le=1,
        description="Part of what firms pay for a collection that is haulage, not treatment: "
        "illustrative.",
    )
    pool_rounds_a_year: int = Field(
        default=12, ge=1, le=366, description="Shared rounds in a year; weekly for what rots."
    )
    quiet_s: float = Field(
        default=3,
        ge=0,
        le=3600,
        description="Seconds without a new flow before leads are shown after an import of many: "
        "the best of them, not the first. The fewer came lately, the shorter the wait.",
    )


class Policy(Settings, Kept):
    """The engine's settings as they are kept. All that people do goes on when it is off."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: int = 1

    @property
    def is_on(self) -> bool:
        """Whether the engine looks for leads at all."""
        return self.weekly_leads > 0


class Desk(Kept):
    """What is on the advisors' desks: leads the engine put there this week, what waits, cases.

    Leads lie where all advisors see them; a case is on the desk of who owns it.
    """

    surfaced_this_week: int = 0
    waiting: int = 0
    cases_of: Mapping[str, int] = Field(default_factory=dict[str, int])

    @property
    def open_cases(self) -> int:
        """On all desks together."""
        return sum(self.cases_of.values())


class Arrivals(NamedTuple):
    """Flows that may be matched and came of late: how many within `quiet_s`, the first, the last.

    First and last are those within PATIENCE times as long.
    """

    many: int
    first_at: datetime
    last_at: datetime


def is_calm(policy: Policy, arrivals: Arrivals | None, now: datetime) -> bool:
    """Whether leads may be shown: what is to be expected together has come.

    A flow by itself is followed by hardly another, a crowd by more: the wait grows with their
    number. An import of hundreds shows its best leads, and a person at a desk does not wait.
    """
    if arrivals is None:
        return True
    wait_s = policy.quiet_s * min(arrivals.many, CROWD) / CROWD
    came_for_s = (now - arrivals.first_at).total_seconds()
    goes_on = came_for_s >= policy.quiet_s * (PATIENCE - 1)
    return goes_on or (now - arrivals.last_at).total_seconds() >= wait_s


def room_for_leads(policy: Policy, desk: Desk) -> int:
    """How many leads the engine may still put in front of the advisors.

    Never more a week than the cap of each advisor whose desk has a place left, and none while
    what is open or waits for a decision fills these desks.
    """
    free, crowd = _desks(policy, desk)
    this_week = policy.weekly_leads * free_desks(policy, desk) - desk.surfaced_this_week
    return max(0, min(this_week, sum(free) - crowd - desk.waiting))


def free_desks(policy: Policy, desk: Desk) -> int:
    """How many advisors may still take a case up."""
    free, _ = _desks(policy, desk)
    return sum(places > 0 for places in free)


def _desks(policy: Policy, desk: Desk) -> tuple[list[int], int]:
    """The places left on each desk, and cases of people beyond the number of advisors.

    Who has most cases is surely an advisor; who has none yet sits at an empty desk.
    """
    cases = sorted(desk.cases_of.values(), reverse=True)
    theirs, others = cases[: policy.advisors], cases[policy.advisors :]
    empty = [0] * (policy.advisors - len(theirs))
    return [max(0, policy.open_cases_max - many) for many in (*theirs, *empty)], sum(others)


def start_of(day: date) -> datetime:
    """Midnight at its beginning, in UTC."""
    return datetime.combine(day, time(), UTC)


def week_of(moment: datetime) -> datetime:
    """The Monday, 00:00 UTC, of the week that a moment is in."""
    midnight = moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=midnight.weekday())
