"""Best known costs: from a JSON file by name, or from the solution beside an instance."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from maillage_tours.adapters.bench.instance import Unreadable, lines_of

SCALES = (1.0, 0.001, 0.01, 0.1, 10.0, 100.0, 1000.0)
"""Costs are published in units of the file, or scaled to whole numbers."""
COST_FIELDS = ("best_known_cost", "best_known", "cost", "distance", "bks", "value")


def known_of(path: Path) -> dict[str, float]:
    """Best known costs by name in lower case; raises Unreadable."""
    if path.suffix == ".sol":
        return {path.stem.lower(): _cost_in(path)}
    if path.is_dir():
        return {sol.stem.lower(): _cost_in(sol) for sol in sorted(path.rglob("*.sol"))}
    text = "\n".join(line.text for line in lines_of(path))
    try:
        said: object = json.loads(text)
    except json.JSONDecodeError as error:
        raise Unreadable(f"{path}, line {error.lineno}: not JSON: {error.msg}") from error
    if not isinstance(said, dict):
        raise Unreadable(f"{path}, line 1: an object of costs by name is expected")
    named = cast("dict[str, object]", said)
    costs = {name.lower(): _cost(value) for name, value in named.items()}
    return {name: cost for name, cost in costs.items() if cost is not None}


def known_beside(path: Path) -> float | None:
    """The cost in the solution file beside an instance, if there is one."""
    beside = path.with_suffix(".sol")
    return _cost_in(beside) if beside.is_file() and beside != path else None


def gap_percent(cost: float, known: float | None) -> float | None:
    """By how much a cost is above the best known one, in the scale that brings them nearest."""
    if not known or cost <= 0:
        return None
    best = min(SCALES, key=lambda scale: abs(math.log(cost / (known * scale))))
    return round(100 * (cost / (known * best) - 1), 4)


def _cost(value: object) -> float | None:
    if isinstance(value, int | float):
        return float(value)
    if not isinstance(value, Mapping):
        return None
    fields = cast("Mapping[str, object]", value)
    found = (fields[field] for field in COST_FIELDS if field in fields)
    return next((float(one) for one in found if isinstance(one, int | float)), None)


def _cost_in(path: Path) -> float:
    for line in lines_of(path):
        word, *rest = line.text.replace(":", " ").split()
        if word.lower() == "cost" and rest:
            try:
                return float(rest[0])
            except ValueError as error:
                raise line.wrong("the cost is a number") from error
    raise Unreadable(f"{path}, line 1: no cost in this solution")
