"""Best known costs: from a JSON file by name, or from the solution beside an instance."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple, cast

from maillage_tours.adapters.bench.instance import Unreadable, lines_of

SCALES = (1.0, 0.001, 0.01, 0.1, 10.0, 100.0, 1000.0)
"""Costs are published in units of the file, or scaled to whole numbers."""
COST_FIELDS = ("best_known_cost", "best_known", "cost", "distance", "bks", "value")


class Known(NamedTuple):
    """A best known cost, and the vehicles of that solution where it says so."""

    cost: float
    vehicles: int | None = None


def known_of(path: Path) -> dict[str, Known]:
    """Best known costs by name in lower case; raises Unreadable."""
    if path.suffix == ".sol":
        return {path.stem.lower(): _known_in(path)}
    if path.is_dir():
        return {sol.stem.lower(): _known_in(sol) for sol in sorted(path.rglob("*.sol"))}
    text = "\n".join(line.text for line in lines_of(path))
    try:
        said: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"{path}, line {error.lineno}: not JSON: {error.msg}") from error
    if not isinstance(said, dict):
        raise Unreadable(f"{path}, line 1: an object of costs by name is expected")
    named = cast("dict[str, object]", said)
    found = {name.lower(): _known(value) for name, value in named.items()}
    return {name: known for name, known in found.items() if known is not None}


def known_beside(path: Path) -> Known | None:
    """What the solution file beside an instance says, if there is one."""
    beside = path.with_suffix(".sol")
    return _known_in(beside) if beside.is_file() and beside != path else None


def gap_percent(
    cost: float, known: Known | None, *, vehicles: int = 0, vehicle_cost: float = 0.0
) -> float | None:
    """By how much a cost is above the best known one, in the scale that brings them nearest.

    Where each of so many `vehicles` has its cost by wish, the best known has it for each of its
    own, and the scale is that of what is left.
    """
    driven = cost - vehicles * vehicle_cost
    if known is None or known.cost <= 0 or driven <= 0:
        return None
    scale = min(SCALES, key=lambda scale: abs(math.log(driven / (known.cost * scale))))
    best = known.cost * scale
    if vehicle_cost:
        if known.vehicles is None:
            return None
        best += known.vehicles * vehicle_cost
    return round(100 * (cost / best - 1), 4)


def _known(value: object) -> Known | None:
    if isinstance(value, int | float):
        return Known(float(value))
    if not isinstance(value, Mapping):
        return None
    fields = cast("Mapping[str, object]", value)
    found = (fields[field] for field in COST_FIELDS if field in fields)
    cost = next((float(one) for one in found if isinstance(one, int | float)), None)
    return None if cost is None else Known(cost, _vehicles(fields))


def _vehicles(fields: Mapping[str, object]) -> int | None:
    """Those of the solution: beside a best known cost, `vehicles` are those there are."""
    there = fields.get("vehicles") if "cost" in fields else None
    used = fields.get("solved_with_vehicles", there)
    return used if isinstance(used, int) else None


def _known_in(path: Path) -> Known:
    vehicles = 0
    for line in lines_of(path):
        word, *rest = line.text.replace(":", " ").split()
        # A vehicle that stays at home has a route without a stop.
        vehicles += word.lower() == "route" and len(rest) > 1
        if word.lower() == "cost" and rest:
            try:
                return Known(float(rest[0]), vehicles or None)
            except ValueError as error:
                raise line.wrong("the cost is a number") from error
    raise Unreadable(f"{path}, line 1: no cost in this solution")
