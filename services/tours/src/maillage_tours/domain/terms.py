"""What a territory sets for its transport: its time zone, its horizon, its pace."""

from datetime import date, datetime, tzinfo
from decimal import Decimal
from zoneinfo import ZoneInfo

from maillage_contracts.vocabulary import Value, Word
from maillage_tours.domain.crew import Crew
from maillage_tours.domain.day import Pace
from maillage_tours.domain.travel import DETOUR_FACTOR


class Terms(Value):
    """Settings that rules depend on."""

    time_zone: str = "Europe/Paris"
    horizon_days: int = 14
    """Orders of a synergy are raised so many days ahead."""
    detour_factor: Decimal = DETOUR_FACTOR
    estimate_buffer: Decimal = Decimal(0)
    """Share of time added to every way whose distance is estimated."""
    direct_km_max: Decimal = Decimal(5)
    """A bike rides so far to fetch goods for the centre; from further they come by the hub."""
    pace: Pace = Pace()
    crew: Crew = Crew()
    incompatible: frozenset[tuple[Word, Word]] = frozenset()
    """Pairs of goods that are never on board together."""

    @property
    def zone(self) -> tzinfo:
        """The territory's clock."""
        return ZoneInfo(self.time_zone)

    def today(self, now: datetime) -> date:
        """The day that the territory's calendar shows."""
        return now.astimezone(self.zone).date()
