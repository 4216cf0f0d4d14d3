"""How far and how long from place to place, for one kind of vehicle."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cached_property

from maillage_contracts.vocabulary import GeoPoint, Positive, Value, Word
from maillage_tours.domain.fleet import Vehicle

ESTIMATED, ROUTED = "estimated", "osrm"
UNREACHABLE = 10_000_000, 1_000_000
"""Metres and seconds where there is no way: further than any day, and far below what a solver
takes for forbidden."""
BIKES = frozenset({"cargo_bike", "trailer"})
DETOUR_FACTOR = Decimal("1.4")
"""Road km per great-circle km: 1.39 in a grid city, 1.42 in a valley, 1.82 on hilly coast, fitted
on routed distances of Baltimore, Liechtenstein and Monaco (2026-08)."""


class Profile(Value):
    """What makes two vehicles travel alike."""

    vehicle_class: Word
    energy: Word
    """Some roads are closed to some energies."""
    speed_kmh: Positive


def profile_of(vehicle: Vehicle) -> Profile:
    """How this vehicle travels."""
    return Profile(
        vehicle_class=vehicle.vehicle_class, energy=vehicle.energy, speed_kmh=vehicle.speed_kmh
    )


class Travel(Value):
    """Distances in metres and times in seconds between all pairs of some points."""

    points: tuple[GeoPoint, ...]
    metres: tuple[tuple[int, ...], ...]
    seconds: tuple[tuple[int, ...], ...]

    @cached_property
    def place_of(self) -> Mapping[GeoPoint, int]:
        """Row and column of each point."""
        return {point: place for place, point in enumerate(self.points)}

    def between(self, start: GeoPoint, end: GeoPoint) -> tuple[int, int]:
        """Metres and seconds from one point to another; raises KeyError for an unknown point."""
        row, column = self.place_of[start], self.place_of[end]
        return self.metres[row][column], self.seconds[row][column]

    def among(self, points: Sequence[GeoPoint]) -> "Travel":
        """The same figures for some of the points."""
        places = [self.place_of[point] for point in points]
        return Travel(
            points=tuple(points),
            metres=tuple(tuple(self.metres[a][b] for b in places) for a in places),
            seconds=tuple(tuple(self.seconds[a][b] for b in places) for a in places),
        )


@dataclass(frozen=True)
class Matrix:
    """Travel by profile, and where the figures come from: that word goes into every plan."""

    source: str
    travel: Mapping[Profile, Travel]


def estimated(
    points: Sequence[GeoPoint],
    profiles: Sequence[Profile],
    factor: Decimal,
    buffer: Decimal = Decimal(0),
) -> Matrix:
    """Great circles times the territory's factor, at the vehicle's own speed.

    `buffer` is the share of time added to every way: distances that are guessed make late stops.
    """
    metres = tuple(tuple(_metres(start, end, factor) for end in points) for start in points)
    seconds = {
        speed_kmh: tuple(seconds_at(row, speed_kmh, buffer) for row in metres)
        for speed_kmh in {profile.speed_kmh for profile in profiles}
    }
    return Matrix(
        ESTIMATED,
        {
            profile: Travel(points=tuple(points), metres=metres, seconds=seconds[profile.speed_kmh])
            for profile in profiles
        },
    )


def extended(
    travel: Travel,
    points: Sequence[GeoPoint],
    profile: Profile,
    factor: Decimal,
    buffer: Decimal = Decimal(0),
) -> Travel:
    """Estimated travel with some points more: only what is new is computed."""
    new = [point for point in dict.fromkeys(points) if point not in travel.place_of]
    metres = [[_metres(start, end, factor) for end in (*travel.points, *new)] for start in new]
    seconds = [seconds_at(row, profile.speed_kmh, buffer) for row in metres]

    def back(out: Sequence[Sequence[int]]) -> list[list[int]]:
        return [[row[place] for row in out] for place in range(len(travel.points))]

    return joined(travel, new, Ways(metres, seconds), Ways(back(metres), back(seconds)))


@dataclass(frozen=True)
class Ways:
    """Metres and seconds from some points, one row each, to others."""

    metres: Sequence[Sequence[int]]
    seconds: Sequence[Sequence[int]]


def joined(travel: Travel, new: Sequence[GeoPoint], out: Ways, back: Ways) -> Travel:
    """Travel with new points: the ways out from them to all, and back to them from the old."""

    def rows(old: Sequence[Sequence[int]], to: Sequence[Sequence[int]]) -> list[tuple[int, ...]]:
        return [(*row, *way) for row, way in zip(old, to, strict=True)]

    return Travel.model_construct(
        points=(*travel.points, *new),
        metres=(*rows(travel.metres, back.metres), *map(tuple, out.metres)),
        seconds=(*rows(travel.seconds, back.seconds), *map(tuple, out.seconds)),
    )


def _metres(start: GeoPoint, end: GeoPoint, factor: Decimal) -> int:
    return round(start.distance_km(end) * 1000 * float(factor))


def seconds_at(
    metres: Iterable[int], speed_kmh: Decimal, buffer: Decimal = Decimal(0)
) -> tuple[int, ...]:
    """How long each way takes, with such a share of time more. Rounded up: early, never late."""
    seconds_per_m = Fraction(36, 10) / Fraction(speed_kmh) * (1 + Fraction(buffer))
    times, by = seconds_per_m.as_integer_ratio()
    return tuple(-(-one * times // by) for one in metres)
