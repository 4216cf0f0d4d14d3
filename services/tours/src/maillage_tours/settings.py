"""Settings that only tours has."""

from decimal import Decimal
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from maillage_common.settings import Settings
from maillage_tours.domain.day import Pace
from maillage_tours.domain.terms import Terms
from maillage_tours.domain.travel import DETOUR_FACTOR


def _known(time_zone: str) -> str:
    try:
        ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("no such time zone: give a name as Europe/Paris") from error
    return time_zone


class ToursSettings(Settings):
    """What tours must be told beside what every service is."""

    time_zone: Annotated[str, AfterValidator(_known)] = Field(
        default="Europe/Paris", description="The territory's clock, as an IANA name."
    )
    horizon_days: int = Field(
        default=14, ge=1, le=92, description="Days ahead for which orders of synergies are raised."
    )
    detour_factor: Decimal = Field(
        default=DETOUR_FACTOR, ge=1, le=3, description="Road km per great-circle km here."
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

    @property
    def terms(self) -> Terms:
        """The same as rules want it."""
        return Terms(
            time_zone=self.time_zone,
            horizon_days=self.horizon_days,
            detour_factor=self.detour_factor,
            direct_km_max=self.direct_km_max,
            pace=Pace(
                setup_s=self.stop_setup_s,
                handling_s=self.handover_s,
                handling_s_per_100kg=self.handover_s_per_100kg,
                hub_visit_s=self.hub_visit_s,
            ),
        )
