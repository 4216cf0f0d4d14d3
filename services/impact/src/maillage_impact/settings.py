"""Settings that only impact has."""

from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from maillage_common.settings import Settings


def _known(time_zone: str) -> str:
    try:
        ZoneInfo(time_zone)
    except (KeyError, ValueError, OSError) as error:
        raise ValueError("no such time zone: give a name as Europe/Paris") from error
    return time_zone


class ImpactSettings(Settings):
    """What impact must be told beside what every service is."""

    time_zone: Annotated[str, AfterValidator(_known)] = Field(
        default="Europe/Paris", description="The territory's clock, as an IANA name."
    )

    @property
    def zone(self) -> ZoneInfo:
        """The same as rules want it."""
        return ZoneInfo(self.time_zone)
