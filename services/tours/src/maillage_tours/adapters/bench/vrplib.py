"""Instances in sections, as VRPLIB has them: from the file to named values, each with its line."""

import math
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import takewhile

from maillage_tours.adapters.bench.instance import Line

END = "EOF"
_SECTION = "_SECTION"
KEYWORD_LENGTH = 40


@dataclass(frozen=True)
class Sections:
    """What stands behind `NAME:`, and the lines below `NAME_SECTION`."""

    lines: Sequence[Line]
    values: dict[str, tuple[Line, str]]
    tables: dict[str, list[Line]]

    @property
    def size(self) -> int:
        """How many places there are; raises Unreadable when nothing says so."""
        size = self.count("DIMENSION")
        if size is None:
            raise self.lines[0].wrong("no DIMENSION")
        return size

    def value(self, name: str) -> str | None:
        """What the file says, in words."""
        return self.values[name][1] if name in self.values else None

    def word(self, name: str) -> str | None:
        """What the file says, in one of the words of the format."""
        value = self.value(name)
        return None if value is None else value.upper()

    def number(self, name: str) -> float | None:
        """What the file says, as a number."""
        if name not in self.values:
            return None
        line, text = self.values[name]
        with suppress(ValueError):
            if math.isfinite(number := float(text)):
                return number
        raise line.wrong(f"{name} is a number")

    def count(self, name: str) -> int | None:
        """What the file says, as how many there are."""
        number = self.number(name)
        return None if number is None else self.values[name][0].count(number, name)

    def table(self, name: str, rows: int, width: int | None = None) -> list[list[float]] | None:
        """A row for each place or vehicle, without its number; None without the section.

        One value for all stands before the sections, and is repeated.
        """
        if name in self.values:
            return [[self.number(name) or 0.0]] * rows
        if name not in self.tables:
            return None
        lines = self.tables[name]
        if len(lines) != rows:
            where = lines[min(rows, len(lines) - 1)] if lines else self.lines[-1]
            raise where.wrong(f"{name}_SECTION has {len(lines)} lines, {rows} are expected")
        return [_row(line, place, width) for place, line in enumerate(lines, 1)]

    def says(self, name: str) -> bool:
        """Whether the file says anything of it."""
        return name in self.values or name in self.tables

    def line(self, name: str, row: int = 0) -> Line:
        """Where the file says something."""
        if name in self.values:
            return self.values[name][0]
        return self.tables[name][row] if self.tables.get(name) else self.lines[0]

    def column(self, name: str, rows: int) -> list[float] | None:
        """One number for each place or vehicle; None when the file says nothing of it."""
        table = self.table(name, rows, 1)
        if table is None:
            return None
        for row, (number,) in enumerate(table):
            if number < 0:
                raise self.line(name, row).wrong(f"{name} is not below zero")
        return [number for (number,) in table]

    def indices(
        self, name: str, rows: int, last: int, width: int | None = None
    ) -> list[list[int]] | None:
        """For each vehicle some of the first places, counted from zero; None when not said."""
        table = self.table(name, rows, width)
        if table is None:
            return None
        for row, places in enumerate(table):
            if any(place not in range(1, last + 1) for place in places):
                raise self.line(name, row).wrong(f"places are from 1 to {last}")
        return [[int(place) - 1 for place in places] for places in table]

    def depots(self) -> list[int]:
        """The depots, which come first among the places; after them there is a door."""
        found: list[int] = []
        for line in self.tables.get("DEPOT", []):
            numbers = [number for number in line.wholes() if number != -1]
            if any(number != len(found) + place for place, number in enumerate(numbers, 1)):
                raise line.wrong("depots are the first places, in order")
            found += [number - 1 for number in numbers]
        if self.size <= len(found or [0]):
            raise self.line("DIMENSION").wrong("a depot and one door at least are expected")
        return found or [0]


def is_sections(lines: Sequence[Line]) -> bool:
    """Whether the file is in VRPLIB's sections."""
    return any(_keyword(line).endswith(_SECTION) for line in lines)


def sections_of(lines: Sequence[Line], known: Collection[str]) -> Sections:
    """Cut a file in sections; raises Unreadable for a line that belongs nowhere.

    What is not among the `known` keywords is refused: who does not know it would solve another
    problem.
    """
    said = Sections(lines, {}, {})
    open_: list[Line] | None = None
    for line in takewhile(lambda one: _keyword(one) != END, lines):
        if line.text[0].isalpha():
            open_ = _begun(said, line, known)
        elif open_ is not None and not line.text.startswith("#"):
            open_.append(line)
        elif not line.text.startswith("#"):
            raise line.wrong("a line before any section")
    if not said.tables:
        raise lines[-1].wrong("no section at all")
    return said


def _begun(said: Sections, line: Line, known: Collection[str]) -> list[Line] | None:
    """The section that a line begins; None for a line that has its value."""
    keyword, value = _keyword(line), line.text.partition(":")[2].strip()
    name = keyword.removesuffix(_SECTION)
    if keyword not in known:
        raise line.wrong(f"{keyword[:KEYWORD_LENGTH]} is not known here")
    if said.says(name):
        raise line.wrong(f"{name} is said twice")
    if not keyword.endswith(_SECTION):
        said.values[name] = line, value
        return None
    if value:
        raise line.wrong("the values of a section stand below it")
    return said.tables.setdefault(name, [])


def _keyword(line: Line) -> str:
    """What a line begins with, up to its colon; names are written in either case."""
    return line.text.partition(":")[0].strip().upper()


def _row(line: Line, place: int, width: int | None) -> list[float]:
    first, *rest = line.numbers(None if width is None else width + 1)
    if first != place:
        raise line.wrong(f"row {place} is expected")
    return rest
