"""Which map is asked for which vehicle, and which of its roads are closed to it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from maillage_contracts.vocabulary import Word
from maillage_tours.domain.travel import BIKES, Profile


@dataclass(frozen=True)
class Roads:
    """Which map is asked: the address of its server, and the classes of roads left out."""

    url: str
    exclude: tuple[Word, ...] = ()


@dataclass(frozen=True)
class RoadMaps:
    """Where maps are, and which classes of roads are closed to which vehicles.

    `closed` is by vehicle class, or vehicle class and energy (`van`, `van.diesel`).
    """

    url: str
    bike_url: str | None = None
    closed: Mapping[str, tuple[Word, ...]] = field(default_factory=dict[str, tuple[Word, ...]])

    def roads_of(self, profile: Profile) -> Roads:
        """The map that vehicles of this profile use."""
        url = self.url
        if profile.vehicle_class in BIKES:
            url = self.bike_url or self.url
        names = (profile.vehicle_class, f"{profile.vehicle_class}.{profile.energy}")
        exclude = sorted({word for name in names for word in self.closed.get(name, ())})
        return Roads(url.rstrip("/"), tuple(exclude))
