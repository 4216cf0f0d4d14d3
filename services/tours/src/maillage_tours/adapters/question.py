"""What the planner and the solver's own process say to one another: only that one loads PyVRP."""

from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter

from maillage_tours.domain.problem import Problem, Search, Solution

HISTORY = 20
"""Length of late acceptance: with short searches 20 beats PyVRP's 300 (measured on Li & Lim)."""


@dataclass(frozen=True)
class Question:
    """What the parent asks. `raw` is PyVRP as it comes, for comparison."""

    problem: Problem
    search: Search
    cpu_seconds_max: int = 60
    history: int = HISTORY
    engine: Literal["maillage", "raw"] = "maillage"


SOLUTION = TypeAdapter(Solution)
