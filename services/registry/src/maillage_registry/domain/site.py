"""One location of an actor: a workshop, a shop, a relay point, a rest place for couriers."""

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from maillage_contracts.vocabulary import Count, GeoPoint, SiteId, Value, Word
from maillage_registry.domain.words import Line, SiteKind, printable

DistrictCode = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=20),
    AfterValidator(printable),
]


class SiteFacts(Value):
    """What is said of a site, before it has an identifier."""

    kind: SiteKind = "site"
    label: Line
    position: GeoPoint
    activity_zone: Word | None = Field(default=None, examples=["jourdies"])
    opening_hours: Line | None = Field(
        default=None, description="OpenStreetMap syntax.", examples=["Mo-Fr 08:00-17:00"]
    )
    van_access: bool = True
    cold_storage: bool = False
    crates_max: Count | None = Field(
        default=None, description="Room of a relay point, in crates; absent: not known."
    )
    priority_district: DistrictCode | None = Field(
        default=None, description="Code of the priority district (QPV) it is in."
    )


class Site(SiteFacts):
    """A site with its identifier, which is nobody else's in the territory."""

    site_id: SiteId
