"""Settings that only tours has."""

import re
from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from maillage_common.settings import Settings
from maillage_tours.domain.crew import Crew
from maillage_tours.domain.day import Pace
from maillage_tours.domain.roads import RoadMaps
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.travel import DETOUR_FACTOR


def _known(time_zone: str) -> str:
    try:
        ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("no such time zone: give a name as Europe/Paris") from error
    return time_zone


def _pairs(said: str) -> str:
    for pair in _split(said):
        if len(pair) != 2 or not all(_WORD.fullmatch(word) for word in pair):  # noqa: PLR2004 two
            raise ValueError("give pairs of words as fish:drinks,paint:flour")
    return said


_WORD = re.compile(r"[a-z][a-z0-9_.-]{0,59}")


def _split(said: str) -> list[tuple[str, ...]]:
    pairs = (pair.strip() for pair in said.split(","))
    return [tuple(pair.split(":")) for pair in pairs if pair]


class ToursSettings(Settings):
    """What tours must be told beside what every service is."""

    time_zone: Annotated[str, AfterValidator(_known)] = Field(
        default="Europe/Paris", description="The territory's clock, as an IANA name."
    )
    horizon_days: int = Field(
        default=14, ge=1, le=92, description="Days ahead for which orders of synergies are raised."
    )
    detour_factor: Decimal = Field(
        default=DETOUR_FACTOR,
        ge=1,
        le=3,
        description="Road km per great-circle km here, until it is learned from a map.",
    )
    estimate_buffer: Decimal = Field(
        default=Decimal("0.25"),
        ge=0,
        le=2,
        description="Share of time added to every way whose distance is estimated.",
    )
    osrm_url: str | None = Field(
        default=None, description="OSRM server of the car map; absent: distances are estimated."
    )
    osrm_bike_url: str | None = Field(
        default=None, description="OSRM server of the bicycle map; absent: bikes use the other."
    )
    osrm_closed: Annotated[str, AfterValidator(_pairs)] = Field(
        default="",
        description="Road classes of the map closed to vehicles, as truck:lez,van.diesel:lez.",
    )
    direct_km_max: Decimal = Field(
        default=Decimal(5),
        ge=0,
        le=100,
        description="Road km beyond which goods for a centre come to its bikes by a hub.",
    )
    stop_setup_s: int = Field(
        default=120, ge=0, le=3600, description="Seconds between arriving and the first handover."
    )
    handover_s: int = Field(default=60, ge=0, le=3600, description="Seconds for one handover.")
    handover_s_per_100kg: int = Field(
        default=60, ge=0, le=3600, description="More seconds for each 100 kg of it."
    )
    hub_visit_s: int = Field(
        default=600, ge=0, le=7200, description="Seconds of a visit to a hub, loads prepared."
    )

    rest_after_s: int = Field(
        default=6 * 3600, ge=1800, le=43_200, description="Longest work without a rest, s."
    )
    rest_s: int = Field(default=20 * 60, ge=60, le=7200, description="Seconds of a rest.")
    tour_s_max: int = Field(
        default=7 * 3600, ge=1800, le=86_400, description="Longest tour without overtime, s."
    )
    overtime_s_max: int = Field(
        default=3 * 3600, ge=0, le=43_200, description="Longest overtime of a tour, s."
    )
    overtime_surcharge: Decimal = Field(
        default=Decimal("0.25"),
        ge=0,
        le=3,
        description="Of an hour's cost, for each hour of overtime.",
    )
    incompatible_goods: Annotated[str, AfterValidator(_pairs)] = Field(
        default="", description="Goods that never ride together, as fish:drinks,paint:flour."
    )

    @property
    def maps(self) -> RoadMaps | None:
        """Which maps are asked, and which roads are closed to whom; None: none is."""
        if not self.osrm_url:  # Compose sets what is not told to nothing
            return None
        closed: dict[str, tuple[str, ...]] = {}
        for vehicles, roads in _split(self.osrm_closed):
            closed[vehicles] = (*closed.get(vehicles, ()), roads)
        return RoadMaps(self.osrm_url, self.osrm_bike_url, closed)

    @property
    def terms(self) -> Terms:
        """The same as rules want it."""
        return Terms(
            time_zone=self.time_zone,
            horizon_days=self.horizon_days,
            detour_factor=self.detour_factor,
            estimate_buffer=self.estimate_buffer,
            direct_km_max=self.direct_km_max,
            pace=Pace(
                setup_s=self.stop_setup_s,
                handling_s=self.handover_s,
                handling_s_per_100kg=self.handover_s_per_100kg,
                hub_visit_s=self.hub_visit_s,
            ),
            crew=Crew(
                rest_after_s=self.rest_after_s,
                rest_s=self.rest_s,
                tour_s_max=self.tour_s_max,
                overtime_s_max=self.overtime_s_max,
                overtime_surcharge=self.overtime_surcharge,
            ),
            incompatible=frozenset((one, other) for one, other in _split(self.incompatible_goods)),
        )
