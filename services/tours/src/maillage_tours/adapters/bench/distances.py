"""Distances as VRPLIB's files give them: between places on a plane, or as a matrix, or half of one.

What each type and format means is TSPLIB's (Reinelt 1995, sections 1.3 and 2.7).
"""

import math
from collections.abc import Callable, Iterator, Mapping

from maillage_tours.adapters.bench.instance import Grid
from maillage_tours.adapters.bench.vrplib import Sections
from maillage_tours.domain.problem import Ways, ways_of

PLANES: Mapping[str, Callable[[float], float]] = {
    "EUC_2D": float,
    "CEIL_2D": math.ceil,
    "FLOOR_2D": math.floor,
}
"""What a distance on the plane is, before the family's own rounding."""
HALVES: Mapping[str, Callable[[int, int], range]] = {
    "LOWER_ROW": lambda row, _: range(row),
    "LOWER_DIAG_ROW": lambda row, _: range(row + 1),
    "UPPER_ROW": lambda row, size: range(row + 1, size),
    "UPPER_DIAG_ROW": range,
    "FULL_MATRIX": lambda _, size: range(size),
}
"""The columns that each row of a matrix has."""


def ways_said(said: Sections, grid: Grid) -> Ways:
    """From each place to each; raises Unreadable for a type or format that is none of these."""
    kind, form = said.word("EDGE_WEIGHT_TYPE") or "", said.word("EDGE_WEIGHT_FORMAT") or ""
    if kind in PLANES:
        points = said.table("NODE_COORD", said.size, 2)
        if points is None:
            raise said.lines[-1].wrong("no NODE_COORD_SECTION")
        return grid.distances([(x, y) for x, y in points], PLANES[kind])
    if kind != "EXPLICIT":
        raise said.line("EDGE_WEIGHT_TYPE").wrong(
            f"of types there are {', '.join(PLANES)}, EXPLICIT"
        )
    if form not in HALVES:
        raise said.line("EDGE_WEIGHT_FORMAT").wrong(f"the format is one of {', '.join(HALVES)}")
    cells = [(row, column) for row in range(said.size) for column in HALVES[form](row, said.size)]
    figures = list(_figures(said))
    if len(figures) != len(cells):
        raise said.lines[-1].wrong(f"{form}: {len(cells)} distances expected, not {len(figures)}")
    ways = [[0] * said.size for _ in range(said.size)]
    for (row, column), figure in zip(cells, figures, strict=True):
        ways[row][column] = grid.whole(figure)
        if form != "FULL_MATRIX":
            ways[column][row] = ways[row][column]
    return ways_of(ways)


def _figures(said: Sections) -> Iterator[float]:
    """All distances, however they are cut into lines."""
    for line in said.tables.get("EDGE_WEIGHT", []):
        yield from line.amounts()
