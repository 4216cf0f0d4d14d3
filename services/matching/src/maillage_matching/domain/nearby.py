"""What stands under a word near a place, found without looking at the rest.

The earth is wound on one line: bands of latitude, each from west to east, one behind the other. A
circle then is one short range of the line in each band that it meets, and whatever is sorted by
word and place, a list or an index of a database, gives those ranges at once.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import asin, cos, degrees, floor, inf, pi, radians, sin, sqrt
from typing import Self

from maillage_contracts.vocabulary import EARTH_RADIUS_KM, GeoPoint

BAND_DEG = 0.1
"""Height of a band, 11 km: lower ones are more ranges, higher ones more that lies outside."""
TURN_DEG = 360.0
NOWHERE = -1.0
"""The place of what may be anywhere."""
SLACK_DEG = 1e-6
"""Ten centimetres: more than what is lost in rounding."""

Posted = tuple[int, frozenset[str], GeoPoint | None]
"""A number, the words it stands under, and where."""
Row = tuple[float, int, float, float, float]
"""A place on the line, a number, and where it is from the middle of an earth of radius 1."""


@dataclass(frozen=True)
class Sought:
    """Words, and how far around a place in a straight line; without a place, anywhere."""

    words: frozenset[str]
    at: GeoPoint | None = None
    km: float = inf


def place_of(at: GeoPoint | None) -> float:
    """Where something is on the line."""
    if at is None:
        return NOWHERE
    return _band(at.lat) * TURN_DEG + at.lon + TURN_DEG / 2


def ranges(sought: Sought) -> list[tuple[float, float]]:
    """The parts of the line to look at: those that a circle meets, and what may be anywhere."""
    angle = sought.km / EARTH_RADIUS_KM
    if sought.at is None or angle >= pi / 2:
        return [(-inf, inf)]
    return [(NOWHERE, NOWHERE), *_around(sought.at, angle)]


def _around(at: GeoPoint, angle: float) -> Iterator[tuple[float, float]]:
    lat, reach = radians(at.lat), degrees(angle) + SLACK_DEG
    widest = asin(max(-1.0, min(1.0, sin(lat) / cos(angle))))
    for band in range(_band(at.lat - reach), _band(at.lat + reach) + 1):
        south = radians(band * BAND_DEG - 90)
        inside = max(south, min(south + radians(BAND_DEG), widest))
        half = _half_width_deg(lat, inside, angle) + SLACK_DEG
        for west, east in _in_one_turn(at.lon - half, at.lon + half):
            start = band * TURN_DEG + TURN_DEG / 2
            yield start + west, start + east


def _band(lat: float) -> int:
    return floor((lat + 90) / BAND_DEG)


def _half_width_deg(middle: float, lat: float, angle: float) -> float:
    """How far a circle goes east and west of its middle at a latitude; both in radians."""
    left = sin(angle / 2) ** 2 - sin((lat - middle) / 2) ** 2
    around = cos(middle) * cos(lat)
    if left >= around:
        return TURN_DEG / 2  # it holds a pole
    return degrees(2 * asin(sqrt(max(0.0, left) / around)))


def _in_one_turn(west: float, east: float) -> Iterator[tuple[float, float]]:
    """A range of longitudes, cut where they jump from 180 to -180."""
    half = TURN_DEG / 2
    yield max(west, -half), min(east, half)
    if west < -half:
        yield west + TURN_DEG, half
    if east > half:
        yield -half, east - TURN_DEG


class _Shelf:
    """What stands under one word, by place. In columns, neighbours are neighbours in memory."""

    def __init__(self, rows: Iterable[Row] = ()) -> None:
        self.places = array("d")
        self.numbers: list[int] = []
        self.where = array("d"), array("d"), array("d")
        for row in sorted(rows):
            self._insert(len(self.numbers), row)

    def copy(self) -> Self:
        twin = type(self)()
        twin.places, twin.numbers = self.places[:], self.numbers[:]
        x, y, z = self.where
        twin.where = x[:], y[:], z[:]
        return twin

    def put(self, row: Row) -> None:
        self._insert(bisect_left(self.places, row[0]), row)

    def _insert(self, index: int, row: Row) -> None:
        place, number, *where = row
        self.places.insert(index, place)
        self.numbers.insert(index, number)
        for column, value in zip(self.where, where, strict=True):
            column.insert(index, value)

    def drop(self, number: int, place: float) -> None:
        index = self.numbers.index(number, bisect_left(self.places, place))
        for column in (self.places, self.numbers, *self.where):
            del column[index]

    def between(self, low: float, high: float) -> Iterable[tuple[int, float, float, float]]:
        first = bisect_left(self.places, low)
        last = bisect_right(self.places, high, first)
        x, y, z = self.where
        part = slice(first, last)
        return zip(self.numbers[part], x[part], y[part], z[part], strict=True)


class Nearby:
    """The index in memory. A copy shares shelves with its original until one of them changes."""

    def __init__(self, posted: Iterable[Posted] = ()) -> None:
        """Hold these; the numbers differ."""
        self._known: dict[int, tuple[frozenset[str], float]] = {}
        rows: dict[str, list[Row]] = {}
        for number, words, at in posted:
            row = _row(number, at)
            self._known[number] = words, row[0]
            for word in words:
                rows.setdefault(word, []).append(row)
        self._shelves = {word: _Shelf(found) for word, found in rows.items()}
        self._own = set(rows)

    def __copy__(self) -> Self:
        self._own = set[str]()
        twin = type(self)()
        vars(twin).update(_shelves=self._shelves.copy(), _known=self._known.copy())
        return twin

    def put(self, number: int, words: frozenset[str], at: GeoPoint | None) -> None:
        """Have it found under these words there, and no more where it was."""
        before, place = self._known.pop(number, (frozenset[str](), NOWHERE))
        for word in before:
            self._to_change(word).drop(number, place)
        if not words:
            return
        row = _row(number, at)
        self._known[number] = words, row[0]
        for word in words:
            self._to_change(word).put(row)

    def _to_change(self, word: str) -> _Shelf:
        if word not in self._own:
            self._shelves[word] = self._shelves.get(word, _Shelf()).copy()
            self._own.add(word)
        return self._shelves[word]

    def find(self, sought: Sought, most: int) -> list[int]:
        """The nearest numbers first, then those that may be anywhere; of equals the smallest."""
        away2 = self._within(sought)
        return sorted(away2, key=lambda number: (away2[number], number))[:most]

    def _within(self, sought: Sought) -> dict[int, float]:
        """The square of the straight line to each number found; infinite where nobody can tell."""
        x, y, z = _on_the_globe(sought.at) if sought.at else (inf, inf, inf)
        limit, parts = _chord2(sought.km), ranges(sought)
        found: dict[int, float] = {}
        for shelf in (self._shelves[word] for word in sought.words & self._shelves.keys()):
            for low, high in parts:
                for number, x2, y2, z2 in shelf.between(low, high):
                    dx, dy, dz = x2 - x, y2 - y, z2 - z
                    away2 = dx * dx + dy * dy + dz * dz
                    if away2 <= limit:
                        found[number] = away2
                    elif not away2 < inf:  # infinite, or infinite less infinite
                        found[number] = inf
        return found


def _row(number: int, at: GeoPoint | None) -> Row:
    where = (inf, inf, inf) if at is None else _on_the_globe(at)
    return (place_of(at), number, *where)


def _on_the_globe(at: GeoPoint) -> tuple[float, float, float]:
    lat, lon = radians(at.lat), radians(at.lon)
    return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)


def _chord2(km: float) -> float:
    """The square of the straight line through the earth; of equal length both ways round."""
    return 4 * sin(min(km / EARTH_RADIUS_KM, pi) / 2) ** 2
