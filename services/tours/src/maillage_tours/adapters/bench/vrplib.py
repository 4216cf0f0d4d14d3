"""Instances in sections, as VRPLIB has them: from the file to named values, each with its line."""

import math
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from maillage_tours.adapters.bench.instance import Line, Unreadable

END = "EOF"


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
        if name not in self.tables:
            given = self.number(name)
            return None if given is None else [[given]] * rows
        lines = self.tables[name]
        if len(lines) != rows:
            where = lines[min(rows, len(lines) - 1)] if lines else self.lines[-1]
            raise where.wrong(f"{name}_SECTION has {len(lines)} lines, {rows} are expected")
        return [self._row(line, place, width) for place, line in enumerate(lines, 1)]

    def _row(self, line: Line, place: int, width: int | None) -> list[float]:
        first, *rest = line.numbers(None if width is None else width + 1)
        if first != place:
            raise line.wrong(f"row {place} is expected")
        return rest

    def column(self, name: str, rows: int) -> list[float] | None:
        """One number for each place or vehicle; None when the file says nothing of it."""
        table = self.table(name, rows, 1)
        return None if table is None else [row[0] for row in table]

    def indices(self, name: str, rows: int, width: int | None = None) -> list[list[int]] | None:
        """For each vehicle some places, counted from zero; None without the section."""
        table = self.table(name, rows, width)
        if table is None:
            return None
        for row, line in zip(table, self.tables[name], strict=True):
            if any(not 1 <= place <= self.size for place in row):
                raise line.wrong(f"places are from 1 to {self.size}")
        return [[int(place) - 1 for place in row] for row in table]

    def depots(self) -> list[int]:
        """The depots, which come first among the places."""
        found: list[int] = []
        for line in self.tables.get("DEPOT", []):
            numbers = [number for number in line.wholes() if number != -1]
            if any(number != len(found) + place for place, number in enumerate(numbers, 1)):
                raise line.wrong("depots are the first places, in order")
            found += [number - 1 for number in numbers]
        return found or [0]


def sections_of(lines: Sequence[Line]) -> Sections:
    """Cut a file in sections; raises Unreadable for a line that belongs nowhere."""
    values: dict[str, tuple[Line, str]] = {}
    tables: dict[str, list[Line]] = {}
    open_: list[Line] | None = None
    for line in lines:
        words = line.text.strip()
        if words == END:
            break
        if words.rstrip(" :").endswith("_SECTION"):
            open_ = tables.setdefault(words.rstrip(" :").removesuffix("_SECTION"), [])
        elif words[0].isalpha():
            name, colon, value = words.partition(":")
            if not colon:
                raise line.wrong("neither NAME: value nor NAME_SECTION")
            values[name.strip()] = line, value.strip()
            open_ = None
        elif open_ is None:
            raise line.wrong("a line before any section")
        else:
            open_.append(line)
    if not tables:
        raise Unreadable(f"{lines[0].path}, line {lines[-1].number}: no section at all")
    return Sections(lines, values, tables)
