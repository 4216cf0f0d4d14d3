"""Rounds that somebody drives anyway: which of them pass by two firms, and how much longer for it.

Declared are stops and room, not streets: kilometres are estimated as everywhere here. What really
fits on a round only tours can tell, once there is an order.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cached_property
from itertools import accumulate, pairwise
from math import cos, inf, radians, sqrt
from typing import NamedTuple

from maillage_contracts.vocabulary import ActorId, GeoPoint, RoundId, TemperatureClass
from maillage_matching.domain.kept import Kept
from maillage_matching.domain.road import DETOUR, by_road_km

LONGER_KM_MAX = 10.0
"""By road, for both firms together. Farther is no passing by: ours, a quarter of an hour of a
van."""
KM_PER_DEGREE = 111
"""Of latitude."""
BACK = "back"


class Room(Kept):
    """Room that is left on one leg, `out` or `back`."""

    leg: str
    mass_kg: Decimal
    temperature: TemperatureClass = "ambient"


class Box(NamedTuple):
    """A part of the map, in degrees."""

    south: float
    west: float
    north: float
    east: float


def around(parts: Sequence[Box]) -> Box:
    """The part of the map that holds all of these."""
    souths, wests, norths, easts = zip(*parts, strict=True)
    return Box(min(souths), min(wests), max(norths), max(easts))


class Round(Kept):
    """A round as it was last declared."""

    round_id: RoundId
    actor_id: ActorId
    label: str
    stops: tuple[GeoPoint, ...]
    room: tuple[Room, ...] = ()
    empty_km: Decimal = Decimal(0)
    is_driven: bool = True

    @property
    def comes_back_empty(self) -> bool:
        """Whether it has room on the way back, though nobody said how much."""
        return not self.room and self.empty_km > 0

    def has_room(self, leg: str, mass_kg: Decimal | None, temperature: TemperatureClass) -> bool:
        """Whether so much may ride along; of what nobody has weighed, some."""
        if self.comes_back_empty:
            return leg == BACK and temperature == "ambient"
        return any(
            room.leg == leg
            and room.temperature == temperature
            and room.mass_kg > 0
            and room.mass_kg >= (mass_kg or 0)
            for room in self.room
        )

    @cached_property
    def legs(self) -> tuple[tuple[GeoPoint, GeoPoint], ...]:
        """From stop to stop, and back from the last to the first."""
        return tuple(pairwise((*self.stops, self.stops[0])))

    @property
    def reach(self) -> Box:
        """The part of the map outside of which nobody is passed by."""
        extra = LONGER_KM_MAX / DETOUR  # in a straight line
        longest = max(here.distance_km(there) for here, there in self.legs)
        aside = sqrt(extra * (2 * longest + extra)) / 2  # half the width of the widest ellipse
        lats, lons = [stop.lat for stop in self.stops], [stop.lon for stop in self.stops]
        north_south = aside / KM_PER_DEGREE
        east_west = north_south / max(cos(radians(max(map(abs, lats)))), 0.1)
        return Box(
            min(lats) - north_south,
            min(lons) - east_west,
            max(lats) + north_south,
            max(lons) + east_west,
        )


class Driven(NamedTuple):
    """A round with what is known of who drives it."""

    round: Round
    driver: str
    carries_waste: bool


class Passing(NamedTuple):
    """A round that fetches at one place and brings to another."""

    driven: Driven
    longer_km: float


class Load(NamedTuple):
    """What is to ride along."""

    mass_kg: Decimal | None
    temperature: TemperatureClass
    is_waste: bool


class Rounds:
    """The rounds of a day, found by where they pass. Each place is looked at once."""

    def __init__(self, driven: Iterable[Driven] = ()) -> None:
        """Those with two stops and more, of which any may be the best."""
        self._driven = [one for one in driven if len(one.round.stops) > 1]
        self._known: dict[GeoPoint, dict[int, list[float]]] = {}

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._driven)

    def passing(self, start: GeoPoint | None, end: GeoPoint | None, load: Load) -> Passing | None:
        """The round that is the least longer for it; None when there is none with room near."""
        if start is None or end is None:
            return None
        best: Passing | None = None
        fetching, bringing = self._by(start), self._by(end)
        for index in sorted(fetching.keys() & bringing.keys()):
            driven = self._driven[index]
            if load.is_waste and not driven.carries_waste:
                continue
            km = _longer_km(driven.round, (start, end), fetching[index], bringing[index], load)
            if km <= LONGER_KM_MAX and (best is None or km < best.longer_km):
                best = Passing(driven, km)
        return best

    def _by(self, at: GeoPoint) -> dict[int, list[float]]:
        """How much longer each round is on each leg when it goes by there, if it may be at all."""
        if at not in self._known:
            by = ((index, _longer_by(one.round, at)) for index, one in enumerate(self._driven))
            self._known[at] = {index: km for index, km in by if min(km) <= LONGER_KM_MAX}
        return self._known[at]


def _longer_by(one: Round, at: GeoPoint) -> list[float]:
    away = [by_road_km(stop, at) for stop in one.stops]
    ways = pairwise((*away, away[0]))
    return [
        to + on - by_road_km(here, there)
        for (to, on), (here, there) in zip(ways, one.legs, strict=True)
    ]


def _longer_km(
    one: Round,
    ends: tuple[GeoPoint, GeoPoint],
    fetching: Sequence[float],
    bringing: Sequence[float],
    load: Load,
) -> float:
    """The least by which it is longer, fetched on one leg and brought on that or a later one."""
    last = len(one.legs) - 1
    room_out = one.has_room("out", load.mass_kg, load.temperature)
    room_back = one.has_room(BACK, load.mass_kg, load.temperature)
    start, end = ends
    least = inf
    cheapest = [*accumulate(fetching, min)]  # to have fetched by then
    for leg, (here, there) in enumerate(one.legs):
        if not (room_back if leg == last else room_out):
            continue
        way = sum(by_road_km(*two) for two in pairwise((here, start, end, there)))
        least = min(least, way - by_road_km(here, there))
        if leg and room_out:
            least = min(least, cheapest[leg - 1] + bringing[leg])
    return round(max(0.0, least), 1)


NO_ROUNDS = Rounds()
"""Where nobody has declared one."""
